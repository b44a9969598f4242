//! Instants, and the text that the API gives them as.

/// The seconds of a day without a leap second.
const DAY_S: i64 = 24 * 60 * 60;

/// An instant, in milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A time as the API wrote it, with the instant that it means if we can read it.
///
/// The text is kept because hosts are given it untouched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    text: String,
    at: Option<Timestamp>,
}

impl Timestamp {
    /// From milliseconds since the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This instant moved by a number of milliseconds, held at the ends of the range.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this instant; negative if it is not earlier.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads an RFC 3339 `date-time`; `None` for anything else.
    ///
    /// A fraction is cut, not rounded, to milliseconds and second 60 counts as second 59, so that a time
    /// never reads later than it is: a countdown to it must not promise more than is left.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = Reader(text.as_bytes());
        let year = rest.number(4)?;
        rest.one_of(b"-")?;
        let month = rest.number_within(2, 1, 12)?;
        rest.one_of(b"-")?;
        let day = rest.number_within(2, 1, days_in_month(year, month))?;
        rest.one_of(b"Tt ")?;
        let second_of_day = rest.second_of_day()?;
        let millis = rest.fraction_millis()?;
        let offset_minutes = rest.offset_minutes()?;
        if !rest.0.is_empty() {
            return None;
        }
        let seconds = days_since_epoch(year, month, day) * DAY_S + second_of_day;
        Some(Self((seconds - offset_minutes * 60) * 1000 + millis))
    }

    /// Reads the date of an HTTP header in the form that senders must use, as in
    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7); `None` for anything else.
    #[must_use]
    pub fn parse_http_date(text: &str) -> Option<Self> {
        const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
        let (_weekday, date) = text.as_bytes().split_at_checked(3)?;
        let mut rest = Reader(date.strip_prefix(b", ")?);
        let day = rest.number(2)?;
        rest.one_of(b" ")?;
        let (name, after) = rest.0.split_at_checked(3)?;
        let earlier = MONTHS.chunks_exact(3).position(|known| known == name)?;
        let month = i64::try_from(earlier + 1).ok()?;
        rest.0 = after;
        rest.one_of(b" ")?;
        let year = rest.number(4)?;
        if !(1..=days_in_month(year, month)).contains(&day) {
            return None;
        }
        rest.one_of(b" ")?;
        let second_of_day = rest.second_of_day()?;
        if rest.0 != b" GMT" {
            return None;
        }
        let seconds = days_since_epoch(year, month, day) * DAY_S + second_of_day;
        Some(Self(seconds * 1000))
    }
}

impl Moment {
    /// Keeps the text and reads it.
    #[must_use]
    pub fn new(text: String) -> Self {
        let at = Timestamp::parse(&text);
        Self { text, at }
    }

    /// As received.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The instant, if the text is an RFC 3339 time.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        self.at
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn one_of(&mut self, allowed: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        allowed.contains(&first).then(|| {
            self.0 = rest;
            first
        })
    }

    fn number(&mut self, digits: usize) -> Option<i64> {
        let mut value = 0;
        for _ in 0..digits {
            value = value * 10 + i64::from(self.one_of(b"0123456789")? - b'0');
        }
        Some(value)
    }

    fn number_within(&mut self, digits: usize, least: i64, most: i64) -> Option<i64> {
        self.number(digits)
            .filter(|value| (least..=most).contains(value))
    }

    /// `hh:mm:ss` as both forms have it.
    fn second_of_day(&mut self) -> Option<i64> {
        let hour = self.number_within(2, 0, 23)?;
        self.one_of(b":")?;
        let minute = self.number_within(2, 0, 59)?;
        self.one_of(b":")?;
        let second = self.number_within(2, 0, 60)?.min(59);
        Some((hour * 60 + minute) * 60 + second)
    }

    fn fraction_millis(&mut self) -> Option<i64> {
        if self.one_of(b".").is_none() {
            return Some(0);
        }
        let mut millis = self.number(1)? * 100;
        for weight in [10, 1] {
            let Some(digit) = self.number(1) else {
                return Some(millis);
            };
            millis += digit * weight;
        }
        while self.number(1).is_some() {}
        Some(millis)
    }

    fn offset_minutes(&mut self) -> Option<i64> {
        let sign = match self.one_of(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = self.number_within(2, 0, 23)?;
        self.one_of(b":")?;
        let minutes = self.number_within(2, 0, 59)?;
        Some(sign * (hours * 60 + minutes))
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar.
///
/// The year is taken to begin in March, so that the leap day is its last: then the days before a month are
/// a straight line, and the leap years before a year a plain division.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let (year, month_from_march) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    const MARCH_OF_YEAR_0_TO_EPOCH_DAYS: i64 = 719_468;
    365 * year + leap_days + day_of_year - MARCH_OF_YEAR_0_TO_EPOCH_DAYS
}
