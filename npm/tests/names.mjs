// Whatever has a name in public has it in `api.json`, or is a token of `style/tokens.css`; the rest agrees with those.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { api, kept, manifest, messageIds, tokens } from "../describe.mjs";

/** @param {string} path */
const read = (path) => readFileSync(path, "utf8");
const PACKAGE = process.env.REFERRAL_CONNECT_PACKAGE ?? "target/npm";
const { ReferralConnect } = await import(pathToFileURL(join(PACKAGE, "pure.js")).href);

/** @param {{ name: string }[]} list */
const names = (list) => list.map(({ name }) => name).sort();

/** @param {string} text @param {RegExp} pattern with one group */
const all = (text, pattern) => [...new Set([...text.matchAll(pattern)].map(([, found]) => found))].sort();

test("what is made of the names is up to date", () => {
  for (const [path, text] of Object.entries(kept()))
    assert.equal(read(path), text, `${path} is not what npm/api.json says: run \`node npm/describe.mjs\``);
  const packed = (name) => JSON.parse(read(join(PACKAGE, name)));
  assert.deepEqual(packed("custom-elements.json"), manifest(packed("package.json").version));
});

test("the class observes the attributes", () => {
  const observed = api.attributes.filter((it) => it.observed !== false);
  assert.deepEqual([...ReferralConnect.observedAttributes].sort(), names(observed));
  assert.match(read("style/form.css"), /:host\(\[theme="light"\]\)[^]*:host\(\[theme="dark"\]\)/);
  assert.match(read("embed/element.js"), /"loading"\) === "eager"/);
});

test("the class has the properties and methods, and no others", () => {
  const members = Object.entries(Object.getOwnPropertyDescriptors(ReferralConnect.prototype))
    .filter(([name]) => name !== "constructor" && !name.endsWith("Callback"));
  const attributes = api.attributes.filter((it) => it.property).map((it) => it.property);
  const those = (wanted) => members.filter(([, it]) => wanted(it)).map(([name]) => name).sort();
  assert.deepEqual(those((it) => it.get), [...attributes, ...names(api.properties)].sort());
  assert.deepEqual(those((it) => it.get && !it.set), names(api.properties.filter((it) => it.readonly)));
  assert.deepEqual(those((it) => it.value), names(api.methods));
});

test("the defaults are those of the class", () => {
  const getters = read("embed/element.js").matchAll(/get (\w+)\(\) \{\s+return this\.#said\("([\w-]+)"(?:, "(.*)")?\);/g);
  assert.deepEqual(
    [...getters].map(([, property, name, initial = ""]) => [property, name, initial]),
    api.attributes.filter((it) => it.property).map((it) => [it.property, it.name, it.default]),
  );
  const [, refresh] = read("src/view/widget.rs").match(/REFRESH_S: u32 = (\d+);/) ?? [];
  assert.equal(refresh, api.attributes.find((it) => it.name === "refresh").default);
});

test("the events are those that are told, with their details", () => {
  /** @type {Record<string, string[]>} */
  const told = {};
  for (const [, name, detail] of read("src/host_events.rs").matchAll(/"(referral-[\w-]+)",\s*json::object\(&\[([^]*?)\]\)/g))
    told[name] = [...detail.matchAll(/\(\s*"(\w+)",/g)].map(([, field]) => field);
  for (const [, name, detail] of read("embed/element.js").matchAll(/this\.#tell\("([\w-]+)", \{(.*)\}\);/g))
    told[`referral-${name}`] = detail.split(",").map((field) => field.trim().split(":")[0]);
  const described = api.events.map((it) => [it.name, Object.keys(it.detail)]);
  assert.deepEqual(told, Object.fromEntries(described));
  assert.match(read("src/host_events.rs"), /is_cancelable = name == "referral-submit"/);
  assert.deepEqual(names(api.events.filter((it) => it.cancelable)), ["referral-submit"]);
});

test("a connection and a reason are what the module makes them", () => {
  const source = read("src/host_events.rs");
  const [, connection] = source.match(/fn in_json\([^]*?json::object\(&\[([^]*?)\]\)/) ?? [];
  assert.deepEqual(all(connection, /\("(\w+)",/g), Object.keys(api.types.Connection.fields).sort());
  const [, firm] = source.match(/fn firm\([^]*?json::object\(&\[([^]*?)\]\)/) ?? [];
  assert.deepEqual(all(firm, /\("(\w+)",/g), Object.keys(api.types.Firm.fields).sort());
  const { detail } = api.events.find((it) => it.name === "referral-rejected");
  assert.deepEqual(all(source, /Reason::\w+ => "([\w-]+)"/g), all(detail.reason, /"([\w-]+)"/g));
});

test("the parts are those of the view", () => {
  const files = readdirSync("src/view").filter((name) => name.endsWith(".rs"));
  const seen = all(files.map((name) => read(`src/view/${name}`)).join("\n"), /\|part=([\w-]+)/g);
  // Without the root, which is made apart, and stands for the element itself.
  assert.deepEqual(seen, names(api.parts));
});

test("the states are those of the module, and two before it is there", () => {
  const standings = all(read("src/domain/session/standing.rs"), /Self::\w+ => "(\w+)"/g);
  const before = all(read("embed/element.js"), /#stand\("(\w+)"\)/g);
  assert.deepEqual([...standings, ...before].sort(), names(api.states));
});

test("the messages are those of the module, which tells them apart by their order", () => {
  const names = [...read("src/view/words/message_id.rs").matchAll(/^ {4}\w+ = "([\w.]+)",$/gm)].map(([, name]) => name);
  assert.deepEqual(messageIds(), names);
});

test("every token has a meaning and a default", () => {
  const css = read("style/tokens.css");
  assert.deepEqual(names(tokens()), all(css, /var\((--referral-[\w-]+)/g));
  assert.equal(new Set(tokens().map(({ text }) => text)).size, tokens().length, "two tokens mean the same");
});
