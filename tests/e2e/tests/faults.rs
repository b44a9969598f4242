//! Every fault of the table, a whole group in one browser session: what the person is told, what the host is told, and
//! how many requests arrived.

use anyhow::Result;
use e2e::backend::Refresh;
use e2e::faults::table;
use e2e::pool::BrowserFor;
use e2e::stage::Stage;
use e2e::suite::Suite;

use self::play::PageFrom;

mod clock;
mod judge;
mod play;
mod told;

pub(crate) fn add(suite: &mut Suite) {
    suite.add("faults_of_connection_and_status", Refresh::Default, breaks);
    // Answers of hundreds of megabytes go through processes that all tabs of a browser have in common.
    suite.add_in(
        BrowserFor::ThisTrialAlone,
        "faults_of_the_answer",
        Refresh::Default,
        answer,
    );
    suite.add(
        "faults_of_a_date_hide_no_request",
        Refresh::Default,
        clock::wrong_date,
    );
    suite.add("faults_that_refuse_or_wait", Refresh::Default, refusal);
}

async fn breaks(stage: &mut Stage) -> Result<()> {
    let rows = [
        table::connection::rows(),
        table::garbled::rows(),
        table::status::rows(),
    ]
    .concat();
    play::all(stage, PageFrom::TheApi, &rows).await
}

async fn answer(stage: &mut Stage) -> Result<()> {
    let rows = [table::body::rows(), table::details::rows()].concat();
    play::all(stage, PageFrom::TheApi, &rows).await
}

/// Refusals by the API and those by the browser on behalf of another origin, while slow ones wait in tabs of their own.
async fn refusal(stage: &mut Stage) -> Result<()> {
    let slow = table::slow::rows();
    let waiting = play::Waiting::start(stage, &slow).await?;
    let verdicts = [
        play::all(stage, PageFrom::TheApi, &table::refusal::rows()).await,
        play::all(stage, PageFrom::AnotherOrigin, &table::origin::rows()).await,
        waiting.finish(stage).await,
    ];
    verdicts.into_iter().collect()
}
