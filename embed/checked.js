// Loads a module script whose bytes have to be the published ones. By a script element, for its integrity is the one
// that all browsers heed: WebKit does not check a preloaded module, and none checks an import.

/** @import { Asset } from "./assets.js" */

/** @type {{ createScriptURL(url: string): any } | undefined} */
let policy;

/** A browser does not try an address again that has failed. */
let attempt = 0;

/**
 * @param {Asset} asset
 * @returns {Promise<any>}
 */
export async function checked({ url, integrity }) {
  const address = attempt++ ? `${url}?${attempt}` : url;
  /** @type {any} */
  const { trustedTypes } = globalThis;
  policy ??= trustedTypes?.createPolicy("referral-connect", { createScriptURL: (/** @type {string} */ url) => url });
  await new Promise((onload, onerror) => {
    const src = policy?.createScriptURL(address) ?? address;
    document.head.append(
      Object.assign(document.createElement("script"), { type: "module", integrity, crossOrigin: "", onload, onerror, src }),
    );
  });
  // Already loaded, and so not fetched again. Never without that: it would not be checked.
  return import(address);
}
