//! One fault after the other, all of them before a failure.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use e2e::engine::Engine;
use e2e::faults::{Also, Connection, Fault, FaultServer, Row, Seen};
use e2e::page::{Kept, Observed, button};
use e2e::stage::Stage;
use e2e::suite::announce;
use e2e::wait::{Look, SOON, until};
use thirtyfour::WindowHandle;

use super::judge;

/// Names the variable with which every fault's figures are printed.
const REPORT_VARIABLE: &str = "E2E_FAULT_REPORT";

/// The 20 seconds that a request is given, the two until the check, and room for a busy machine.
const SLOW_LIMIT: Duration = Duration::from_secs(40);

/// The code that is sent, whatever the fault.
pub(crate) const CODE: &str = "ABC12345";

/// Where the page comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PageFrom {
    /// From the API's own origin.
    TheApi,
    /// From another port, which is another origin.
    AnotherOrigin,
}

/// What was found of each fault.
#[derive(Default)]
struct Verdicts {
    played: usize,
    wrong: Vec<String>,
}

/// Plays every row one after the other; fails with all that was found wrong, each under its fault's name.
pub(crate) async fn all(stage: &Stage, from: PageFrom, rows: &[Row]) -> Result<()> {
    let mut verdicts = Verdicts::default();
    for row in rows {
        let began = Instant::now();
        let played = one(stage, from, row).await;
        verdicts.note(stage.engine(), row, began.elapsed(), played);
    }
    verdicts.sum_up()
}

/// Slow faults, each in a tab of its own, so that they wait side by side and others are played meanwhile.
pub(crate) struct Waiting<'a> {
    tabs: Vec<(&'a Row, FaultServer, WindowHandle, Instant)>,
}

impl<'a> Waiting<'a> {
    /// Sends in every tab, and goes back to the one of before.
    pub(crate) async fn start(stage: &Stage, rows: &'a [Row]) -> Result<Self> {
        let session = stage.page.browser().session();
        let here = session.window().await?;
        let mut tabs = Vec::new();
        for row in rows {
            let server = FaultServer::start(Arc::clone(&row.fault), "/").await?;
            let tab = session.new_tab().await?;
            session.switch_to_window(tab.clone()).await?;
            press(stage, &server).await?;
            tabs.push((row, server, tab, Instant::now()));
        }
        session.switch_to_window(here).await?;
        Ok(Self { tabs })
    }

    /// Waits for every outcome. Each page checks when it does so by itself.
    pub(crate) async fn finish(self, stage: &Stage) -> Result<()> {
        let mut verdicts = Verdicts::default();
        for (row, server, tab, began) in self.tabs {
            stage.page.browser().session().switch_to_window(tab).await?;
            let observed = until("an outcome", SLOW_LIMIT, async || {
                let observed = stage.page.outcome().await?;
                Ok(if is_settled(&observed) {
                    Look::Seen(observed)
                } else {
                    Look::NotYet(format!("{observed:?}"))
                })
            })
            .await;
            let played = observed.map(|observed| (observed, server.seen()));
            verdicts.note(stage.engine(), row, began.elapsed(), played);
        }
        verdicts.sum_up()
    }
}

/// Which connection a POST takes is the browser's to say; a busy one opens a new connection now and then. So a fault
/// of a used connection is played until it had one, three times at most.
async fn one(stage: &Stage, from: PageFrom, row: &Row) -> Result<(Observed, Seen)> {
    const ROUNDS: usize = 3;
    let wants_reused = row
        .also
        .iter()
        .any(|also| matches!(also, Also::Over(Connection::Reused)));
    let mut played = once(stage, from, row).await?;
    for _ in 1..ROUNDS {
        if !wants_reused || played.1.whole_on_reused > 0 || stage.engine() == Engine::WebKit {
            break;
        }
        played = once(stage, from, row).await?;
    }
    Ok(played)
}

async fn once(stage: &Stage, from: PageFrom, row: &Row) -> Result<(Observed, Seen)> {
    let api = FaultServer::start(Arc::clone(&row.fault), "/").await?;
    let site = match from {
        PageFrom::TheApi => None,
        PageFrom::AnotherOrigin => {
            let no_fault = Arc::new(Fault::new(|_| Vec::new()));
            Some(FaultServer::start(no_fault, &api.origin()).await?)
        }
    };
    press(stage, site.as_ref().unwrap_or(&api)).await?;
    let observed = until("an outcome", SOON, async || {
        let observed = stage.page.outcome().await?;
        if is_settled(&observed) {
            return Ok(Look::Seen(observed));
        }
        // At once, rather than when the page does so by itself. It may just have done.
        if is_undecided(&observed) {
            stage.page.press_if_there(button::CHECK).await?;
        }
        Ok(Look::NotYet(format!("{observed:?}")))
    })
    .await?;
    Ok((observed, api.seen()))
}

/// Opens the server's page, watches it and sends.
pub(crate) async fn press(stage: &Stage, site: &FaultServer) -> Result<()> {
    let address = format!("{}/", site.origin());
    stage.page.browser().open(&address).await?;
    stage.page.watch_outcome().await?;
    stage.page.send_by_enter(CODE).await
}

/// Whether there is an outcome, and nothing more to come. The record of a request is settled a moment after its words.
pub(crate) fn is_settled(observed: &Observed) -> bool {
    let is_kept = observed.record == Kept::Stored && !is_offered(observed);
    observed.settled_after_ms.is_some() && !is_undecided(observed) && !is_kept
}

/// Whether it is in doubt, and no check has said more.
fn is_undecided(observed: &Observed) -> bool {
    observed.status.contains("may have been sent") && !is_offered(observed)
}

/// Whether the person is to say which request is theirs.
fn is_offered(observed: &Observed) -> bool {
    ["Press the one that is yours", "one of them may be yours"]
        .iter()
        .any(|offer| observed.status.contains(offer))
}

impl Verdicts {
    fn note(
        &mut self,
        engine: Engine,
        row: &Row,
        took: Duration,
        played: Result<(Observed, Seen)>,
    ) {
        let figures = played
            .as_ref()
            .map_or_else(|_| "not played to its end".to_owned(), figures);
        let verdict =
            played.and_then(|(observed, seen)| judge::judge(engine, row, &observed, &seen));
        let wrong = verdict
            .err()
            .map(|error| format!("{}: {error:#}", row.name));
        if std::env::var_os(REPORT_VARIABLE).is_some() {
            announce(&format!(
                "{} | {} | {} ms | {figures}{}",
                engine.name(),
                row.name,
                took.as_millis(),
                wrong
                    .as_ref()
                    .map(|wrong| format!(" | WRONG {wrong}"))
                    .unwrap_or_default()
            ));
        }
        self.played += 1;
        self.wrong.extend(wrong);
    }

    fn sum_up(self) -> Result<()> {
        ensure!(
            self.wrong.is_empty(),
            "{} of {} faults:\n{}",
            self.wrong.len(),
            self.played,
            self.wrong.join("\n")
        );
        Ok(())
    }
}

fn figures((observed, seen): &(Observed, Seen)) -> String {
    format!(
        "begun {} fresh {} reused {} pushed {} after {:?} ms",
        seen.posts_begun,
        seen.whole_on_fresh,
        seen.whole_on_reused,
        seen.pushed_bytes,
        observed.settled_after_ms.map(f64::round)
    )
}
