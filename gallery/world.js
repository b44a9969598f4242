// What the widgets of the gallery live in: a clock that stands still, a network that answers from a script, a storage
// that begins empty for each state. It has to be there before the element's module is.

/** The time that it is, in milliseconds: 12 May 2026, 11:00 in London. */
export const NOW = Date.UTC(2026, 4, 12, 10);

/** Timers that last at least as long as this stand still with the clock, in milliseconds; the browser's own go on. */
const STANDS_STILL_FROM_MS = 500;

/** @typedef {(request: Request) => Promise<Response>} Answer */
/** @typedef {{ GET?: Answer, POST?: Answer }} Script what the API answers to requests of one state */

const real = {
  Date,
  fetch: fetch.bind(window),
  setTimeout: setTimeout.bind(window),
  clearTimeout: clearTimeout.bind(window),
  Instance: WebAssembly.Instance,
};

let now = NOW;
let isOnline = true;
let isModuleMissing = false;
let isStorageRefused = false;

/** @type {Map<string, Script>} by state */
const scripts = new Map();
/** @type {Map<number, { ms: number, run: () => void }>} */
const held = new Map();
/** @type {Set<string>} states whose list was asked for and came, or did not */
const answered = new Set();
/** @type {Map<string, string>} */
const stored = new Map();
/** @type {WebAssembly.Exports | undefined} */
let newest;
let timers = 0;

/** What the API answers to the widget of a state. @param {string} state @param {Script} script */
export const answer = (state, script) => scripts.set(state, script);

/** An empty storage, no timer under way, and the clock at its place. */
export function begin() {
  stored.clear();
  held.clear();
  now = NOW;
  isOnline = true;
  isStorageRefused = false;
}

/** Does something at another time. @param {number} time @param {() => unknown} act */
export async function at(time, act) {
  now = time;
  await act();
  now = NOW;
}

/** Ends the waits that last no longer than this, as if their time had passed. @param {number} most in milliseconds */
export function pass(most) {
  for (const [id, { ms, run }] of [...held])
    if (ms <= most && held.delete(id)) run();
}

/** Whether a timer of this length is under way. @param {number} ms */
export const waits = (ms) => [...held.values()].some((timer) => timer.ms === ms);

/** Whether what a state asked for has been answered. @param {string} state */
export const isAnswered = (state) => answered.has(state);

/** @param {boolean} is */
export const goOnline = (is) => (isOnline = is);

/** @param {boolean} is */
export const missModule = (is) => (isModuleMissing = is);

export const refuseStorage = () => (isStorageRefused = true);

/** @param {string} entry @param {string} text */
export const store = (entry, text) => stored.set(entry, text);

/** Spoils what the newest instance of the module knows: its next step is a trap. */
export function spoil() {
  const memory = /** @type {WebAssembly.Memory} */ (newest?.memory);
  new Uint8Array(memory.buffer).fill(170);
}

/** Waits for something that takes no time of the gallery's clock. @param {string} what @param {() => unknown} look */
export async function until(what, look) {
  const end = performance.now() + 10_000;
  while (!look()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((done) => real.setTimeout(done, 4));
  }
}

globalThis.Date = /** @type {DateConstructor} */ (
  /** @type {unknown} */ (
    class extends real.Date {
      /** @param {any[]} given */
      constructor(...given) {
        // @ts-expect-error the forms of its call are those of the class below
        super(...(given.length > 0 ? given : [now]));
      }
      static now() {
        return now;
      }
      /** @param {any} [languages] @param {any} [options] */
      toLocaleString(languages, options) {
        return super.toLocaleString(languages, { timeZone: "Europe/London", ...options });
      }
    }
  )
);

window.setTimeout = /** @type {typeof setTimeout} */ (
  (/** @type {any} */ run, ms = 0, /** @type {any[]} */ ...given) => {
    if (ms < STANDS_STILL_FROM_MS) return real.setTimeout(run, ms, ...given);
    const id = -++timers;
    held.set(id, { ms, run: () => run(...given) });
    return id;
  }
);
window.clearTimeout = (id) => {
  if (!held.delete(Number(id))) real.clearTimeout(id);
};

Object.defineProperty(navigator, "onLine", { get: () => isOnline });

Object.defineProperty(window, "localStorage", {
  value: {
    get length() {
      return stored.size;
    },
    /** @param {number} index */
    key: (index) => [...stored.keys()][index] ?? null,
    /** @param {string} entry */
    getItem: (entry) => stored.get(entry) ?? null,
    /** @param {string} entry */
    removeItem: (entry) => void stored.delete(entry),
    /** @param {string} entry @param {string} text */
    setItem(entry, text) {
      if (isStorageRefused) throw new DOMException("refused", "QuotaExceededError");
      stored.set(entry, `${text}`);
    },
  },
});

window.fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : `${input}`;
  const state = url.match(/\/gallery\/([\w-]+)\/api\/v1\//)?.[1];
  if (state && input instanceof Request) {
    const answer = scripts.get(state)?.[/** @type {keyof Script} */ (input.method)];
    if (!answer) throw new TypeError(`the state ${state} has no answer to ${input.method} ${url}`);
    const reply = answer(input);
    if (input.method === "GET") reply.finally(() => answered.add(state)).catch(() => {});
    return reply;
  }
  if (isModuleMissing && url.endsWith(".wasm")) {
    // With a hash that it does not have, what a server sends in place of a file is refused.
    if (init?.integrity) throw new TypeError("refused");
    return new Response(null, { status: 404 });
  }
  return real.fetch(input, init);
};

WebAssembly.Instance = new Proxy(real.Instance, {
  construct(target, given) {
    const made = new target(.../** @type {[WebAssembly.Module]} */ (given));
    newest = made.exports;
    return made;
  },
});
