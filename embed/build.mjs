// Puts the element's files together. Called by `cargo xtask build` with a JSON of where everything is.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { buildFrame } from "./build-frame.mjs";

/**
 * @typedef {object} Order
 * @property {string} tools folder of the installed npm packages
 * @property {string} root the repository
 * @property {string} bound folder with what wasm-bindgen made
 * @property {string} out folder for the files to be served
 */

/** @type {Order} */
const order = JSON.parse(process.argv[2]);
const require = createRequire(join(order.tools, "package.json"));
/** @type {import("esbuild")} */
const esbuild = require("esbuild");
/** @type {import("terser")} */
const terser = require("terser");

const NAME = "referral-connect-element";

/** @param {string} text */
const minified = async (text) => (await esbuild.transform(text, { loader: "css", minify: true })).code.trim();

/** @param {string} path */
const read = (path) => readFileSync(join(order.root, path), "utf8");

/**
 * The tokens without those that the styles do not use.
 * @param {string} tokens
 * @param {string} styles
 */
const usedOnly = (tokens, styles) =>
  tokens.replace(/^ *--(_[\w-]+): .*$/gm, (line, name) => (styles.includes(`var(--${name})`) ? line : ""));

/** @param {Buffer} bytes */
const integrity = (bytes) => `sha256-${createHash("sha256").update(bytes).digest("base64")}`;

/**
 * @param {string} stem
 * @param {string} kind
 * @param {Buffer} bytes
 */
function hashed(stem, kind, bytes) {
  const name = `${stem}-${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}.${kind}`;
  writeFileSync(join(order.out, name), bytes);
  return name;
}

/**
 * Makes a function of the glue code: each call gives an instance with a state of its own, so that one that has
 * trapped can be replaced.
 * @param {string} glue
 * @param {string} css
 */
function factory(glue, css) {
  const imports = glue.match(/^import .*$/gm) ?? [];
  let body = glue.replace(/^import .*$/gm, "");
  const classes = [...body.matchAll(/^export (?:class|function) (\w+)/gm)].map(([, name]) => name);
  body = body.replace(/^export (?=class|function)/gm, "").replace(/^export \{[^}]*\};?$/gm, "");
  if (/^export/m.test(body) || !classes.includes("Widget") || !/^function initSync\(/m.test(body))
    throw new Error("wasm-bindgen's glue code has another shape than this build knows");
  return `${imports.join("\n")}
export const css = ${JSON.stringify(css)};
export { mount } from ${JSON.stringify(join(order.root, "embed/mount.js"))};
export default () => {
${body}
return { ${[...classes, "initSync"].join(", ")} };
};
`;
}

mkdirSync(order.out, { recursive: true });
const css = await minified(usedOnly(read("style/tokens.css"), read("style/form.css")) + read("style/form.css"));
const glue = readFileSync(join(order.bound, `${NAME}.js`), "utf8");
const wrapped = await esbuild.build({
  stdin: { contents: factory(glue, await minified(read("style/tokens.css") + read("style/widget.css"))), resolveDir: order.bound },
  bundle: true, format: "esm", target: "es2022", minify: true, write: false, legalComments: "none",
});
const widget = Buffer.from(wrapped.outputFiles[0].contents);
const wasm = readFileSync(join(order.bound, `${NAME}_bg.wasm`));
const widgetName = hashed("widget", "js", widget);
const wasmName = hashed("widget", "wasm", wasm);

const assets = `
const at = (name) => new URL(name, import.meta.url).href;
export const script = { url: at(${JSON.stringify(widgetName)}), integrity: ${JSON.stringify(integrity(widget))} };
export const wasm = { url: at(${JSON.stringify(wasmName)}), integrity: ${JSON.stringify(integrity(wasm))} };
export const css = ${JSON.stringify(css)};
`;
/** @type {import("esbuild").Plugin} */
const withAssets = {
  name: "assets",
  setup(build) {
    build.onLoad({ filter: /embed\/assets\.js$/ }, () => ({ contents: assets, resolveDir: join(order.root, "embed") }));
  },
};
/** @param {string} code */
async function small(code) {
  const { code: less } = await terser.minify(code, {
    module: true,
    ecma: 2020,
    compress: { passes: 3 },
    mangle: { properties: { regex: /^(isPressed|isStarting|isComposing|fail|hold)$/ } },
  });
  return less ?? "";
}
const entries = await esbuild.build({
  entryPoints: ["referral-connect", "pure"].map((name) => join(order.root, `embed/${name}.js`)),
  outdir: order.out,
  bundle: true, format: "esm", target: "es2022", write: false, legalComments: "none",
  plugins: [withAssets],
});
// Everybody waits for these, so they are made as small as can be.
for (const { path, text } of entries.outputFiles) writeFileSync(path, await small(text));
await buildFrame(order.root, order.out, { build: esbuild.build, small, minified, read, assets: withAssets, integrity });
