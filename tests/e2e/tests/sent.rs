//! The sandbox's codes that end in **sent**: one trial each, and what the contract says is to be seen.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::backend::{OWN_FIRM, Refresh};
use e2e::page::REFRESH_LIMIT;
use e2e::role::Role;
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, until};

pub(crate) fn add(suite: &mut Suite) {
    suite.add("accepted_answers_by_itself", Refresh::Quick, accepted);
    suite.add("denied00_answers_by_itself", Refresh::Quick, denied);
    suite.add("expire10_counts_down_to_expired", Refresh::Default, expires);
    suite.add("received_names_who_asked", Refresh::Default, received);
    suite.add("docshape_is_understood", Refresh::Default, docshape);
    suite.add("wrapped1_is_understood", Refresh::Default, wrapped);
    suite.add("stranger_shows_its_own_status", Refresh::Default, stranger);
    suite.add(
        "truncate_is_sent_without_details",
        Refresh::Default,
        truncate,
    );
    suite.add(
        "notjson0_is_sent_without_details",
        Refresh::Default,
        not_json,
    );
    suite.add(
        "nobody00_is_sent_without_details",
        Refresh::Default,
        no_body,
    );
}

async fn accepted(stage: &mut Stage) -> Result<()> {
    answers_by_itself(
        stage,
        "ACCEPTED",
        "Quillfeather Wealth Management Ltd",
        "Accepted",
    )
    .await
}

async fn denied(stage: &mut Stage) -> Result<()> {
    answers_by_itself(
        stage,
        "DENIED00",
        "Thistledown Independent Advice",
        "Denied",
    )
    .await
}

async fn answers_by_itself(stage: &Stage, code: &str, firm: &str, badge: &str) -> Result<()> {
    send_and_see_pending(stage, code, firm).await?;
    stage.page.see_badge_within(REFRESH_LIMIT, badge).await?;
    stage.page.see_no_countdown().await?;
    one_post_and_no_record(stage).await
}

async fn expires(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.send("EXPIRE10").await?;
    page.see_status(&["Request sent to", "Brightwater Moor Pensions"])
        .await?;
    let first = until(
        "a countdown in seconds",
        Duration::from_secs(9),
        async || {
            let timers = page.browser().texts(Role::Timer).await?;
            Ok(match timers.first().and_then(|text| seconds_in(text)) {
                Some(seconds) => Look::Seen(seconds),
                None => Look::NotYet(format!("timers {timers:?}")),
            })
        },
    )
    .await?;
    ensure!(first <= 10, "{first} seconds are left of 10");
    until(
        "the countdown going on",
        Duration::from_secs(9),
        async || {
            let timers = page.browser().texts(Role::Timer).await?;
            Ok(match timers.first().and_then(|text| seconds_in(text)) {
                Some(seconds) if seconds < first => Look::Seen(()),
                _ => Look::NotYet(format!("timers {timers:?}")),
            })
        },
    )
    .await?;
    page.see_badge_within(Duration::from_secs(15), "Expired")
        .await?;
    page.see_no_countdown().await?;
    // The end of the countdown is announced once, in the live region.
    page.see_status(&["expired"]).await?;
    one_post_and_no_record(stage).await
}

async fn received(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let firm = "O'Hanrahan, Petrescu & Daughters Chartered Financial Planners Limited";
    stage.page.send("RECEIVED").await?;
    let told = stage.page.see_status(&[firm, "asked to connect"]).await?;
    ensure!(
        !told.contains("Request sent to"),
        "a received request reads {told:?}"
    );
    stage.page.see_badge("Pending").await?;
    one_post_and_no_record(stage).await
}

async fn docshape(stage: &mut Stage) -> Result<()> {
    send_and_see_pending(stage, "DOCSHAPE", "Ravensbourne Meadow Advisers").await?;
    one_post_and_no_record(stage).await
}

async fn wrapped(stage: &mut Stage) -> Result<()> {
    send_and_see_pending(stage, "WRAPPED1", "Siân Llewelyn a'i Phartneriaid Cyf").await?;
    one_post_and_no_record(stage).await
}

async fn stranger(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.send("ABC12345").await?;
    page.see_badge("Pending").await?;
    let pending_colours = badge_colours(stage).await?;
    page.press("New request").await?;

    page.send("STRANGER").await?;
    page.see_status(&[
        "Request sent to",
        "The Long-Established and Thoroughly Independent Company",
    ])
    .await?;
    let status = "under review";
    until(
        "the status in the API's own words",
        Duration::from_secs(10),
        async || {
            let badges = page.badges().await?;
            let words: Vec<String> = badges
                .iter()
                .map(|badge| badge.to_lowercase().replace('_', " "))
                .collect();
            Ok(if words == [status] {
                Look::Seen(())
            } else {
                Look::NotYet(format!("badges {badges:?}"))
            })
        },
    )
    .await?;
    let neutral_colours = badge_colours(stage).await?;
    ensure!(
        neutral_colours != pending_colours,
        "an unknown status looks like Pending: {neutral_colours}"
    );
    page.see_no_countdown().await?;
    page.see_no_pending_record().await
}

async fn truncate(stage: &mut Stage) -> Result<()> {
    sent_without_details(stage, "TRUNCATE").await
}

async fn not_json(stage: &mut Stage) -> Result<()> {
    sent_without_details(stage, "NOTJSON0").await
}

async fn no_body(stage: &mut Stage) -> Result<()> {
    sent_without_details(stage, "NOBODY00").await
}

async fn sent_without_details(stage: &Stage, code: &str) -> Result<()> {
    stage.open_page().await?;
    stage.page.send(code).await?;
    stage.page.see_status(&["sent", "unavailable"]).await?;
    stage.page.see_button("New request").await?;
    stage.page.see_no_countdown().await?;
    let badges = stage.page.badges().await?;
    ensure!(
        badges.is_empty(),
        "without details there is a badge: {badges:?}"
    );
    one_post_and_no_record(stage).await
}

async fn send_and_see_pending(stage: &Stage, code: &str, firm: &str) -> Result<()> {
    stage.open_page().await?;
    stage.page.send(code).await?;
    stage.page.see_status(&["Request sent to", firm]).await?;
    stage.page.see_text(OWN_FIRM).await?;
    stage.page.see_badge("Pending").await?;
    let connection = stage.sandbox.connection().await?;
    stage.page.see_countdown(&connection.expires_at).await
}

async fn one_post_and_no_record(stage: &Stage) -> Result<()> {
    stage.page.see_no_pending_record().await?;
    let posts = stage.sandbox.posts().await?.len();
    ensure!(posts == 1, "{posts} requests were posted");
    Ok(())
}

async fn badge_colours(stage: &Stage) -> Result<String> {
    let browser = stage.page.browser();
    let mut colours = Vec::new();
    for badge in browser.select_all("[part~=badge]").await? {
        colours.push(badge.css_value("color").await?);
        colours.push(badge.css_value("background-color").await?);
    }
    Ok(colours.join(" on "))
}

/// The seconds in a text such as "7 seconds" or "1 second left".
fn seconds_in(text: &str) -> Option<u32> {
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        if words.peek().is_some_and(|next| next.starts_with("second")) {
            return word.parse().ok();
        }
    }
    None
}
