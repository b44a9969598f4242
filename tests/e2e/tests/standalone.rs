//! The page around the widget: what it explains, and in which language.

use anyhow::{Context, Result, ensure};
use e2e::backend::{FIRM_ABC12345, Refresh};
use e2e::browser::one_line;
use e2e::engine::Engine;
use e2e::role::Role;
use e2e::stage::Stage;
use e2e::suite::Suite;
use serde_json::json;

const EXPLANATION: &str = "What happens when you send";

/// Of each of the three lines a part.
const LINES: [&str; 3] = [
    "Plannr emails that adviser",
    "accepts or declines in that email",
    "Your access token goes to the API address in the settings and nowhere else",
];

pub(crate) fn add(suite: &mut Suite) {
    suite.add(
        "explains_itself_on_the_first_visit",
        Refresh::Default,
        first_visit,
    );
    suite.add("speaks_welsh_on_demand", Refresh::Default, speaks_welsh);
    // The others have no way to be told the person's languages while they run.
    suite.add_for(
        &[Engine::Chromium],
        "begins_in_the_browsers_language",
        Refresh::Default,
        begins_in_the_browsers_language,
    );
}

async fn first_visit(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    for line in LINES {
        page.see_text(line).await?;
    }
    // The account is stored by now: it is no first visit any more, but nothing moves under the reader's eyes.
    page.reload().await?;
    page.see_ready().await?;
    let summary = page.element(Role::Disclosure, EXPLANATION).await?;
    let text = one_line(&page.browser().visible_text().await?);
    for line in LINES {
        ensure!(!text.contains(line), "still in the way: {line}");
    }
    summary.click().await?;
    for line in LINES {
        page.see_text(line).await?;
    }
    Ok(())
}

async fn speaks_welsh(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.type_code("ABC12345").await?;
    page.press("Cymraeg").await?;
    page.element(Role::Textbox, "Cod atgyfeirio'r cynghorydd")
        .await?;
    page.see_text("Cysylltwch eich cwmni").await?;
    page.see_text("Rydych yn anfon fel").await?;
    page.element(Role::Disclosure, "Gosodiadau").await?;
    ensure!(language(stage).await? == "cy", "the document is not Welsh");
    // What was typed is there still.
    page.press("Anfon cais").await?;
    page.see_status(&["Anfonwyd cais at", FIRM_ABC12345])
        .await?;
    page.see_badge("Yn aros").await?;

    page.press("English").await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    page.see_badge("Pending").await?;
    ensure!(
        language(stage).await? == "en-GB",
        "the document is not English"
    );
    page.press("Cymraeg").await?;
    page.element(Role::Disclosure, "Gosodiadau").await?;
    // Nothing is kept of it, so the next visit begins in the browser's language.
    page.reload().await?;
    page.element(Role::Disclosure, "Settings").await?;
    let stored: serde_json::Value = serde_json::from_str(&page.everything_stored().await?)?;
    let entries: Vec<&String> = stored["local"]
        .as_object()
        .context("the local storage")?
        .keys()
        .collect();
    ensure!(
        entries == ["plannr.account_uuid", "referral-connect.confirmed"]
            && stored["session"] == json!({})
            && stored["cookies"] == "",
        "stored is {stored}"
    );
    Ok(())
}

async fn language(stage: &Stage) -> Result<String> {
    let browser = stage.page.browser();
    browser
        .script("return document.documentElement.lang", Vec::new())
        .await
}

async fn begins_in_the_browsers_language(stage: &mut Stage) -> Result<()> {
    let browser = stage.page.browser();
    let agent: String = browser
        .script("return navigator.userAgent", Vec::new())
        .await?;
    browser
        .session()
        .cdp()
        .send_raw(
            "Network.setUserAgentOverride",
            json!({"userAgent": agent, "acceptLanguage": "fr-FR,cy-GB,en-GB"}),
        )
        .await?;
    browser.open(&stage.sandbox.address()).await?;
    stage
        .page
        .element(Role::Textbox, "Cod atgyfeirio'r cynghorydd")
        .await?;
    ensure!(language(stage).await? == "cy", "the document is not Welsh");
    stage.page.see_button("English").await
}
