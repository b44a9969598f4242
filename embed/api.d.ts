// Made by npm/describe.mjs from npm/api.json and words/en.json.

import type { ReferralConnect } from "./element.js";

/** A firm of a connection. */
export interface Firm {
  readonly uuid: string | null;
  readonly name: string | null;
}

/** A referral connection. Times are RFC 3339, as the API wrote them; null is what it did not give. */
export interface Connection {
  readonly uuid: string | null;
  readonly direction: string;
  readonly status: string;
  readonly senderFirm: Firm;
  readonly recipientFirm: Firm;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly expiresAt: string | null;
}

/** What a message is called. A code, a firm, a number or a time takes the place of what stands in braces in it. */
export type MessageId =
  | "label"
  | "hint"
  | "send"
  | "check"
  | "sendAgain"
  | "cancel"
  | "newRequest"
  | "card"
  | "sending"
  | "checking"
  | "from"
  | "to"
  | "timeLeft"
  | "expires"
  | "meter"
  | "unnamedFirm"
  | "requestSentTo"
  | "askedToConnect"
  | "sentWithoutDetails"
  | "notKept"
  | "confirmQuestion"
  | "confirmConsequence"
  | "whichOne"
  | "whichOneIfClockIsWrong"
  | "unreadableRecord"
  | "notYet"
  | "checkFirst"
  | "locked"
  | "notArrived"
  | "notArrivedStillLocked"
  | "plannrSays"
  | "wait"
  | "waitOver"
  | "status.pending"
  | "status.accepted"
  | "status.denied"
  | "status.expired"
  | "status.unknown"
  | "left.day"
  | "left.hour"
  | "left.fiveMinutes"
  | "left.none"
  | "code.missing"
  | "code.tooShort.zero"
  | "code.tooShort.one"
  | "code.tooShort.two"
  | "code.tooShort.few"
  | "code.tooShort.many"
  | "code.tooShort.other"
  | "code.tooLong.zero"
  | "code.tooLong.one"
  | "code.tooLong.two"
  | "code.tooLong.few"
  | "code.tooLong.many"
  | "code.tooLong.other"
  | "code.strange"
  | "notSent.noAccount"
  | "notSent.badEndpoint"
  | "notSent.noToken"
  | "notSent.unusableToken"
  | "notSent.tokenFailed"
  | "notSent.offline"
  | "notSent.calledOff"
  | "notSent.refused"
  | "notSent.outOfReach"
  | "notSent.madeElsewhere"
  | "rejected.unauthenticated"
  | "rejected.forbidden"
  | "rejected.wrongAddress"
  | "rejected.conflict"
  | "rejected.repeats"
  | "rejected.code"
  | "rejected.tooMany"
  | "rejected.otherwise"
  | "doubt.connectionLost"
  | "doubt.timedOut"
  | "doubt.redirected"
  | "doubt.status"
  | "doubt.earlier"
  | "unanswered.unauthenticated"
  | "unanswered.forbidden"
  | "unanswered.offline"
  | "unanswered.badEndpoint"
  | "unanswered.otherEndpoint"
  | "unanswered.notOffered"
  | "unanswered.tooMany"
  | "unanswered.failed"
  | "history"
  | "history.refresh"
  | "history.more"
  | "filter.direction"
  | "filter.status"
  | "filter.all"
  | "filter.sent"
  | "filter.received"
  | "history.loading"
  | "history.shown"
  | "history.empty"
  | "history.noneFits"
  | "history.noAccount"
  | "noList.unauthenticated"
  | "noList.forbidden"
  | "noList.offline"
  | "noList.badEndpoint"
  | "noList.notOffered"
  | "noList.tooMany"
  | "noList.failed"
  | "trap.stopped"
  | "maybeSent"
  | "trap.after"
  | "trap.nothingUnderWay"
  | "trap.maybe"
  | "trap.typed"
  | "trap.reload";

/** Words in the place of the element's own. */
export type Messages = { readonly [Name in MessageId]?: string | undefined };

/** How the element stands. */
export type ReferralConnectState = "loading" | "failed" | "idle" | "sending" | "sent" | "rejected" | "unknown" | "expired";

/** What the element tells, by event. */
export interface ReferralConnectEvents {
  /** The module is there and the form works. */
  "referral-ready": CustomEvent<Readonly<{ version: string }>>;
  /** Before a request; cancelled, nothing is sent. */
  "referral-submit": CustomEvent<Readonly<{ adviserKey: string }>>;
  /** The API confirmed it; `null` where its answer could not be read. */
  "referral-sent": CustomEvent<Readonly<{ connection: Connection | null }>>;
  /** The API definitely refused it. */
  "referral-rejected": CustomEvent<Readonly<{ reason: "unauthenticated" | "forbidden" | "wrong-address" | "conflict" | "key-refused" | "too-many" | "other"; status: number; message: string | null }>>;
  /** It may or may not have arrived; `since` is when it was pressed, RFC 3339. */
  "referral-unknown": CustomEvent<Readonly<{ since: string | null }>>;
  /** A refresh found another status. */
  "referral-status": CustomEvent<Readonly<{ connection: Connection; previous: string }>>;
  /** The countdown reached zero while pending. */
  "referral-expired": CustomEvent<Readonly<{ connection: Connection }>>;
  /** No usable token, or a 401 after one refresh. */
  "referral-auth-required": CustomEvent<Readonly<{}>>;
  /** The module could not start; `cause` says why, in words. */
  "referral-load-error": CustomEvent<Readonly<{ cause: string }>>;
}

/** The attributes of the element. */
export interface ReferralConnectAttributes {
  /** Base address of the API: https, or http on this machine itself. A path alone means the page's own origin. */
  "endpoint"?: string | undefined;
  /** The account to act for. It wins over the stored one, and is not stored. */
  "account-uuid"?: string | undefined;
  /** Who proves who asks: `bearer`, a token from `getAccessToken`; `cookie`, the session of the page's own origin; `session`, a gateway's session, from `getAccessToken` too. */
  "auth"?: "bearer" | "cookie" | "session" | undefined;
  /** A code to begin with. It is never sent by itself. */
  "adviser-key"?: string | undefined;
  /** `preserve` sends the letters of a code as they were typed, `upper` in upper case. */
  "key-case"?: "preserve" | "upper" | undefined;
  /** Seconds between two questions for a pending request's status while the page is visible; 0 is never, 10 the least. */
  "refresh"?: number | string | undefined;
  /** Lists the account's recent requests below the form, asking the API for them. It is on wherever the attribute is there, whatever it says. */
  "history"?: boolean | undefined;
  /** The language that it speaks, a BCP 47 tag: there are English and Welsh (`cy`), and English stands in for others. Numbers and dates are written as there, if it has words in that language, yours included. */
  "lang"?: string | undefined;
  /** `light`, `dark`, or `auto`: as the page's `color-scheme` says. */
  "theme"?: "light" | "dark" | "auto" | undefined;
  /** When the module is fetched: `lazy`, when the element comes near the visible part of the page or is first used; `eager`, at once. */
  "loading"?: "lazy" | "eager" | undefined;
}

/** The properties of the element that can be set. */
export interface ReferralConnectProperties {
  /** Base address of the API: https, or http on this machine itself. A path alone means the page's own origin. */
  endpoint?: string | undefined;
  /** The account to act for. It wins over the stored one, and is not stored. */
  accountUuid?: string | undefined;
  /** Who proves who asks: `bearer`, a token from `getAccessToken`; `cookie`, the session of the page's own origin; `session`, a gateway's session, from `getAccessToken` too. */
  auth?: "bearer" | "cookie" | "session" | undefined;
  /** A code to begin with. It is never sent by itself. */
  adviserKey?: string | undefined;
  /** Gives a bearer token for the API. `refresh`: the one before was refused. Never stored, in no attribute and no event. */
  getAccessToken?: ((reason: "first" | "refresh") => string | Promise<string>) | undefined | undefined;
  /** Words of yours in the place of the widget's, by their names. Those that you leave out stay as they are. */
  messages?: Messages | null | undefined | undefined;
  /** The last connection. Set one that you have, in the shape of the API or of the events, and it is shown without a request. */
  connection?: object | null | undefined;
}

/** All that can be set on the element, and its events as React and Svelte write them: `onreferral-sent`. */
export type ReferralConnectProps = ReferralConnectAttributes & ReferralConnectProperties & {
  [Name in keyof ReferralConnectEvents as `on${Name}`]?: ((event: ReferralConnectEvents[Name]) => void) | undefined;
};

declare global {
  interface HTMLElementTagNameMap {
    "referral-connect": ReferralConnect;
  }
  // They bubble: they can be heard on every element, on the document and on the window.
  interface GlobalEventHandlersEventMap extends ReferralConnectEvents {}
}

// Each of the following is for those alone who have that framework.

// @ts-ignore
declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      // @ts-ignore
      "referral-connect": ReferralConnectProps & import("react").DetailedHTMLProps<import("react").HTMLAttributes<ReferralConnect>, ReferralConnect>;
    }
  }
}

// @ts-ignore
declare module "vue" {
  interface GlobalComponents {
    // @ts-ignore
    "referral-connect": new () => { $props: ReferralConnectAttributes & ReferralConnectProperties & import("vue").HTMLAttributes & {
      onReferralReady?: ((event: ReferralConnectEvents["referral-ready"]) => void) | undefined;
      onReferralSubmit?: ((event: ReferralConnectEvents["referral-submit"]) => void) | undefined;
      onReferralSent?: ((event: ReferralConnectEvents["referral-sent"]) => void) | undefined;
      onReferralRejected?: ((event: ReferralConnectEvents["referral-rejected"]) => void) | undefined;
      onReferralUnknown?: ((event: ReferralConnectEvents["referral-unknown"]) => void) | undefined;
      onReferralStatus?: ((event: ReferralConnectEvents["referral-status"]) => void) | undefined;
      onReferralExpired?: ((event: ReferralConnectEvents["referral-expired"]) => void) | undefined;
      onReferralAuthRequired?: ((event: ReferralConnectEvents["referral-auth-required"]) => void) | undefined;
      onReferralLoadError?: ((event: ReferralConnectEvents["referral-load-error"]) => void) | undefined;
    } };
  }
}

// @ts-ignore
declare module "svelte/elements" {
  interface SvelteHTMLElements {
    // @ts-ignore
    "referral-connect": ReferralConnectProps & import("svelte/elements").HTMLAttributes<ReferralConnect>;
  }
}
