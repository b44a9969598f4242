// What the element says before its module is there, or when it does not come.

// The first three are messages of the module, in `words/en.json`: a test holds them together.
export const LABEL = "Adviser's referral code";
export const HINT = "8 characters, as the other adviser gave it to you";
export const SEND = "Send request";

export const STARTING = "Sends once it has loaded";
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
/** @param {string} type */
export const mime = (type) => `a file has the MIME type ${type}`;

// What the frame says instead of showing the form. The second half is for whoever can mend it.

/** @param {string} problem */
export const notSetUp = (problem) => `This form is not set up yet. Tell whoever runs it: ${problem}.`;
export const NO_SETTINGS = 'the page in the frame lacks its <script type="application/json" id="referral-connect-frame">';
export const SETTINGS_NO_JSON = "the frame's configuration is not readable as JSON";
export const NO_PARENTS =
  'the frame\'s configuration has to name the pages that may show it: "parents": ["https://portal.example"]';
/** @param {string} name */
export const noOrigin = (name) =>
  `"${name}" under "parents" has to be an exact origin like https://portal.example: https, no path, no wildcard`;
/** @param {string} name */
export const unknownSetting = (name) =>
  `the frame's configuration may hold a list "parents", a text "endpoint" and true or false for "tickets", and nothing else; look at "${name}"`;

/** @param {string[]} parents */
const onlyInside = (parents) => `This form works only inside ${parents.join(" or ")}`;
/** @param {string[]} parents */
export const opened = (parents) => `${onlyInside(parents)}. Open it there.`;
/**
 * @param {string[]} parents
 * @param {string} here
 */
export const stranger = (parents, here) =>
  `${onlyInside(parents)}, and this is ${here}. Tell whoever runs this page: its origin has to be on the frame's list of parents.`;
/** @param {string[]} parents */
export const unanswered = (parents) =>
  `${onlyInside(parents)}, and this page did not answer. Tell whoever runs this page: it has to call connectFrame for this frame, and its origin has to be on the frame's list of parents.`;
