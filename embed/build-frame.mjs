// Puts the frame's files together: `frame.html`, its script, and the script for the page around it.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { entries, hashed, integrity, minified, order, read, smallest } from "./bundle.mjs";

/** @param {string} assets where the element's files are */
export async function buildFrame(assets) {
  const css = await minified(read("style/tokens.css") + read("style/frame.css"));
  /** @param {string} name */
  const bundle = async (name) => {
    const style = `export const css = ${JSON.stringify(css)};`;
    const [{ text }] = await entries([name], { "assets.js": assets, "frame-style.js": style });
    return Buffer.from(await smallest(text));
  };
  const script = await bundle("frame");
  const name = hashed("frame", "js", script);
  writeFileSync(join(order.out, "referral-connect-frame.js"), await bundle("frame-host"));

  const page = read("embed/frame.html");
  const tag = `<script type="module" src="frame.js"></script>`;
  if (!page.includes(tag)) throw new Error(`embed/frame.html lacks ${tag}`);
  writeFileSync(
    join(order.out, "frame.html"),
    page.replace(tag, `<script type="module" src="${name}" integrity="${integrity(script)}" crossorigin></script>`),
  );
}
