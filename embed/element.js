// The class of `<referral-connect>`. It shows the form at once and hands it over to the module when that arrives; every
// decision about requests is the module's. Importing this file defines and touches nothing.

import { css } from "./assets.js";
import { discard, load } from "./loader.js";
import { shell } from "./shell.js";

/** @import { Connection, Messages, ReferralConnectState } from "./api.js" */
/** @import { Widget } from "./mount.js" */
/** @import { Shell } from "./shell.js" */
/** @import { Started } from "./start.js" */
/** @import { Words } from "./language.js" */

/** On servers there are no elements, and importing must work there as well. */
const Base = globalThis.HTMLElement ?? class {};

/** @type {CSSStyleSheet | undefined} one for all elements */
let sheet;

/** @type {Started | undefined} what makes widgets, once it has made one */
let running;

export class ReferralConnect extends Base {
  static formAssociated = true;
  static observedAttributes = ["endpoint", "account-uuid", "auth", "adviser-key", "key-case", "refresh", "history", "loading"];

  #internals = this.attachInternals();
  #root = this.attachShadow({ mode: "open" });
  #state = "loading";
  /** @type {object | null} the last one */
  #connection = null;
  /** @type {object | null} the one on the screen */
  #shown = null;
  /** What the next field begins with. */
  #text = "";
  /** Why a further instance is not started unasked. */
  #ended = "";
  /** @type {Shell | undefined} */
  #shell;
  /** @type {Widget | undefined} */
  #widget;
  /** @type {IntersectionObserver | undefined} */
  #near;
  /** @type {((reason: "first" | "refresh") => string | Promise<string>) | undefined} */
  #getAccessToken;
  /** @type {Messages | null | undefined} */
  #messages;

  connectedCallback() {
    // Moved within the page, to where another language may be spoken.
    if (this.#root.firstChild) return this.#widget?.reword();
    // Set before the class was there, they hide the class's own.
    const before = { ...this };
    for (const name in before) delete this[name];
    Object.assign(this, before);
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(css);
    this.#root.adoptedStyleSheets = [sheet];
    this.#show();
  }

  disconnectedCallback() {
    // Moved within the page it comes back at once.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#text = this.#field()?.value ?? this.#text;
      this.#near?.disconnect();
      this.#widget?.free();
      this.#shell = this.#widget = undefined;
      this.#root.replaceChildren();
    });
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} after
   */
  attributeChangedCallback(name, before, after) {
    if (before === after) return;
    // A code that was pressed to be sent is not exchanged for another one.
    if (name === "adviser-key" && after && !this.#shell?.isPressed) {
      this.#text = after;
      if (this.#shell) this.#shell.input.value = after;
    }
    if (name === "loading" && after === "eager") this.#start();
    this.#widget?.heed(name);
  }

  /** @param {boolean} is */
  formDisabledCallback(is) {
    this.inert = is;
  }

  formResetCallback() {
    this.reset();
  }

  /** Base address of the API. */
  get endpoint() {
    return this.#said("endpoint", "https://api.plannrcrm.com");
  }
  set endpoint(value) {
    this.#say("endpoint", value);
  }

  /** The account to act for; empty: the one stored in this browser. */
  get accountUuid() {
    return this.#said("account-uuid");
  }
  set accountUuid(value) {
    this.#say("account-uuid", value);
  }

  /** Who proves who asks: `bearer` and `session`, by `getAccessToken`, or `cookie`, by the browser. */
  get auth() {
    return this.#said("auth", "bearer");
  }
  set auth(value) {
    this.#say("auth", value);
  }

  /** Prefilled code; never sent by itself. */
  get adviserKey() {
    return this.#said("adviser-key");
  }
  set adviserKey(value) {
    this.#say("adviser-key", value);
  }

  /** Gives a bearer token for the API. Svelte sets as a property only what has a setter. */
  get getAccessToken() {
    return this.#getAccessToken;
  }
  set getAccessToken(value) {
    this.#getAccessToken = value;
  }

  /** Words of the host's own in the place of the widget's, by their names. */
  get messages() {
    return this.#messages;
  }
  set messages(value) {
    this.#messages = value;
    this.#shell?.relabel(value);
    this.#widget?.reword();
  }

  /**
   * The last connection. Setting one shows it without a request.
   * @returns {Connection | null}
   */
  get connection() {
    return /** @type {Connection | null} */ (this.#connection);
  }
  /** @param {object | null} value in the shape of the API or of the events */
  set connection(value) {
    this.#hold((this.#shown = value ?? null));
    this.#widget?.show(JSON.stringify(this.#shown));
  }

  /**
   * How it stands.
   * @returns {ReferralConnectState}
   */
  get state() {
    return /** @type {ReferralConnectState} */ (this.#state);
  }

  /** Does what a press of the button does. */
  submit() {
    if (this.#widget) this.#widget.submit();
    else this.#root.querySelector("form")?.requestSubmit();
  }

  /** Asks whether a request without a known outcome arrived. */
  check() {
    // The module asks by itself when it comes to a record.
    if (this.#widget) this.#widget.check();
    else this.#start();
  }

  /** Forgets what was typed and what is shown, but no request without a known outcome. */
  reset() {
    this.#text = "";
    if (this.#shell) {
      this.#shell.input.value = "";
      this.#shell.hold(false);
    }
    this.#hold((this.#shown = null));
    this.#widget?.reset();
  }

  /** @param {FocusOptions} [options] */
  focus(options) {
    this.#field()?.focus(options);
  }

  /**
   * @param {string} attribute
   * @param {string} [otherwise]
   */
  #said(attribute, otherwise = "") {
    return this.getAttribute(attribute) ?? otherwise;
  }

  /**
   * @param {string} attribute
   * @param {string | null | undefined} value frameworks give one of the last two to take it away
   */
  #say(attribute, value) {
    if (value == null) this.removeAttribute(attribute);
    else this.setAttribute(attribute, value);
  }

  #field() {
    return /** @type {HTMLInputElement | null} */ (this.#root.querySelector("[name=adviser_key]"));
  }

  /** @param {object | null} connection */
  #hold(connection) {
    this.#connection = connection;
    this.#internals.setFormValue(/** @type {{ uuid?: string } | null} */ (connection)?.uuid ?? null);
  }

  /** @param {string} state */
  #stand(state) {
    const { states } = this.#internals;
    states.delete(this.#state);
    states.add((this.#state = state));
  }

  /**
   * Shows the form, and fetches the module when it is wanted.
   * @param {string} [cause] why that has to wait until somebody asks for it
   */
  #show(cause) {
    const spoken = cause ? undefined : running?.spoken(this);
    if (running && spoken) {
      try {
        return this.#mount(running, spoken);
      } catch {
        // The form tells of it, should a fresh instance fail as well.
        running = discard();
      }
    }
    const start = () => {
      near.disconnect();
      this.#start();
    };
    const current = (this.#shell = shell(this.#text, start));
    current.relabel(this.#messages);
    // Once it has failed, whoever wants it presses.
    const wanted = () => this.#state === "loading" && start();
    const near = (this.#near = new IntersectionObserver((seen) => seen.at(-1)?.isIntersecting && wanted(), { rootMargin: "300px" }));
    this.#root.replaceChildren(current.root);
    this.#stand("loading");
    if (cause) return this.#fail(cause);
    // What stands there now is English, unless the host has words of its own.
    if (this.#said("loading") === "eager" || this.matches(":lang(cy)")) return start();
    near.observe(this);
    for (const type of ["focusin", "pointerover"]) current.root.addEventListener(type, wanted, { once: true });
  }

  async #start() {
    const current = this.#shell;
    if (!current || current.isStarting) return;
    current.isStarting = true;
    this.#stand("loading");
    try {
      const { words } = await load();
      await words(this);
      // A word that is being put together would be lost.
      if (current.isHalfTyped) await new Promise((done) => current.input.addEventListener("compositionend", done));
      const started = await load();
      const spoken = await words(this);
      if (this.#shell === current) this.#mount(started, spoken, current);
    } catch (cause) {
      if (this.#shell === current) this.#fail(/** @type {string} */ (cause));
    }
  }

  /**
   * Puts the module's widget in, in the place of the form, if that was there before the module.
   * @param {Started} started
   * @param {Words} spoken
   * @param {Shell} [current]
   */
  #mount(started, spoken, current) {
    const { mount, version } = (running = started);
    this.#widget = mount(this, this.#text, spoken,
      (standing, connection) => {
        if ((this.#shown = connection)) this.#hold(connection);
        this.#stand(standing);
      },
      (anew, text, cause) => {
        running = discard();
        this.#widget = undefined;
        this.#text = text;
        if (!anew) return this.#stand("failed");
        const before = this.#ended;
        this.#ended = cause;
        // Not inside of the trap.
        queueMicrotask(() => this.isConnected && this.#show(before));
      });
    this.#shell = undefined;
    if (this.#shown) this.connection = this.#shown;
    // Whoever puts an element in may listen to it only then.
    queueMicrotask(() => {
      this.#tell("ready", { version });
      if (current?.isPressed) this.submit();
    });
  }

  /** @param {string} cause */
  #fail(cause) {
    const current = /** @type {Shell} */ (this.#shell);
    current.isStarting = false;
    this.#stand("failed");
    current.fail(cause, () => this.#start());
    this.#tell("load-error", { cause });
  }

  /**
   * @param {string} name
   * @param {object} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent("referral-" + name, { detail: Object.freeze(detail), bubbles: true, composed: true }));
  }
}

/**
 * Defines the element, unless somebody did so before.
 * @param {string} [name]
 */
export function define(name = "referral-connect") {
  // Servers have none.
  const registry = globalThis.customElements;
  registry?.get(name) ?? registry?.define(name, ReferralConnect);
}
