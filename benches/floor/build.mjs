// Puts together what the bench serves: the floor, as small as the real element's own entry, and beside it and beside
// every file of the release what a good host would have compressed ahead of time.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

import { minified, order, read, smallest } from "../../embed/bundle.mjs";

/** @type {import("esbuild")} */
const esbuild = createRequire(join(order.tools, "package.json"))("esbuild");

const { outputFiles } = await esbuild.build({
  entryPoints: [join(order.root, "benches/floor/floor.js")],
  bundle: true,
  format: "esm",
  target: "es2022",
  write: false,
  plugins: [{
    name: "styles",
    setup(build) {
      build.onLoad({ filter: /[/\\]styles\.js$/ }, async () => ({ contents: `export const css = ${JSON.stringify(await styles())};` }));
    },
  }],
});

const dist = join(order.root, "dist");
rmSync(order.out, { recursive: true, force: true });
mkdirSync(order.out, { recursive: true });
put("floor.js", Buffer.from(await smallest(outputFiles[0].text)));
for (const name of readdirSync(dist)) if (/\.(js|json|wasm)$/.test(name)) put(name, readFileSync(join(dist, name)));

/** Those of the real element, as it has them at first and later, without the rules for what the floor never shows. */
async function styles() {
  const script = read("benches/floor/floor.js");
  const isUsed = (selector) => (selector.match(/\.referral-[\w-]+/g) ?? []).every((name) => script.includes(name.slice(1)));
  const all = await minified(read("style/tokens.css") + read("style/form.css") + read("style/widget.css"));
  const kept = all.replace(/([^{}]+)\{([^{}]*)\}/g, (rule, selectors) =>
    // At the commas that stand in no brackets.
    selectors.split(/,(?![^(]*\))/).some(isUsed) ? rule : "");
  const tokens = new Map([...kept.matchAll(/(--_[\w-]+): ?([^;}]+);?/g)].map(([, name, meaning]) => [name, meaning]));
  return kept.replace(/--_[\w-]+:[^;}]+;?/g, "").replace(/var\((--_[\w-]+)\)/g, (_, name) => tokens.get(name)).replaceAll(", ", ",");
}

/**
 * @param {string} name
 * @param {Buffer} bytes
 */
function put(name, bytes) {
  writeFileSync(join(order.out, name), bytes);
  writeFileSync(join(order.out, `${name}.br`), brotliCompressSync(bytes));
}
