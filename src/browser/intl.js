// Numbers, units and dates as a language writes them, by the browser's own tables. A `locale` is a BCP 47 tag. Not all
// browsers have all languages: Chromium has no Welsh. What they lack is written in British English, for the browser's
// own language might write dates in an order that the reader takes for another one.

const OTHERWISE = "en-GB";

/** The names of the forms of a plural, as CLDR has them. */
const PLURALS = ["zero", "one", "two", "few", "many", "other"];

/** @type {Record<string, Intl.NumberFormat>} browsers take longer to make one than to draw a whole countdown */
const formats = {};

/**
 * @param {string} locale
 * @param {string} unit
 * @param {number} count
 */
export const amount = (locale, unit, count) =>
  (formats[locale + unit] ??= new Intl.NumberFormat([locale, OTHERWISE], { style: "unit", unit, unitDisplay: "long" })).format(count);

/**
 * @param {string} locale
 * @param {number} count
 */
export const plural = (locale, count) => PLURALS.indexOf(new Intl.PluralRules([locale, OTHERWISE]).select(count));

/**
 * @param {string} locale
 * @param {number} millis since 1970
 */
export const fullDate = (locale, millis) =>
  new Date(millis).toLocaleString([locale, OTHERWISE], { dateStyle: "full", timeStyle: "short" });

/** @param {string} text */
export const isTag = (text) => {
  try {
    return Intl.getCanonicalLocales(text).length > 0;
  } catch {
    return false;
  }
};
