// What both builds of the element share: the files for any web server (`build.mjs`) and the npm package
// (`../npm/package.mjs`). Called by `cargo xtask` with a JSON of where everything is.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";

import { messageIds } from "../npm/describe.mjs";

/**
 * @typedef {object} Order
 * @property {string} tools folder of the installed npm packages
 * @property {string} root the repository
 * @property {string} bound folder with what wasm-bindgen made
 * @property {string} out folder for what is built
 */

/** @type {Order} */
export const order = JSON.parse(process.argv[2]);
const require = createRequire(join(order.tools, "package.json"));
/** @type {import("esbuild")} */
const esbuild = require("esbuild");
/** @type {import("terser")} */
const terser = require("terser");

const NAME = "referral-connect-element";
const FORMAT = /** @type {const} */ ({ bundle: true, format: "esm", target: "es2022", write: false, legalComments: "none" });

/** @param {string} path */
export const read = (path) => readFileSync(join(order.root, path), "utf8");

/** @param {Buffer} bytes */
export const integrity = (bytes) => `sha256-${createHash("sha256").update(bytes).digest("base64")}`;

/** The version of all of it. */
export const version = read("Cargo.toml").match(/^version = "(.+)"$/m)?.[1] ?? "";
if (!version) throw new Error("Cargo.toml names no version");

/** The module. */
export const wasm = readFileSync(join(order.bound, `${NAME}_bg.wasm`));

/** The styles of the form, for all that is seen before the module arrives: with what the tokens stand for in their place. */
export async function formStyles() {
  const meanings = new Map([...read("style/tokens.css").matchAll(/^ *--(_[\w-]+): (.+);$/gm)].map(([, name, meaning]) => [name, meaning]));
  const styles = read("style/form.css").replace(/var\(--(_[\w-]+)\)/g, (_, name) => {
    const meaning = meanings.get(name);
    if (!meaning) throw new Error(`style/tokens.css has no --${name}`);
    return meaning;
  });
  return (await minified(styles)).replaceAll(", ", ",");
}

/**
 * The catalogues of words, by language, as JSON. The module tells messages apart by their places, so that all of them
 * are there: a form of a plural that a language does not have is empty.
 */
export const catalogues = Object.fromEntries(["en", "cy"].map((language) => {
  /** @type {Record<string, string>} */
  const words = JSON.parse(read(`words/${language}.json`));
  const whole = messageIds().map((id) => [id, words[id] ?? ""]);
  return [language, Buffer.from(JSON.stringify(Object.fromEntries(whole)))];
}));

/**
 * The script that comes with the module.
 * @param {(language: string) => string} address of a catalogue, as a script says it
 */
export async function widgetScript(address) {
  const glue = readFileSync(join(order.bound, `${NAME}.js`), "utf8");
  const css = await minified(read("style/tokens.css") + read("style/widget.css"));
  const { outputFiles } = await esbuild.build({
    ...FORMAT,
    stdin: { contents: factory(glue, css), resolveDir: order.bound },
    plugins: [replacing({ "assets.js": `export const catalogues = {
      ${Object.entries(catalogues).map(([language, words]) =>
        `${language}: { url: new URL(${address(language)}, import.meta.url).href, integrity: "${integrity(words)}" }`)}
    };` })],
  });
  const { code } = await terser.minify(outputFiles[0].text, {
    module: true,
    ecma: 2020,
    // Nothing of it is called with `new` or `this`, but classes.
    compress: { passes: 3, unsafe_arrows: true },
    mangle: { properties: { regex: /^(__wbg_ptr|__destroy_into_raw|_wbg_cb_unref|isAll)$/ } },
  });
  return Buffer.from(code ?? "");
}

/**
 * Bundles scripts of `embed/`.
 * @param {string[]} names without `.js`
 * @param {Record<string, string>} replaced files of `embed/`, and what stands in their place
 * @param {Record<string, string>} [apart] what stays an import, and of which address
 * @returns {Promise<{ path: string, text: string }[]>}
 */
export async function entries(names, replaced, apart = {}) {
  const { outputFiles } = await esbuild.build({
    ...FORMAT,
    entryPoints: names.map((name) => join(order.root, `embed/${name}.js`)),
    outdir: order.out,
    plugins: [replacing(replaced, apart)],
  });
  return outputFiles;
}

/**
 * @param {Record<string, string>} replaced files of `embed/`, and what stands in their place
 * @param {Record<string, string>} [apart] what stays an import, and of which address
 * @returns {import("esbuild").Plugin}
 */
const replacing = (replaced, apart = {}) => ({
  name: "replaced",
  setup(build) {
    build.onResolve({ filter: /^\.\// }, ({ path }) => (path in apart ? { path: apart[path], external: true } : undefined));
    build.onLoad({ filter: /embed[/\\][^/\\]+\.js$/ }, ({ path }) => {
      const contents = replaced[basename(path)];
      return contents === undefined ? undefined : { contents, resolveDir: join(order.root, "embed") };
    });
  },
});

/**
 * Bundles a script of a page of ours.
 * @param {string} path
 */
export async function bundled(path) {
  const { outputFiles } = await esbuild.build({ ...FORMAT, minify: true, entryPoints: [join(order.root, path)] });
  return outputFiles[0].text;
}

/**
 * As small as can be: for what everybody waits for.
 * @param {string} text
 */
export async function smallest(text) {
  const { code } = await terser.minify(text, {
    module: true,
    ecma: 2020,
    compress: { passes: 3 },
    mangle: { properties: { regex: /^(isPressed|isStarting|isHalfTyped|fail|hold|relabel)$/ } },
  });
  return code ?? "";
}

/**
 * Writes a file whose name holds its hash, and answers with that name.
 * @param {string} stem
 * @param {string} kind
 * @param {Buffer} bytes
 */
export function hashed(stem, kind, bytes) {
  const name = `${stem}-${createHash("sha256").update(bytes).digest("hex").slice(0, 8)}.${kind}`;
  writeFileSync(join(order.out, name), bytes);
  return name;
}

/** @param {string} text styles */
export const minified = async (text) => (await esbuild.transform(text, { loader: "css", minify: true })).code.trim();

/**
 * Makes a function of the glue code: each call gives an instance with a state of its own, so that one that has
 * trapped can be replaced.
 * @param {string} glue
 * @param {string} css
 */
function factory(glue, css) {
  const imports = glue.match(/^import .*$/gm) ?? [];
  const exported = glue.match(/^export \{([^}]*)\};$/m)?.[1].trim();
  const body = glue.replace(/^import .*$/gm, "").replace(/^export \{[^}]*\};$/m, "");
  if (/^export/m.test(body) || !exported?.includes("Widget") || !/^function initSync\(/m.test(body))
    throw new Error("wasm-bindgen's glue code has another shape than this build knows");
  return `${imports.join("\n")}
import { starting } from ${JSON.stringify(join(order.root, "embed/start.js"))};
const instance = () => {
${body}
return { ${exported} };
};
export default instance;
export const start = starting(instance, ${JSON.stringify(css)}, ${JSON.stringify(version)});
`;
}
