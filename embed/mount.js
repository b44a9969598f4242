// Puts the module's widget into an element, in the place of a form that was there first. It comes with the module.

import { heeding, observe, words } from "./language.js";
import { BROKEN } from "./words.js";

/** @import { Words } from "./language.js" */

/**
 * A widget in an element, by the module; see `src/bin/element.rs`.
 * @typedef {object} Widget
 * @property {(attribute: string) => void} heed
 * @property {(json: string) => void} show
 * @property {() => void} submit
 * @property {() => void} check
 * @property {() => void} reset
 * @property {(texts: string[], locale: string) => void} speak
 * @property {() => void} free
 * @property {() => number} __destroy_into_raw
 * @property {() => void} reword looks again which words the element has; of our own
 */

/**
 * One instance of the module.
 * @typedef {object} Instance
 * @property {new (root: HTMLElement, element: HTMLElement, text: string, texts: string[], locale: string,
 *   getAccessToken: (reason: "first" | "refresh") => unknown,
 *   stands: (standing: string, connection: object | null) => void,
 *   ended: (anew: boolean) => void) => Widget} Widget
 * @property {(options: { module: WebAssembly.Module }) => unknown} initSync
 */

/** @type {CSSStyleSheet | undefined} one for all elements of a document */
let sheet;

/**
 * Makes a widget, or throws why it could not, in words. `ended` is called when the instance has trapped: `anew` if a
 * fresh one can take its place unseen, with what was typed and why that is not to happen twice. `text` is what the field
 * holds unless there is a form already.
 * @typedef {(element: HTMLElement & { getAccessToken?: (reason: "first" | "refresh") => unknown }, text: string, spoken: Words,
 *   stands: (standing: string, connection: object | null) => void,
 *   ended: (anew: boolean, text: string, cause: string) => void) => Widget} Mount
 */

/**
 * @param {Instance} instance
 * @param {string} css
 * @returns {Mount}
 */
export const mount = ({ Widget }, css) => (element, begun, { texts, locale }, stands, ended) => {
  const scope = /** @type {ShadowRoot} */ (element.shadowRoot);
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(css);
  if (!scope.adoptedStyleSheets.includes(sheet)) scope.adoptedStyleSheets.push(sheet);
  const fresh = document.createElement("div");
  const input = scope.querySelector("input");
  const text = input?.value ?? begun;
  // Neither is there yet, should the module end while it makes them.
  /** @type {Widget | undefined} */
  let widget;
  const reword = () => {
    observe(element);
    words(element).then(
      // One that has gone says nothing any more.
      ({ texts, locale }) => heeding.has(reword) && widget?.speak(texts, locale),
      // Words that are out of reach change nothing.
      () => {},
    );
  };
  /** @type {HTMLInputElement | null | undefined} */
  let field;
  let isGivenUp = false;
  try {
    widget = new Widget(fresh, element, text, texts, locale, (reason) => element.getAccessToken?.(reason), stands, (anew) => {
      heeding.delete(reword);
      widget?.__destroy_into_raw();
      if (!isGivenUp) ended(anew, field?.value ?? text, BROKEN);
    });
  } catch {
    // Without a form to tell of it, another instance takes its place at once, and is not to be ended by this one.
    isGivenUp = !input;
    throw BROKEN;
  }
  const focused = scope.activeElement;
  scope.replaceChildren(fresh);
  field = fresh.querySelector("input");
  if (field && input) field.setSelectionRange(input.selectionStart, input.selectionEnd, input.selectionDirection ?? "none");
  if (focused) (focused === input ? field : fresh.querySelector("button"))?.focus();
  observe(element);
  heeding.add(reword);
  widget.reword = reword;
  widget.free = () => {
    heeding.delete(reword);
    Widget.prototype.free.call(widget);
  };
  return widget;
};
