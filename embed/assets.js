// Stands in for what the build puts in its place: where the element's files are, and what they have to be.

/**
 * The file that comes with the module.
 * @typedef {object} Factory
 * @property {() => import("./mount.js").Instance} default makes an instance
 * @property {typeof import("./mount.js").mount} mount
 * @property {string} css the styles of all that is seen once the module is there
 */

/** Where that file is. */
export const script = { url: "", integrity: "" };

/** Where the module is. */
export const wasm = { url: "", integrity: "" };

/** The styles of the form, for all that is seen before the module arrives. */
export const css = "";
