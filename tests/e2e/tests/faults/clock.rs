//! A reply with a wrong date, and the next request in doubt: the one must not hide the other.

use std::sync::Arc;

use anyhow::{Result, ensure};
use e2e::faults::{Fault, FaultServer, RECIPIENT, Step, reply};
use e2e::page::button;
use e2e::stage::Stage;
use e2e::wait::{Look, SOON, until};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::play;

const JSON: (&str, &str) = ("Content-Type", "application/json");
const FOR_ANY_ORIGIN: (&str, &str) = ("Access-Control-Allow-Origin", "*");

/// The first request is confirmed, and dated an hour ahead in that one reply. The second fails, and was taken. The page
/// is of another origin, and so cannot read the time that comes with the list.
pub(crate) async fn wrong_date(stage: &mut Stage) -> Result<()> {
    let fault = Fault::new(|connection| {
        let is_first = connection["uuid"]
            .as_str()
            .is_some_and(|uuid| uuid.ends_with("0001"));
        if !is_first {
            return vec![Step::Send(reply("500 Oh", &[FOR_ANY_ORIGIN], b""))];
        }
        let mut odd = connection.clone();
        odd["created_at"] = json!((Timestamp::now() + SignedDuration::from_hours(1)).to_string());
        let body = odd.to_string();
        vec![Step::Send(reply(
            "200 OK",
            &[JSON, FOR_ANY_ORIGIN],
            body.as_bytes(),
        ))]
    });
    let api = FaultServer::start(Arc::new(fault), "/").await?;
    let no_fault = Arc::new(Fault::new(|_| Vec::new()));
    let site = FaultServer::start(no_fault, &api.origin()).await?;
    let page = &stage.page;
    play::press(stage, &site).await?;
    page.see_status(&["Request sent to", RECIPIENT]).await?;
    page.press(button::NEW_REQUEST).await?;
    page.send_by_enter("SECOND22").await?;
    let observed = until("what the check finds", SOON, async || {
        let observed = page.outcome().await?;
        let is_in_doubt = observed
            .told
            .iter()
            .any(|(text, _)| text.contains("may have been sent"));
        Ok(if is_in_doubt && play::is_settled(&observed) {
            Look::Seen(observed)
        } else {
            Look::NotYet(format!("{observed:?}"))
        })
    })
    .await?;
    let arrived = api.seen().connections.len();
    ensure!(arrived == 2, "{arrived} requests arrived");
    ensure!(
        !observed.status.contains("It did not arrive"),
        "it did arrive, and the page says {:?}",
        observed.status
    );
    Ok(())
}
