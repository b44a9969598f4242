//! How long the trials of a run took: which of them the next minute is to be won from.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::suite::announce;

/// How many trials are named at the end of a run.
const NAMED: usize = 10;

/// What was measured so far.
#[derive(Debug, Default)]
pub struct Times {
    trials: Mutex<Vec<(Duration, String)>>,
}

impl Times {
    /// Keeps how long a trial took, from the start of its sandbox until its browser is clean again or gone.
    pub fn note(&self, trial: String, took: Duration) {
        self.trials
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((took, trial));
    }

    /// Says which trials took the longest, if there were more than those.
    pub fn announce_longest(&self) {
        let mut trials = self.trials.lock().unwrap_or_else(PoisonError::into_inner);
        if trials.len() <= NAMED {
            return;
        }
        trials.sort_unstable_by(|one, other| other.cmp(one));
        announce("The longest trials:");
        for (took, trial) in trials.iter().take(NAMED) {
            announce(&format!("{:6.1} s  {trial}", took.as_secs_f64()));
        }
    }
}
