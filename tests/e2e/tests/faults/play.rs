//! One fault after the other, all of them before a failure.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use e2e::engine::Engine;
use e2e::faults::{Fault, FaultServer, Row, Seen};
use e2e::page::{Observed, button};
use e2e::stage::Stage;
use e2e::suite::announce;
use e2e::wait::{Look, SOON, until};

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

/// What became of one fault: what was observed and seen, or why it could not be played to its end.
struct Played<'a> {
    row: &'a Row,
    took: Duration,
    outcome: Result<(Observed, Seen)>,
}

/// Plays every row one after the other; fails with all that was found wrong, each under its fault's name.
pub(crate) async fn all(stage: &Stage, from: PageFrom, rows: &[Row]) -> Result<()> {
    let mut played = Vec::new();
    for row in rows {
        let began = Instant::now();
        let outcome = one(stage, from, row).await;
        played.push(Played {
            row,
            took: began.elapsed(),
            outcome,
        });
    }
    sum_up(stage.engine(), &played)
}

/// Plays every row in a tab of its own, so that they wait side by side. Each page checks when it does so by itself.
pub(crate) async fn side_by_side(stage: &Stage, rows: &[Row]) -> Result<()> {
    let session = stage.page.browser().session();
    let mut tabs = Vec::new();
    for row in rows {
        let began = Instant::now();
        let server = FaultServer::start(Arc::clone(&row.fault), "/").await?;
        let tab = session.new_tab().await?;
        session.switch_to_window(tab.clone()).await?;
        press(stage, &server).await?;
        tabs.push((row, server, tab, began));
    }
    let mut played = Vec::new();
    for (row, server, tab, began) in tabs {
        session.switch_to_window(tab).await?;
        let observed = until("an outcome", SLOW_LIMIT, async || {
            let observed = stage.page.outcome().await?;
            Ok(if is_settled(&observed) {
                Look::Seen(observed)
            } else {
                Look::NotYet(format!("{observed:?}"))
            })
        })
        .await;
        played.push(Played {
            row,
            took: began.elapsed(),
            outcome: observed.map(|observed| (observed, server.seen())),
        });
    }
    sum_up(stage.engine(), &played)
}

async fn one(stage: &Stage, from: PageFrom, row: &Row) -> Result<(Observed, Seen)> {
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
async fn press(stage: &Stage, site: &FaultServer) -> Result<()> {
    let address = format!("{}/", site.origin());
    stage.page.browser().open(&address).await?;
    stage.page.watch_outcome().await?;
    stage.page.send_by_enter(CODE).await
}

/// Whether there is an outcome, and nothing more to come.
fn is_settled(observed: &Observed) -> bool {
    observed.settled_after_ms.is_some() && !is_undecided(observed)
}

/// Whether it is in doubt, and no check has said more.
fn is_undecided(observed: &Observed) -> bool {
    let is_found = observed.status.contains("Press the one that is yours");
    observed.status.contains("may have been sent") && !is_found
}

fn sum_up(engine: Engine, played: &[Played<'_>]) -> Result<()> {
    let mut wrong = Vec::new();
    for Played { row, took, outcome } in played {
        let verdict = match outcome {
            Ok((observed, seen)) => judge::judge(engine, row, observed, seen),
            Err(error) => Err(anyhow::anyhow!("{error:#}")),
        };
        if std::env::var_os(REPORT_VARIABLE).is_some() {
            report(engine, row, *took, outcome, &verdict);
        }
        if let Err(error) = verdict {
            wrong.push(format!("{}: {error:#}", row.name));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!(
        "{} of {} faults:\n{}",
        wrong.len(),
        played.len(),
        wrong.join("\n")
    )
}

fn report(
    engine: Engine,
    row: &Row,
    took: Duration,
    outcome: &Result<(Observed, Seen)>,
    verdict: &Result<()>,
) {
    let figures = outcome.as_ref().map_or_else(
        |_| "not played".to_owned(),
        |(observed, seen)| {
            format!(
                "begun {} fresh {} reused {} pushed {} after {:?} ms",
                seen.posts_begun,
                seen.whole_on_fresh,
                seen.whole_on_reused,
                seen.pushed_bytes,
                observed.settled_after_ms.map(f64::round)
            )
        },
    );
    let wrong = match verdict {
        Ok(()) => String::new(),
        Err(error) => format!(" | WRONG {error:#}"),
    };
    announce(&format!(
        "{} | {} | {} ms | {figures}{wrong}",
        engine.name(),
        row.name,
        took.as_millis()
    ));
}
