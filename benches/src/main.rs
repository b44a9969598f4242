//! Sizes and browser timings of the element, beside the same job in plain JavaScript: `cargo xtask bench`, which builds
//! what this serves. `docs/speed.md` says what each row means.
//!
//! In reading order: [`measure`] is what is measured, of two [`contender`]s that a [`site`] serves to [`chromium`];
//! [`statistics`] makes of the runs what a [`row`] of the [`table`] says.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "talking to the person at the terminal is what this program is for"
)]

mod chromium;
mod contender;
mod measure;
mod row;
mod site;
mod statistics;
mod table;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, Result, anyhow, bail};
use e2e::engine::repository;
use jiff::Timestamp;
use serde_json::{Value, json};

use chromium::Chromium;
use measure::{Bench, Group};
use row::Row;
use site::Site;

/// Names the folder that `benches/floor/build.mjs` filled; `target/bench` in the repository when unset. The figures go
/// into a file of its name beside it.
const FOLDER_VARIABLE: &str = "REFERRAL_CONNECT_BENCH";

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    /// How often each group is measured; as often as it needs when `None`.
    runs: Option<usize>,
    /// Parts of the names of rows; all rows when empty.
    names: Vec<String>,
}

fn main() -> ExitCode {
    let done = options().and_then(|options| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .context("starting the runtime")?;
        runtime.block_on(run(&options))
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options> {
    use lexopt::prelude::{Long, Short, Value, ValueExt};

    let mut options = Options::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("runs") => {
                let runs: NonZeroUsize = parser
                    .value()
                    .and_then(|value| value.parse())
                    .map_err(|_reason| anyhow!("--runs needs a number above 0"))?;
                options.runs = Some(runs.get());
            }
            Value(name) => options.names.push(name.string()?),
            Long(name) => {
                bail!("there is no option --{name}; there is --runs N, and names of rows")
            }
            Short(letter) => {
                bail!("there is no option -{letter}; there is --runs N, and names of rows")
            }
        }
    }
    Ok(options)
}

async fn run(options: &Options) -> Result<()> {
    let began = Instant::now();
    let folder = env::var_os(FOLDER_VARIABLE)
        .map_or_else(|| repository().join("target/bench"), PathBuf::from);
    let is_wanted = |name: &str| {
        options.names.is_empty()
            || options
                .names
                .iter()
                .any(|part| name.contains(part.as_str()))
    };
    let groups: Vec<Group> = Group::ALL
        .into_iter()
        .filter(|group| group.rows().iter().any(|name| is_wanted(name)))
        .collect();
    if groups.is_empty() {
        let all: Vec<&str> = Group::ALL
            .iter()
            .flat_map(|group| group.rows())
            .copied()
            .collect();
        bail!(
            "no row is called {}; there are:\n{}",
            options.names.join(" or "),
            all.join("\n")
        );
    }

    let load_before = load_average();
    let bench = Bench {
        site: Site::start(&folder).await?,
        chromium: Chromium::start().await?,
    };
    let browser = bench.chromium.version().await?;
    let mut rows: Vec<Row> = Vec::new();
    let mut measured = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let runs = options.runs.unwrap_or(group.usual_runs());
        let names = group.rows().join("; ");
        eprintln!("[{}/{}] {runs} x {names}", index + 1, groups.len());
        measured.extend(bench.measure(*group, runs).await.with_context(|| names)?);
    }
    bench.chromium.quit().await?;
    rows.extend(measured.into_iter().filter(|row| is_wanted(row.name)));

    println!("{}", table::table(&rows));
    let machine = machine();
    let load_after = load_average();
    let took_s = began.elapsed().as_secs();
    println!(
        "\n{machine}; {browser}; load average {load_before} before and {load_after} after; {took_s} s. \
         Medians [quarters]; runs in turn; Slow 4G is 1.6 Mbit/s and 150 ms, with a processor a quarter as fast."
    );
    let figures = json!({
        "at": Timestamp::now().to_string(),
        "machine": machine,
        "browser": browser,
        "load_average": { "before": load_before, "after": load_after },
        "took_s": took_s,
        "rows": rows.iter().map(Row::json).collect::<Vec<Value>>(),
    });
    let file = folder.with_extension("json");
    fs::write(&file, format!("{figures:#}\n"))
        .with_context(|| format!("writing {}", file.display()))?;
    println!("All runs are in {}", file.display());
    Ok(())
}

/// Its processor and how many cores there are.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let model = fs::read_to_string("/proc/cpuinfo")
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or_else(
            || env::consts::ARCH.to_owned(),
            |(_, model)| model.to_owned(),
        );
    format!("{cores} cores of {model}")
}

/// How many processes wanted to run in the last minute.
fn load_average() -> String {
    fs::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|text| Some(text.split_whitespace().next()?.to_owned()))
        .unwrap_or_else(|| "unknown".to_owned())
}
