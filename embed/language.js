// Which words an element speaks in: those of the nearest language, if there is a catalogue of it, and the host's own in
// their place. It comes with the module.

import { catalogues } from "./assets.js";

/** @import { Attempts } from "./attempts.js" */

/** Where nothing says which one, numbers and dates are written as the words are. */
const ENGLISH = "en";
const BRITISH = "en-GB";

/**
 * What the module takes.
 * @typedef {object} Words
 * @property {string[]} texts all messages in their order
 * @property {string} locale how numbers and dates are written: a BCP 47 tag
 */

/** @typedef {HTMLElement & { messages?: Record<string, string | undefined> | null }} Speaker */

/** @type {Attempts} */
let attempts;

/** @param {Attempts} given how to get a file */
export const useAttempts = (given) => (attempts = given);

/** @type {Record<string, Record<string, string> | undefined>} by language */
const known = {};

/** @type {Record<string, Promise<void> | undefined>} by language */
const fetched = {};

/** @type {Set<() => void>} called whenever the language of an element may be another one */
export const heeding = new Set();

/** @type {WeakSet<Node>} */
const observed = new WeakSet();

/** @type {MutationObserver | undefined} one for all elements */
let observer;

/**
 * The words for an element as it stands, if they are there.
 * @param {Speaker} element
 * @returns {Words | undefined}
 */
export function spoken(element) {
  const tag = tagOf(element);
  const { messages } = element;
  const catalogue = known[catalogueFor(tag)];
  return catalogue && {
    texts: Object.keys(catalogue).map((id) => messages?.[id] ?? catalogue[id]),
    locale: (messages || catalogueFor(tag) === languageOf(tag)) && tag !== ENGLISH ? canonical(tag) : BRITISH,
  };
}

/**
 * The words for an element as it stands, once they are there. Rejects with the cause, in words, if they are out of reach.
 * @param {Speaker} element
 * @returns {Promise<Words>}
 */
export async function words(element) {
  const language = catalogueFor(tagOf(element));
  await (fetched[language] ??= get(language));
  // Meanwhile it may have come to speak another one.
  return spoken(element) ?? words(element);
}

/**
 * Watches over the language of an element, wherever around it that is said.
 * @param {Node} element
 */
export function observe(element) {
  observer ??= new MutationObserver(() => heeding.forEach((changed) => changed()));
  // Each of them, for a whole tree that is observed costs the page something whenever a node is taken out of it.
  for (let node = element; node; node = above(node)) {
    if (observed.has(node)) continue;
    observed.add(node);
    observer.observe(node, { attributeFilter: ["lang"] });
  }
}

/** @param {string} language */
const get = (language) => {
  const asset = catalogues[language];
  /** @param {number} attempt */
  const read = async (attempt) => {
    const response = await fetch(asset.url, attempt > 1 ? { ...asset, cache: "reload" } : asset);
    known[language] = await response.json();
  };
  return attempts(asset, read, () => false).catch((cause) => {
    fetched[language] = undefined;
    throw cause;
  });
};

/** @param {string} tag */
const languageOf = (tag) => tag.split("-")[0].toLowerCase();

/** @param {string} tag */
const catalogueFor = (tag) => (catalogues[languageOf(tag)]?.url ? languageOf(tag) : ENGLISH);

/** @param {Node} element */
function tagOf(element) {
  for (let node = element; node; node = above(node)) {
    const tag = /** @type {Element} */ (node).getAttribute?.("lang");
    if (tag) return tag;
  }
  // Most browsers that are set to American English are so by default.
  return navigator.language.replace(/^en\b.*/, ENGLISH);
}

/**
 * The parent, or the element in whose shadow this is.
 * @param {Node} node
 * @returns {Node}
 */
const above = (node) => node.parentNode ?? /** @type {ShadowRoot} */ (node).host;

/** @param {string} tag */
function canonical(tag) {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return BRITISH;
  }
}
