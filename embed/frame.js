// The document in the frame: puts `<referral-connect>` in once a page on its list has answered, and speaks with that
// page alone. Whoever else shows it gets no port, and so neither events nor a say; people get a reason.

import { define } from "./element.js";
import { ATTRIBUTES, EVENTS, FROM_HOST, GREETING, read } from "./frame-messages.js";
import { sessions } from "./frame-session.js";
import { settings } from "./frame-settings.js";
import { css } from "./frame-style.js";
import * as words from "./words.js";

/** @import { ReferralConnect } from "./element.js" */
/** @import { Settings } from "./frame-settings.js" */

/** How long to wait for an answer before people are told that there is none, in milliseconds. */
const PATIENCE_MS = 10_000;

/** How long to wait before the first further greeting, and the longest, in milliseconds. */
const AGAIN_MS = 250;
const AGAIN_AT_MOST_MS = 5000;

/** @type {MessagePort | undefined} to the page around */
let port;
/** How many ports were offered, and which of them was answered on last. */
let offers = 0;
let answered = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} when the next one is offered */
let again;
/** @type {ReturnType<typeof setTimeout> | undefined} when people are told */
let impatient;
/** @type {ReferralConnect | undefined} */
let element;
/** @type {Map<number, { answer: (token: any) => void, fail: () => void }>} who waits for a token, by question */
const waiting = new Map();
let questions = 0;
/** Whether a gateway's session says who asks, and for which account. */
let hasSession = false;

start(settings());

/** @param {Settings | string} found */
function start(found) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
  if (typeof found === "string") return refuse(words.notSetUp(found));
  const { parents } = found;
  if (parent === window) return refuse(words.opened(parents));
  // Not every browser tells. There, that nobody else receives a greeting has to do, with `frame-ancestors`.
  const above = [...(location.ancestorOrigins ?? [])];
  // One that is hidden reads "null": whether it is on the list shows when it answers.
  const stranger = above.find((origin) => origin !== "null" && !parents.includes(origin));
  if (stranger) return refuse(words.stranger(parents, stranger));
  // A greeting to another origin than the page's own is an error on the console.
  greet(found, parents.includes(above[0]) ? [above[0]] : parents);
}

/**
 * Greets until a page on the list answers. That page takes every port that it is offered and answers on it, so both ends
 * go by the newest.
 * @param {Settings} settings
 * @param {string[]} origins
 */
function greet(settings, origins) {
  let delay = AGAIN_MS;
  const offer = () => {
    for (const origin of origins) {
      const { port1, port2 } = new MessageChannel();
      const number = ++offers;
      port1.onmessage = ({ data }) => {
        const message = read(FROM_HOST, data);
        if (port === port1) {
          if (message?.type === "goodbye") {
            part();
            greet(settings, origins);
          } else heed(message);
        } else if (message?.type === "welcome" && number > answered) {
          part();
          clearTimeout(again);
          clearTimeout(impatient);
          answered = number;
          port = port1;
          welcomed(settings, message);
        }
      };
      // With this origin as the target, a page of any other one cannot get the port.
      parent.postMessage(GREETING, origin, [port2]);
    }
    again = setTimeout(offer, delay);
    delay = Math.min(delay * 2, AGAIN_AT_MOST_MS);
  };
  clearTimeout(again);
  clearTimeout(impatient);
  impatient = setTimeout(() => element ?? refuse(words.unanswered(settings.parents)), PATIENCE_MS);
  offer();
}

/**
 * @param {Settings} settings
 * @param {{ attributes: Record<string, string>, connection: string | null }} message
 */
function welcomed({ endpoint, tickets }, { attributes, connection }) {
  define();
  const fresh = !element;
  element ??= /** @type {ReferralConnect} */ (document.createElement("referral-connect"));
  for (const name of ATTRIBUTES) attribute(name, attributes[name] ?? null);
  if (connection) show(connection);
  if (!fresh) return tellHeight();
  if (endpoint !== undefined) element.setAttribute("endpoint", endpoint);
  element.getAccessToken = ask;
  if (tickets) {
    const form = element;
    hasSession = true;
    form.auth = "session";
    const session = sessions({
      endpoint: form.endpoint,
      ticket: ask,
      wanted: () => form.getAttribute("account-uuid"),
      chosen: (account) => form.setAttribute("account-uuid", account),
    });
    form.getAccessToken = session;
    // Whom it acts for has to be known before a press. Where that fails, the press says so.
    session("first").catch(() => {});
  }
  for (const name of Object.keys(EVENTS))
    element.addEventListener(name, (event) => say({ type: "event", name, detail: /** @type {CustomEvent} */ (event).detail }));
  document.body.replaceChildren(element);
  new ResizeObserver(tellHeight).observe(document.documentElement);
}

/** @param {any} message */
function heed(message) {
  switch (message?.type) {
    case "token":
      waiting.get(message.id)?.answer(message.token);
      waiting.delete(message.id);
      break;
    case "failed":
      waiting.get(message.id)?.fail();
      waiting.delete(message.id);
      break;
    case "attribute":
      attribute(message.name, message.value);
      break;
    case "connection":
      show(message.json);
      break;
    case "submit":
    case "check":
    case "reset":
      element?.[/** @type {"submit" | "check" | "reset"} */ (message.type)]();
  }
}

/** The page around has gone, or goes on by another port. What is shown stays. */
function part() {
  port?.close();
  port = undefined;
  for (const { fail } of waiting.values()) fail();
  waiting.clear();
}

/** @param {object} message */
const say = (message) => port?.postMessage(message);

/**
 * Asks the page around for a token. How long that may take is the widget's to say.
 * @param {"first" | "refresh"} reason
 * @returns {Promise<any>}
 */
function ask(reason) {
  return new Promise((answer, fail) => {
    if (!port) return fail();
    waiting.set(++questions, { answer, fail });
    say({ type: "token", id: questions, reason });
  });
}

/**
 * @param {string} name
 * @param {string | null} value
 */
function attribute(name, value) {
  // The gateway's account was settled with its session.
  if (hasSession && (name === "auth" || name === "account-uuid")) return;
  if (value === null) element?.removeAttribute(name);
  else element?.setAttribute(name, value);
  // What is around the form follows it.
  if (name === "theme") document.documentElement.style.colorScheme = value === "light" || value === "dark" ? value : "";
}

/** @param {string} json */
function show(json) {
  try {
    if (element) element.connection = JSON.parse(json);
  } catch {
    // The page around has to write JSON; there is nobody here to tell.
  }
}

function tellHeight() {
  say({ type: "height", px: Math.ceil(document.documentElement.getBoundingClientRect().height) });
}

/** @param {string} why */
function refuse(why) {
  const text = document.createElement("p");
  text.setAttribute("role", "alert");
  text.textContent = why;
  document.body.replaceChildren(text);
}
