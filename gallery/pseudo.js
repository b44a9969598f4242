// A language that nobody speaks, made of the English one: accented, and 40 % longer, as other languages are. What is
// readable in it was not translated, and what is cut off has too little room.

import english from "../words/en.json";

/** Its tag: British English, whose dates it has, of a private kind (RFC 5646, section 2.2.7). */
export const PSEUDO = "en-GB-x-long";

/** How much longer its texts are. */
const LONGER = 1.4;

const PLAIN = "AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQqRrSsTtUuVvWwXxYyZz";
const ACCENTED = "ÅåƁƀÇçÐđÉéƑƒĜĝĤĥÎîĴĵĶķĻļṀṁÑñÖöÞþǪǫŔŕŠšŢţÛûṼṽŴŵẊẋÝýŽž";
const FILLER = " ɸɸɸɸ";

/** @param {string} text */
const accented = (text) => [...text].map((sign) => ACCENTED[PLAIN.indexOf(sign)] ?? sign).join("");

/** @param {string} text what it has in braces stays as it is */
function pseudo(text) {
  const whole = text.split(/(\{\w+\})/).map((part, index) => (index % 2 ? part : accented(part))).join("");
  return whole.padEnd(Math.ceil(text.length * LONGER), FILLER);
}

/** All of its words, for the element's `messages`. */
export const MESSAGES = Object.fromEntries(Object.entries(english).map(([id, text]) => [id, pseudo(text)]));
