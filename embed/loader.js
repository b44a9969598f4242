// Fetches the module once for all elements of a page, checked against the hash it was published with.

import { glue, wasm } from "./assets.js";
import * as words from "./words.js";

/** @import { Factory } from "./assets.js" */
/** @import { Instance } from "./mount.js" */

/** How long to wait before a further attempt, in milliseconds, times the attempts so far. */
const PAUSE_MS = 1500;

/** @type {Promise<[Factory, WebAssembly.Module]> | undefined} */
let parts;

/** @type {Promise<{ instance: Instance, glue: Factory }> | undefined} */
let loaded;

/** The instance for all elements of the page. Rejects with the cause, in words. */
export const load = () =>
  (loaded ??= start().catch((cause) => {
    loaded = parts = undefined;
    throw cause;
  }));

/** After a trap: the next element that asks gets a fresh instance. */
export const discard = () => (loaded = undefined);

async function start() {
  const [glue, module] = await (parts ??= fetchParts());
  try {
    const instance = glue.default();
    instance.initSync({ module });
    return { instance, glue };
  } catch (error) {
    // WebKit compiles what a policy does not let run.
    throw error instanceof WebAssembly.CompileError ? words.POLICY : words.BROKEN;
  }
}

/** @returns {Promise<[Factory, WebAssembly.Module]>} */
async function fetchParts() {
  let isBlocked = false;
  document.addEventListener("securitypolicyviolation", (event) => {
    isBlocked ||= /script|connect|trusted/.test(event.effectiveDirective);
  });
  for (let attempt = 1; ; attempt++) {
    try {
      return await Promise.all([glue(attempt), compile(attempt > 1 ? "reload" : "default")]);
    } catch (error) {
      // The event of a violation comes after its error.
      await pause(0);
      if (isBlocked) throw words.POLICY;
      if (error instanceof WebAssembly.CompileError) throw words.TOO_OLD;
      if (attempt > 2) throw await explain();
      await pause(attempt * PAUSE_MS);
    }
  }
}

/** @param {RequestCache} cache */
async function compile(cache) {
  const { url, integrity } = wasm;
  const response = await fetch(url, { integrity, cache });
  // Its bytes are the published ones, whatever the server calls them.
  return response.headers.get("content-type") === "application/wasm"
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

/** A fetch that fails does not say why: asks for the file once more, without running it. */
async function explain() {
  if (!navigator.onLine) return words.OFFLINE;
  try {
    const { ok, status, headers } = await fetch(wasm.url, { cache: "reload" });
    const type = headers.get("content-type");
    return ok ? (type === "application/wasm" ? words.INTEGRITY : words.mime(type)) : words.status(status);
  } catch {
    return words.UNREACHABLE;
  }
}

/** @param {number} ms */
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
