// Puts the element's files together for any web server: the script that pages name, and what it loads, by hash.

import { mkdirSync, writeFileSync } from "node:fs";

import { buildFrame } from "./build-frame.mjs";
import { catalogues, entries, formStyles, hashed, integrity, order, smallest, wasm, widgetScript } from "./bundle.mjs";

mkdirSync(order.out, { recursive: true });
const widget = await widgetScript((language) => JSON.stringify(hashed(`words-${language}`, "json", catalogues[language])));
const widgetName = hashed("widget", "js", widget);
const wasmName = hashed("widget", "wasm", wasm);

const assets = `
const at = (name) => new URL(name, import.meta.url).href;
export const script = { url: at(${JSON.stringify(widgetName)}), integrity: ${JSON.stringify(integrity(widget))} };
export const wasm = { url: at(${JSON.stringify(wasmName)}), integrity: ${JSON.stringify(integrity(wasm))} };
export const css = ${JSON.stringify(await formStyles())};
`;
const scripts = await entries(["referral-connect", "pure"], { "assets.js": assets });
for (const { path, text } of scripts) writeFileSync(path, await smallest(text));
await buildFrame(assets);
