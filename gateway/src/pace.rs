//! How fast a sign-in may ask the API.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Instant;

const MINUTE: Duration = Duration::from_secs(60);

/// Counts questions, in this gateway's memory: one in the database for each of them would cost more than the question.
///
/// The generic cell rate algorithm: a minute's questions may come at once, and after that one whenever its share of the
/// minute has passed.
pub(crate) struct Pace {
    per_minute: u32,
    /// By sign-in: when all of its questions would have been asked at an even pace.
    even: Mutex<HashMap<String, Instant>>,
}

impl Pace {
    pub(crate) fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            even: Mutex::default(),
        }
    }

    /// Counts a question.
    ///
    /// # Errors
    /// How long to wait, if there were too many.
    pub(crate) fn ask(&self, sign_in: &str, now: Instant) -> Result<(), Duration> {
        let share = MINUTE / self.per_minute;
        let mut even = self.even.lock().unwrap_or_else(PoisonError::into_inner);
        let before = even.get(sign_in).copied().unwrap_or(now).max(now);
        let ahead = before.since(now) + share;
        if ahead > MINUTE {
            return Err(ahead - MINUTE);
        }
        even.insert(sign_in.to_owned(), before.plus(share));
        Ok(())
    }

    /// Forgets those who have not asked for a while.
    pub(crate) fn sweep(&self, now: Instant) {
        let mut even = self.even.lock().unwrap_or_else(PoisonError::into_inner);
        even.retain(|_, even| *even > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_800_000_000_000);

    #[test]
    fn a_minutes_questions_may_come_at_once_and_then_evenly() {
        let pace = Pace::new(60);
        for _ in 0..60 {
            assert_eq!(pace.ask("a", NOW), Ok(()));
        }
        assert_eq!(pace.ask("a", NOW), Err(Duration::from_secs(1)));
        assert_eq!(pace.ask("b", NOW), Ok(()), "somebody else");
        let later = NOW.plus(Duration::from_secs(1));
        assert_eq!(pace.ask("a", later), Ok(()));
        assert_eq!(pace.ask("a", later), Err(Duration::from_secs(1)));
        let much_later = NOW.plus(Duration::from_secs(1000));
        for _ in 0..60 {
            assert_eq!(pace.ask("a", much_later), Ok(()));
        }
    }

    #[test]
    fn who_has_not_asked_for_a_while_takes_no_room() {
        let pace = Pace::new(60);
        assert_eq!(pace.ask("a", NOW), Ok(()));
        pace.sweep(NOW);
        assert_eq!(pace.even.lock().unwrap().len(), 1);
        pace.sweep(NOW.plus(MINUTE));
        assert!(pace.even.lock().unwrap().is_empty());
    }
}
