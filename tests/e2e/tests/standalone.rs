//! The page around the widget: what it explains, tests, shares, and in which language.

use anyhow::{Context, Result, ensure};
use e2e::backend::{EXPIRED_TOKEN, FIRM_ABC12345, OTHER_ACCOUNT_UUID, OWN_FIRM, Refresh, TOKEN};
use e2e::browser::one_line;
use e2e::engine::Engine;
use e2e::page::{CODE_FIELD, button};
use e2e::role::Role;
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, SOON, until};
use serde_json::json;

const EXPLANATION: &str = "What happens when you send";

/// Of each of the three lines a part.
const LINES: [&str; 3] = [
    "Plannr emails that adviser",
    "accepts or declines in that email",
    "Your access token goes to the API address in the settings and nowhere else",
];

const TEST: &str = "Test the connection";
const SHARE: &str = "Copy a link with this code";

pub(crate) fn add(suite: &mut Suite) {
    suite.add(
        "explains_itself_on_the_first_visit",
        Refresh::Default,
        first_visit,
    );
    suite.add("tests_the_connection", Refresh::Default, tests_connection);
    suite.add("the_last_test_counts", Refresh::Default, last_test_counts);
    suite.add("a_link_fills_in_a_code", Refresh::Default, link_fills_in);
    suite.add("junk_in_a_link_is_explained", Refresh::Default, junk);
    suite.add("makes_a_link_with_the_code", Refresh::Default, makes_link);
    suite.add("shows_recent_requests", Refresh::Default, shows_recent);
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

async fn tests_connection(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.open_settings().await?;
    // The accounts have arrived, so the page asks nothing more by itself.
    page.see_text(OWN_FIRM).await?;
    let before = questions(stage).await?;
    page.press(TEST).await?;
    page.see_status(&["Connected as Rowan Ashdown", OWN_FIRM])
        .await?;
    let asked = questions(stage).await? - before;
    ensure!(asked == 1, "one press asked {asked} questions");

    // Another account of the same answer: no question, and the line follows.
    page.choose("Account", OTHER_ACCOUNT_UUID).await?;
    page.see_status(&["Connected as Rowan Ashdown", "Kestrel's Reach"])
        .await?;

    page.set_setting("Access token", EXPIRED_TOKEN).await?;
    page.see_alert(&["did not accept the access token"]).await?;
    page.press(TEST).await?;
    page.see_status(&["did not accept the access token"])
        .await?;
    page.set_setting("Access token", "two words").await?;
    page.press(TEST).await?;
    page.see_status(&["Nothing was asked", "space"]).await?;
    page.set_setting("Access token", "").await?;
    page.press(TEST).await?;
    page.see_status(&["Nothing was asked", "no access token"])
        .await?;
    page.set_setting("API address", "http://plannr.example")
        .await?;
    page.press(TEST).await?;
    page.see_status(&["not encrypted"]).await?;

    page.set_setting("API address", &stage.sandbox.origin())
        .await?;
    page.set_setting("Access token", TOKEN).await?;
    page.press(TEST).await?;
    page.see_status(&["Connected as Rowan Ashdown"]).await?;
    // The last field: what comes after it is no longer the page's.
    let stranger = "00000000-0000-4000-8000-000000000000";
    page.set_setting("Account UUID", stranger).await?;
    page.see_status(&["no account with the UUID below"]).await?;
    ensure!(
        stage.sandbox.posts().await?.is_empty(),
        "something was posted"
    );
    Ok(())
}

/// How often the page has asked for the accounts.
async fn questions(stage: &Stage) -> Result<usize> {
    let browser = stage.page.browser();
    browser
        .script(
            "return performance.getEntriesByType('resource')
                 .filter(({ name }) => name.endsWith('/logins')).length",
            Vec::new(),
        )
        .await
}

/// Holds back the first answer about accounts from now on, and notes what the status of the test says.
const HOLD_THE_FIRST: &str = "
    const real = window.fetch;
    let held;
    window.fetch = async (...given) => {
        const response = await real.apply(window, given);
        if (!held && response.url.endsWith('/logins')) {
            await new Promise((go) => (held = go));
        }
        return response;
    };
    window.isHeld = () => held !== undefined;
    window.letGo = () => held();
    window.statusesSeen = [];
    const regions = [...document.querySelectorAll('[role=status]')];
    new MutationObserver(() => window.statusesSeen.push(...regions.map(({ innerText }) => innerText)))
        .observe(document.body, { childList: true, characterData: true, subtree: true });";

async fn last_test_counts(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.open_settings().await?;
    page.see_text(OWN_FIRM).await?;
    let browser = page.browser();
    let _nothing: Option<bool> = browser.script(HOLD_THE_FIRST, Vec::new()).await?;
    page.press(TEST).await?;
    until("the first answer held back", SOON, async || {
        let is_held: bool = browser.script("return window.isHeld()", Vec::new()).await?;
        Ok(match is_held {
            true => Look::Seen(()),
            false => Look::NotYet("it is not there".into()),
        })
    })
    .await?;
    page.set_setting("Access token", EXPIRED_TOKEN).await?;
    page.press(TEST).await?;
    page.see_status(&["did not accept the access token"])
        .await?;
    let _nothing: Option<bool> = browser.script("window.letGo()", Vec::new()).await?;
    // By the time that a third question is answered, the first answer has been read.
    page.set_setting("Access token", "two words").await?;
    page.press(TEST).await?;
    page.see_status(&["Nothing was asked", "space"]).await?;
    page.set_setting("Access token", EXPIRED_TOKEN).await?;
    page.press(TEST).await?;
    page.see_status(&["did not accept the access token"])
        .await?;
    let seen: Vec<String> = browser
        .script("return window.statusesSeen", Vec::new())
        .await?;
    ensure!(!seen.is_empty(), "nothing was noted");
    ensure!(
        !seen.iter().any(|text| text.contains("Connected")),
        "an answer from before was told: {seen:?}"
    );
    Ok(())
}

async fn link_fills_in(stage: &mut Stage) -> Result<()> {
    let address = format!("{}?code=ABC12345", stage.sandbox.address());
    let page = &stage.page;
    page.open(&address).await?;
    page.see_ready().await?;
    ensure!(page.code().await? == "ABC12345", "the code is not there");
    ensure!(
        stage.sandbox.posts().await?.is_empty(),
        "opening the link posted something"
    );
    // What is typed wins.
    page.clear_code().await?;
    page.send("RECEIVED").await?;
    page.see_badge("Pending").await?;
    page.press(button::NEW_REQUEST).await?;
    ensure!(page.code().await?.is_empty(), "the link's code came back");

    page.reload().await?;
    page.see_ready().await?;
    page.press_send().await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    let bodies: Vec<String> = stage
        .sandbox
        .posts()
        .await?
        .into_iter()
        .map(|post| post.body)
        .collect();
    ensure!(
        bodies.len() == 2 && bodies[0].contains("RECEIVED") && bodies[1].contains("ABC12345"),
        "posted were {bodies:?}"
    );
    Ok(())
}

async fn junk(stage: &mut Stage) -> Result<()> {
    let page = &stage.page;
    for (query, shown, says) in [
        ("code=%3Cb%3EA%26B", "<b>A&B", "6 characters"),
        ("code=ABC%201234%C3%A9", "ABC 1234é", "“é”"),
        ("code=%FF%00&code=ABC12345", "\u{fffd}\0", "“\u{fffd}”"),
        ("code=", "", "Enter the other adviser's"),
    ] {
        page.open(&format!("{}?{query}", stage.sandbox.address()))
            .await?;
        page.see_ready().await?;
        let code = page.code().await?;
        ensure!(code == shown, "{query} shows {code:?}");
        page.press_send().await?;
        page.see_field_alert(&[says])
            .await
            .with_context(|| query.to_owned())?;
    }
    let long = "A".repeat(5000);
    page.open(&format!("{}?code={long}", stage.sandbox.address()))
        .await?;
    page.see_ready().await?;
    let chars = page.code().await?.chars().count();
    ensure!(chars == 100, "the field holds {chars} characters");
    page.press_send().await?;
    page.see_field_alert(&["100 characters"]).await?;
    ensure!(
        stage.sandbox.posts().await?.is_empty(),
        "something was posted"
    );
    Ok(())
}

async fn makes_link(stage: &mut Stage) -> Result<()> {
    let address = format!("{}?other=1#part", stage.sandbox.address());
    let page = &stage.page;
    page.open(&address).await?;
    page.see_ready().await?;
    page.type_code("ABC&1").await?;
    page.press(SHARE).await?;
    page.see_status(&["A link needs a whole code"]).await?;
    page.type_code(" =34").await?;
    page.press(SHARE).await?;
    let link = format!("{}?code=ABC%261%3D34", stage.sandbox.address());
    let told = page.see_status(&[&link]).await?;
    if told.contains("Copied") {
        page.clear_code().await?;
        let field = page.element(Role::Textbox, CODE_FIELD).await?;
        field
            .send_keys(thirtyfour::Key::Control + "v".to_owned())
            .await?;
        until("the link pasted", SOON, async || {
            let code = page.code().await?;
            Ok(match code == link {
                true => Look::Seen(()),
                false => Look::NotYet(code),
            })
        })
        .await?;
    } else {
        // WebKitGTK lets no page of an automated session write to the clipboard.
        ensure!(told.contains("Mark the link"), "it says {told:?}");
        ensure!(stage.engine() == Engine::WebKit, "nothing was copied");
    }
    page.open(&link).await?;
    let code = page.code().await?;
    ensure!(code == "ABC&1=34", "the link fills in {code:?}");
    Ok(())
}

async fn shows_recent(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let reply = stage.sandbox.create("ABC12345").await?;
    ensure!(
        reply.status().is_success(),
        "the sandbox says {}",
        reply.status()
    );
    let page = &stage.page;
    page.see_no_button("Refresh list").await?;
    page.press("Show recent requests").await?;
    page.see_button("Refresh list").await?;
    page.see_text("Requests shown: 1").await?;
    page.see_text(FIRM_ABC12345).await?;
    page.press("Hide recent requests").await?;
    page.see_no_button("Refresh list").await?;

    // One that could not be had with a token can be had with another, and is asked for then.
    page.open_settings().await?;
    page.set_setting("Access token", EXPIRED_TOKEN).await?;
    page.press("Show recent requests").await?;
    page.see_text("To see recent requests, sign in to Plannr")
        .await?;
    page.set_setting("Access token", TOKEN).await?;
    page.see_text("Requests shown: 1").await?;
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
