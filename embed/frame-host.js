// The page's side of a frame that holds `<referral-connect>`: it gives the token, passes on what happens in the frame as
// events of the iframe, and lets the iframe be as high as what is in it.

import { ATTRIBUTES, FROM_FRAME, GREETING, read } from "./frame-messages.js";

/**
 * @typedef {object} Options
 * @property {(reason: "first" | "refresh") => string | null | undefined | Promise<string | null | undefined>} [getAccessToken]
 *   Gives a bearer token for the API, before every request. Without one nothing is sent.
 * @property {Partial<Record<Attribute, string | null>>} [attributes] those of `<referral-connect>` to begin with
 */

/** @typedef {"account-uuid" | "adviser-key" | "key-case" | "refresh" | "history" | "auth" | "lang" | "theme"} Attribute */

/**
 * What a page may ask of its frame. What is asked before the frame has answered, or after `disconnect`, is not done,
 * attributes excepted: they are there when it answers.
 * @typedef {object} Frame
 * @property {() => void} submit does what a press of the button does
 * @property {() => void} check asks whether a request without a known outcome arrived
 * @property {() => void} reset forgets what was typed and what is shown, but no request without a known outcome
 * @property {(connection: object | null) => void} setConnection shows a connection, in the API's JSON or the events'
 *   shape, without a request; `null` shows none. Before the frame has answered, it is kept for it.
 * @property {(name: Attribute, value: string | null) => void} setAttribute sets one, or with `null` takes it away
 * @property {() => void} disconnect ends it: no token any more, no events. The iframe may be connected again later.
 */

/**
 * Connects a page with the frame in an iframe. The iframe's `src` says which origin it is spoken to as.
 * @param {HTMLIFrameElement} iframe
 * @param {Options} [options]
 * @returns {Frame}
 * @throws {TypeError} when the iframe has no `src` of http or https, or an attribute is none of those that a frame takes
 */
export function connectFrame(iframe, { getAccessToken, attributes = {} } = {}) {
  const origin = originOf(iframe);
  /** @type {Record<string, string>} */
  const current = {};
  /** @type {string | null} the connection for a frame that has not answered yet */
  let shown = null;
  /** @type {MessagePort | undefined} */
  let port;

  /**
   * @param {string} name
   * @param {string | null | undefined} value
   */
  const keep = (name, value) => {
    if (!ATTRIBUTES.includes(name)) throw new TypeError(`A frame takes no "${name}", but ${ATTRIBUTES.join(", ")}`);
    if (value == null) delete current[name];
    else current[name] = String(value);
  };
  for (const [name, value] of Object.entries(attributes)) keep(name, value);

  /** @param {object} message */
  const say = (message) => port?.postMessage(message);

  /** @param {MessageEvent} event */
  const greeted = ({ source, origin: from, data, ports: [offered] }) => {
    if (!source || source !== iframe.contentWindow || from !== origin || !offered) return;
    if (data?.type !== GREETING.type || data.version !== GREETING.version) return;
    // It goes on greeting until it hears from us, and does so again when it was loaded anew: the newest port counts.
    port?.close();
    port = offered;
    port.onmessage = (event) => heed(read(FROM_FRAME, event.data), offered);
    say({ type: "welcome", attributes: current, connection: shown });
    shown = null;
  };

  /**
   * @param {any} message
   * @param {MessagePort} from
   */
  const heed = async (message, from) => {
    switch (message?.type) {
      case "token":
        from.postMessage({ id: message.id, ...(await ask(getAccessToken, message.reason)) });
        break;
      case "event":
        iframe.dispatchEvent(
          new CustomEvent(message.name, { detail: frozen(message.detail), bubbles: true, composed: true }),
        );
        break;
      case "height":
        iframe.style.height = `${message.px + edges(iframe)}px`;
    }
  };

  addEventListener("message", greeted);
  return {
    submit: () => say({ type: "submit" }),
    check: () => say({ type: "check" }),
    reset: () => say({ type: "reset" }),
    setConnection(connection) {
      const json = JSON.stringify(connection ?? null);
      if (port) say({ type: "connection", json });
      else shown = json;
    },
    setAttribute(name, value) {
      keep(name, value);
      say({ type: "attribute", name, value: current[name] ?? null });
    },
    disconnect() {
      removeEventListener("message", greeted);
      say({ type: "goodbye" });
      port?.close();
      port = undefined;
    },
  };
}

/**
 * Who speaks from the iframe. A sandbox without `allow-same-origin` takes a document's origin away.
 * @param {HTMLIFrameElement} iframe
 */
function originOf({ src, sandbox }) {
  const { protocol, origin } = new URL(src);
  if (!/^https?:$/.test(protocol)) throw new TypeError(`The iframe's src is ${src}: it has to be the address of the frame`);
  return sandbox.length && !sandbox.contains("allow-same-origin") ? "null" : origin;
}

/**
 * @param {Options["getAccessToken"]} getAccessToken
 * @param {"first" | "refresh"} reason
 */
async function ask(getAccessToken, reason) {
  try {
    const token = (await getAccessToken?.(reason)) ?? null;
    return token === null || typeof token === "string" ? { type: "token", token } : { type: "failed" };
  } catch {
    // What was thrown is not passed on: it may hold the token.
    return { type: "failed" };
  }
}

/**
 * What an iframe's height holds beside its content, in pixels.
 * @param {HTMLIFrameElement} iframe
 */
function edges(iframe) {
  const style = getComputedStyle(iframe);
  if (style.boxSizing !== "border-box") return 0;
  const { borderTopWidth, borderBottomWidth, paddingTop, paddingBottom } = style;
  return [borderTopWidth, borderBottomWidth, paddingTop, paddingBottom].reduce((sum, width) => sum + parseFloat(width), 0);
}

/**
 * @param {any} value
 * @returns {any}
 */
function frozen(value) {
  if (typeof value === "object" && value) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}
