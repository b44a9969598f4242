//! The form without a mouse.

use anyhow::{Result, bail, ensure};
use e2e::backend::{FIRM_ABC12345, Refresh};
use e2e::browser::computed_label;
use e2e::page::{CODE_FIELD, button};
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, SOON, until};
use thirtyfour::Key;

/// More stops than this before the field would wear anybody out.
const MOST_STOPS: usize = 10;

pub(crate) fn add(suite: &mut Suite) {
    suite.add(
        "works_by_keyboard_alone",
        Refresh::Default,
        works_by_keyboard_alone,
    );
    suite.add(
        "an_error_leads_back_to_the_field",
        Refresh::Default,
        an_error_leads_back,
    );
}

async fn works_by_keyboard_alone(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    tab_to(stage, CODE_FIELD).await?;
    let browser = stage.page.browser();
    browser.press_keys("ABC12345").await?;
    browser.press_keys(Key::Enter).await?;
    stage
        .page
        .see_status(&["Request sent to", FIRM_ABC12345])
        .await?;
    let focused = focused_name(stage).await?;
    ensure!(focused.is_some(), "the focus is lost after sending");

    tab_to(stage, button::NEW_REQUEST).await?;
    browser.press_keys(Key::Enter).await?;
    stage.page.see_no_button(button::NEW_REQUEST).await?;
    focus_is_on(stage, CODE_FIELD).await?;
    ensure!(
        stage.sandbox.posts().await?.len() == 1,
        "more than one request was posted"
    );
    Ok(())
}

async fn an_error_leads_back(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    tab_to(stage, CODE_FIELD).await?;
    let browser = stage.page.browser();
    browser.press_keys("ABC").await?;
    tab_to(stage, button::SEND).await?;
    browser.press_keys(" ").await?;
    stage.page.see_field_alert(&["3"]).await?;
    focus_is_on(stage, CODE_FIELD).await?;
    ensure!(
        stage.sandbox.posts().await?.is_empty(),
        "something was posted"
    );
    Ok(())
}

/// Presses Tab until the focus is on what has this accessible name.
async fn tab_to(stage: &Stage, name: &str) -> Result<()> {
    let mut passed = Vec::new();
    for _stop in 0..MOST_STOPS {
        let focused = focused_name(stage).await?;
        if focused.as_deref() == Some(name) {
            return Ok(());
        }
        passed.push(focused);
        stage.page.browser().press_keys(Key::Tab).await?;
    }
    bail!("{MOST_STOPS} presses of Tab did not reach {name:?}; the focus was on {passed:?}");
}

async fn focus_is_on(stage: &Stage, name: &str) -> Result<()> {
    until(&format!("the focus on {name:?}"), SOON, async || {
        let focused = focused_name(stage).await?;
        Ok(if focused.as_deref() == Some(name) {
            Look::Seen(())
        } else {
            Look::NotYet(format!("it is on {focused:?}"))
        })
    })
    .await
}

/// The accessible name of what has the focus; `None` when nothing has it.
async fn focused_name(stage: &Stage) -> Result<Option<String>> {
    match stage.page.browser().focused().await? {
        Some(element) => Ok(Some(computed_label(&element).await?)),
        None => Ok(None),
    }
}
