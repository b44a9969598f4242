//! The one place that knows what time it is.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Where the gateway reads the time from: the machine, or whatever a test hands in.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

/// A moment, in milliseconds since 1970 in UTC: as the database keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(pub(crate) i64);

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

    /// The current moment. A clock before 1970 reads as that year's start.
    pub(crate) fn now(&self) -> Instant {
        let since = (self.0)()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Instant(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

impl Instant {
    pub(crate) fn plus(self, length: Duration) -> Self {
        Self(self.0.saturating_add(milliseconds(length)))
    }

    pub(crate) fn minus(self, length: Duration) -> Self {
        Self(self.0.saturating_sub(milliseconds(length)))
    }

    /// How long it is from `earlier` to this moment; nothing if that is later.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        let milliseconds = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(milliseconds).unwrap_or_default())
    }
}

fn milliseconds(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}
