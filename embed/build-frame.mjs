// Puts the frame's files together: `frame.html`, its script, and the script for the page around it.

import { createHash } from "node:crypto";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} Tools
 * @property {typeof import("esbuild").build} build
 * @property {(code: string) => Promise<string>} small minifies a module
 * @property {(css: string) => Promise<string>} minified
 * @property {(path: string) => string} read a file of the repository
 * @property {import("esbuild").Plugin} assets where the element's files are
 * @property {(bytes: Buffer) => string} integrity
 */

/**
 * @param {string} root the repository
 * @param {string} out folder for the files to be served
 * @param {Tools} tools
 */
export async function buildFrame(root, out, { build, small, minified, read, assets, integrity }) {
  const css = await minified(read("style/tokens.css") + read("style/frame.css"));
  /** @param {string} entry */
  const bundle = async (entry) => {
    const { outputFiles } = await build({
      entryPoints: [join(root, `embed/${entry}.js`)],
      bundle: true, format: "esm", target: "es2022", write: false, legalComments: "none",
      plugins: [assets, {
        name: "style",
        setup(build) {
          build.onLoad({ filter: /embed\/frame-style\.js$/ }, () => ({ contents: `export const css = ${JSON.stringify(css)};` }));
        },
      }],
    });
    return Buffer.from(await small(outputFiles[0].text));
  };
  for (const old of readdirSync(out)) if (/^frame-[0-9a-f]{16}\.js$/.test(old)) rmSync(join(out, old));
  const script = await bundle("frame");
  const name = `frame-${createHash("sha256").update(script).digest("hex").slice(0, 16)}.js`;
  writeFileSync(join(out, name), script);
  writeFileSync(join(out, "referral-connect-frame.js"), await bundle("frame-host"));

  const page = read("embed/frame.html");
  const tag = `<script type="module" src="frame.js"></script>`;
  if (!page.includes(tag)) throw new Error(`embed/frame.html lacks ${tag}`);
  writeFileSync(
    join(out, "frame.html"),
    page.replace(tag, `<script type="module" src="${name}" integrity="${integrity(script)}" crossorigin></script>`),
  );
}
