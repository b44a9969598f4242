// Fetches what the element needs, once for all elements of a page: the script that comes with the module, and beside it
// the module, which that script compiles (`start.js`).

import { script, wasm } from "./assets.js";
import { attempts } from "./attempts.js";
import { checked } from "./checked.js";
import { POLICY } from "./words.js";

/** @import { Started } from "./start.js" */

/** @type {Promise<Response> | undefined} the module's bytes */
let module;

/** @type {{ start: ReturnType<typeof import("./start.js").starting> } | undefined} what the script exports */
let widget;

let isBlocked = false;

/** @type {Promise<Started> | undefined} */
let loaded;

/** What makes widgets, for all elements of the page. Rejects with the cause, in words. */
export const load = () =>
  (loaded ??= start().catch((cause) => {
    loaded = module = undefined;
    throw cause;
  }));

/** After a trap: the next element that asks gets a fresh instance. */
export const discard = () => (loaded = undefined);

/** @returns {Promise<Started>} */
async function start() {
  if (!module) {
    addEventListener("securitypolicyviolation", look);
    module = fetch(wasm.url, wasm);
    // Whether it came is looked at when the script is there.
    module.catch(() => {});
  }
  const inVain = () => isBlocked && POLICY;
  return (widget ??= await attempts(script, () => checked(script), inVain)).start(module, wasm, inVain, attempts);
}

/** @param {SecurityPolicyViolationEvent} violation */
function look({ blockedURI }) {
  // Whatever else on the page breaks its policy is another matter.
  isBlocked ||= /^wasm|^trusted-types-p/.test(blockedURI) || blockedURI.startsWith(new URL(wasm.url).origin);
}
