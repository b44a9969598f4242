// What the page asks of the browser where an old one, or one that does not trust the page's address, has nothing to
// answer with.

/** The languages of the person's choice, the dearest first, separated by commas. */
export const languages = () => (navigator.languages ?? [navigator.language]).join();
