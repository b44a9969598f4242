//! `cargo xtask fuzz`: coverage-guided fuzzing of what reads text from people and from the network.
//!
//! cargo-fuzz with libFuzzer, and without a sanitizer: those look for what only unsafe code can do, of which we have
//! none, and they need unstable compiler flags. Without, an ordinary stable Rust is enough, and each execution is
//! several times as fast.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, PipeReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::cli::FuzzOptions;
use crate::process::{self, Running, Stopped};
use crate::progress::{Steps, Took};
use crate::project::{Project, relative};
use crate::tools::{self, CARGO_FUZZ};

/// How often the person reads how far it is.
const REPORT_EVERY: Duration = Duration::from_secs(10);
/// How much of the fuzzer's last words is shown when it fails.
const LAST_WORDS_LINES: usize = 60;
/// One input that takes as long is a finding too.
const HANG_S: u32 = 10;

/// One of the programs in `fuzz/targets/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    AdviserKey,
    Gateway,
    Timestamp,
    Wire,
}

impl Target {
    const ALL: [Self; 4] = [Self::AdviserKey, Self::Gateway, Self::Timestamp, Self::Wire];
    /// What the targets are called, here and in `fuzz/Cargo.toml`.
    pub(crate) const NAMES: [&'static str; 4] = ["adviser_key", "gateway", "timestamp", "wire"];

    pub(crate) fn named(name: &str) -> Option<Self> {
        let index = Self::NAMES.iter().position(|known| *known == name)?;
        Self::ALL.get(index).copied()
    }

    fn name(self) -> &'static str {
        match self {
            Self::AdviserKey => "adviser_key",
            Self::Gateway => "gateway",
            Self::Timestamp => "timestamp",
            Self::Wire => "wire",
        }
    }

    /// Longer inputs are slower, and show nothing that a shorter one does not. A reply has to have room for a text that
    /// is cut.
    fn longest_input_bytes(self) -> u32 {
        match self {
            Self::AdviserKey => 64,
            Self::Gateway => 1024,
            Self::Timestamp => 256,
            Self::Wire => 4096,
        }
    }
}

/// Fuzzes the targets one after the other and prints a line for each.
pub(crate) fn run(project: &Project, options: &FuzzOptions) -> Result<ExitCode> {
    tools::install_missing(project, &[&CARGO_FUZZ])?;
    let targets = if options.targets.is_empty() {
        &Target::ALL[..]
    } else {
        &options.targets
    };

    let mut steps = Steps::new(1 + targets.len());
    steps.step("Compiling the fuzz targets: a few minutes at first", || {
        process::run(&mut cargo_fuzz(project, "build")?)
    })?;
    let mut reports = Vec::new();
    for &target in targets {
        let executions = options.executions;
        let title = format!("Trying {} inputs on {}", grouped(executions), target.name());
        reports.push(steps.step(title, || fuzz(project, target, executions))?);
    }

    println!();
    for report in &reports {
        println!("{}", report.line());
    }
    let findings: Vec<&PathBuf> = reports.iter().flat_map(|report| &report.findings).collect();
    if findings.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("\nWhat was found is in:");
    for finding in findings {
        println!("  {}", relative(finding, project));
    }
    Ok(ExitCode::FAILURE)
}

struct Report {
    target: Target,
    executions: u64,
    /// Inputs that each take a way of their own, those it began with included.
    inputs: u64,
    findings: Vec<PathBuf>,
    time: Duration,
}

impl Report {
    fn line(&self) -> String {
        format!(
            "{:12} {} executions in {}, {}, {} inputs kept",
            self.target.name(),
            grouped(self.executions),
            Took(self.time),
            match self.findings.len() {
                0 => "no finding".to_owned(),
                1 => "1 finding".to_owned(),
                several => format!("{several} findings"),
            },
            grouped(self.inputs),
        )
    }
}

fn fuzz(project: &Project, target: Target, executions: u64) -> Result<Report> {
    let folder = fuzz_folder(project);
    let finds = folder.join("corpus").join(target.name());
    let artifacts = folder.join("artifacts").join(target.name());
    for folder in [&finds, &artifacts] {
        fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be created", folder.display()))?;
    }
    let known = files(&artifacts)?;
    let mut command = cargo_fuzz(project, "run")?;
    command
        .arg(target.name())
        // The first is written to, all are read.
        .args([
            &finds,
            &project.root.join("tests/corpus").join(target.name()),
        ])
        .arg("--")
        .arg(format!("-runs={executions}"))
        .arg(format!("-max_len={}", target.longest_input_bytes()))
        .arg(format!("-timeout={HANG_S}"))
        .arg(dictionary(&folder, target));

    let started = Instant::now();
    let mut watch = Watch::new(executions);
    let status = each_error_line(&mut command, |line| watch.see(line))?;
    let findings: Vec<PathBuf> = files(&artifacts)?
        .into_iter()
        .filter(|path| !known.contains(path))
        .collect();
    if !status.success() || !findings.is_empty() {
        for line in &watch.last_words {
            eprintln!("{line}");
        }
    }
    if !status.success() && findings.is_empty() {
        bail!("the fuzzer ended with {status} without a finding");
    }
    // A run that stopped early and reports success would prove nothing.
    if findings.is_empty() && watch.executions < executions {
        bail!(
            "the fuzzer ended after {} executions",
            grouped(watch.executions)
        );
    }
    Ok(Report {
        target,
        executions: watch.executions,
        inputs: watch.inputs,
        findings,
        time: started.elapsed(),
    })
}

fn dictionary(folder: &Path, target: Target) -> String {
    let file = folder.join(target.name()).with_extension("dict");
    format!("-dict={}", file.display())
}

fn cargo_fuzz(project: &Project, subcommand: &str) -> Result<Command> {
    let mut command = process::command(CARGO_FUZZ.path(project)?);
    command
        .arg(subcommand)
        .arg("--fuzz-dir")
        .arg(fuzz_folder(project))
        .arg("--target-dir")
        .arg(project.native_target.join("fuzz"))
        .args(["--sanitizer", "none"])
        .current_dir(&project.root);
    Ok(command)
}

fn fuzz_folder(project: &Project) -> PathBuf {
    project.root.join("fuzz")
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = || format!("{} cannot be read", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        files.push(entry.with_context(unreadable)?.path());
    }
    Ok(files)
}

/// Runs a command to its end and hands over each line of its standard error, where libFuzzer says everything.
fn each_error_line(command: &mut Command, mut on_line: impl FnMut(&str)) -> Result<ExitStatus> {
    let (reader, writer) = std::io::pipe().context("no pipe can be made")?;
    command.stdout(std::io::stderr()).stderr(writer);
    let mut child = Running::start(command)?;
    // The command holds the pipe's other end as well: while that is open the lines have no end.
    command.stderr(std::process::Stdio::inherit());
    read_lines(reader, &mut on_line).context("the fuzzer's output cannot be read")?;
    loop {
        if let Some(status) = child.ended()? {
            if process::stopping() {
                return Err(Stopped.into());
            }
            return Ok(status);
        }
        thread::sleep(process::POLL);
    }
}

fn read_lines(reader: PipeReader, mut on_line: impl FnMut(&str)) -> std::io::Result<()> {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        on_line(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
    Ok(())
}

/// Makes progress out of what libFuzzer prints.
struct Watch {
    wanted: u64,
    executions: u64,
    inputs: u64,
    last_words: VecDeque<String>,
    reported: Instant,
}

impl Watch {
    fn new(wanted: u64) -> Self {
        Self {
            wanted,
            executions: 0,
            inputs: 0,
            last_words: VecDeque::new(),
            reported: Instant::now(),
        }
    }

    fn see(&mut self, line: &str) {
        if let Some(executions) = executions_of(line) {
            self.executions = executions;
            self.inputs = inputs_of(line).unwrap_or(self.inputs);
            if self.reported.elapsed() >= REPORT_EVERY {
                self.reported = Instant::now();
                eprintln!(
                    "  {} of {} executions, {} inputs kept",
                    grouped(executions),
                    grouped(self.wanted),
                    grouped(self.inputs)
                );
            }
            return;
        }
        if self.last_words.len() == LAST_WORDS_LINES {
            self.last_words.pop_front();
        }
        self.last_words.push_back(line.to_owned());
    }
}

/// The executions so far in a line such as `#2048  pulse  cov: 12 ft: 15 corp: 9/33b lim: 4 exec/s: 682 rss: 30Mb`,
/// or `Done 2048 runs in 3 second(s)`.
fn executions_of(line: &str) -> Option<u64> {
    let number = line
        .strip_prefix('#')
        .or_else(|| line.strip_prefix("Done "))?;
    number.split_whitespace().next()?.parse().ok()
}

fn inputs_of(line: &str) -> Option<u64> {
    let (_, after) = line.split_once("corp: ")?;
    after.split('/').next()?.parse().ok()
}

/// `10000000` as `10,000,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_from_the_fuzzers_lines() {
        let line =
            "#16384\tpulse  cov: 1584 ft: 3990 corp: 510/340Kb lim: 3965 exec/s: 8192 rss: 29Mb";
        assert_eq!(executions_of(line), Some(16_384));
        assert_eq!(inputs_of(line), Some(510));
        assert_eq!(
            executions_of("Done 10000000 runs in 18 second(s)"),
            Some(10_000_000)
        );
        for other in ["", "INFO: Seed: 5", "###### End of it. ######", "Done"] {
            assert_eq!(executions_of(other), None, "{other}");
        }
    }

    #[test]
    fn numbers_read_in_groups() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (10_000_000, "10,000,000"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    /// Names stand in several files that do not know of each other.
    #[test]
    fn each_target_has_its_name_program_dictionary_and_corpus() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let manifest = include_str!("../../fuzz/Cargo.toml");
        for (target, name) in Target::ALL.into_iter().zip(Target::NAMES) {
            assert_eq!(Target::named(name), Some(target));
            assert_eq!(target.name(), name);
            assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
            for path in [
                format!("fuzz/targets/{name}.rs"),
                format!("fuzz/{name}.dict"),
                format!("tests/corpus/{name}"),
            ] {
                assert!(root.join(&path).exists(), "{path}");
            }
        }
        assert_eq!(Target::named("everything"), None);
    }
}
