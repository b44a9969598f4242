// Fetches the module once for all elements of a page, checked against the hash it was published with.

import { script, wasm } from "./assets.js";
import { checked } from "./checked.js";
import * as words from "./words.js";

/** @import { Factory } from "./assets.js" */
/** @import { Instance } from "./mount.js" */

/** How long to wait before a further attempt, in milliseconds, times the attempts so far. */
const PAUSE_MS = 1500;

let scriptsAsked = 0;
let modulesAsked = 0;

/** @type {() => Promise<Factory>} */
const factory = once(() => checked(script.url, script.integrity, ++scriptsAsked));

const compiled = once(async () => {
  const { url, integrity } = wasm;
  const response = await fetch(url, { integrity, cache: modulesAsked++ ? "reload" : "default" });
  // Its bytes are the published ones, whatever the server calls them.
  return response.headers.get("content-type") === "application/wasm"
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
});

/** @type {Promise<{ instance: Instance, glue: Factory }> | undefined} */
let loaded;

/** The instance for all elements of the page. Rejects with the cause, in words. */
export const load = () =>
  (loaded ??= start().catch((cause) => {
    discard();
    throw cause;
  }));

/** After a trap: the next element that asks gets a fresh instance. */
export const discard = () => (loaded = undefined);

async function start() {
  const [glue, module] = await parts();
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
async function parts() {
  let isBlocked = false;
  document.addEventListener("securitypolicyviolation", ({ blockedURI }) => {
    // Whatever else on the page breaks its policy is another matter.
    isBlocked ||= /^wasm|^trusted-types-p/.test(blockedURI) || blockedURI.startsWith(new URL(wasm.url).origin);
  });
  for (let attempt = 1; ; attempt++) {
    try {
      return await Promise.all([factory(), compiled()]);
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

/** What fails does not say why: asks for the files once more, without running them. */
async function explain() {
  if (!navigator.onLine) return words.OFFLINE;
  let cause = words.UNREACHABLE;
  try {
    for (const { url, integrity } of [script, wasm]) {
      // In a bundle there is no file of the script's own, and the empty address would be the page's.
      if (!url) continue;
      const { ok, status, headers } = await fetch(url, { cache: "reload" });
      if (!ok) return words.status(status);
      const type = `${headers.get("content-type")}`;
      if (!/javascript|wasm/.test(type)) return words.mime(type);
      cause = words.INTEGRITY;
      await fetch(url, { integrity });
      cause = words.UNREACHABLE;
    }
  } catch {
    // The cause is that of the last step.
  }
  return cause;
}

/**
 * What has come is kept; what has failed is tried again at the next call.
 * @template T
 * @param {() => Promise<T>} get
 */
function once(get) {
  /** @type {Promise<T> | undefined} */
  let got;
  return () =>
    (got ??= get().catch((error) => {
      got = undefined;
      throw error;
    }));
}

/** @param {number} ms */
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
