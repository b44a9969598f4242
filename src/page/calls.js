// What the page asks of the browser where an old one, or one that does not trust the page's address, has nothing to
// answer with.

/** The languages of the person's choice, the dearest first, separated by commas. */
export const languages = () => (navigator.languages ?? [navigator.language]).join();

/**
 * What the page's address says under this name.
 * @param {string} name
 */
export const asked = (name) => new URLSearchParams(location.search).get(name) ?? "";

/**
 * The page's address, saying nothing but this.
 * @param {string} name
 * @param {string} value
 */
export function linkSaying(name, value) {
  const link = new URL(location.pathname, location.origin);
  link.searchParams.set(name, value);
  return link.href;
}

/**
 * Whether a text could be put into the clipboard.
 * @param {string} text
 */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (why) {
    // The person is told how to copy by hand.
    console.info("nothing was copied:", why);
    return false;
  }
}

/** The page's service worker, beside it. */
const WORKER = "referral-connect-offline.js";

/**
 * Has the browser keep the page for times without a network, or no longer do so. What goes wrong is no harm: then the
 * page needs a network.
 * @param {boolean} isWanted
 */
export async function keepForOffline(isWanted) {
  try {
    // A build for development has none, nor has a browser that does not trust the page's address.
    if (!document.querySelector("link[rel=manifest]") || !navigator.serviceWorker) return;
    if (isWanted) {
      await navigator.serviceWorker.register(WORKER, { updateViaCache: "none" });
      return;
    }
    const registration = await navigator.serviceWorker.getRegistration();
    const worker = registration?.active ?? registration?.waiting ?? registration?.installing;
    // Another one is somebody else's.
    if (worker?.scriptURL !== new URL(WORKER, document.baseURI).href) return;
    await registration?.unregister();
    for (const name of await caches.keys())
      if (name.startsWith(`referral-connect ${new URL("./", document.baseURI).href} `)) await caches.delete(name);
  } catch (why) {
    console.info("the page is not kept for times without a network:", why);
  }
}
