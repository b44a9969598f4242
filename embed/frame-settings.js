// What the frame's own document says about where it may be shown and where requests go. The page around has no say in
// either.

import * as words from "./words.js";

/**
 * @typedef {object} Settings
 * @property {string[]} parents exact origins of the pages that may show the form
 * @property {string} [endpoint] of the API, as the element takes it
 * @property {boolean} [tickets] whether that is a gateway, and the page around gives tickets for sessions there
 */

/**
 * Reads `<script type="application/json" id="referral-connect-frame">`.
 * @returns {Settings | string} a string: what is wrong, in words
 */
export function settings() {
  const text = document.getElementById("referral-connect-frame")?.textContent;
  if (!text) return words.NO_SETTINGS;
  let read;
  try {
    read = JSON.parse(text);
  } catch {
    return words.SETTINGS_NO_JSON;
  }
  const { parents, endpoint, tickets, ...others } = read ?? {};
  if (!Array.isArray(parents) || !parents.length) return words.NO_PARENTS;
  const bad = parents.find((origin) => !isOrigin(origin));
  if (bad !== undefined) return words.noOrigin(String(bad));
  if (endpoint !== undefined && typeof endpoint !== "string") return words.unknownSetting("endpoint");
  if (tickets !== undefined && typeof tickets !== "boolean") return words.unknownSetting("tickets");
  const [other] = Object.keys(others);
  return other === undefined ? { parents, endpoint, tickets } : words.unknownSetting(other);
}

/**
 * Whether it is an origin as browsers write it, of https or this machine, and no pattern.
 * @param {unknown} text
 */
function isOrigin(text) {
  if (typeof text !== "string" || text.includes("*") || !URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  return origin === text && (protocol === "https:" || (protocol === "http:" && isHere));
}
