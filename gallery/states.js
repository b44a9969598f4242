// Every state of the widget: how the real code is brought into it, and how to tell that it is there.

import {
  ARABIC, DAY, HEBREW, HOUR, LONG, MINUTE, OURS, SECOND, THEIRS, UNBROKEN,
  connection, lists, lost, made, redirects, replies, silent,
} from "./replies.js";
import * as world from "./world.js";

/** @import { Answer, Script } from "./world.js" */
/** @import { Stand } from "./stand.js" */

/**
 * @typedef {object} State
 * @property {string} id for addresses
 * @property {string} name for people
 * @property {string} stands the element's `state`
 * @property {string} says what it says then, or a part of it, in English
 * @property {Record<string, string | null>} [has] attributes that differ from the usual ones
 * @property {Script} [api] what the API answers; the usual element never asks it
 * @property {(stand: Stand) => unknown} [before] what happens before the element is in the page
 * @property {(stand: Stand) => unknown} [act] what happens once it is there, with its module where that comes
 * @property {number} [turn] states are reached in the order of these, and one of the same turn as they stand here
 */

/** Before all others: the module is fetched once. */
const BEFORE_THE_MODULE = -3;
/** Then these: where the module is there already, no form is shown before it. */
const WHILE_IT_LOADS = -2;
/** Then these: their instance of the module is of no use to others. */
const FIRST = -1;
/** After the others: its record stays in the module's memory. */
const LAST = 1;

/** @param {Stand} stand */
const submit = ({ element }) => element.submit();

/** Presses send with this in the field. @param {string} text */
const types = (text) => (/** @type {Stand} */ stand) => {
  stand.type(text);
  stand.element.submit();
};

/** Shows a connection that the host has. @param {object} shown */
const shows = (shown) => (/** @type {Stand} */ { element }) => {
  element.connection = shown;
};

/** The outcome is not known, and the check that follows by itself was answered. @param {Stand} stand */
async function doubt(stand) {
  stand.element.submit();
  await checked();
  await world.until("an answer", () => world.isAnswered(stand.state.id));
}

/** A request gets no answer within its time; then as above. @param {Stand} stand */
async function timeOut(stand) {
  stand.element.submit();
  await world.until("a request", () => world.waits(20 * SECOND));
  world.pass(20 * SECOND);
  await checked();
}

async function checked() {
  await world.until("a check to come", () => world.waits(2 * SECOND));
  world.pass(2 * SECOND);
}

/** Then the button at this place, below what is told. @param {number} place */
const thenPress = (place) => async (/** @type {Stand} */ stand) => {
  await doubt(stand);
  stand.press(place);
};

/** The module's next step is its last. @param {Stand} stand */
async function trap(stand) {
  world.spoil();
  stand.send();
  await stand.until("the end", () => stand.element.state === "failed");
}

const OUT_OF_REACH = { POST: lost, GET: replies(503, { message: "Service Unavailable" }) };

/** @param {object} [other] @param {Parameters<typeof connection>[1]} [about] */
const pending = (other, about) => shows(connection(other, about));

/** Of each kind one, the newest first. */
const RECENT = [
  connection({}, { since: -HOUR, left: 30 * DAY - HOUR }),
  connection({ direction: "received" }, { ours: THEIRS, theirs: OURS, since: -3 * HOUR, left: 4 * HOUR }),
  connection({ status: "accepted" }, { theirs: "Wren & Daughters", since: -DAY }),
  connection({ status: "denied" }, { theirs: "Castell Coch Cyf", since: -9 * DAY }),
  connection({}, { theirs: "Ashdown Vale LLP", since: -40 * DAY, left: -10 * DAY }),
];

/** Those, and one more on the next page. @type {Answer} */
const inPages = (request) =>
  (request.url.includes("&page=2")
    ? lists(connection({ status: "accepted" }, { theirs: "Merrow & Holt", since: -60 * DAY }))
    : replies(200, { data: RECENT, links: { next: "/?page=2" } }))(request);

const RECENT_NAMES = [
  connection({}, { theirs: LONG, since: -HOUR }),
  connection({ status: "accepted" }, { theirs: UNBROKEN, since: -2 * HOUR }),
  connection({ direction: "received" }, { ours: HEBREW, since: -3 * HOUR }),
  connection({ status: "denied", expires_at: null }, { theirs: ARABIC, since: -4 * HOUR }),
  connection({ status: "under_review" }, { theirs: null, since: -5 * HOUR }),
];

/** @type {[group: string, states: State[]][]} */
export const GROUPS = [
  ["Before the module is there", [
    { id: "first", name: "First form", stands: "loading", says: "Send request", turn: WHILE_IT_LOADS, has: { "adviser-key": "" }, act: (stand) => stand.hold() },
    {
      id: "first-pressed", name: "First form, pressed", stands: "loading", says: "Sends once it has loaded", turn: WHILE_IT_LOADS,
      act(stand) {
        stand.hold();
        stand.element.submit();
      },
    },
    {
      id: "load-error", name: "The module cannot be loaded", stands: "failed", says: "a file is missing (HTTP 404)", turn: BEFORE_THE_MODULE,
      before: () => world.missModule(true),
      async act({ element }) {
        for (const pause of [1500, 3000]) {
          await world.until("a further attempt", () => world.waits(pause));
          world.pass(pause);
        }
        await world.until("an error", () => element.state === "failed");
        world.missModule(false);
      },
    },
  ]],
  ["The form", [
    { id: "empty", name: "Empty, to be tried", stands: "idle", says: "Send request", has: { "adviser-key": "" }, api: { POST: replies(201, made()) } },
    { id: "prefilled", name: "Prefilled by the host", stands: "idle", says: "Send request" },
    { id: "no-code", name: "Pressed without a code", stands: "idle", says: "Enter the other adviser", act: types("") },
    { id: "one-character", name: "One character", stands: "idle", says: "has 1 character,", act: types("A") },
    { id: "too-short", name: "Too short", stands: "idle", says: "has 6 characters", act: types("ABC 123") },
    { id: "too-long", name: "Too long", stands: "idle", says: "has 10 characters", act: types("ABC1234567") },
    { id: "strange-character", name: "A character that no code has", stands: "idle", says: "Replace “é”", act: types("ABCDé345") },
  ]],
  ["Sending", [
    { id: "sending", name: "Sending", stands: "sending", says: "Sending your request", has: { "adviser-key": "SENDING1" }, api: { POST: silent }, act: submit },
    {
      id: "sending-not-kept", name: "Sending, and the browser keeps no note", stands: "sending", says: "does not let us keep a note", turn: LAST,
      has: { "adviser-key": "SENDING2" }, api: { POST: silent },
      act(stand) {
        world.refuseStorage();
        submit(stand);
      },
    },
  ]],
  ["Sent", [
    { id: "pending", name: "Pending, days left", stands: "sent", says: "30 days", api: { POST: replies(201, made()) }, act: submit },
    { id: "pending-hours", name: "Pending, hours left", stands: "sent", says: "4 hours 12 minutes", act: pending({}, { since: -29 * DAY, left: 4 * HOUR + 12 * MINUTE }) },
    { id: "pending-minutes", name: "Pending, minutes left", stands: "sent", says: "3 minutes 20 seconds", act: pending({}, { since: -29 * DAY, left: 3 * MINUTE + 20 * SECOND }) },
    { id: "pending-seconds", name: "Pending, seconds left", stands: "sent", says: "9 seconds", act: pending({}, { since: -29 * DAY, left: 9 * SECOND }) },
    { id: "pending-no-start", name: "Pending, without a beginning", stands: "sent", says: "28 days", act: pending({ created_at: null }) },
    { id: "pending-no-end", name: "Pending, without an end", stands: "sent", says: "Pending", act: pending({ expires_at: null }) },
    { id: "received", name: "Received", stands: "sent", says: "asked to connect", act: pending({ direction: "received" }, { ours: THEIRS, theirs: OURS }) },
    { id: "accepted", name: "Accepted", stands: "sent", says: "Accepted", act: pending({ status: "accepted" }) },
    { id: "denied", name: "Denied", stands: "sent", says: "Denied", act: pending({ status: "denied" }) },
    { id: "expired", name: "Expired", stands: "expired", says: "Expired", act: pending({ status: "expired" }, { since: -31 * DAY, left: -DAY }) },
    {
      id: "expired-while-shown", name: "Expired while it was shown", stands: "expired", says: "The request has expired",
      async act({ element }) {
        await world.at(world.NOW - 2 * SECOND, () => (element.connection = connection({}, { since: -30 * DAY, left: -SECOND })));
        world.pass(2 * SECOND);
      },
    },
    { id: "strange-status", name: "A status that is not known", stands: "sent", says: "Under review", act: pending({ status: "under_review" }) },
    { id: "no-status", name: "No status", stands: "sent", says: "Unknown status", act: pending({ status: null }) },
    { id: "unnamed", name: "Firms without names", stands: "sent", says: "Unnamed firm", act: pending({}, { ours: null, theirs: null }) },
    { id: "long-names", name: "Very long names", stands: "sent", says: "Llanfair", act: pending({}, { ours: UNBROKEN, theirs: LONG }) },
    { id: "long-status", name: "A very long status", stands: "sent", says: "Waiting for", act: pending({ status: "waiting_for_the_compliance_department_of_the_other_firm_to_look_into_it" }) },
    { id: "right-to-left-names", name: "Names written from right to left", stands: "sent", says: HEBREW, act: pending({}, { ours: ARABIC, theirs: HEBREW }) },
    { id: "no-details", name: "Sent, details unavailable", stands: "sent", says: "details are unavailable", api: { POST: replies(200) }, act: submit },
  ]],
  ["Not sent", [
    { id: "no-account", name: "No account", stands: "idle", says: "no account is chosen", has: { "account-uuid": null }, act: submit },
    { id: "no-address", name: "No usable address", stands: "idle", says: "address is not set up", has: { endpoint: "plannr" }, act: submit },
    { id: "no-token", name: "No token", stands: "idle", says: "not signed in", act: (stand) => stand.signIn(() => "") },
    { id: "strange-token", name: "A token that cannot be used", stands: "idle", says: "special character", act: (stand) => stand.signIn(() => "two words") },
    { id: "token-failed", name: "Signing in failed", stands: "idle", says: "signing in to Plannr did not work", act: (stand) => stand.signIn(() => Promise.reject(new Error("closed"))) },
    {
      id: "offline", name: "Offline", stands: "idle", says: "this device is offline", has: { endpoint: "https://plannr.example/gallery/offline" },
      act(stand) {
        world.goOnline(false);
        submit(stand);
      },
    },
    {
      id: "called-off", name: "Called off by the host", stands: "idle", says: "called it off",
      act(stand) {
        stand.element.addEventListener("referral-submit", (event) => event.preventDefault(), { once: true });
        submit(stand);
      },
    },
    {
      id: "made-elsewhere", name: "Under way in another tab", stands: "idle", says: "perhaps in another tab", has: { "adviser-key": "ELSEWHER" },
      async act(stand) {
        await new Promise((held) => {
          void navigator.locks.request("referral-connect.send.ELSEWHER", () => new Promise(() => held(undefined)));
        });
        submit(stand);
      },
    },
  ]],
  ["Rejected", [
    { id: "rejected-401", name: "401: not signed in", stands: "rejected", says: "did not accept your sign-in", api: { POST: replies(401, { message: "Unauthenticated." }) }, act: submit },
    { id: "rejected-403", name: "403: not allowed", stands: "rejected", says: "may not send", api: { POST: replies(403, { message: "This action is unauthorized." }) }, act: submit },
    { id: "rejected-404", name: "404: wrong address", stands: "rejected", says: "(status 404)", api: { POST: replies(404, { message: "Not found" }) }, act: submit },
    { id: "rejected-409", name: "409: connected already", stands: "rejected", says: "connected already", api: { POST: replies(409, { message: "You are already connected with this adviser." }) }, act: submit },
    {
      id: "rejected-422", name: "422: the code is refused, with the API's message", stands: "rejected", says: "No adviser has this code",
      api: { POST: replies(422, { message: "The given data was invalid.", errors: { adviser_key: ["No adviser has this code."] } }) }, act: submit,
    },
    {
      id: "rejected-422-long", name: "422 with a long message", stands: "rejected", says: UNBROKEN,
      api: { POST: replies(422, { message: "Unprocessable", errors: { adviser_key: [`The adviser of ${UNBROKEN} has withdrawn this code. ${LONG} gives another one.`] } }) }, act: submit,
    },
    { id: "rejected-429", name: "429: counting down", stands: "rejected", says: "45 seconds", api: { POST: replies(429, { message: "Too Many Attempts." }, { "Retry-After": "45" }) }, act: submit },
    {
      id: "rejected-429-over", name: "429: the wait is over", stands: "rejected", says: "You can send again now", api: { POST: replies(429, undefined, { "Retry-After": "1" }) },
      async act(stand) {
        await world.at(world.NOW - 2 * SECOND, async () => {
          submit(stand);
          await stand.until("a refusal", () => stand.element.state === "rejected");
        });
        world.pass(2 * SECOND);
      },
    },
    { id: "rejected-418", name: "Another refusal", stands: "rejected", says: "(status 418)", api: { POST: replies(418, {}) }, act: submit },
  ]],
  ["Unknown outcome", [
    { id: "checking", name: "Connection lost, about to check", stands: "unknown", says: "Checking whether it arrived", api: { POST: lost }, act: submit },
    { id: "unknown-lost", name: "Connection lost, and no check possible", stands: "unknown", says: "connection was lost", has: { "adviser-key": "DOUBT123" }, api: OUT_OF_REACH, act: doubt },
    { id: "unknown-timeout", name: "No answer in time", stands: "unknown", says: "within 20 seconds", api: { ...OUT_OF_REACH, POST: silent }, act: timeOut },
    { id: "unknown-500", name: "The API failed", stands: "unknown", says: "(status 500)", api: { ...OUT_OF_REACH, POST: replies(500, { message: "Server Error" }) }, act: doubt },
    { id: "unknown-redirect", name: "Sent elsewhere", stands: "unknown", says: "another address", api: { ...OUT_OF_REACH, POST: redirects }, act: doubt },
    { id: "check-401", name: "Check: not signed in", stands: "unknown", says: "not signed in", api: { POST: lost, GET: replies(401) }, act: doubt },
    { id: "check-403", name: "Check: not allowed", stands: "unknown", says: "may not see requests", api: { POST: lost, GET: replies(403) }, act: doubt },
    { id: "check-404", name: "Check: no list there", stands: "unknown", says: "We could not check", api: { POST: lost, GET: replies(404) }, act: doubt },
    { id: "check-429", name: "Check: too many requests", stands: "unknown", says: "We could not check", api: { POST: lost, GET: replies(429, undefined, { "Retry-After": "30" }) }, act: doubt },
    { id: "not-arrived", name: "It did not arrive", stands: "idle", says: "did not arrive", api: { POST: lost, GET: lists() }, act: doubt },
    {
      id: "several", name: "Several to choose from", stands: "unknown", says: "Press the one that is yours", act: doubt,
      api: { POST: lost, GET: lists(made(), made({ theirs: LONG, since: -40 * SECOND }), made({ theirs: HEBREW, since: -70 * SECOND })) },
    },
    {
      id: "several-if-clock-is-wrong", name: "Perhaps one of these", stands: "unknown", says: "If the clock of this device is wrong", act: doubt,
      api: { POST: lost, GET: lists(made({ since: -3 * HOUR })) },
    },
    {
      id: "locked", name: "Pressed send for a code in doubt", stands: "unknown", says: "Not sent a second time", api: OUT_OF_REACH,
      async act(stand) {
        await doubt(stand);
        // What came of the check would take the place of what a press says.
        await stand.until("what came of the check", () => /could not check|Ni allem wirio/.test(stand.text));
        submit(stand);
      },
    },
    { id: "confirm", name: "Asked whether to send again", stands: "unknown", says: "Send a second request?", api: OUT_OF_REACH, act: thenPress(1) },
    {
      id: "offered", name: "Thought better of it", stands: "unknown", says: "Check before you send it again", api: OUT_OF_REACH,
      async act(stand) {
        await thenPress(1)(stand);
        await stand.until("a question", () => stand.asks);
        stand.press(0);
      },
    },
    {
      id: "from-earlier", name: "Found when the page was opened", stands: "unknown", says: "made earlier", api: OUT_OF_REACH,
      before({ element }) {
        world.store("referral-connect.pending", JSON.stringify([{
          endpoint: element.endpoint, key: "ABC12345", account: element.accountUuid, since_ms: world.NOW - HOUR, known_uuids: [],
        }]));
      },
    },
    {
      id: "not-yet", name: "Perhaps still on its way", stands: "unknown", says: "may still be on its way", api: { GET: lists() },
      before({ element }) {
        world.store("referral-connect.pending", JSON.stringify([{
          endpoint: element.endpoint, key: "ABC12345", account: element.accountUuid, since_ms: world.NOW - 5 * SECOND, known_uuids: [],
        }]));
      },
    },
    {
      id: "unreadable-note", name: "A note that cannot be read", stands: "idle", says: "cannot be read",
      before: () => world.store("referral-connect.pending", "[{}]"),
    },
  ]],
  ["Recent requests", [
    { id: "history", name: "A list, and more to load", stands: "idle", says: "Load more", has: { history: "" }, api: { GET: inPages } },
    { id: "history-long", name: "Long names, and letters of another direction", stands: "idle", says: "Requests shown", has: { history: "" }, api: { GET: lists(...RECENT_NAMES) } },
    { id: "history-loading", name: "On its way", stands: "idle", says: "Loading recent requests", has: { history: "" }, api: { GET: silent } },
    { id: "history-empty", name: "Nothing yet", stands: "idle", says: "no requests yet", has: { history: "" }, api: { GET: lists() } },
    {
      id: "history-none-fits", name: "Nothing of this kind", stands: "idle", says: "No request fits", has: { history: "" }, api: { GET: lists() },
      async act(stand) {
        await world.until("a list", () => world.isAnswered(stand.state.id));
        stand.choose("status", "accepted");
      },
    },
    { id: "history-failed", name: "It did not arrive", stands: "idle", says: "did not arrive", has: { history: "" }, api: { GET: replies(503) } },
    { id: "history-signed-out", name: "Not signed in", stands: "idle", says: "sign in to Plannr", has: { history: "" }, api: { GET: replies(401) } },
    { id: "history-no-account", name: "No account chosen", stands: "idle", says: "Choose an account", has: { history: "", "account-uuid": null } },
    {
      id: "history-sent", name: "Below a request just sent", stands: "sent", says: "Requests shown: 6", has: { history: "" }, act: submit,
      api: { GET: lists(...RECENT), POST: replies(201, made()) },
    },
  ]],
  ["After a failure of the program", [
    { id: "trapped", name: "Stopped, nothing under way", stands: "failed", says: "No request was under way", turn: FIRST, act: trap },
    {
      id: "trapped-in-doubt", name: "Stopped, a request in doubt", stands: "failed", says: "Do not send it again before that", turn: FIRST, api: OUT_OF_REACH,
      async act(stand) {
        await doubt(stand);
        await trap(stand);
      },
    },
  ]],
];
