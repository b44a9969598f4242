// What the element says before its module is there, or when it does not come. The first three are those of the module,
// in `src/view/words.rs`: a test holds them together.

export const LABEL = "Adviser's referral code";
export const HINT = "8 characters, as the other adviser gave it to you";
export const SEND = "Send request";

export const STARTING = "Sends as soon as this form has loaded";
export const STOPPED = "This form could not load. Nothing was sent. Cause:";
export const TRY_AGAIN = "Try again";

/** Why it could not load, for people and in `referral-load-error`. */
export const TOO_OLD = "this browser is too old";
export const OFFLINE = "this device is offline";
export const UNREACHABLE = "a file is out of reach";
export const POLICY = "the page's Content Security Policy";
export const INTEGRITY = "a file was changed (integrity)";
export const BROKEN = "the program failed";
/** @param {number} status */
export const status = (status) => `a file is missing (HTTP ${status})`;
/** @param {string | null} type */
export const mime = (type) => `a file has the MIME type ${type}`;
