//! Where the frame shows no form: what it says, and that the page around gets no port.

use anyhow::{Result, ensure};
use e2e::backend::Refresh;
use e2e::host_site::{Document, HostSite};
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, until};
use serde_json::json;
use std::time::Duration;

use super::{ask, enter, frame, leave};

/// What the frame gives a page to answer in, and room for a busy machine.
const PATIENCE: Duration = Duration::from_secs(25);

pub(super) fn add(suite: &mut Suite) {
    suite.add("frame_refuses_strangers", Refresh::Default, refuses);
}

/// A page that takes what it is offered.
const GREEDY: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Elsewhere</title><link rel=icon href=data:,>
    <script>
        window.offered = [];
        addEventListener('message', ({ data }) => offered.push(data));
    </script>
    <iframe title='Referral request' src={files}/frame.html></iframe>";

async fn refuses(stage: &mut Stage) -> Result<()> {
    let site = HostSite::start(vec![
        Document::page("/", GREEDY),
        // Its origin is hidden from the frame, so that only the handshake can tell.
        Document::page("/hidden", GREEDY).with("content-security-policy", "sandbox allow-scripts"),
    ])
    .await?;
    let page = &stage.page;
    let browser = page.browser();

    // As it was built: not set up.
    browser.open(&site.address("/")).await?;
    enter(page).await?;
    page.see_alert(&["not set up", "\"parents\""]).await?;
    leave(page).await?;
    for (parents, words) in [
        ("\"https://*.example\"", "an exact origin"),
        ("\"https://portal.example/\"", "an exact origin"),
        ("\"http://portal.example\"", "an exact origin"),
        ("\"null\"", "an exact origin"),
        (
            "\"https://portal.example\"], \"parent\": [",
            "nothing else; look at \"parent\"",
        ),
        ("\"https://portal.example\",", "not readable as JSON"),
    ] {
        site.publish(frame_alone(stage, parents)?);
        browser
            .open(&format!("{}/frame.html", site.files()))
            .await?;
        page.see_alert(&["not set up", words]).await?;
    }

    site.publish(frame_alone(stage, "\"https://portal.example\"")?);
    browser
        .open(&format!("{}/frame.html", site.files()))
        .await?;
    page.see_alert(&["works only inside https://portal.example", "Open it there"])
        .await?;

    for path in ["/", "/hidden"] {
        browser.open(&site.address(path)).await?;
        enter(page).await?;
        let knows = ask(page, "return !!location.ancestorOrigins;").await? == json!(true);
        let words = match knows && path == "/" {
            true => "and this is http://127.0.0.1",
            false => "and this page did not answer",
        };
        until("the frame's refusal", PATIENCE, async || {
            let text = browser.visible_text().await?;
            let refused = text.contains("works only inside https://portal.example");
            Ok(match refused && text.contains(words) {
                true => Look::Seen(()),
                false => Look::NotYet(text),
            })
        })
        .await?;
        let elements = ask(
            page,
            "return document.querySelectorAll('referral-connect').length;",
        )
        .await?;
        ensure!(elements == json!(0), "{path}: a form is there");
        leave(page).await?;
        let offered = ask(page, "return window.offered;").await?;
        ensure!(offered == json!([]), "{path}: it was offered {offered}");
    }
    Ok(())
}

/// Without `frame-ancestors`, which would not even let it say anything.
fn frame_alone(stage: &Stage, parents: &str) -> Result<Document> {
    let mut document = frame(stage, parents)?;
    document.fields.clear();
    Ok(document)
}
