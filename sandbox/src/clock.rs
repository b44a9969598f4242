//! The one place that knows what time it is.

use std::{fmt, sync::Arc, time::SystemTime};

use jiff::Timestamp;

/// Where the sandbox reads the time from: the machine, or whatever a test hands in.
///
/// Everything that changes by itself (an answer after five seconds, an expiry, the rate limit's minute) is
/// worked out from this clock at the moment somebody asks, so a test moves its clock instead of waiting.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn real() -> Self {
        Self::from_fn(SystemTime::now)
    }

    /// A clock that asks `now` each time.
    pub fn from_fn(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The current instant. A clock past the year 9999 reads as that year's end.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::try_from((self.0)()).unwrap_or(Timestamp::MAX)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
