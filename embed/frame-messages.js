// What the frame and the page around it may say to each other. Both sides check every message against these tables and
// drop the others; docs/frame.md shows the same tables to people, and a test holds the two together.
//
// A message is an object with the `type` that is its row here, and exactly the fields of that row. A field that is an
// object has exactly these fields in turn. A kind with a question mark may be null as well.

/** What a frame's first message says. It brings a port. */
export const GREETING = { type: "referral-connect", version: 1 };

/** What the host may set of the element. Where requests go is not among it: that is the frame's own. */
export const ATTRIBUTES = ["account-uuid", "adviser-key", "key-case", "refresh", "history", "auth", "lang", "theme"];

/** A request that was made, as the element's events tell of it. */
const FIRM = { uuid: "text?", name: "text?" };
const CONNECTION = {
  uuid: "text?", direction: "text", status: "text", senderFirm: FIRM, recipientFirm: FIRM,
  createdAt: "text?", updatedAt: "text?", expiresAt: "text?",
};

/**
 * What the frame's events tell, by their names.
 * @type {Record<string, object>}
 */
export const EVENTS = {
  "referral-ready": { version: "text" },
  "referral-submit": { adviserKey: "text" },
  "referral-sent": { connection: [CONNECTION] },
  "referral-rejected": { reason: "text", status: "count", message: "text?" },
  "referral-unknown": { since: "text?" },
  "referral-status": { connection: CONNECTION, previous: "text" },
  "referral-expired": { connection: CONNECTION },
  "referral-auth-required": {},
  "referral-load-error": { cause: "text" },
};

/**
 * What the frame says to the host.
 * @type {Record<string, object>}
 */
export const FROM_FRAME = {
  token: { id: "count", reason: "reason" },
  event: { name: "event", detail: "detail" },
  height: { px: "count" },
};

/**
 * What the host says to the frame.
 * @type {Record<string, object>}
 */
export const FROM_HOST = {
  welcome: { attributes: "attributes", connection: "text?" },
  token: { id: "count", token: "text?" },
  failed: { id: "count" },
  attribute: { name: "attribute", value: "text?" },
  connection: { json: "text" },
  submit: {},
  check: {},
  reset: {},
  goodbye: {},
};

/** The most characters of a text. */
const LONGEST = 10_000;

/**
 * What each kind is. `whole` is the message that it stands in.
 * @type {Record<string, (value: any, whole: any) => boolean>}
 */
const KINDS = {
  text: (value) => typeof value === "string" && value.length <= LONGEST,
  count: (value) => Number.isSafeInteger(value) && value >= 0 && value < 1e6,
  reason: (value) => value === "first" || value === "refresh",
  event: (value) => Object.hasOwn(EVENTS, value),
  detail: (value, { name }) => Object.hasOwn(EVENTS, name) && fits(value, EVENTS[name], value),
  attribute: (value) => ATTRIBUTES.includes(value),
  attributes: (value) =>
    isPlain(value) && Object.entries(value).every(([name, text]) => ATTRIBUTES.includes(name) && KINDS.text(text, value)),
};

/**
 * The message, if the table has it and it has just the fields that it should.
 * @param {Record<string, object>} table `FROM_FRAME` or `FROM_HOST`
 * @param {any} message what arrived
 * @returns {any} `undefined` for anything else
 */
export function read(table, message) {
  if (!isPlain(message)) return;
  const { type, ...fields } = message;
  return typeof type === "string" && Object.hasOwn(table, type) && fits(fields, table[type], fields) ? message : undefined;
}

/**
 * Whether a value is of a kind, or an object of just these fields. A list of one shape: that, or null.
 * @param {any} value
 * @param {any} shape
 * @param {any} whole
 * @returns {boolean}
 */
function fits(value, shape, whole) {
  if (Array.isArray(shape)) return value === null || fits(value, shape[0], whole);
  if (typeof shape === "string") {
    const kind = shape.replace("?", "");
    return (value === null && kind !== shape) || KINDS[kind](value, whole);
  }
  const names = Object.keys(shape);
  return isPlain(value) && Object.keys(value).length === names.length &&
    names.every((name) => Object.hasOwn(value, name) && fits(value[name], shape[name], value));
}

/** @param {any} value what arrived, and so an object of our own realm */
const isPlain = (value) => typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
