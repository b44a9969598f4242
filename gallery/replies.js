// What the API says in the gallery: firms, connections, and replies.

import { NOW } from "./world.js";

/** @import { Answer } from "./world.js" */

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const OURS = "Harbourlight Financial Planning";
export const THEIRS = "Larkspur Wealth Management";
export const LONG =
  "The Worshipful Company of Independent Chartered Financial Planners, Pension Transfer Specialists & Later Life Lending Advisers of Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch (Holdings) LLP";
export const UNBROKEN = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
export const HEBREW = "רונן כהן ושות' ייעוץ פיננסי (2019) בע\"מ";
export const ARABIC = "شركة النخيل للاستشارات المالية";

/** @param {number} offset from now, in milliseconds */
const time = (offset) => new Date(NOW + offset).toISOString().replace(/\.\d+Z$/, "+00:00");

/**
 * A connection as the API writes it: sent two days ago, and pending for 28 days more.
 * @param {object} [other] fields that differ
 * @param {{ ours?: string | null, theirs?: string | null, since?: number, left?: number }} [about] names, and times from
 *   now in milliseconds
 */
export const connection = (other = {}, { ours = OURS, theirs = THEIRS, since = -2 * DAY, left = 28 * DAY } = {}) => ({
  uuid: `9f0d0000-0000-4000-8000-${`${Math.abs(since)}`.padStart(12, "0").slice(-12)}`,
  direction: "sent",
  status: "pending",
  sender_firm: { uuid: "9f0d1111-0000-4000-8000-000000000001", name: ours },
  recipient_firm: { uuid: "9f0d1111-0000-4000-8000-000000000002", name: theirs },
  created_at: time(since),
  updated_at: time(since),
  expires_at: time(left),
  ...other,
});

/** One made this very moment. @param {Parameters<typeof connection>[1]} [about] */
export const made = (about) => connection({}, { since: 0, left: 30 * DAY, ...about });

/**
 * @param {number} status
 * @param {unknown} [body]
 * @param {Record<string, string>} [headers]
 * @returns {Answer}
 */
export const replies =
  (status, body, headers = {}) =>
  async () =>
    new Response(body === undefined ? null : JSON.stringify(body), {
      status,
      headers: { "Content-Type": "application/json", ...headers },
    });

/** @param {object[]} data */
export const lists = (...data) => replies(200, { data });

/** Nothing, ever; but a request whose time is up is given up. @type {Answer} */
export const silent = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError"))));

/** The connection goes before an answer comes. @type {Answer} */
export const lost = async () => {
  throw new TypeError("Failed to fetch");
};

/** A redirect that is not followed. @type {Answer} */
export const redirects = async () => Response.error();
