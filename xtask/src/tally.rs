//! Counting tests by the result lines that Rust's test runners print.

use std::fmt;
use std::ops::AddAssign;

use anyhow::{Result, bail};

/// How many tests passed, failed and were skipped.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// Reads a line such as `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out`, as libtest,
    /// libtest-mimic and wasm-bindgen's runner print it; any other line is none.
    pub(crate) fn of_line(line: &str) -> Option<Self> {
        let (_verdict, counts) = line
            .trim_start()
            .strip_prefix("test result: ")?
            .split_once(". ")?;
        let mut tally = Self::default();
        for count in counts.split(';') {
            let mut words = count.split_whitespace();
            let (Some(number), Some(what)) = (words.next(), words.next()) else {
                continue;
            };
            let place = match what {
                "passed" => &mut tally.passed,
                "failed" => &mut tally.failed,
                "ignored" => &mut tally.skipped,
                _ => continue,
            };
            *place = number.parse().ok()?;
        }
        Some(tally)
    }

    /// Reads a line such as `# pass 12`, of those with which Node's test runner ends; any other line is none.
    pub(crate) fn of_tap_line(line: &str) -> Option<Self> {
        let (what, number) = line.strip_prefix("# ")?.split_once(' ')?;
        let mut tally = Self::default();
        let place = match what {
            "pass" => &mut tally.passed,
            "fail" | "cancelled" => &mut tally.failed,
            "skipped" | "todo" => &mut tally.skipped,
            _ => return None,
        };
        *place = number.parse().ok()?;
        Some(tally)
    }

    /// How many tests really ran.
    pub(crate) fn ran(&self) -> u64 {
        self.passed + self.failed
    }

    /// A runner that found no tests reports success; we do not.
    ///
    /// # Errors
    /// When not a single test ran.
    pub(crate) fn require_some(&self, suite: &str, runner_arguments: &[String]) -> Result<()> {
        if self.ran() > 0 {
            return Ok(());
        }
        if runner_arguments.is_empty() {
            bail!("the {suite} hold no test that ran: an empty suite proves nothing");
        }
        bail!(
            "none of the {suite} matches `{}`",
            runner_arguments.join(" ")
        );
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// `N passed, N failed`, then `, N skipped` if any were.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64, skipped: u64) -> Tally {
        Tally {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn every_runners_result_line_is_read() {
        #[track_caller]
        fn reads(line: &str, expected: Tally) {
            assert_eq!(Tally::of_line(line), Some(expected), "{line}");
        }
        // libtest
        reads(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.03s",
            tally(12, 0, 1),
        );
        reads(
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 61.20s",
            tally(2, 1, 0),
        );
        // wasm-bindgen-test-runner
        reads(
            "test result: ok. 1 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.03s",
            tally(1, 0, 0),
        );
    }

    #[test]
    fn other_lines_are_no_result() {
        for line in [
            "",
            "running 3 tests",
            "test badge ... ok",
            "no tests to run!",
            "the test result: ok. 1 passed",
            "test result: unheard of",
            "test result: ok. many passed; 0 failed",
        ] {
            assert_eq!(Tally::of_line(line), None, "{line}");
        }
    }

    #[test]
    fn nodes_counts_are_read() {
        assert_eq!(Tally::of_tap_line("# pass 12"), Some(tally(12, 0, 0)));
        assert_eq!(Tally::of_tap_line("# fail 1"), Some(tally(0, 1, 0)));
        assert_eq!(Tally::of_tap_line("# cancelled 2"), Some(tally(0, 2, 0)));
        assert_eq!(Tally::of_tap_line("# skipped 3"), Some(tally(0, 0, 3)));
        for line in [
            "# tests 12",
            "ok 1 - pass 12",
            "# pass many",
            "    # pass 2",
        ] {
            assert_eq!(Tally::of_tap_line(line), None, "{line}");
        }
    }

    #[test]
    fn sums_and_reads_back_in_one_line() {
        let mut sum = tally(10, 0, 0);
        sum += tally(3, 1, 0);
        assert_eq!(sum.to_string(), "13 passed, 1 failed");
        sum += tally(0, 0, 2);
        assert_eq!(sum.to_string(), "13 passed, 1 failed, 2 skipped");
    }

    #[test]
    fn an_empty_suite_is_refused() {
        assert!(tally(1, 0, 0).require_some("browser tests", &[]).is_ok());
        assert!(tally(0, 1, 0).require_some("browser tests", &[]).is_ok());
        for empty in [tally(0, 0, 0), tally(0, 0, 5)] {
            let error = empty
                .require_some("browser tests", &[])
                .expect_err("nothing ran");
            assert!(error.to_string().contains("empty suite"), "{error}");
        }
        let error = tally(0, 0, 0)
            .require_some("browser tests", &["bagde".into()])
            .expect_err("nothing matched");
        assert_eq!(
            error.to_string(),
            "none of the browser tests matches `bagde`"
        );
    }
}
