// One element of the gallery, and what its state does to it.

import { answer, begin, until } from "./world.js";

/** @import { ReferralConnect } from "../embed/element.js" */
/** @import { State } from "./states.js" */

const ACCOUNT = "be1403f4-9cdc-4904-9bd7-63d2619a01c6";

export class Stand {
  /** @param {State} state */
  constructor(state) {
    this.state = state;
    this.element = /** @type {ReferralConnect} */ (document.createElement("referral-connect"));
    const attributes = {
      endpoint: `/gallery/${state.id}`,
      "account-uuid": ACCOUNT,
      "adviser-key": "ABC12345",
      loading: "eager",
      ...state.has,
    };
    for (const [name, value] of Object.entries(attributes)) if (value !== null) this.element.setAttribute(name, value);
    this.element.getAccessToken = () => "gallery-token";
  }

  /**
   * Puts the element into the page and brings it into its state.
   * @param {Element} place
   * @param {boolean} isEnglish whether its words can be looked at
   */
  async reach(place, isEnglish) {
    const { element, state } = this;
    begin();
    if (state.api) answer(state.id, state.api);
    await state.before?.(this);
    place.append(element);
    const hasModule = state.stands !== "loading" && !state.before;
    if (hasModule) await this.until("a module", () => element.state !== "loading");
    await state.act?.(this);
    await this.until(`${state.stands}, saying “${state.says}”`, () =>
      element.state === state.stands && (!isEnglish || this.text.includes(state.says)));
    // An error leads to the field, which nobody here has pressed.
    element.blur();
  }

  /** What the element says, also to those who do not see it. */
  get text() {
    return this.#root.textContent ?? "";
  }

  /** Whether it asks whether something is meant. */
  get asks() {
    return this.#root.querySelector(".referral-confirm") !== null;
  }

  /** Where the form will be replaced no more: a word is being put together by an input method. */
  hold() {
    this.#input.dispatchEvent(new CompositionEvent("compositionstart"));
  }

  /** @param {string} text */
  type(text) {
    this.#input.value = text;
    this.#input.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
  }

  /** Presses send as a person would. */
  send() {
    this.#root.querySelector("button")?.click();
  }

  /** Presses one of the buttons below what is told. @param {number} place */
  press(place) {
    /** @type {HTMLElement} */ (this.#root.querySelectorAll(".referral-actions button")[place]).click();
  }

  /** Chooses in the list of this name. @param {string} name @param {string} value */
  choose(name, value) {
    const list = /** @type {HTMLSelectElement} */ (this.#root.querySelector(`[name=${name}]`));
    list.value = value;
    list.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
  }

  /** Presses send with a token from elsewhere. @param {() => string | Promise<string>} getAccessToken */
  signIn(getAccessToken) {
    this.element.getAccessToken = getAccessToken;
    this.element.submit();
  }

  /** @param {string} what @param {() => unknown} look */
  until(what, look) {
    return until(`${what}; it is ${this.element.state} and says “${this.text}”`, look);
  }

  get #root() {
    return /** @type {ShadowRoot} */ (this.element.shadowRoot);
  }

  get #input() {
    return /** @type {HTMLInputElement} */ (this.#root.querySelector("input"));
  }
}
