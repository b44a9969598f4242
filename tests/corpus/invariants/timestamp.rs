//! Any text as a time, with jiff as the oracle.

use referral_connect::domain::timestamp::{Moment, Timestamp};

/// Fails unless reading `input` as a time, of either kind, gives what jiff gives.
pub fn hold(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    rfc_3339(&text);
    http_date(&text);
}

fn rfc_3339(text: &str) {
    let ours = Timestamp::parse(text);
    let moment = Moment::new(text.to_owned());
    assert_eq!((moment.text(), moment.at()), (text, ours));
    // jiff reads ISO 8601 and more, and offsets of up to 25 hours.
    let Some(parts) = Parts::of(text).filter(|parts| parts.offset_hours() < "24") else {
        assert_eq!(ours, None, "{text:?}");
        return;
    };
    let theirs = parts.to_jiff().parse::<jiff::Timestamp>();
    let theirs_ms = theirs.map(|at| at.as_nanosecond().div_euclid(1_000_000));
    agree(ours, theirs_ms.ok(), text);
}

fn http_date(text: &str) {
    let ours = Timestamp::parse_http_date(text);
    // The day of the week says nothing that the date does not say, and is not held against it.
    let date = text
        .split_once(", ")
        .filter(|(weekday, _)| weekday.len() == 3)
        .map(|(_, date)| date)
        .filter(|date| fits(date, "00 xxx 0000 00:00:00 GMT"));
    // jiff reads names of months in any case.
    let Some(date) = date.filter(|date| MONTHS.contains(&&date[3..6])) else {
        assert_eq!(ours, None, "{text:?}");
        return;
    };
    let theirs = jiff::fmt::rfc2822::parse(date);
    let theirs_ms = theirs.map(|at| i128::from(at.timestamp().as_millisecond()));
    agree(ours, theirs_ms.ok(), text);
}

/// jiff's time ends a day before ours does.
fn agree(ours: Option<Timestamp>, theirs_ms: Option<i128>, text: &str) {
    let last_ms = i128::from(jiff::Timestamp::MAX.as_millisecond());
    let ours_ms = ours.map(|at| i128::from(at.as_millis()));
    if theirs_ms.is_some() || ours_ms.is_none_or(|ms| ms <= last_ms) {
        assert_eq!(ours_ms, theirs_ms, "{text:?}");
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A text in the shape of RFC 3339, whatever its numbers are.
struct Parts<'a> {
    date_and_time: &'a str,
    /// The digits after the point; empty without one.
    fraction: &'a str,
    offset: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (date_and_time, rest) = text.split_at_checked("0000-00-00t00:00:00".len())?;
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let (fraction, offset) = match rest.strip_prefix('.') {
            Some(after) => after.split_at(digits(after)),
            None => ("", rest),
        };
        let is_one = fits(date_and_time, "0000-00-00t00:00:00")
            && rest.starts_with('.') != fraction.is_empty()
            && (fits(offset, "z") || fits(offset, "+00:00"));
        is_one.then_some(Self {
            date_and_time,
            fraction,
            offset,
        })
    }

    fn offset_hours(&self) -> &str {
        self.offset.get(1..3).unwrap_or("00")
    }

    /// Nanoseconds are the most that jiff reads.
    fn to_jiff(&self) -> String {
        let (date_and_time, offset) = (self.date_and_time, self.offset);
        match self.fraction.get(..9).unwrap_or(self.fraction) {
            "" => format!("{date_and_time}{offset}"),
            fraction => format!("{date_and_time}.{fraction}{offset}"),
        }
    }
}

/// Whether `text` has the shape of `pattern`, in which `0` is any digit, `x` any character of ASCII, `t` what may stand
/// between a date and a time, `z` a mark of UTC and `+` a sign.
fn fits(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern.bytes())
            .all(|(byte, sort)| match sort {
                b'0' => byte.is_ascii_digit(),
                b'x' => byte.is_ascii(),
                b't' => b"Tt ".contains(&byte),
                b'z' => b"Zz".contains(&byte),
                b'+' => b"+-".contains(&byte),
                sign => byte == sign,
            })
}
