//! How much time a pending request has left, and when the answer changes.

use super::timestamp::Timestamp;

const SECOND_MS: u64 = 1000;
const MINUTE_MS: u64 = 60 * SECOND_MS;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// The time in which a request can be answered.
///
/// Always from instants, never from a number of days: a window across a change of the clocks has 719 or 721
/// hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// When it began, if that is known.
    pub created: Option<Timestamp>,
    /// When it ends.
    pub expires: Timestamp,
}

/// What is left of a [`Window`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Countdown {
    /// What to show.
    pub left: TimeLeft,
    /// How much of the window is left, in thousandths, rounded down; `None` if its beginning is not known.
    pub left_permille: Option<u16>,
    /// Milliseconds until [`Countdown::left`] reads otherwise; at least 1, at most an hour and 1.
    pub changes_in_ms: u64,
}

/// A length of time in its two largest units, rounded down to the smaller of them; below a minute, in seconds
/// alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLeft {
    /// The larger.
    pub first: Amount,
    /// The smaller.
    pub second: Option<Amount>,
}

/// A number of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// How many.
    pub count: u64,
    /// Of what.
    pub unit: Unit,
}

/// A unit of time. A day has 24 hours here: what is counted is how long one may wait, not dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// 1,000 ms.
    Second,
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
}

/// A point that is announced when a countdown passes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Milestone {
    /// One day is left.
    Day,
    /// One hour is left.
    Hour,
    /// Five minutes are left.
    FiveMinutes,
    /// Nothing is left.
    Expired,
}

impl Unit {
    /// Its length in milliseconds.
    #[must_use]
    pub const fn millis(self) -> u64 {
        match self {
            Self::Second => SECOND_MS,
            Self::Minute => MINUTE_MS,
            Self::Hour => HOUR_MS,
            Self::Day => DAY_MS,
        }
    }
}

impl TimeLeft {
    /// A length of time as it is shown.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        let (larger, smaller) = match millis {
            DAY_MS.. => (Unit::Day, Unit::Hour),
            HOUR_MS.. => (Unit::Hour, Unit::Minute),
            MINUTE_MS.. => (Unit::Minute, Unit::Second),
            _ => {
                return Self {
                    first: Amount {
                        count: millis / SECOND_MS,
                        unit: Unit::Second,
                    },
                    second: None,
                };
            }
        };
        Self {
            first: Amount {
                count: millis / larger.millis(),
                unit: larger,
            },
            second: Some(Amount {
                count: millis % larger.millis() / smaller.millis(),
                unit: smaller,
            }),
        }
    }

    /// The smallest unit shown.
    #[must_use]
    pub fn smallest_unit(&self) -> Unit {
        self.second.unwrap_or(self.first).unit
    }
}

impl Window {
    /// What is left at `now`; `None` once nothing is.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Option<Countdown> {
        let left_ms = u64::try_from(self.expires.millis_since(now))
            .ok()
            .filter(|&left_ms| left_ms > 0)?;
        let left = TimeLeft::from_millis(left_ms);
        Some(Countdown {
            left,
            left_permille: self.left_permille(left_ms),
            changes_in_ms: left_ms % left.smallest_unit().millis() + 1,
        })
    }

    fn left_permille(&self, left_ms: u64) -> Option<u16> {
        let whole_ms = u64::try_from(self.expires.millis_since(self.created?))
            .ok()
            .filter(|&whole_ms| whole_ms > 0)?;
        // A window that is too long for this has hardly begun.
        let permille = left_ms.saturating_mul(1000) / whole_ms;
        Some(u16::try_from(permille.min(1000)).unwrap_or(1000))
    }

    /// The latest milestone that lies after `earlier` and not after `now`; of several passed at once, as after
    /// a sleep, only the last still means something.
    #[must_use]
    pub fn milestone_between(&self, earlier: Timestamp, now: Timestamp) -> Option<Milestone> {
        [
            (Milestone::Expired, 0),
            (Milestone::FiveMinutes, 5 * MINUTE_MS),
            (Milestone::Hour, HOUR_MS),
            (Milestone::Day, DAY_MS),
        ]
        .into_iter()
        .find(|&(_, before_end_ms)| {
            let at = self.expires.plus_millis(-(before_end_ms.cast_signed()));
            earlier < at && at <= now
        })
        .map(|(milestone, _)| milestone)
    }
}

/// How far the device's clock is behind the API's, in milliseconds (negative: ahead), judged by a request
/// that the API dates `created`, and that was pressed and answered at these times by the device's clock.
///
/// Up to 30 s is taken for the way of the request and for rounding, and is no difference.
#[must_use]
pub fn clock_difference_ms(created: Timestamp, pressed: Timestamp, answered: Timestamp) -> i64 {
    const TOLERANCE_MS: u64 = 30_000;
    let nearest_that_fits = created.max(pressed).min(answered);
    let difference_ms = created.millis_since(nearest_that_fits);
    if difference_ms.unsigned_abs() > TOLERANCE_MS {
        difference_ms
    } else {
        0
    }
}
