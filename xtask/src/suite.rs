//! `cargo xtask test`: every check that continuous integration makes, in order, with what each found.

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::browsers::{Browsers, Wanted};
use crate::cli::TestOptions;
use crate::page::Flavour;
use crate::postgres::Postgres;
use crate::process::{self, Stopped};
use crate::progress::{Steps, Took};
use crate::project::Project;
use crate::release;
use crate::tally::Tally;
use crate::tools::{self, ESBUILD, Tool, WASM_BINDGEN};
use crate::wasm::{self, Compiler};
use crate::{examples, package, size};

/// The files of `tests/` that run in a browser.
const COMPONENT_TESTS: [&str; 1] = ["web"];
/// The one test target that needs the release build.
const END_TO_END_TARGET: &str = "e2e";
/// wasm-bindgen's own limit is 5 seconds, which a first start of a driver on a busy machine takes.
const DRIVER_LIMIT_SECONDS: &str = "60";
/// wasm-bindgen's own limit is 20 seconds for all tests of a file together.
const COMPONENT_TESTS_LIMIT_SECONDS: &str = "300";

/// One of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Format,
    Lints,
    Native,
    Web,
    Release,
    Package,
    EndToEnd,
}

impl Step {
    const ALL: [Self; 7] = [
        Self::Format,
        Self::Lints,
        Self::Native,
        Self::Web,
        Self::Release,
        Self::Package,
        Self::EndToEnd,
    ];
    /// What the steps are called on the command line.
    pub(crate) const NAMES: [&'static str; 7] = [
        "fmt", "clippy", "native", "web", "release", "package", "e2e",
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        let index = Self::NAMES.iter().position(|known| *known == name)?;
        Self::ALL.get(index).copied()
    }

    fn title(self) -> &'static str {
        match self {
            Self::Format => "Formatting",
            Self::Lints => "Lints",
            Self::Native => "Native tests",
            Self::Web => "Component tests in Chromium",
            Self::Release => "Release build",
            Self::Package => "Package and examples",
            Self::EndToEnd => "End-to-end tests",
        }
    }

    fn needs_compiler_for_browsers(self) -> bool {
        matches!(self, Self::Web | Self::Release)
    }

    fn tools(self) -> &'static [&'static Tool] {
        match self {
            Self::Web => &[&WASM_BINDGEN],
            Self::Release => Flavour::Release.tools(),
            // With what comes from npm comes axe-core, which the end-to-end tests hold the widget's states against.
            Self::Package | Self::EndToEnd => &[&ESBUILD],
            Self::Format | Self::Lints | Self::Native => &[],
        }
    }

    /// rustup's minimal profile leaves out what formatting and lints need.
    fn require_component(self, project: &Project) -> Result<()> {
        let component = match self {
            Self::Format => "rustfmt",
            Self::Lints => "clippy",
            Self::Native | Self::Web | Self::Release | Self::Package | Self::EndToEnd => {
                return Ok(());
            }
        };
        let mut command = process::command("cargo");
        let subcommand = component.strip_prefix("rust").unwrap_or(component);
        command
            .args([subcommand, "--version"])
            .current_dir(&project.root);
        process::output(&mut command).with_context(|| {
            format!(
                "{component} is missing: run `rustup component add {component}`, then this again"
            )
        })?;
        Ok(())
    }

    fn browsers(self) -> Option<Wanted> {
        match self {
            Self::Web => Some(Wanted::ChromiumAlone),
            Self::EndToEnd => Some(Wanted::Chosen),
            Self::Format | Self::Lints | Self::Native | Self::Release | Self::Package => None,
        }
    }
}

/// Runs the chosen steps until one fails, and prints a table of them with the sum of all tests as its last line.
pub(crate) fn run(project: &Project, options: &TestOptions) -> Result<ExitCode> {
    let chosen: Vec<Step> = Step::ALL
        .into_iter()
        .filter(|step| options.only.is_empty() || options.only.contains(step))
        .collect();
    // First of all, because a missing browser should be known before minutes of testing, not after.
    let equipment = Equipment::provide(project, &chosen)?;
    let suite = Suite {
        project,
        equipment,
        runner_arguments: &options.runner_arguments,
    };

    let mut steps = Steps::new(chosen.len());
    let mut rows = Vec::new();
    let mut failure = None;
    for step in chosen {
        if failure.is_some() {
            rows.push((step, None));
            continue;
        }
        let mut tally = Tally::default();
        let started = Instant::now();
        let outcome = steps.step(step.title(), || suite.run(step, &mut tally));
        if let Err(error) = outcome {
            if error.is::<Stopped>() {
                return Err(error);
            }
            // A step can fail without a test that does: by not compiling, for one.
            tally.failed = tally.failed.max(1);
            failure = Some(format!("{}: {error:#}", step.title()));
        }
        rows.push((step, Some((tally, started.elapsed()))));
    }

    let mut sum = Tally::default();
    for (_, row) in &rows {
        if let Some((tally, _)) = row {
            sum += *tally;
        }
    }
    if failure.is_none()
        && let Err(error) = suite.require_matches(&sum)
    {
        sum.failed += 1;
        failure = Some(error.to_string());
    }
    print_table(&rows);
    if let Some(failure) = &failure {
        println!("\n{failure}");
    }
    println!("\n{sum}");
    Ok(if failure.is_some() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn print_table(rows: &[(Step, Option<(Tally, Duration)>)]) {
    println!("\n{:30} {:>24} {:>12}", "step", "tests", "time");
    for (step, row) in rows {
        let title = step.title();
        match row {
            None => println!("{title:30} {:>24} {:>12}", "not run", "-"),
            Some((tally, time)) => {
                let tests = if *tally == Tally::default() {
                    "-".to_owned()
                } else {
                    tally.to_string()
                };
                println!("{title:30} {tests:>24} {:>12}", Took(*time));
            }
        }
    }
}

/// What the chosen steps need installed.
struct Equipment {
    compiler: Option<Compiler>,
    browsers: Option<Browsers>,
    postgres: Option<Postgres>,
}

impl Equipment {
    fn provide(project: &Project, chosen: &[Step]) -> Result<Self> {
        let mut needed: Vec<&Tool> = Vec::new();
        for tool in chosen.iter().flat_map(|step| step.tools()) {
            if !needed.iter().any(|other| other.name == tool.name) {
                needed.push(tool);
            }
        }
        // What may have to be installed by hand comes before what takes minutes to compile.
        for step in chosen {
            step.require_component(project)?;
        }
        tools::require_npm(project, &needed)?;
        // Of the steps' wishes the last is the widest.
        let browsers = chosen
            .iter()
            .rev()
            .find_map(|step| step.browsers())
            .map(|wanted| Browsers::provide(project, wanted))
            .transpose()?;
        let postgres = chosen
            .contains(&Step::Native)
            .then(|| Postgres::provide(project))
            .transpose()?;
        let compiler = chosen
            .iter()
            .any(|step| step.needs_compiler_for_browsers())
            .then(|| Compiler::provide(project))
            .transpose()?;
        tools::install_missing(project, &needed)?;
        Ok(Self {
            compiler,
            browsers,
            postgres,
        })
    }

    fn compiler(&self) -> Result<Compiler> {
        self.compiler.context("no compiler was provided")
    }

    fn browsers(&self) -> Result<&Browsers> {
        self.browsers.as_ref().context("no browser was provided")
    }
}

struct Suite<'run> {
    project: &'run Project,
    equipment: Equipment,
    runner_arguments: &'run [String],
}

impl Suite<'_> {
    fn run(&self, step: Step, tally: &mut Tally) -> Result<()> {
        match step {
            Step::Format => process::run(self.cargo().args(["fmt", "--all", "--check"])),
            Step::Lints => process::run(self.cargo().args([
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ])),
            Step::Native => self.native_tests(tally),
            Step::Web => self.component_tests(tally),
            Step::Release => {
                release::build(self.project, self.equipment.compiler()?)?;
                self.require_size()
            }
            Step::Package => self.package(tally),
            Step::EndToEnd => self.end_to_end_tests(tally),
        }
    }

    /// The bounds are for what is released. The usual compiler's module is larger: its standard library comes compiled
    /// for speed, with what a panic says.
    fn require_size(&self) -> Result<()> {
        match self.equipment.compiler()? {
            Compiler::Debian => size::check(&self.project.dist()),
            Compiler::Usual => Ok(()),
        }
    }

    /// Everything but the end-to-end tests. Those are left out by naming all others: leaving out their package instead
    /// would give the shared dependencies other features, and so compile nearly all of them twice.
    fn native_tests(&self, tally: &mut Tally) -> Result<()> {
        let metadata =
            process::output(
                self.cargo()
                    .args(["metadata", "--no-deps", "--format-version", "1"]),
            )?;
        let mut files = self.cargo();
        files.args(["test", "--workspace", "--no-fail-fast", "--lib", "--bins"]);
        for target in test_targets(&metadata)? {
            if target != END_TO_END_TARGET {
                files.args(["--test", &target]);
            }
        }
        if let Some(postgres) = self.equipment.postgres {
            postgres.tell(&mut files);
        }
        self.count(&mut files, "native tests", tally)?;
        let mut examples = self.cargo();
        examples.args(["test", "--workspace", "--no-fail-fast", "--doc"]);
        self.count_any(&mut examples, tally)
    }

    fn component_tests(&self, tally: &mut Tally) -> Result<()> {
        let compiler = self.equipment.compiler()?;
        compiler.fetch(self.project, Flavour::Development)?;
        for file in COMPONENT_TESTS {
            let mut command = compiler.command(self.project, "cargo", Flavour::Development)?;
            command
                .args(["test", "--target", wasm::TARGET, "--test", file])
                .env(
                    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
                    "wasm-bindgen-test-runner",
                )
                // A file that does not say that it runs in a browser must not run in Node instead.
                .env("WASM_BINDGEN_TEST_ONLY_WEB", "1")
                .env("WASM_BINDGEN_TEST_TIMEOUT", COMPONENT_TESTS_LIMIT_SECONDS)
                .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", DRIVER_LIMIT_SECONDS)
                // Of a failed test the panic's message is of interest, not the runner's own call stack.
                .env("RUST_BACKTRACE", "0");
            self.equipment
                .browsers()?
                .tell_component_tests(self.project, &mut command)?;
            self.count(&mut command, &format!("tests of tests/{file}.rs"), tally)?;
        }
        Ok(())
    }

    fn package(&self, tally: &mut Tally) -> Result<()> {
        let package = package::assemble(self.project)?;
        let hosts = examples::install(self.project, &package)?;
        *tally += package::check(self.project, &package, &hosts)?;
        examples::build(self.project, &hosts)
    }

    fn end_to_end_tests(&self, tally: &mut Tally) -> Result<()> {
        let dist = self.project.dist();
        if !dist.join("index.html").exists() {
            bail!("dist/ holds no page: run `cargo xtask build` first");
        }
        let mut command = self.cargo();
        command
            // Of the workspace, not of its package: so cargo uses what the native tests have compiled.
            .args(["test", "--workspace", "--test", END_TO_END_TARGET])
            .env("REFERRAL_CONNECT_DIST", dist)
            .env("REFERRAL_CONNECT_EXAMPLES", examples::folder(self.project));
        self.equipment
            .browsers()?
            .tell_end_to_end_tests(&mut command);
        self.count(&mut command, "end-to-end tests", tally)
    }

    /// Cargo for this machine.
    fn cargo(&self) -> Command {
        let mut command = process::command("cargo");
        command
            .current_dir(&self.project.root)
            .env("CARGO_TARGET_DIR", &self.project.native_target);
        command
    }

    /// Runs tests, of which there have to be some, and adds them to `tally`.
    fn count(&self, command: &mut Command, suite: &str, tally: &mut Tally) -> Result<()> {
        let before = *tally;
        self.count_any(command, tally)?;
        // With a filter a single step may well be left empty; the whole run may not.
        if self.runner_arguments.is_empty() && tally.ran() == before.ran() {
            return Tally::default().require_some(suite, &[]);
        }
        Ok(())
    }

    /// Runs tests, shows what they print, and adds what the runners count to `tally`.
    fn count_any(&self, command: &mut Command, tally: &mut Tally) -> Result<()> {
        if !self.runner_arguments.is_empty() {
            command.arg("--").args(self.runner_arguments);
        }
        let mut counted = Tally::default();
        let status = process::each_line(command, |line| {
            process::pass_on(line);
            if let Some(result) = Tally::of_line(line) {
                counted += result;
            }
        })?;
        *tally += counted;
        if !status.success() {
            bail!("{counted}, and the test runner ended with {status}");
        }
        if counted.failed > 0 {
            bail!("{counted}, although the test runner reports success");
        }
        Ok(())
    }

    /// A part of a name that matches no test at all is a mistake, not a success.
    fn require_matches(&self, sum: &Tally) -> Result<()> {
        if self.runner_arguments.is_empty() {
            return Ok(());
        }
        sum.require_some("tests", self.runner_arguments)
    }
}

/// The names of the workspace's test targets, from what `cargo metadata` prints.
fn test_targets(metadata: &str) -> Result<Vec<String>> {
    let metadata: Value =
        serde_json::from_str(metadata).context("cargo's metadata cannot be read")?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo's metadata names no packages")?;
    let mut names: Vec<String> = packages
        .iter()
        .filter_map(|package| package["targets"].as_array())
        .flatten()
        .filter(|target| target["kind"][0] == "test")
        .filter_map(|target| target["name"].as_str())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_targets_are_those_of_all_packages() {
        let metadata = r#"{"packages": [
            {"targets": [{"kind": ["lib"], "name": "one"}, {"kind": ["test"], "name": "web"}]},
            {"targets": [{"kind": ["test"], "name": "api"}, {"kind": ["test"], "name": "web"}]}
        ]}"#;
        assert_eq!(test_targets(metadata).expect("it is read"), ["api", "web"]);
        assert!(test_targets("{}").is_err());
    }

    #[test]
    fn each_step_has_its_name() {
        for (step, name) in Step::ALL.into_iter().zip(Step::NAMES) {
            assert_eq!(Step::named(name), Some(step));
        }
        assert_eq!(Step::named("everything"), None);
    }
}
