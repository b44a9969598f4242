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
