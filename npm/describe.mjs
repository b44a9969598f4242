// What the package says of the element, all of it from `api.json` and `style/tokens.css`. Run by itself it writes what
// is kept in the tree: `embed/api.d.ts` and the tables of `docs/element.md`.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const TYPINGS = "embed/api.d.ts";
const REFERENCE = "docs/element.md";

/** @param {string} path */
const read = (path) => readFileSync(new URL(path, root), "utf8");

export const api = JSON.parse(read("npm/api.json"));

/** What the tree should hold, by path. */
export const kept = () => ({ [TYPINGS]: typings(), [REFERENCE]: reference(read(REFERENCE)) });

/** The forms of a plural, as CLDR has them. */
const FORMS = ["zero", "one", "two", "few", "many", "other"];

/** The names of all messages, with all forms of those that have a plural. */
export function messageIds() {
  const ids = Object.keys(JSON.parse(read("words/en.json")));
  return [...new Set(ids.flatMap((id) => {
    const [, stem, form] = /^(.+)\.(\w+)$/.exec(id) ?? [];
    return FORMS.includes(form) ? FORMS.map((form) => `${stem}.${form}`) : [id];
  }))];
}

/** The custom properties that hosts may set: name, default and meaning. */
export function tokens() {
  return [...read("style/tokens.css").matchAll(/\/\* (.+) \*\/\n +--_([\w-]+): var\(--referral-\2, (.+)\);/g)].map(
    ([, text, name, initial]) => ({ name: `--referral-${name}`, text, default: initial }),
  );
}

/**
 * The custom elements manifest, schema 2.1.0.
 * @param {string} version
 */
export function manifest(version) {
  const described = (list) => list.map(({ name, text }) => ({ name, description: text }));
  return {
    schemaVersion: "2.1.0",
    readme: "README.md",
    modules: [{
      kind: "javascript-module",
      path: "pure.js",
      declarations: [{
        kind: "class",
        customElement: true,
        name: "ReferralConnect",
        tagName: api.tag,
        summary: api.summary,
        description: `Version ${version}.`,
        superclass: { name: "HTMLElement" },
        attributes: api.attributes.map((it) => ({
          name: it.name, type: { text: it.type }, default: JSON.stringify(it.default), description: it.text,
          ...(it.property && { fieldName: it.property }),
        })),
        members: [
          ...fields().map(({ name, type, text, readonly, attribute }) => ({
            kind: "field", name, type: { text: type }, description: text,
            ...(readonly && { readonly }), ...(attribute && { attribute, reflects: true }),
          })),
          ...api.methods.map((it) => ({
            kind: "method", name: it.name, description: it.text, return: { type: { text: "void" } },
            ...(it.parameters && { parameters: [{ name: "options", optional: true, type: { text: "FocusOptions" } }] }),
          })),
        ],
        events: api.events.map((it) => ({
          name: it.name, type: { text: `CustomEvent<${shape(it.detail)}>` }, description: sentence(it.when),
        })),
        cssParts: described(api.parts),
        cssStates: described(api.states),
        cssProperties: tokens().map((it) => ({ name: it.name, default: it.default, description: it.text })),
      }],
      exports: [
        { kind: "js", name: "ReferralConnect", declaration: { name: "ReferralConnect" } },
        { kind: "js", name: "define", declaration: { name: "define" } },
      ],
    }, {
      kind: "javascript-module",
      path: "index.js",
      declarations: [],
      exports: [{ kind: "custom-element-definition", name: api.tag, declaration: { name: "ReferralConnect", module: "pure.js" } }],
    }],
  };
}

/** Attributes that have a property, and what is a property alone. */
function fields() {
  const reflecting = api.attributes.filter((it) => it.property);
  return [...reflecting.map((it) => ({ ...it, name: it.property, attribute: it.name })), ...api.properties];
}

/** @param {Record<string, string>} members */
const shape = (members) =>
  Object.keys(members).length === 0
    ? "Readonly<{}>"
    : `Readonly<{ ${Object.entries(members).map(([name, type]) => `${name}: ${type}`).join("; ")} }>`;

function typings() {
  const lines = (list, line) => list.map(line).join("\n");
  const interfaces = lines(Object.entries(api.types), ([name, { text, fields }]) => `/** ${text} */
export interface ${name} {
${lines(Object.entries(fields), ([field, type]) => `  readonly ${field}: ${type};`)}
}
`);
  return `// Made by npm/describe.mjs from npm/api.json and words/en.json.

import type { ReferralConnect } from "./element.js";

${interfaces}
/** What a message is called. A code, a firm, a number or a time takes the place of what stands in braces in it. */
export type MessageId =
${lines(messageIds(), (id) => `  | "${id}"`)};

/** Words in the place of the element's own. */
export type Messages = { readonly [Name in MessageId]?: string | undefined };

/** How the element stands. */
export type ReferralConnectState = ${api.states.map((it) => `"${it.name}"`).join(" | ")};

/** What the element tells, by event. */
export interface ReferralConnectEvents {
${lines(api.events, (it) => `  /** ${sentence(it.when)} */\n  "${it.name}": CustomEvent<${shape(it.detail)}>;`)}
}

/** The attributes of the element. */
export interface ReferralConnectAttributes {
${lines(api.attributes, (it) => `  /** ${it.text} */\n  "${it.name}"?: ${it.type === "number" ? "number | string" : it.type} | undefined;`)}
}

/** The properties of the element that can be set. */
export interface ReferralConnectProperties {
${lines(fields().filter((it) => !it.readonly), (it) => `  /** ${it.text} */\n  ${it.name}?: ${it.name === "connection" ? "object | null" : it.type} | undefined;`)}
}

/** All that can be set on the element, and its events as React and Svelte write them: \`onreferral-sent\`. */
export type ReferralConnectProps = ReferralConnectAttributes & ReferralConnectProperties & {
  [Name in keyof ReferralConnectEvents as \`on\${Name}\`]?: ((event: ReferralConnectEvents[Name]) => void) | undefined;
};

declare global {
  interface HTMLElementTagNameMap {
    "${api.tag}": ReferralConnect;
  }
  // They bubble: they can be heard on every element, on the document and on the window.
  interface GlobalEventHandlersEventMap extends ReferralConnectEvents {}
}

// Each of the following is for those alone who have that framework.

// @ts-ignore
declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      // @ts-ignore
      "${api.tag}": ReferralConnectProps & import("react").DetailedHTMLProps<import("react").HTMLAttributes<ReferralConnect>, ReferralConnect>;
    }
  }
}

// @ts-ignore
declare module "vue" {
  interface GlobalComponents {
    // @ts-ignore
    "${api.tag}": new () => { $props: ReferralConnectAttributes & ReferralConnectProperties & import("vue").HTMLAttributes & {
${lines(api.events, (it) => `      on${camel(it.name)}?: ((event: ReferralConnectEvents["${it.name}"]) => void) | undefined;`)}
    } };
  }
}

// @ts-ignore
declare module "svelte/elements" {
  interface SvelteHTMLElements {
    // @ts-ignore
    "${api.tag}": ReferralConnectProps & import("svelte/elements").HTMLAttributes<ReferralConnect>;
  }
}
`;
}

/** @param {string} text */
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

/** @param {string} name */
const camel = (name) => name.replace(/(?:^|-)(\w)/g, (_, letter) => letter.toUpperCase());

/**
 * The document with its tables made anew.
 * @param {string} document
 */
function reference(document) {
  const code = (text) => `\`${text}\``;
  const table = (head, rows) =>
    [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
  const types = (type) => code(type.replace(/^\((.*)\) \| undefined$/, "$1"));
  /** @type {Record<string, string>} */
  const tables = {
    attributes: table(["attribute", "property", "meaning", "default"], api.attributes.map((it) =>
      [code(it.name), it.property ? code(it.property) : "", it.text, it.otherwise ?? code(it.default)])),
    properties: table(["property", "type", "meaning"], api.properties.map((it) =>
      [code(it.name), types(it.type), `${it.text}${it.readonly ? " Read only." : ""}`])),
    methods: table(["method", "does"], api.methods.map((it) =>
      [code(`${it.name}(${it.parameters ? "options" : ""})`), it.text])),
    events: table(["event", "when", "detail"], api.events.map((it) =>
      [code(it.name), `${it.when}${it.cancelable ? " (cancelable)" : ""}`, code(`{${Object.keys(it.detail).join(", ")}}`)])),
    parts: table(["part", "is"], api.parts.map((it) => [code(it.name), it.text])),
    states: table(["state", "means"], api.states.map((it) => [code(it.name), it.text])),
    tokens: table(["token", "is", "default"], tokens().map((it) => [code(it.name), it.text, code(it.default)])),
  };
  return document.replace(/(<!-- (\w+) -->\n)[^]*?(<!-- end -->)/g, (_, start, name, end) => `${start}${tables[name]}\n${end}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [path, text] of Object.entries(kept())) writeFileSync(new URL(path, root), text);
