//! The command line: what was asked for, or a text that says what can be asked for.

use std::ffi::OsString;

use lexopt::prelude::{Long, Short, Value};

use crate::fuzz::Target;
use crate::page::Flavour;
use crate::suite::Step;

/// What the person wants.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    Help(String),
    Run(RunOptions),
    Test(TestOptions),
    Build,
    Package,
    /// With what is handed to `benches/`.
    Bench(Vec<String>),
    /// With what is handed to `gateway/benches/load`.
    Load(Vec<String>),
    Fuzz(FuzzOptions),
    /// With what is handed to cargo-mutants.
    Mutants(Vec<String>),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RunOptions {
    /// 0 asks the system for any free port.
    pub(crate) port: u16,
    pub(crate) flavour: Flavour,
    pub(crate) before: Before,
}

/// What a browser talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    /// The sandbox itself, with a token in the page.
    Sandbox,
    /// The gateway, which a person signs in to.
    Gateway,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TestOptions {
    /// The steps to run; all when empty.
    pub(crate) only: Vec<Step>,
    /// What follows `--`, handed to the test runners.
    pub(crate) runner_arguments: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FuzzOptions {
    /// How many inputs each target tries.
    pub(crate) executions: u64,
    /// All when empty.
    pub(crate) targets: Vec<Target>,
}

const DEFAULT_PORT: u16 = 8787;
const DEFAULT_EXECUTIONS: u64 = 10_000_000;

/// Reads the arguments after the program's name.
///
/// # Errors
/// A text for the person when something is not understood.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, String> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let parsed = match parser.next() {
        Ok(None | Some(Long("help") | Short('h'))) => return Ok(Request::Help(OVERVIEW.into())),
        Ok(Some(Value(command))) => match command.to_str() {
            Some("run") => run(&mut parser),
            Some("test") => test(&mut parser),
            Some("build") => build(&mut parser),
            Some("package") => package(&mut parser),
            Some("bench") => bench(&mut parser),
            Some("load") => handed_on(&mut parser, Request::Load, LOAD),
            Some("fuzz") => fuzz(&mut parser),
            Some("mutants") => mutants(&mut parser),
            Some("help") => return Ok(Request::Help(OVERVIEW.into())),
            _ => {
                return Err(format!(
                    "There is no command {}.\n\n{OVERVIEW}",
                    command.display()
                ));
            }
        },
        Ok(Some(flag)) => Err(flag.unexpected()),
        Err(error) => Err(error),
    };
    parsed.map_err(|error| {
        format!(
            "{}; `cargo xtask --help` lists what there is",
            explain(error)
        )
    })
}

/// The parser's complaint in this project's words.
fn explain(error: lexopt::Error) -> String {
    use lexopt::Error;

    match error {
        Error::UnexpectedOption(option) => format!("there is no option {option}"),
        Error::UnexpectedArgument(value) => format!("{} means nothing here", value.display()),
        Error::UnexpectedValue { option, value } => {
            format!("{option} takes no value, but {} was given", value.display())
        }
        Error::MissingValue {
            option: Some(option),
        } => format!("{option} needs a value"),
        Error::ParsingFailed { value, error } => format!("{value} cannot be used: {error}"),
        other => other.to_string(),
    }
}

fn run(parser: &mut lexopt::Parser) -> Result<Request, lexopt::Error> {
    use lexopt::ValueExt;

    let mut options = RunOptions {
        port: DEFAULT_PORT,
        flavour: Flavour::Development,
        before: Before::Sandbox,
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => options.port = parser.value()?.parse()?,
            Long("release") => options.flavour = Flavour::Release,
            Long("gateway") => {
                // The element is there in the optimised build alone.
                options.flavour = Flavour::Release;
                options.before = Before::Gateway;
            }
            Long("help") | Short('h') => return Ok(Request::Help(RUN.into())),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Request::Run(options))
}

fn test(parser: &mut lexopt::Parser) -> Result<Request, lexopt::Error> {
    use lexopt::ValueExt;

    let mut options = TestOptions::default();
    loop {
        // Everything after `--` belongs to the test runners, flags and all.
        if let Some(rest) = after_dashes(parser)? {
            options.runner_arguments = rest;
            return Ok(Request::Test(options));
        }
        match parser.next()? {
            None => return Ok(Request::Test(options)),
            Some(Long("only")) => {
                for name in parser.value()?.string()?.split(',') {
                    let step = Step::named(name).ok_or_else(|| {
                        format!("--only knows {}, not {name:?}", Step::NAMES.join(", "))
                    })?;
                    options.only.push(step);
                }
            }
            Some(Long("help") | Short('h')) => return Ok(Request::Help(TEST.into())),
            Some(other) => return Err(other.unexpected()),
        }
    }
}

fn build(parser: &mut lexopt::Parser) -> Result<Request, lexopt::Error> {
    match parser.next()? {
        None => Ok(Request::Build),
        Some(Long("help") | Short('h')) => Ok(Request::Help(BUILD.into())),
        Some(other) => Err(other.unexpected()),
    }
}

fn package(parser: &mut lexopt::Parser) -> Result<Request, lexopt::Error> {
    match parser.next()? {
        None => Ok(Request::Package),
        Some(Long("help") | Short('h')) => Ok(Request::Help(PACKAGE.into())),
        Some(other) => Err(other.unexpected()),
    }
}

fn fuzz(parser: &mut lexopt::Parser) -> Result<Request, lexopt::Error> {
    use lexopt::ValueExt;

    let mut options = FuzzOptions {
        executions: DEFAULT_EXECUTIONS,
        targets: Vec::new(),
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("executions") => options.executions = parser.value()?.parse()?,
            Long("help") | Short('h') => return Ok(Request::Help(FUZZ.into())),
            Value(name) => {
                let name = name.string()?;
                let target = Target::named(&name).ok_or_else(|| {
                    format!("the targets are {}, not {name:?}", Target::NAMES.join(", "))
                })?;
                options.targets.push(target);
            }
            other => return Err(other.unexpected()),
        }
    }
    Ok(Request::Fuzz(options))
}

fn bench(parser: &mut lexopt::Parser) -> Result<Request, lexopt::Error> {
    handed_on(parser, Request::Bench, BENCH)
}

fn mutants(parser: &mut lexopt::Parser) -> Result<Request, lexopt::Error> {
    handed_on(parser, Request::Mutants, MUTANTS)
}

/// A command whose arguments are another program's, after `--`.
fn handed_on(
    parser: &mut lexopt::Parser,
    request: fn(Vec<String>) -> Request,
    help: &str,
) -> Result<Request, lexopt::Error> {
    if let Some(arguments) = after_dashes(parser)? {
        return Ok(request(arguments));
    }
    match parser.next()? {
        None => Ok(request(Vec::new())),
        Some(Long("help") | Short('h')) => Ok(Request::Help(help.into())),
        Some(other) => Err(other.unexpected()),
    }
}

/// What follows `--`, if that comes next.
fn after_dashes(parser: &mut lexopt::Parser) -> Result<Option<Vec<String>>, lexopt::Error> {
    use lexopt::ValueExt;

    match parser.try_raw_args() {
        Some(rest) if rest.peek().is_some_and(|argument| argument == "--") => rest
            .skip(1)
            .map(|argument| argument.string())
            .collect::<Result<_, _>>()
            .map(Some),
        _ => Ok(None),
    }
}

const OVERVIEW: &str = "\
Usage: cargo xtask <command>

  run      installs what is missing, builds, and serves the page with the sandbox until stopped
  test     everything that continuous integration runs
  build    the release, in dist/
  package  the npm package of the element, in target/npm/
  bench    sizes and browser timings, as a table, beside the same job in plain JavaScript
  load     how much the gateway carries, beside nginx, and what memory it takes
  fuzz     tries millions of inputs on what reads text from people and from the network
  mutants  breaks the code in one place at a time, to see whether a test notices

`cargo xtask <command> --help` tells more of each.

Tools go into .tools/ in the project, or into the folder that REFERRAL_CONNECT_TOOLS names.";

const RUN: &str = "\
Usage: cargo xtask run [--port N] [--release | --gateway]

Installs what is missing, builds the page and the sandbox, starts both on one address, and prints that address alone
on a line of the standard output once the page answers. Everything else goes to the standard error. While it runs, a
change to src/, style/, index.html or Cargo.toml rebuilds the page: reload the browser to see it. Stop it with Ctrl-C.

  --port N     the port on 127.0.0.1; 0 takes any free one (default 8787)
  --release    serve the optimised build
  --gateway    put the gateway before the sandbox, with a portal's page on which people sign in; its address is printed";

const TEST: &str = "\
Usage: cargo xtask test [--only STEP]... [-- ARGUMENTS]

Runs, in this order, and stops at the first step that fails:

  fmt        formatting
  clippy     lints, a warning is an error
  native     unit and integration tests on this machine
  web        component tests in headless Chromium
  release    the release build, with its sizes
  package    the npm package as its users see it, and the examples built with it
  e2e        end-to-end tests of all that in every browser that is installed

  --only STEP    runs this step alone; may be repeated, or list several separated by commas
  -- ARGUMENTS   go to the test runners: a part of a test's name, for instance

The last line reads `N passed, N failed`, followed by `, N skipped` when any were.";

const BUILD: &str = "\
Usage: cargo xtask build

Builds the release into dist/ and prints the sizes of the WebAssembly and its JavaScript, as they are and compressed.";

const PACKAGE: &str = "\
Usage: cargo xtask package

Builds the element and puts its npm package together in target/npm/, ready to be published, and packs it into an archive
beside that folder, which `npm install` takes.";

const LOAD: &str = "\
Usage: cargo xtask load [-- [--rounds N] [--round-seconds N] [--connections N] [--sessions N] [--soak-minutes N]]
       cargo xtask load -- --crashes N

Builds the gateway as it is deployed, and measures on this machine how many questions a second it carries, in rounds that
take turns with nginx before the same upstream: one that answers at once, and the sandbox; then its memory with idle sessions; then, if --soak-minutes says so, its
memory under a steady load. On Debian nginx is fetched into .tools/; elsewhere it has to be on the path.

  --rounds N         how many turns each has (default 5)
  --round-seconds N  how long each lasts (default 5)
  --connections N    how many ask at once (default 32)
  --sessions N       how many people sign in and stay idle (default 10000)
  --soak-minutes N   how long the steady load lasts (default 0)
  --crashes N        measures nothing, and runs the gateway N times with faults and kills";

const BENCH: &str = "\
Usage: cargo xtask bench [-- [--runs N] [NAME]...]

Builds the release, and measures it in Chromium beside the floor: the same job in plain JavaScript, in benches/floor/.
Prints a table, and writes all runs to target/bench.json. It takes about 8 minutes; docs/speed.md says what each row
means. Leave the machine alone meanwhile.

  --runs N    how often each row is measured; as often as it needs by default
  NAME        only the rows that have this in their names: typable, countdowns";

const FUZZ: &str = "\
Usage: cargo xtask fuzz [--executions N] [TARGET]...

Tries N inputs on each target, or on those named: adviser_key, gateway, timestamp, wire. It starts from tests/corpus/,
steers by which branches of the code an input takes, and holds every input against the target's invariants in
tests/corpus/invariants/ or gateway/tests/outside/. What it finds stays in fuzz/corpus/, and what breaks an invariant in fuzz/artifacts/.

  --executions N    how many inputs for each target (default 10000000)";

const MUTANTS: &str = "\
Usage: cargo xtask mutants [-- ARGUMENTS]

Breaks src/domain/ and the parts of src/api/ that need no browser in one place at a time, and runs the native tests on
each. Fails if a mutant is missed by all of them; .cargo/mutants.toml says what is left out, and why. It works in a
copy, and its report is in target/mutants.out/.

  -- ARGUMENTS   go to cargo-mutants: `-- --re src/domain/account`, for instance, for the mutants of one file";

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Request, String> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn run_has_a_default_port_and_builds_for_development() {
        assert_eq!(
            parsed("run"),
            Ok(Request::Run(RunOptions {
                port: 8787,
                flavour: Flavour::Development,
                before: Before::Sandbox,
            }))
        );
        assert_eq!(
            parsed("run --port 0 --release"),
            Ok(Request::Run(RunOptions {
                port: 0,
                flavour: Flavour::Release,
                before: Before::Sandbox,
            }))
        );
        assert_eq!(
            parsed("run --gateway"),
            Ok(Request::Run(RunOptions {
                port: 8787,
                flavour: Flavour::Release,
                before: Before::Gateway,
            }))
        );
    }

    #[test]
    fn test_takes_steps_and_hands_on_what_follows_the_dashes() {
        assert_eq!(
            parsed("test --only web --only fmt,e2e -- badge --nocapture"),
            Ok(Request::Test(TestOptions {
                only: vec![Step::Web, Step::Format, Step::EndToEnd],
                runner_arguments: vec!["badge".into(), "--nocapture".into()],
            }))
        );
    }

    #[test]
    fn fuzz_takes_a_number_and_targets() {
        assert_eq!(
            parsed("fuzz"),
            Ok(Request::Fuzz(FuzzOptions {
                executions: 10_000_000,
                targets: Vec::new(),
            }))
        );
        assert_eq!(
            parsed("fuzz wire --executions 5"),
            Ok(Request::Fuzz(FuzzOptions {
                executions: 5,
                targets: vec![Target::Wire],
            }))
        );
    }

    #[test]
    fn bench_and_mutants_hand_on_what_follows_the_dashes() {
        assert_eq!(parsed("bench"), Ok(Request::Bench(Vec::new())));
        assert_eq!(
            parsed("bench -- --runs 3 typable"),
            Ok(Request::Bench(vec![
                "--runs".into(),
                "3".into(),
                "typable".into()
            ]))
        );
        assert_eq!(parsed("mutants"), Ok(Request::Mutants(Vec::new())));
        assert_eq!(
            parsed("mutants -- --file a.rs"),
            Ok(Request::Mutants(vec!["--file".into(), "a.rs".into()]))
        );
    }

    #[test]
    fn what_is_not_understood_is_named() {
        #[track_caller]
        fn complains(line: &str, about: &str) {
            let text = parsed(line).expect_err(line);
            assert!(text.contains(about), "{line}: {text}");
        }
        complains("fly", "fly");
        complains("run --prot 1", "--prot");
        complains("run --port 70000", "70000");
        complains("run --port", "needs a value");
        complains("run --release=yes", "takes no value");
        complains("test --only everything", "everything");
        complains("build now", "now");
        complains("package now", "now");
        complains("fuzz everything", "everything");
        complains("fuzz --executions many", "many");
        complains("bench typable", "typable");
        complains("mutants now", "now");
        complains("--verbose", "--verbose");
    }

    #[test]
    fn help_is_everywhere() {
        for line in [
            "",
            "--help",
            "-h",
            "help",
            "run --help",
            "test -h",
            "build --help",
            "package --help",
            "bench --help",
            "fuzz --help",
            "mutants --help",
        ] {
            assert!(matches!(parsed(line), Ok(Request::Help(_))), "{line:?}");
        }
    }
}
