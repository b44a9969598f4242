// The browser's locks (W3C Web Locks API). In JavaScript, for it is nothing but calls of the browser.

/**
 * How long a browser may take to say whether a lock is free, in milliseconds. It takes 1 to 5, and more on a machine out
 * of breath; one that says nothing has no working locks.
 */
const PATIENCE_MS = 3000;

/** @type {LockManager | undefined} one that was asked for a lock and said nothing: it is not asked again */
let silent;

/**
 * Asks for the lock of this name: if it is free, or in turn. `granted` is rejected where no locks work. `release` gives it
 * back, or asks for it no longer: one that is granted all the same is free at once.
 * @param {string} name
 * @param {boolean} ifAvailable
 * @returns {{ granted: Promise<boolean>, release(): void }}
 */
export function ask(name, ifAvailable) {
  const { locks } = navigator;
  /** @type {(_: undefined) => void} */
  let free;
  const held = new Promise((done) => (free = done));
  /** @type {number} */
  let patience;
  const hurry = () => clearTimeout(patience);
  return {
    granted: new Promise((answer, refuse) => {
      if (locks === silent) throw locks;
      patience = setTimeout(() => refuse((silent = locks)), PATIENCE_MS);
      // A lock is held for as long as the promise is open that its callback gives.
      const asked = locks.request(name, { ifAvailable }, (lock) => {
        hurry();
        answer(lock !== null);
        return lock && held;
      });
      asked.catch((error) => {
        hurry();
        refuse(error);
      });
    }),
    release() {
      hurry();
      free(undefined);
    },
  };
}
