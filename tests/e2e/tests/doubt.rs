//! **Unknown**: the request may have been sent. Nothing is sent a second time without being asked for.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::backend::{FIRM_ABC12345, Refresh};
use e2e::page::button;
use e2e::role::Role;
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, SOON, until};

/// The contract's 20 s without an answer, and room for a busy machine.
const TIMEOUT_LIMIT: Duration = Duration::from_secs(30);

pub(crate) fn add(suite: &mut Suite) {
    suite.add(
        "slow0030_is_found_after_20_seconds",
        Refresh::Default,
        slow_is_found,
    );
    suite.add("two_tabs_make_one_request", Refresh::Default, two_tabs);
    suite.add(
        "reload_comes_back_to_the_request",
        Refresh::Default,
        reload_comes_back,
    );
    suite.add(
        "resetcon_is_found_by_itself",
        Refresh::Default,
        reset_is_found,
    );
    suite.add("server50_did_not_arrive", Refresh::Default, server_error);
    suite.add("maintain_did_not_arrive", Refresh::Default, maintenance);
    suite.add(
        "check_asks_whether_it_arrived",
        Refresh::Default,
        check_asks,
    );
    suite.add("several_are_listed_to_pick_from", Refresh::Default, several);
    suite.add(
        "check_passes_over_known_requests",
        Refresh::Default,
        known_are_passed_over,
    );
    suite.add(
        "send_again_wants_a_confirmation",
        Refresh::Default,
        send_again,
    );
}

async fn slow_is_found(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.send("SLOW0030").await?;
    // The record is there before anything is known: the tab may be closed meanwhile.
    page.see_pending_record().await?;
    // A second press while the request is under way is none.
    page.press_send().await?;
    page.see_status_within(TIMEOUT_LIMIT, &["may have been sent"])
        .await?;
    ensure!(
        page.pending_record().await?.is_some(),
        "in doubt, and no record is kept"
    );
    page.see_status(&["Request sent to", "Slowcombe Valley Financial Services"])
        .await?;
    page.see_badge("Pending").await?;
    let connection = stage.sandbox.connection().await?;
    page.see_countdown(&connection.expires_at).await?;
    page.see_no_pending_record().await?;
    posted(stage, 1).await
}

async fn reload_comes_back(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.send("SLOW0030").await?;
    page.see_pending_record().await?;
    stage.see_recorded().await?;
    page.reload().await?;
    // The page asks at once whether it arrived, so the words of doubt may be gone before they can be read.
    page.see_status(&["Request sent to", "Slowcombe Valley Financial Services"])
        .await?;
    page.see_badge("Pending").await?;
    page.see_no_pending_record().await?;
    posted(stage, 1).await
}

/// Both tabs are ready before either sends; the second press comes while the first request is under way.
async fn two_tabs(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    let first = page.browser().open_tab(&stage.sandbox.address()).await?;
    let session = page.browser().session();
    let second = session.window().await?;
    page.see_form().await?;
    page.see_ready().await?;

    session.switch_to_window(first.clone()).await?;
    page.send("SLOW0030").await?;
    stage.see_recorded().await?;

    session.switch_to_window(second).await?;
    page.send("SLOW0030").await?;

    // When the first tab gives up waiting, whatever the second one sent has long arrived.
    session.switch_to_window(first).await?;
    page.see_status_within(TIMEOUT_LIMIT, &["may have been sent"])
        .await?;
    posted(stage, 1).await
}

async fn reset_is_found(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.note_what_is_told().await?;
    page.send("RESETCON").await?;
    let firm = "Copperhatch Mutual Planning";
    // A browser may send a POST twice by itself on a connection that it used before. Then two requests arrived, and
    // the person says which one is theirs.
    let choices = until("the request found, or several", SOON, async || {
        let told = page.browser().texts(Role::Status).await?;
        if told
            .iter()
            .any(|text| text.contains("Request sent to") && text.contains(firm))
        {
            return Ok(Look::Seen(0));
        }
        let names = page.browser().names(Role::Button).await?;
        let choices = names.iter().filter(|name| name.contains(firm)).count();
        Ok(if choices > 0 {
            Look::Seen(choices)
        } else {
            Look::NotYet(format!("{told:?}, buttons {names:?}"))
        })
    })
    .await?;
    page.was_told_in_doubt().await?;
    let posts = stage.sandbox.posts().await?.len();
    let shown = choices.max(1);
    ensure!(
        posts == shown,
        "{posts} requests were posted, and {shown} are shown"
    );
    if choices > 0 {
        page.see_pending_record().await?;
        page.press_first_containing(firm).await?;
    }
    page.see_status(&["Request sent to", firm]).await?;
    page.see_badge("Pending").await?;
    page.see_no_pending_record().await?;
    posted(stage, posts).await
}

async fn server_error(stage: &mut Stage) -> Result<()> {
    did_not_arrive(stage, "SERVER50").await
}

async fn maintenance(stage: &mut Stage) -> Result<()> {
    did_not_arrive(stage, "MAINTAIN").await
}

/// The answer was a failure of the server: in doubt, until the check that runs by itself finds nothing.
async fn did_not_arrive(stage: &Stage, code: &str) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.note_what_is_told().await?;
    page.send(code).await?;
    page.see_status(&["It did not arrive"]).await?;
    page.was_told_in_doubt().await?;
    page.see_no_pending_record().await?;
    posted(stage, 1).await?;
    // Now the same code may be sent again without further questions.
    let kept = page.code().await?;
    ensure!(kept == code, "the field holds {kept:?}");
    page.press_send().await?;
    posted(stage, 2).await
}

async fn check_asks(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    in_doubt_with_the_api_away(stage).await?;
    let page = &stage.page;
    page.press(button::CHECK).await?;
    // The list is out of reach as well: still in doubt.
    page.see_status(&["may have been sent", "could not check"])
        .await?;
    page.see_pending_record().await?;

    stage.sandbox.start_again().await?;
    let page = &stage.page;
    page.press(button::CHECK).await?;
    page.see_status(&["It did not arrive"]).await?;
    page.see_no_pending_record().await?;
    posted(stage, 0).await?;
    page.press_send().await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    posted(stage, 1).await
}

/// Two requests since the press, made elsewhere: which of them is the one in doubt is for the person to say.
async fn several(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    in_doubt_with_the_api_away(stage).await?;
    stage.sandbox.start_again().await?;
    stage.sandbox.create("ABC12345").await?.error_for_status()?;
    stage.sandbox.create("DOCSHAPE").await?.error_for_status()?;
    let page = &stage.page;
    page.press(button::CHECK).await?;
    let other_firm = "Ravensbourne Meadow Advisers";
    until("both requests to pick from", SOON, async || {
        let names = page.browser().names(Role::Button).await?;
        let offered = |firm: &str| names.iter().filter(|name| name.contains(firm)).count() == 1;
        Ok(if offered(FIRM_ABC12345) && offered(other_firm) {
            Look::Seen(())
        } else {
            Look::NotYet(format!("buttons {names:?}"))
        })
    })
    .await?;
    page.see_pending_record().await?;
    page.press_first_containing(FIRM_ABC12345).await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    page.see_badge("Pending").await?;
    page.see_no_pending_record().await?;
    // Both were made by the trial itself.
    posted(stage, 2).await
}

/// A request that the page itself saw arrive a moment ago is not taken for the one in doubt.
async fn known_are_passed_over(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    stage.page.send("DOCSHAPE").await?;
    stage.page.see_badge("Pending").await?;
    stage.page.press(button::NEW_REQUEST).await?;
    stage.page.see_no_button(button::NEW_REQUEST).await?;
    in_doubt_with_the_api_away(stage).await?;
    stage.sandbox.start_again().await?;
    stage.page.press(button::CHECK).await?;
    stage.page.see_status(&["It did not arrive"]).await?;
    stage.page.see_no_pending_record().await?;
    posted(stage, 1).await
}

async fn send_again(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    in_doubt_with_the_api_away(stage).await?;
    stage.sandbox.start_again().await?;
    let page = &stage.page;

    // Sending the same code as if nothing had happened is locked.
    page.press_send().await?;
    page.see_status(&["may have been sent", "not sent a second time"])
        .await?;
    posted(stage, 0).await?;

    page.press(button::SEND_AGAIN).await?;
    page.see_button(button::CANCEL).await?;
    posted(stage, 0).await?;
    page.press(button::CANCEL).await?;
    page.see_no_button(button::CANCEL).await?;
    page.see_button(button::CHECK).await?;
    page.see_pending_record().await?;
    posted(stage, 0).await?;

    page.press(button::SEND_AGAIN).await?;
    page.confirm_sending_again().await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    page.see_badge("Pending").await?;
    page.see_no_pending_record().await?;
    posted(stage, 1).await
}

/// Sends a request while nothing listens at the API's address. The browser cannot tell that from a connection lost
/// after the request left, so neither may the page. Ends when the check that runs by itself has failed too.
async fn in_doubt_with_the_api_away(stage: &mut Stage) -> Result<()> {
    stage.sandbox.stop().await;
    let page = &stage.page;
    page.send("ABC12345").await?;
    page.see_status(&["may have been sent"]).await?;
    page.see_pending_record().await?;
    page.see_status(&["may have been sent", "could not check"])
        .await?;
    page.see_button(button::CHECK).await?;
    page.see_button(button::SEND_AGAIN).await
}

/// That so many requests arrived, and no more.
async fn posted(stage: &Stage, expected: usize) -> Result<()> {
    until(&format!("{expected} posts"), SOON, async || {
        let posts = stage.sandbox.posts().await?.len();
        ensure!(
            posts <= expected,
            "{posts} requests were posted, not {expected}"
        );
        Ok(if posts == expected {
            Look::Seen(())
        } else {
            Look::NotYet(format!("{posts} were posted"))
        })
    })
    .await
}
