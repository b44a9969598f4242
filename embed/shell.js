// The form as the module will show it, until the module is there: same look, same place, same names. It can be typed
// into, and remembers a press.

import * as words from "./words.js";

/** @import { Messages } from "./api.js" */

/**
 * @typedef {object} Shell
 * @property {HTMLElement} root
 * @property {HTMLInputElement} input
 * @property {boolean} isPressed whether send was pressed
 * @property {boolean} [isStarting] whether the module is being fetched for it
 * @property {boolean} [isHalfTyped] whether an input method is at work in the field
 * @property {(is: boolean) => void} hold remembers a press, or forgets it
 * @property {(messages: Messages | null | undefined) => void} relabel says it in these words, if there are any
 * @property {(cause: string, retry: () => void) => void} fail says why there will be nothing more
 */

/**
 * @param {string} text what the field holds to begin with
 * @param {() => void} pressed called when send is pressed
 * @returns {Shell}
 */
export function shell(text, pressed) {
  const input = make("input", "input", {
    id: "key", name: "adviser_key", autocomplete: "off", autocapitalize: "none", autocorrect: "off",
    spellcheck: "false", "aria-required": "true", "aria-describedby": "hint",
  });
  input.value = text;
  const button = make("button", "button");
  const label = make("label", "label", { for: "key" });
  const hint = make("p", "hint", { id: "hint" });
  const message = make("div", "message", { role: "alert" });
  const status = make("p", "card", { role: "status" });
  const form = make("form", "form", {}, label, hint, input, button, message);
  const root = make("div", "connect", {}, form, status);
  /** @type {Shell} */
  const self = {
    root,
    input,
    isPressed: false,
    hold(is) {
      self.isPressed = input.readOnly = is;
      button.ariaDisabled = is ? "true" : null;
      status.textContent = is ? words.STARTING : "";
    },
    relabel(messages) {
      label.textContent = messages?.label ?? words.LABEL;
      hint.textContent = messages?.hint ?? words.HINT;
      button.textContent = messages?.send ?? words.SEND;
    },
    fail(cause, retry) {
      self.hold(false);
      const again = make("button", "button", { type: "button" }, words.TRY_AGAIN);
      again.onclick = () => {
        message.replaceChildren();
        input.focus();
        retry();
      };
      message.replaceChildren(make("p", "", {}, `${words.STOPPED} ${cause}.`), again);
    },
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    message.replaceChildren();
    self.hold(true);
    pressed();
  };
  for (const type of /** @type {const} */ (["compositionstart", "compositionend"]))
    input.addEventListener(type, () => (self.isHalfTyped = type.endsWith("t")));
  return self;
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} part its part, and its class without what all classes begin with
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
function make(tag, part, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.className = "referral-" + part;
  element.part = part;
  element.append(...children);
  return element;
}
