// The licences of all that is compiled into the module: they ask for their texts to come along.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where a crate lets us choose, the first of these is what we choose. */
const CHOSEN = ["MIT", "Apache-2.0", "BSD-3-Clause", "BSD-2-Clause", "ISC", "Zlib", "Unicode-3.0", "BSL-1.0", "0BSD", "Unlicense"];

/**
 * The text of the file, in Markdown.
 * @param {string} root the repository
 */
export function thirdParty(root) {
  // Ours is the same licence, and has its text.
  const [, terms] = readFileSync(join(root, "LICENSE"), "utf8").split(/^Copyright .*\n\n/m);
  const mit = (authors) =>
    `Copyright (c) ${authors.map((name) => name.replace(/ <.*>/, "")).join(", ") || "its authors"}\n\n${terms.trim()}`;
  /** @type {Map<string, string[]>} crates by their licence's text */
  const texts = new Map();
  for (const crate of compiledIn(root)) {
    const { name, version, license } = crate;
    const chosen = CHOSEN.find((name) => license?.split(/ OR |\//).some((it) => it.replace(/[()]/g, "").trim() === name));
    if (!chosen) throw new Error(`${name} ${version} has the licence ${license}, which nobody has looked at`);
    const text = licenceText(dirname(crate.manifest_path), chosen) ?? (chosen === "MIT" ? mit(crate.authors) : undefined);
    if (!text) throw new Error(`${name} ${version} brings no text of its licence`);
    texts.set(text, [...(texts.get(text) ?? []), `${name} ${version} (${chosen})`]);
  }
  texts.set(mit(["the Rust project's contributors"]), ["the Rust standard library (MIT)"]);
  const parts = [...texts].map(([text, crates]) => `## ${crates.join(", ")}\n\n\`\`\`text\n${text}\n\`\`\`\n`);
  return `# Licences of what is compiled into the module\n\n${parts.sort().join("\n")}`;
}

/**
 * The crates whose code is in the module.
 * @param {string} root
 * @returns {any[]}
 */
function compiledIn(root) {
  const { packages, resolve } = JSON.parse(execFileSync("cargo", [
    "metadata", "--locked", "--format-version", "1", "--filter-platform", "wasm32-unknown-unknown",
  ], { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 }));
  const crates = new Map(packages.map((it) => [it.id, it]));
  const nodes = new Map(resolve.nodes.map((it) => [it.id, it]));
  const [ours] = packages.filter((it) => it.name === "referral-connect");
  const found = new Set([ours.id]);
  for (const id of found)
    for (const { pkg, dep_kinds } of nodes.get(id).deps) {
      const runs = dep_kinds.some((it) => it.kind === null);
      // What a macro writes is ours.
      const isMacro = crates.get(pkg).targets.some((it) => it.kind.includes("proc-macro"));
      if (runs && !isMacro) found.add(pkg);
    }
  found.delete(ours.id);
  return [...found].map((id) => crates.get(id)).sort((one, other) => (one.name < other.name ? -1 : 1));
}

/**
 * @param {string} folder
 * @param {string} licence
 */
function licenceText(folder, licence) {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|unlicense)/i.test(name)).sort();
  const family = licence.split("-")[0].toLowerCase();
  const name = names.find((name) => name.toLowerCase().includes(family)) ?? names[0];
  return name && readFileSync(join(folder, name), "utf8").replaceAll("\r", "").trim();
}
