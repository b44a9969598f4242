//! Numbers, units and dates as a language writes them, by the browser's own tables. A `locale` is a BCP 47 tag; at
//! another text the browser throws, see [`is_tag`]. In JavaScript (`intl.js`), for it is nothing but calls of the browser.

use wasm_bindgen::prelude::*;

use crate::domain::countdown::{Amount, Unit};
use crate::domain::timestamp::Timestamp;

/// The names of the forms of a plural, as CLDR has them. All languages have the last.
pub const PLURALS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// A number of units, as in `3 hours`. Units are written out: a screen reader takes "1m" for a metre.
#[must_use]
pub fn amount(locale: &str, amount: Amount) -> String {
    let unit = match amount.unit {
        Unit::Second => "second",
        Unit::Minute => "minute",
        Unit::Hour => "hour",
        Unit::Day => "day",
    };
    // There are fewer days in all the time that JavaScript's dates can hold.
    #[expect(clippy::cast_precision_loss, reason = "see above")]
    by_browser::amount(locale, unit, amount.count as f64)
}

/// Which of [`PLURALS`] goes with a count.
#[must_use]
pub fn plural(locale: &str, count: usize) -> usize {
    by_browser::plural(locale, count)
}

/// A date and time in full, in the time zone of the device.
#[must_use]
pub fn full_date(locale: &str, at: Timestamp) -> String {
    // Within what JavaScript's dates can hold, all of which a float holds exactly.
    #[expect(clippy::cast_precision_loss, reason = "see above")]
    by_browser::full_date(locale, at.as_millis() as f64)
}

/// Whether this is the tag of a language (BCP 47).
#[must_use]
pub fn is_tag(text: &str) -> bool {
    by_browser::is_tag(text)
}

mod by_browser {
    use super::wasm_bindgen;

    #[wasm_bindgen(module = "/src/browser/intl.js")]
    extern "C" {
        pub(super) fn amount(locale: &str, unit: &str, count: f64) -> String;
        pub(super) fn plural(locale: &str, count: usize) -> usize;
        #[wasm_bindgen(js_name = fullDate)]
        pub(super) fn full_date(locale: &str, millis: f64) -> String;
        #[wasm_bindgen(js_name = isTag)]
        pub(super) fn is_tag(text: &str) -> bool;
    }
}
