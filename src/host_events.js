// Events for hosts. In JavaScript, for it is nothing but calls of the browser.

/**
 * A value that nobody changes.
 * @param {string} json
 */
export const frozen = (json) => JSON.parse(json, (_, value) => Object.freeze(value));

/**
 * Whether all who listen have nothing against it.
 * @param {Element} root
 * @param {string} name
 * @param {string} json the detail
 * @param {boolean} cancelable
 */
export function dispatch(root, name, json, cancelable) {
  try {
    return root.dispatchEvent(new CustomEvent(name, { detail: frozen(json), bubbles: true, composed: true, cancelable }));
  } catch {
    // Not for what a listener throws: a page has put something else in the place of these functions.
    return true;
  }
}
