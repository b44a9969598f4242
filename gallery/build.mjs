// Puts the gallery beside the element that `../embed/build.mjs` made. It is in no package.

import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { bundled, hashed, minified, order, read } from "../embed/bundle.mjs";

const styles = Buffer.from(await minified(read("style/tokens.css") + read("gallery/gallery.css")));
const script = Buffer.from(await bundled("gallery/page.js"));
const icon = readdirSync(order.out).find((name) => /^icon-\w+\.svg$/.test(name));

let page = read("gallery.html");
for (const [named, built] of [
  ["gallery.css", hashed("gallery", "css", styles)],
  ["gallery.js", hashed("gallery", "js", script)],
  ["icon.svg", icon ?? "icon.svg"],
]) {
  if (!page.includes(`"${named}"`)) throw new Error(`gallery.html does not name ${named}`);
  page = page.replace(`"${named}"`, `"${built}"`);
}
writeFileSync(join(order.out, "gallery.html"), page);
