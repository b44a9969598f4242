//! `cargo xtask mutants`: the code is broken in one place at a time, and a test has to notice.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process;
use crate::progress::Took;
use crate::project::Project;
use crate::tools::{self, CARGO_MUTANTS};

/// What cargo-mutants ends with when it has done its work.
const ALL_CAUGHT: i32 = 0;
const SOME_MISSED: i32 = 2;
const SOME_TIMED_OUT: i32 = 3;

/// Tries all mutants of the files that `.cargo/mutants.toml` names, and prints how many were caught.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<ExitCode> {
    tools::install_missing(project, &[&CARGO_MUTANTS])?;
    let mut command = process::command(CARGO_MUTANTS.path(project)?);
    command
        .args(["mutants", "--colors", "never", "--caught", "--unviable"])
        .arg("--output")
        .arg(&project.native_target)
        .args(arguments)
        .current_dir(&project.root)
        // The copy that it works in is another each time: with a folder of its own for what is compiled, only the crate
        // and its tests are compiled again. Not with ours, where broken code could be taken for the real one.
        .env("CARGO_TARGET_DIR", project.native_target.join("mutants"))
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        // Without luck: what is caught today is caught tomorrow. And with fewer cases than usual, since these tests run
        // hundreds of times.
        .env("PROPTEST_RNG_SEED", "1")
        .env("PROPTEST_CASES", "64");

    eprintln!("Compiling and running the tests on unbroken code first: a few minutes at first");
    let started = Instant::now();
    let mut progress = Progress::default();
    let status = process::each_line(&mut command, |line| process::pass_on(&progress.of(line)))?;
    if !matches!(
        status.code(),
        Some(ALL_CAUGHT | SOME_MISSED | SOME_TIMED_OUT)
    ) {
        bail!("cargo-mutants ended with {status}");
    }
    let report = project.native_target.join("mutants.out/outcomes.json");
    let text = std::fs::read_to_string(&report)
        .with_context(|| format!("{} cannot be read", report.display()))?;
    let counts = Counts::of(&text)?;
    println!("\n{} in {}", counts.line(), Took(started.elapsed()));
    if counts.mutants == 0 {
        bail!("there was nothing to break: no mutant proves nothing");
    }
    if counts.missed > 0 {
        println!(
            "For each one that was missed, add the test that catches it, remove the code that makes no difference, or \
             say in .cargo/mutants.toml why no test can tell."
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Numbers the mutants as they are done: `[12/340] caught   src/…`.
#[derive(Default)]
struct Progress {
    done: usize,
    total: Option<usize>,
}

impl Progress {
    fn of(&mut self, line: &str) -> String {
        const VERDICTS: [&str; 4] = ["caught", "MISSED", "TIMEOUT", "unviable"];
        if let Some(total) = line
            .strip_prefix("Found ")
            .and_then(|rest| rest.split_once(" mutant"))
            .and_then(|(total, _)| total.parse().ok())
        {
            self.total = Some(total);
        }
        match self.total {
            Some(total) if VERDICTS.iter().any(|verdict| line.starts_with(verdict)) => {
                self.done += 1;
                format!("[{}/{total}] {line}", self.done)
            }
            _ => line.to_owned(),
        }
    }
}

/// What became of the mutants.
#[derive(Debug, PartialEq, Eq)]
struct Counts {
    mutants: u64,
    caught: u64,
    missed: u64,
    /// Caught too: the tests did not end.
    timeouts: u64,
    /// They did not compile.
    unviable: u64,
}

impl Counts {
    /// Reads cargo-mutants' own summary.
    fn of(json: &str) -> Result<Self> {
        let json: Value =
            serde_json::from_str(json).context("the report of cargo-mutants is no JSON")?;
        let count = |name: &str| {
            json[name]
                .as_u64()
                .with_context(|| format!("the report of cargo-mutants has no {name}"))
        };
        Ok(Self {
            mutants: count("total_mutants")?,
            caught: count("caught")?,
            missed: count("missed")?,
            timeouts: count("timeout")?,
            unviable: count("unviable")?,
        })
    }

    fn line(&self) -> String {
        format!(
            "mutants: {} tried, {} caught, {} missed, {} timeouts, {} unviable",
            self.mutants, self.caught, self.missed, self.timeouts, self.unviable
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mutants_are_numbered_and_other_lines_are_not() {
        let mut progress = Progress::default();
        for (line, expected) in [
            ("Found 2 mutants to test", "Found 2 mutants to test"),
            (
                "ok       Unmutated baseline in 9s",
                "ok       Unmutated baseline in 9s",
            ),
            (
                "caught   src/a.rs:1:2: replace",
                "[1/2] caught   src/a.rs:1:2: replace",
            ),
            (
                "MISSED   src/a.rs:2:2: replace",
                "[2/2] MISSED   src/a.rs:2:2: replace",
            ),
        ] {
            assert_eq!(progress.of(line), expected);
        }
    }

    #[test]
    fn the_report_is_read() {
        let counts = Counts::of(
            r#"{"outcomes":[],"total_mutants":9,"missed":1,"caught":5,"timeout":2,"unviable":1,"success":0}"#,
        )
        .expect("it is read");
        assert_eq!(
            counts.line(),
            "mutants: 9 tried, 5 caught, 1 missed, 2 timeouts, 1 unviable"
        );
        assert!(Counts::of("{}").is_err());
    }

    #[test]
    fn whatever_is_left_out_has_a_reason() {
        let configuration = include_str!("../../.cargo/mutants.toml");
        let lines: Vec<&str> = configuration.lines().map(str::trim).collect();
        for list in ["exclude_globs = [", "exclude_re = ["] {
            let start = lines.iter().position(|line| line.starts_with(list));
            let entries = lines.iter().skip(start.expect("the list is there") + 1);
            let mut has_reason = false;
            for line in entries.take_while(|line| **line != "]") {
                let is_reason = line.starts_with('#');
                assert!(
                    has_reason || is_reason,
                    "{line} is left out without a reason"
                );
                has_reason = (has_reason || is_reason) && !line.is_empty();
            }
        }
    }
}
