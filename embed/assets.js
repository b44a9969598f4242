// Stands in for what the build puts in its place: where the element's files are, and what they have to be.

/**
 * A file, and the hash that it has to have.
 * @typedef {object} Asset
 * @property {string} url
 * @property {string} integrity
 */

/**
 * Where the script is that comes with the module.
 * @type {Asset}
 */
export const script = { url: "", integrity: "" };

/**
 * Where the module is.
 * @type {Asset}
 */
export const wasm = { url: "", integrity: "" };

/**
 * Where the catalogues of words are, by language.
 * @type {Record<string, Asset>}
 */
export const catalogues = {};

/** The styles of the form, for all that is seen before the module arrives. */
export const css = "";
