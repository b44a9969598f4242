//! The sandbox's codes that end in **rejected**: the reason is told, what was typed stays, and nothing is in doubt.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::backend::Refresh;
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, until};

pub(crate) fn add(suite: &mut Suite) {
    suite.add(
        "throttle_counts_down_and_lets_go",
        Refresh::Default,
        throttle,
    );
    suite.add("notfound_is_refused", Refresh::Default, not_found);
    suite.add("owncode1_is_refused", Refresh::Default, own_code);
    suite.add("already1_is_refused", Refresh::Default, already);
    suite.add("any_other_code_is_refused", Refresh::Default, any_other);
}

async fn not_found(stage: &mut Stage) -> Result<()> {
    code_is_refused(stage, "NOTFOUND").await
}

async fn own_code(stage: &mut Stage) -> Result<()> {
    code_is_refused(stage, "OWNCODE1").await
}

async fn any_other(stage: &mut Stage) -> Result<()> {
    code_is_refused(stage, "ZZTOP999").await
}

/// 422: the field is marked and tied to the reason, which holds the API's own words for the field.
async fn code_is_refused(stage: &Stage, code: &str) -> Result<()> {
    stage.open_page().await?;
    stage.page.send(code).await?;
    stage.page.see_field_alert(&["code"]).await?;
    refused_once(stage, code).await?;
    let of_the_api = stage.sandbox.field_message(code).await?;
    stage.page.see_field_alert(&[&of_the_api]).await?;

    // The mark goes once the person mends the code.
    stage.page.clear_code().await?;
    stage.page.type_code("ABC12345").await?;
    stage.page.see_field_accepted().await?;
    stage.page.press_send().await?;
    stage.page.see_badge("Pending").await
}

async fn already(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    stage.page.send("ALREADY1").await?;
    stage.page.see_alert(&["already"]).await?;
    refused_once(stage, "ALREADY1").await
}

async fn throttle(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.send("THROTTLE").await?;
    until(
        "the wait of 5 seconds counted down",
        Duration::from_secs(5),
        async || {
            let text = page.browser().visible_text().await?;
            let counted = (1..=5).any(|seconds| text.contains(&format!("in {seconds} second")));
            Ok(if counted {
                Look::Seen(())
            } else {
                Look::NotYet(text)
            })
        },
    )
    .await?;
    page.see_alert(&["too many"]).await?;
    refused_once(stage, "THROTTLE").await?;
    until("the end of the wait", Duration::from_secs(15), async || {
        let text = page.browser().visible_text().await?;
        let counts = (0..=300).any(|seconds| text.contains(&format!("in {seconds} second")));
        Ok(if counts {
            Look::NotYet(text)
        } else {
            Look::Seen(())
        })
    })
    .await?;
    page.press_send().await?;
    until(
        "the second press posted",
        Duration::from_secs(10),
        async || {
            Ok(match stage.sandbox.posts().await?.len() {
                2 => Look::Seen(()),
                posts => Look::NotYet(format!("{posts} posts")),
            })
        },
    )
    .await
}

async fn refused_once(stage: &Stage, code: &str) -> Result<()> {
    let page = &stage.page;
    let kept = page.code().await?;
    ensure!(
        kept == code,
        "the field holds {kept:?} after typing {code:?}"
    );
    page.see_no_pending_record().await?;
    let badges = page.badges().await?;
    ensure!(
        badges.is_empty(),
        "after a refusal there is a badge: {badges:?}"
    );
    page.send_is_enabled().await?;
    let posts = stage.sandbox.posts().await?.len();
    ensure!(posts == 1, "{posts} requests were posted");
    let listed = stage.sandbox.connections().await?;
    ensure!(listed.is_empty(), "the API lists {listed:?}");
    Ok(())
}
