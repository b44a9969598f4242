// Loads a module script whose bytes have to be the published ones. By a script element, for its integrity is the one
// that all browsers heed: WebKit does not check a preloaded module, and none checks an import.

/** @type {{ createScriptURL(url: string): any } | undefined} */
let policy;

/**
 * @param {string} url
 * @param {string} integrity
 * @param {number} attempt a browser does not try an address again that has failed
 * @returns {Promise<any>}
 */
export async function checked(url, integrity, attempt) {
  const address = attempt > 1 ? `${url}?${attempt}` : url;
  /** @type {any} */
  const { trustedTypes } = globalThis;
  policy ??= trustedTypes?.createPolicy("referral-connect", { createScriptURL: (/** @type {string} */ url) => url });
  await new Promise((loaded, failed) => {
    const script = document.createElement("script");
    Object.assign(script, { type: "module", integrity, crossOrigin: "", onload: loaded, onerror: failed });
    script.src = policy?.createScriptURL(address) ?? address;
    document.head.append(script);
  });
  // Already loaded, and so not fetched again. Never without that: it would not be checked.
  return import(address);
}
