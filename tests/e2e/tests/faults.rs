//! Every fault of the table, a whole group in one browser session: what the person is told, what the host is told, and
//! how many requests arrived.

use anyhow::Result;
use e2e::backend::Refresh;
use e2e::faults::table;
use e2e::stage::Stage;
use e2e::suite::Suite;

use self::play::PageFrom;

mod judge;
mod play;
mod told;

pub(crate) fn add(suite: &mut Suite) {
    suite.add("faults_that_are_slow", Refresh::Default, slow);
    suite.add("faults_of_the_connection", Refresh::Default, connection);
    suite.add("faults_of_the_status", Refresh::Default, status);
    suite.add("faults_that_are_refusals", Refresh::Default, refusal);
    suite.add("faults_of_the_body", Refresh::Default, body);
    suite.add("faults_of_the_details", Refresh::Default, details);
    suite.add("faults_of_another_origin", Refresh::Default, origin);
}

async fn slow(stage: &mut Stage) -> Result<()> {
    play::side_by_side(stage, &table::slow::rows()).await
}

async fn connection(stage: &mut Stage) -> Result<()> {
    play::all(stage, PageFrom::TheApi, &table::connection::rows()).await
}

async fn status(stage: &mut Stage) -> Result<()> {
    play::all(stage, PageFrom::TheApi, &table::status::rows()).await
}

async fn refusal(stage: &mut Stage) -> Result<()> {
    play::all(stage, PageFrom::TheApi, &table::refusal::rows()).await
}

async fn body(stage: &mut Stage) -> Result<()> {
    play::all(stage, PageFrom::TheApi, &table::body::rows()).await
}

async fn details(stage: &mut Stage) -> Result<()> {
    play::all(stage, PageFrom::TheApi, &table::details::rows()).await
}

async fn origin(stage: &mut Stage) -> Result<()> {
    play::all(stage, PageFrom::AnotherOrigin, &table::origin::rows()).await
}
