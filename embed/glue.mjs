// Takes out of the bound module, and of the JavaScript that wasm-bindgen wrote for it, what neither needs of the other,
// and gives both short names for the rest. Called by `cargo xtask` with a JSON of where everything is.
//
// wasm-bindgen exports every class of every library, wanted or not, and names each function that it imports after its
// crate, its method and a hash: what neither brotli nor a minifier can make small.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * @typedef {object} Order
 * @property {string} tools folder of the installed npm packages
 * @property {string} folder what wasm-bindgen made, which is written over
 * @property {string} name of its files
 * @property {string[]} wanted what is called of the JavaScript
 * @property {string[]} raw exports of the module that are called without it, and keep their names
 */

/** @type {Order} */
const { tools, folder, name, wanted, raw } = JSON.parse(process.argv[2]);
/** @type {import("esbuild")} */
const esbuild = createRequire(join(tools, "package.json"))("esbuild");

const script = join(folder, `${name}.js`);
const module = join(folder, `${name}_bg.wasm`);
const SHAPE = "wasm-bindgen's JavaScript has another shape than this build knows";
const OPTIMISE = ["-Oz", "--strip-debug", "--strip-producers", "--strip-target-features"];

/** Sections of a module, and kinds of what it imports and exports (WebAssembly Core Specification, 5.5). */
const SECTION = { imports: 2, exports: 7 };
const KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 };

/** What the module imports of the JavaScript. */
function imported() {
  return WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(module)));
}

/** The JavaScript without what nothing in it uses. */
async function shaken() {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: glue, resolveDir: folder },
    bundle: true,
    format: "esm",
    external: ["./snippets/*"],
    // Two functions of one of our scripts are imported from it twice.
    logOverride: { "duplicate-object-key": "silent" },
    write: false,
  });
  return outputFiles[0].text;
}

/** @param {string[]} kept exports */
function prune(kept) {
  const graph = join(folder, "exports.json");
  const roots = kept.map((known) => ({ name: known, export: known, root: true }));
  writeFileSync(graph, JSON.stringify(roots));
  binaryen("wasm-metadce", [module, "--graph-file", graph, "-o", module]);
  binaryen("wasm-opt", [...OPTIMISE, module, "-o", module]);
}

/** Gives imports and exports names of one or two letters, and puts all imports into one object. */
function rename() {
  const bytes = readFileSync(module);
  /** @type {Map<string, string>} */
  const names = new Map();
  /** @param {string} known */
  const short = (known) => {
    const given = raw.includes(known) ? known : names.get(known) ?? letters(names.size);
    names.set(known, given);
    return given;
  };
  const namespaces = new Map([...glue.matchAll(/^import \* as (\w+) from "(.+)";$/gm)].map(([, space, from]) => [from, space]));
  /** @type {{ from: string, known: string }[]} imports of our own scripts, which wasm-bindgen hands over as they are */
  const handed = [];
  const parts = [bytes.subarray(0, 8)];
  for (const reader = new Reader(bytes, 8); reader.at < bytes.length; ) {
    const start = reader.at;
    const section = reader.byte();
    const end = reader.number() + reader.at;
    if (section !== SECTION.imports && section !== SECTION.exports) {
      parts.push(bytes.subarray(start, end));
      reader.at = end;
      continue;
    }
    const count = reader.number();
    const entries = [number(count)];
    for (let entry = 0; entry < count; entry += 1) {
      if (section === SECTION.imports) {
        const from = reader.text();
        const known = reader.text();
        if (from.startsWith("./snippets/")) handed.push({ from, known });
        entries.push(text("a"), text(short(known)));
      } else {
        entries.push(text(short(reader.text())));
      }
      const rest = reader.at;
      if (section === SECTION.exports) {
        reader.byte();
        reader.number();
      } else {
        reader.imported();
      }
      entries.push(bytes.subarray(rest, reader.at));
    }
    const content = Buffer.concat(entries);
    parts.push(Buffer.from([section]), number(content.length), content);
  }
  writeFileSync(module, Buffer.concat(parts));
  glue = glue.replace(/\bwasm\.(\w+)/g, (call, known) => (names.has(known) ? `wasm.${names.get(known)}` : call))
    .replace(/^ +(\w+): (?:handleError\()?function/gm, (entry, known) => entry.replace(known, names.get(known) ?? known))
    .replace(/"\.\/[\w-]+_bg\.js": import0,/, "a: import0")
    .replace(/^ *"\.\/snippets\/.*: \w+,?\n/gm, "")
    .replace(/^ *return \{\n *__proto__: null,\n *a: /m, (start) =>
      handed.map(({ from, known }) => `import0.${names.get(known)} = ${namespaces.get(from)}.${known};\n`).join("") + start);
  if (!glue.includes("a: import0")) throw new Error(SHAPE);
  writeFileSync(script, glue);
}

/** @param {number} place */
function letters(place) {
  const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const { length } = alphabet;
  return (place < length ? "" : alphabet[Math.floor(place / length) - 1]) + alphabet[place % length];
}

/** @param {string} tool @param {string[]} given */
function binaryen(tool, given) {
  execFileSync(process.execPath, [join(tools, "node_modules/binaryen/bin", tool), ...given], { stdio: ["ignore", "ignore", "inherit"] });
}

/** Reads what modules are written in: numbers in LEB128, and texts. */
class Reader {
  /** @param {Buffer} bytes @param {number} at */
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }
  byte() {
    return this.bytes[this.at++];
  }
  number() {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }
  text() {
    const length = this.number();
    this.at += length;
    return this.bytes.toString("utf8", this.at - length, this.at);
  }
  /** Passes over what is said of an import. */
  imported() {
    const kind = this.byte();
    if (kind !== KIND.function) throw new Error(`an import of kind ${kind}`);
    this.number();
  }
}

// What puts a class to use that nobody wants, and what only seems to do something, is kept from doing so.
let glue = readFileSync(script, "utf8")
  .replace(/^export (class|function) (\w+)/gm, (line, kind, known) => (wanted.includes(known) ? line : `${kind} ${known}`))
  .replace(/^export \{.*$/m, "export { initSync };")
  .replace(/^if \(Symbol\.dispose\).*\n/gm, "")
  .replace(/: new FinalizationRegistry/g, ": /* @__PURE__ */ new FinalizationRegistry")
  // It is given a compiled module, and nothing else.
  .replace(/^function initSync\([^]*?^\}/m, `function initSync({ module }) {
    wasm = new WebAssembly.Instance(module, __wbg_get_imports()).exports;
    wasm.__wbindgen_start();
}`)
  // What may throw, written once for all of it, and not with all its arguments each time.
  .replace(/^function handleError\([^]*?^\}/m, `function handleError(work) {
    return (...args) => {
        try {
            return work(...args);
        } catch (e) {
            wasm.__wbindgen_exn_store(addToExternrefTable0(e));
        }
    };
}`)
  // The simpler of the two ways that it knows: texts are short.
  .replace(/^( {4}if \(realloc === undefined\) \{[^]*?)^ {4}\}\n[^]*?^\}/m, "$1    }\n}")
  .replace("if (realloc === undefined) ", "")
  .replace("malloc, realloc) {", "malloc) {")
  .replaceAll(", wasm.__wbindgen_realloc)", ")")
  // A decoder works without being called once for nothing.
  .replace(/^ *cachedTextDecoder\.decode\(\);\n/gm, "")
  // A memory that has grown has another buffer.
  .replace(/if \((cached\w+) === null .*\{/g, "if ($1?.buffer !== wasm.memory.buffer) {")
  // A text that there is no room for has trapped the instance: what was handed over before it is lost with that.
  .replace(/^ {8}try \{\n([^]*?)^ {8}\} catch \(e\) \{\n(?: {12}if \(ptr\d\).*\n)+ {12}throw e;\n {8}\}\n/gm, "$1")
  // All browsers that have the rest have these as well; and a widget is freed by its element.
  .replace(/\(typeof FinalizationRegistry === 'undefined'\)\n.*\n +: /g, "")
  .replace(/^if \(!\('encodeInto' in [^]*?^\}\n/m, "")
  .replace(/let result;\s+try \{\s+result = (arg0 instanceof \w+);\s+\} catch \(_\) \{\s+result = false;\s+\}\s+const ret = result;/g, "const ret = $1;")
  .replace(/^ +WidgetFinalization\..*\n/gm, "")
  .replace(/typeof (\w+) === 'undefined' \? undefined : \1;/g, "globalThis;")
  .replace(/function\(\) \{ return handleError\(function /g, "handleError(function ")
  .replaceAll("}, arguments); },", "}),");
// Where panics are told, they may tell of any value, by a function that catches what that throws.
const others = glue.replace(/^function debugString\([^]*?^\}/m, "");
if (/, arguments\)|WidgetFinalization\.|realloc|detached|encodeInto|catch \(_\)|typeof (Fin|glo)/.test(others) || !/^function initSync\(\{ module \}\)/m.test(glue))
  throw new Error(SHAPE);
for (let before = Infinity, imports = imported(); imports.length < before; imports = imported()) {
  before = imports.length;
  const names = new Set(imports.map((one) => one.name));
  glue = glue.replace(/^ {8}(\w+): (?:handleError\()?function[^]*?^ {8}\}.*\n/gm, (entry, known) => (names.has(known) ? entry : ""));
  const called = [...(await shaken()).matchAll(/\bwasm\.(\w+)/g)].map(([, known]) => known);
  prune([...new Set([...raw, ...called])]);
}
glue = await shaken();
rename();
/** @param {number} value */
function number(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}

/** @param {string} content */
function text(content) {
  const bytes = Buffer.from(content);
  return Buffer.concat([number(bytes.length), bytes]);
}
