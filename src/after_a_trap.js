// What is left to say when an instance of the module has trapped. It is JavaScript because the instance can say
// nothing any more, and has no words of its own: Rust hands over all of them while it can.

/**
 * What Rust leaves behind for a root.
 * @typedef {object} Will
 * @property {{ memory: WebAssembly.Memory, stack_height(): number }} exports the instance, by its raw exports
 * @property {string} url where its glue code came from
 * @property {string} entry the local storage's entry with the records of requests without a known outcome
 * @property {string[]} words the last of `MessageId` in Rust, from `TrapStopped` on
 * @property {((anew: boolean) => void) | undefined} ended told of the end; `anew`: the root is left to it
 * @property {number} [rest] the height of its stack while nothing of it runs
 */

/** Where the words for it begin among all messages: they are the last ones. */
const FIRST = -7;

/** @type {Map<Element, Will>} what is in whose care, of all the instances that share this file */
const wills = new Map();

/** @type {Element | undefined} what was used last: its code is the first suspect */
let inUse;

/** @type {Set<string>} where the glue code of instances that have ended came from */
const ended = new Set();

/**
 * Puts the panel into `root` in place of all that it holds, once this instance has trapped.
 * @param {Element} root
 * @param {Will["exports"]} exports
 * @param {string} url
 * @param {string} entry
 * @param {string[]} texts all messages of a catalogue
 * @param {Will["ended"]} ended
 */
export function watch(root, exports, url, entry, texts, ended) {
  /** @type {Will} */
  const will = { exports, url: url.split("?")[0], entry, words: texts.slice(FIRST), ended };
  wills.set(root, will);
  // In a microtask no code is under way, and so none of the module's either.
  queueMicrotask(() => (will.rest = exports.stack_height()));
  // Not every trap is heard of: a page may catch the error, and Firefox reports none of a full stack.
  const look = () => {
    // To take the listeners away takes longer than all else.
    if (wills.get(root) !== will) return;
    inUse = root;
    lookAt(will);
  };
  for (const type of ["click", "input", "submit"]) root.addEventListener(type, look, true);
  // Sent by the browser itself, a form would take the panel away, and the code into the page's address.
  root.addEventListener("submit", (event) => event.preventDefault());
}

/**
 * Other words for the panel of `root`.
 * @param {Element} root
 * @param {string[]} texts all messages of a catalogue
 */
export function speak(root, texts) {
  const will = wills.get(root);
  if (will) will.words = texts.slice(FIRST);
}

/**
 * A root that is filled no longer.
 * @param {Element} root
 */
export function unwatch(root) {
  wills.delete(root);
  if (inUse === root) inUse = undefined;
}

/**
 * Ends an instance from inside of its panic: does not return to it.
 * @param {Will["exports"]} exports
 * @param {string} message for the console
 * @returns {never}
 */
export function leave(exports, message) {
  end(exports);
  throw new WebAssembly.RuntimeError(message);
}

/** @param {Will["exports"]} exports */
function end(exports) {
  // Timers, promises and listeners go on calling it. Without its memory it finds no function to run and no word to
  // send: each call traps at once.
  new Uint8Array(exports.memory.buffer).fill(255);
  for (const [root, will] of wills) {
    if (will.exports === exports) {
      ended.add(will.url);
      const anew = will.ended !== undefined && root !== inUse && !isAtWork(root);
      if (!anew) say(root, will);
      // Not before: where there was no room on the stack to say it, it is said when there is.
      unwatch(root);
      will.ended?.(anew);
    }
  }
}

/**
 * An error that nobody caught: whose is it? A trap has functions of a module on top of its stack, and then the glue
 * code that called them. WebKit leaves the query out of an address, and V8 whatever is more than ten calls away, so
 * the instance is told by its own stack: that is left as it was, since nothing was returned from.
 * @param {ErrorEvent | PromiseRejectionEvent} event
 */
function hear(event) {
  const error = "reason" in event ? event.reason : event.error;
  // The first call that is none of a module's: "at name (address)" in V8, "name@address" elsewhere.
  const call = /^(?!.*wasm-(?:function|stub))(?: +at |.*@).*/m;
  const caller = error instanceof WebAssembly.RuntimeError && error.stack?.match(call)?.[0];
  const suspects = caller ? [...wills.values()].filter(({ url }) => caller.includes(url)) : [];
  const broken = suspects.filter((will) => isAtRest(will) === false);
  // An instance that has ended traps whenever it is called, under the same address: those at rest are not to blame.
  const unproven = suspects.filter((will) => isAtRest(will) === true && !ended.has(will.url));
  for (const { exports } of broken.length > 0 ? broken : unproven) end(exports);
  for (const will of wills.values()) lookAt(will);
}

/**
 * Ends an instance that is not at rest. Not at once: it may be waiting for something that it called, in which somebody
 * else's error or event came about.
 * @param {Will} will
 */
function lookAt(will) {
  queueMicrotask(() => isAtRest(will) === true || end(will.exports));
}

/**
 * Undefined where there is not even room on the browser's stack to ask.
 * @param {Will} will
 */
function isAtRest({ exports, rest }) {
  try {
    return rest === undefined || exports.stack_height() === rest;
  } catch (error) {
    return error instanceof WebAssembly.RuntimeError ? false : undefined;
  }
}

/**
 * @param {Element} root
 * @param {Will} will
 */
function say(root, { entry, words }) {
  const [stopped, maybeSent, beforeAgain, nothing, unsure, typed, reload] = words;
  const { keys, isAll } = recorded(entry);
  // A record goes before its outcome is on the screen, and may be taken away by others.
  const wasAtWork = isAtWork(root);
  const text = /** @type {HTMLInputElement?} */ (root.querySelector("[name=adviser_key]"))?.value;
  const scope = /** @type {Document | ShadowRoot} */ (root.getRootNode());
  const hadFocus = root.contains(scope.activeElement);

  const told = make("div", "referral-told", make("p", "referral-headline", stopped));
  told.setAttribute("role", "alert");
  for (const key of keys) told.append(make("p", "referral-next", maybeSent.replace(/{\w+}/, () => key)));
  if (keys.length > 0) told.append(make("p", "", beforeAgain));
  else if (isAll && !wasAtWork) told.append(make("p", "", nothing));
  if (!isAll || (wasAtWork && keys.length === 0)) told.append(make("p", "", unsure));
  if (text) told.append(make("p", "", `${typed} `, make("bdi", "referral-typed", text)));

  const button = make("button", "referral-button", reload);
  // In a form of the host, a button would send that form.
  button.type = "button";
  button.part = "button";
  button.onclick = () => location.reload();
  const card = make("section", "referral-card", told, make("div", "referral-actions", button));
  card.dataset.kind = "stopped";
  card.part = "card";
  card.tabIndex = -1;
  root.replaceChildren(make("div", "referral-connect", card));
  if (hadFocus) card.focus();
}

/**
 * Whether it shows a request.
 * @param {Element} root
 */
function isAtWork(root) {
  return root.querySelector("[data-kind=sending], [data-kind=unknown], [data-kind=sent]") !== null;
}

/**
 * The codes whose requests have no known outcome, and whether that is all of them.
 * @param {string} entry
 */
function recorded(entry) {
  /** @type {string[]} */
  const keys = [];
  try {
    const text = localStorage.getItem(entry);
    // A browser that keeps nothing has forgotten the records as well.
    localStorage.setItem(`${entry}.probe`, text ?? entry);
    localStorage.removeItem(`${entry}.probe`);
    for (const { key } of JSON.parse(text ?? "[]")) {
      if (!/^[!-~]{8}$/.test(key)) return { keys, isAll: false };
      if (!keys.includes(key)) keys.push(key);
    }
    return { keys, isAll: true };
  } catch {
    return { keys, isAll: false };
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} className
 * @param {(Node | string)[]} children
 */
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

// Before any listener of the page that might keep the event from others.
addEventListener("error", hear, true);
addEventListener("unhandledrejection", hear, true);
