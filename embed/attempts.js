// Getting a file of the element's: in three attempts, and if none succeeds, why.

import * as words from "./words.js";

/** @import { Asset } from "./assets.js" */

/** How long to wait before a further attempt, in milliseconds, times the attempts so far. */
const PAUSE_MS = 1500;

/**
 * Throws the cause, in words.
 * @template T
 * @param {Asset} asset
 * @param {(attempt: number) => Promise<T>} get counted from 1
 * @param {(error: unknown) => string | false} inVain the cause, if no further attempt can help
 * @returns {Promise<T>}
 */
export async function attempts(asset, get, inVain) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await get(attempt);
    } catch (error) {
      // The event of a violation comes after its error.
      await pause(0);
      const cause = inVain(error) || (attempt > 2 && (await explain(asset)));
      if (cause) throw cause;
      await pause(attempt * PAUSE_MS);
    }
  }
}

/** @typedef {typeof attempts} Attempts */

/**
 * What fails does not say why: asks for the file once more, without running it.
 * @param {Asset} asset
 */
async function explain({ url, integrity }) {
  let cause = words.UNREACHABLE;
  if (!navigator.onLine) return words.OFFLINE;
  // In a bundle there is no file of the script's own, and the empty address would be the page's.
  if (url) {
    try {
      const { ok, status, headers } = await fetch(url, { cache: "reload" });
      if (!ok) return words.status(status);
      const type = `${headers.get("content-type")}`;
      if (!/javascript|json|wasm/.test(type)) return words.mime(type);
      cause = words.INTEGRITY;
      await fetch(url, { integrity });
      cause = words.UNREACHABLE;
    } catch {
      // The cause is that of the last step.
    }
  }
  return cause;
}

/** @param {number} ms */
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
