//! What the person reads while something takes long: which step of how many, what it does, how long it took.

use std::fmt::Display;
use std::time::{Duration, Instant};

use anyhow::Result;

/// A series of steps whose number is known beforehand.
pub(crate) struct Steps {
    done: usize,
    total: usize,
}

impl Steps {
    pub(crate) fn new(total: usize) -> Self {
        Self { done: 0, total }
    }

    /// Announces the next step, does it, and says how long it took.
    pub(crate) fn step<T>(
        &mut self,
        title: impl Display,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        self.done += 1;
        let place = format!("[{}/{}]", self.done, self.total);
        eprintln!("{place} {title}");
        let started = Instant::now();
        let outcome = work();
        let verdict = if outcome.is_ok() { "done" } else { "failed" };
        eprintln!("{place} {verdict} in {}", Took(started.elapsed()));
        outcome
    }
}

/// A duration as people say it: tenths below a minute, whole seconds above.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Took(pub(crate) Duration);

impl Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match self.0.as_secs() {
            seconds @ 60.. => format!("{} min {:02} s", seconds / 60, seconds % 60),
            _ => format!("{:.1} s", self.0.as_secs_f64()),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_naturally() {
        #[track_caller]
        fn reads(milliseconds: u64, expected: &str) {
            assert_eq!(
                Took(Duration::from_millis(milliseconds)).to_string(),
                expected
            );
        }
        reads(40, "0.0 s");
        reads(9_870, "9.9 s");
        reads(60_000, "1 min 00 s");
        reads(3_725_900, "62 min 05 s");
    }
}
