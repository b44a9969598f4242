//! The suite: one libtest trial of every scenario and engine.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::backend::{Backend, Refresh};
use crate::browser::Browser;
use crate::built_page;
use crate::engine::{Engine, Installed, REQUIRE_VARIABLE};
use crate::pool::{BrowserFor, Pool};
use crate::stage::Stage;
use crate::times::Times;

/// The longest that a trial may take; the slowest one waits for an answer of 30 s.
const TRIAL_LIMIT: Duration = Duration::from_secs(180);

/// How many trials play at a time unless the caller says. Most of a trial is waiting, but each has a browser.
const TRIALS_AT_A_TIME: usize = 4;

/// The scenarios of a run, and the engines that play them.
#[derive(Debug)]
pub struct Suite {
    engines: Vec<(Engine, Result<Installed, String>)>,
    runtime: Arc<Runtime>,
    pool: Arc<Pool>,
    times: Arc<Times>,
    trials: Vec<Trial>,
}

impl Suite {
    /// A suite without scenarios for the chosen engines.
    ///
    /// # Errors
    /// When `E2E_BROWSERS` names no known browser, or when none of those named is installed.
    pub fn new() -> Result<Self> {
        let engines: Vec<_> = Engine::chosen()?
            .into_iter()
            .map(|engine| (engine, engine.find().map_err(|error| format!("{error:#}"))))
            .collect();
        for (engine, found) in &engines {
            if let Err(missing) = found {
                announce(&format!(
                    "!!! {} IS NOT TESTED: {missing}",
                    engine.name().to_uppercase()
                ));
            }
        }
        if engines.iter().all(|(_engine, found)| found.is_err()) {
            bail!("none of the chosen browsers is installed: nothing would be tested");
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .context("starting the runtime")?;
        Ok(Self {
            engines,
            runtime: Arc::new(runtime),
            pool: Arc::default(),
            times: Arc::default(),
            trials: Vec::new(),
        })
    }

    /// Adds a scenario for every engine.
    pub fn add<F>(&mut self, name: &str, refresh: Refresh, scenario: F)
    where
        F: AsyncFn(&mut Stage) -> Result<()> + Copy + Send + 'static,
    {
        self.add_in(BrowserFor::AnyTrial, name, refresh, scenario);
    }

    /// Adds a scenario for every engine, and says whose browser it plays in.
    pub fn add_in<F>(&mut self, whose: BrowserFor, name: &str, refresh: Refresh, scenario: F)
    where
        F: AsyncFn(&mut Stage) -> Result<()> + Copy + Send + 'static,
    {
        self.add_each(&Engine::ALL, whose, name, refresh, scenario);
    }

    /// Adds a scenario for some engines; whoever calls this says why the others cannot play it.
    pub fn add_for<F>(&mut self, engines: &[Engine], name: &str, refresh: Refresh, scenario: F)
    where
        F: AsyncFn(&mut Stage) -> Result<()> + Copy + Send + 'static,
    {
        self.add_each(engines, BrowserFor::AnyTrial, name, refresh, scenario);
    }

    fn add_each<F>(
        &mut self,
        engines: &[Engine],
        whose: BrowserFor,
        name: &str,
        refresh: Refresh,
        scenario: F,
    ) where
        F: AsyncFn(&mut Stage) -> Result<()> + Copy + Send + 'static,
    {
        for (engine, found) in &self.engines {
            if !engines.contains(engine) {
                continue;
            }
            let title = format!("{}::{name}", engine.name());
            let found = found.clone();
            let runtime = Arc::clone(&self.runtime);
            let pool = Arc::clone(&self.pool);
            let times = Arc::clone(&self.times);
            let trial_title = title.clone();
            self.trials.push(Trial::ignorable_test(title, move || {
                let installed = match found {
                    Ok(installed) => installed,
                    Err(missing) if required() => return Err(Failed::from(missing)),
                    Err(missing) => return Ok(Completion::ignored_with(missing)),
                };
                let began = Instant::now();
                let played = runtime.block_on(async {
                    let sandbox = Backend::start(refresh).await?;
                    let browser = pool.take(&installed, whose).await?;
                    let stage = Stage::new(sandbox, browser);
                    play(stage, &pool, whose, &trial_title, scenario).await
                });
                times.note(trial_title, began.elapsed());
                played
                    .map(|()| Completion::Completed)
                    .map_err(|error| Failed::from(format!("{error:#}")))
            }));
        }
    }

    /// Plays the scenarios that the command line asks for. An empty suite is a failure; a filter that matches nothing is
    /// not, since other suites may have been given the same one.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let mut arguments = Arguments::from_args();
        arguments.test_threads.get_or_insert(TRIALS_AT_A_TIME);
        let chosen = self
            .trials
            .iter()
            .filter(|trial| !arguments.is_filtered_out(trial))
            .count();
        let narrows = arguments.filter.is_some() || !arguments.skip.is_empty();
        if chosen == 0 && !narrows {
            announce("the suite holds no trial: nothing would be tested");
            return ExitCode::FAILURE;
        }
        if chosen > 0
            && !arguments.list
            && let Err(error) = built_page::folder()
        {
            announce(&format!("{error:#}"));
            return ExitCode::FAILURE;
        }
        let outcome = libtest_mimic::run(&arguments, self.trials).exit_code();
        let quit = self.runtime.block_on(self.pool.quit());
        self.times.announce_longest();
        match quit {
            Ok(()) => outcome,
            Err(error) => {
                announce(&format!("a browser could not be ended: {error:#}"));
                ExitCode::FAILURE
            }
        }
    }
}

async fn play<F>(
    mut stage: Stage,
    pool: &Pool,
    whose: BrowserFor,
    title: &str,
    scenario: F,
) -> Result<()>
where
    F: AsyncFn(&mut Stage) -> Result<()>,
{
    let played = match timeout(TRIAL_LIMIT, scenario(&mut stage)).await {
        Ok(played) => played,
        Err(_elapsed) => Err(anyhow::anyhow!(
            "the trial took longer than {TRIAL_LIMIT:?}"
        )),
    };
    let Err(failure) = played else {
        return stage
            .take_down(async |browser| pool.give_back(browser, whose, title).await)
            .await;
    };
    let kept = stage.keep_evidence(title, &failure).await;
    let failure = failure.context(kept);
    Err(match stage.take_down(Browser::quit).await {
        Ok(()) => failure,
        Err(error) => failure.context(format!("and taking the stage down failed: {error:#}")),
    })
}

fn required() -> bool {
    std::env::var_os(REQUIRE_VARIABLE).is_some_and(|value| value == "1")
}

/// Says something to whoever runs the suite.
#[expect(
    clippy::print_stderr,
    reason = "a test binary speaks on standard error"
)]
pub fn announce(line: &str) {
    eprintln!("{line}");
}
