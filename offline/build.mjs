// Makes the page that trunk built one that can be installed, and that opens without a network: the manifest with its
// icons, and the service worker with the list of the page's files. Runs before anything else is put beside the page.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { hashed, order, read, smallest } from "../embed/bundle.mjs";

const WORKER = "referral-connect-offline.js";

const index = readFileSync(join(order.out, "index.html"), "utf8");

/** @type {[name: string, integrity: string][]} all that the page names, with what trunk says of it */
const named = [...index.matchAll(/<link\b[^>]*>/g)].map(([link]) => {
  const [name, integrity] = ["href", "integrity"].map((attribute) => link.match(new RegExp(`\\b${attribute}="?([^"\\s>]+)`))?.[1]);
  if (!name?.startsWith("./") || !integrity) throw new Error(`${link} is not as trunk writes links`);
  return [name.slice(2), integrity];
});

// What trunk made and the page does not name would be missed without a network.
const made = /** @type {string[]} */ (readdirSync(order.out, { recursive: true }))
  .filter((name) => statSync(join(order.out, name)).isFile() && name !== "index.html")
  .map((name) => name.replaceAll("\\", "/"));
const missed = made.filter((name) => !named.some(([known]) => known === name));
if (missed.length > 0 || named.length !== made.length) throw new Error(`the page does not name ${missed.join(", ")}`);

let worker = read(`offline/${WORKER}`);
for (const [blank, filled] of [
  ['const RELEASE = "";', `const RELEASE = "${createHash("sha256").update(index).digest("hex").slice(0, 16)}";`],
  ["const FILES = [];", `const FILES = ${JSON.stringify(named)};`],
]) {
  if (!worker.includes(blank)) throw new Error(`${WORKER} does not say ${blank}`);
  worker = worker.replace(blank, () => filled);
}
writeFileSync(join(order.out, WORKER), await smallest(worker));

const icon = (/** @type {string} */ name) => hashed(name, "png", readFileSync(join(order.root, `offline/${name}.png`)));
const manifest = JSON.parse(read("offline/manifest.json"));
for (const entry of manifest.icons) entry.src = icon(entry.src.replace(/\.png$/, ""));
const drawn = named.map(([name]) => name).find((name) => name.endsWith(".svg"));
manifest.icons.unshift({ src: drawn, type: "image/svg+xml", sizes: "any" });
const links =
  `<link rel="manifest" href="./${hashed("manifest", "webmanifest", Buffer.from(JSON.stringify(manifest)))}">` +
  `<link rel="apple-touch-icon" href="./${icon("icon-whole-180")}">`;
if (!index.includes("</head>")) throw new Error("the page has no head");
writeFileSync(join(order.out, "index.html"), index.replace("</head>", () => `${links}</head>`));
