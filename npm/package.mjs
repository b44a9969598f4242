// Puts the npm package together. Called by `cargo xtask package` with a JSON of where everything is; `hosted/` is made
// by `../embed/build.mjs`.

import { execFileSync } from "node:child_process";
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { catalogues, entries, formStyles, integrity, order, read, version, wasm, widgetScript } from "../embed/bundle.mjs";
import { api, manifest } from "./describe.mjs";
import { thirdParty } from "./third_party.mjs";

const NAME = "@plannr/referral-connect";

/** Entries of the package and the scripts of `embed/` that they are made of. */
const ENTRIES = { ".": "referral-connect", "./pure": "pure", "./frame-host": "frame-host" };

mkdirSync(order.out, { recursive: true });

/** @param {string} path @param {string | Buffer} content */
const write = (path, content) => writeFileSync(join(order.out, path), content);

// Bundlers bring the script in by an import, and change its bytes; the module's they only move.
const assets = `
export const script = { url: "", integrity: "" };
export const wasm = { url: new URL("./widget.wasm", import.meta.url).href, integrity: ${JSON.stringify(integrity(wasm))} };
export const css = ${JSON.stringify(await formStyles())};
`;
const replaced = { "assets.js": assets, "checked.js": 'export const checked = () => import("./widget.js");' };
// The entry that defines the element takes the class from the other one, so that both can be imported.
const [main, ...others] = Object.values(ENTRIES);
const bundles = [
  ...await entries([main], replaced, { "./element.js": "./pure.js" }),
  ...await entries(others, replaced, { "./widget.js": "./widget.js" }),
];
for (const { path, text } of bundles) writeFileSync(path, text);
write("widget.js", await widgetScript((language) => `"./words-${language}.json"`));
for (const [language, words] of Object.entries(catalogues)) write(`words-${language}.json`, words);
write("widget.wasm", wasm);

execFileSync(process.execPath, [
  join(order.tools, "node_modules/typescript/bin/tsc"), "-p", join(order.root, "embed"),
  "--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--outDir", join(order.out, "types"),
], { stdio: "inherit" });
copyFileSync(join(order.root, "embed/api.d.ts"), join(order.out, "types/api.d.ts"));
// What the class keeps to itself is in none of its types.
const types = join(order.out, "types");
const typed = ["api", "element", main, ...others].map((name) => `${name}.d.ts`);
for (const name of readdirSync(types)) if (!typed.includes(name)) rmSync(join(types, name));
for (const name of [main, ...others]) appendFileSync(join(types, `${name}.d.ts`), 'export type * from "./api.js";\n');

copyFileSync(join(order.root, "LICENSE"), join(order.out, "LICENSE"));
// In the package the documents are below the README, and not beside its folder.
write("README.md", read("npm/README.md").replaceAll("](../docs/", "](docs/"));
mkdirSync(join(order.out, "docs"));
for (const name of readdirSync(join(order.root, "docs")).filter((name) => name.endsWith(".md")))
  write(`docs/${name}`, read(`docs/${name}`).replaceAll("](../npm/README.md)", "](../README.md)"));
write("THIRD-PARTY.md", thirdParty(order.root));
write("custom-elements.json", json(manifest(version)));
write("package.json", json({
  name: NAME,
  version,
  description: api.summary,
  keywords: ["web-component", "custom-element", "plannr", "referral", "webassembly"],
  license: "MIT",
  type: "module",
  sideEffects: [`./${main}.js`],
  exports: {
    ...Object.fromEntries(Object.entries(ENTRIES).map(([entry, script]) => [
      entry, { types: `./types/${script}.d.ts`, default: `./${script}.js` },
    ])),
    "./hosted/*": "./hosted/*",
    "./custom-elements.json": "./custom-elements.json",
    "./package.json": "./package.json",
  },
  types: `./types/${main}.d.ts`,
  customElements: "custom-elements.json",
  files: ["*.js", "*.wasm", "words-*.json", "types", "hosted", "docs", "custom-elements.json", "THIRD-PARTY.md"],
}));

/** @param {unknown} value */
function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}
