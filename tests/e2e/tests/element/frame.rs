//! The frame and the page around it, on two origins.

use std::fs;

use anyhow::{Context, Result, ensure};
use e2e::backend::{ACCOUNT_UUID, FIRM_ABC12345, Refresh, TOKEN};
use e2e::built_page;
use e2e::engine::{Engine, repository};
use e2e::host_site::{Document, HostSite};
use e2e::page::Page;
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, SOON, until};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::documented::{ICON, NONCE, with_fields};
use super::{LISTENER, see_event};

mod messages;
mod refusals;

const DOCUMENT: &str = "docs/frame.md";

pub(super) fn add(suite: &mut Suite) {
    suite.add("frame_sends_and_tells", Refresh::Default, bare);
    suite.add(
        "frame_in_a_sandbox_sends_and_tells",
        Refresh::Default,
        sandboxed,
    );
    suite.add("example_of_a_portal_sends", Refresh::Default, example);
    refusals::add(suite);
    messages::add(suite);
}

/// The portal of `examples/`, unchanged but for where the frame is.
async fn example(stage: &mut Stage) -> Result<()> {
    let text = fs::read_to_string(repository().join("examples/portal/index.html"))?;
    let listed = "https://forms.example";
    ensure!(text.contains(listed), "the example has its frame elsewhere");
    let site = HostSite::start(vec![
        Document::page("/", text.replace(listed, "{files}")),
        Document::page("/plannr-token", TOKEN),
    ])
    .await?;
    site.publish(frame(stage, "\"{host}\"")?);
    open(stage, &site).await?;
    let page = &stage.page;
    enter(page).await?;
    see_form(page).await?;
    send(stage).await?;
    page.see_text(FIRM_ABC12345).await?;
    leave(page).await?;
    let uuid = stage.sandbox.connection().await?.uuid;
    page.see_text(&format!("Sent: {uuid}")).await
}

/// The page around the frame, with the header fields that the documents give it.
fn portal(stage: &Stage, sandbox: &str) -> Result<Document> {
    let text = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Portal</title>{ICON}
         <script nonce={NONCE}>{LISTENER}</script>
         <h1>Portal</h1>
         <iframe id=form title='Referral request' src={{files}}/frame.html {sandbox}></iframe>
         <script type=module nonce={NONCE}>
             import {{ connectFrame }} from '{{files}}/referral-connect-frame.js';
             window.asked = [];
             window.give = () => '{TOKEN}';
             window.connect = () => (window.form = connectFrame(document.querySelector('iframe'), {{
                 getAccessToken: (reason) => (asked.push(reason), give()),
                 attributes: {{ 'account-uuid': '{ACCOUNT_UUID}' }},
             }}));
             connect();
         </script>"
    );
    with_fields(Document::page("/", text), stage, DOCUMENT, "portal")
}

/// The built frame, set up for these parents.
fn frame(stage: &Stage, parents: &str) -> Result<Document> {
    let files = built_page::files()?;
    let built = files
        .iter()
        .find(|(path, _bytes)| path.as_os_str() == "frame.html");
    let (_path, bytes) = built.context("there is no built frame")?;
    let text = String::from_utf8(bytes.clone())?;
    let mut set_up = text.clone();
    for (before, after) in [
        ("\"parents\": []", format!("\"parents\": [{parents}]")),
        ("https://api.plannrcrm.com", stage.sandbox.origin()),
    ] {
        ensure!(set_up.contains(before), "{before} is not in {text}");
        set_up = set_up.replace(before, &after);
    }
    let document = Document::page("/frame.html", set_up);
    with_fields(document, stage, DOCUMENT, "frame")
}

async fn open(stage: &Stage, site: &HostSite) -> Result<()> {
    let browser = stage.page.browser();
    browser.open(&site.address("/")).await?;
    browser.listen_for_errors().await
}

/// From here on everything is looked for in the frame.
async fn enter(page: &Page) -> Result<()> {
    let session = page.browser().session();
    session
        .find(By::Css("iframe"))
        .await?
        .enter_frame()
        .await
        .context("entering the frame")
}

/// And from here on in the page around it.
async fn leave(page: &Page) -> Result<()> {
    Ok(page.browser().session().enter_default_frame().await?)
}

async fn ask(page: &Page, script: &str) -> Result<Value> {
    page.browser().script(script, Vec::new()).await
}

/// Waits until a script answers with this.
async fn see(page: &Page, what: &str, script: &str, answer: Value) -> Result<()> {
    until(what, SOON, async || {
        let now = ask(page, script).await?;
        Ok(if now == answer {
            Look::Seen(())
        } else {
            Look::NotYet(now.to_string())
        })
    })
    .await
}

/// Everything of the frame's content is in sight, and no more than that: it follows.
async fn see_right_height(page: &Page) -> Result<()> {
    see(
        page,
        "the frame as high as its content",
        "return Math.ceil(document.documentElement.getBoundingClientRect().height) - innerHeight;",
        json!(0),
    )
    .await
}

async fn bare(stage: &mut Stage) -> Result<()> {
    let portal = portal(stage, "")?;
    let frame = frame(stage, "\"{host}\"")?;
    sends_and_tells(stage, portal, frame).await
}

/// In a page that is isolated, too.
async fn sandboxed(stage: &mut Stage) -> Result<()> {
    let portal = portal(stage, "sandbox='allow-scripts allow-forms'")?;
    let portal = with_fields(portal, stage, "docs/security.md", "isolated")?;
    let frame = frame(stage, "\"{host}\"")?;
    let frame = with_fields(frame, stage, "docs/security.md", "isolated")?;
    sends_and_tells(stage, portal, frame).await
}

async fn sends_and_tells(stage: &mut Stage, portal: Document, frame: Document) -> Result<()> {
    let site = HostSite::start(vec![portal]).await?;
    site.publish(frame);
    let page = &stage.page;
    open(stage, &site).await?;
    enter(page).await?;
    see_form(page).await?;
    see_right_height(page).await?;
    let before = ask(page, "return innerHeight;").await?;
    send(stage).await?;
    page.see_text(FIRM_ABC12345).await?;
    page.see_text("Pending").await?;
    see_right_height(page).await?;
    let after = ask(page, "return innerHeight;").await?;
    ensure!(after.as_f64() > before.as_f64(), "{before}, then {after}");

    no_trace_of_the_token(page, ".wasm").await?;

    leave(page).await?;
    no_trace_of_the_token(page, "/referral-connect-frame.js").await?;
    let sent = see_event(page, "sent").await?;
    ensure!(sent["from"] == "form" && sent["frozen"] == true, "{sent}");
    let uuid = stage.sandbox.connection().await?.uuid;
    ensure!(sent["detail"]["connection"]["uuid"] == uuid, "{sent}");
    see_event(page, "ready").await?;
    see_event(page, "submit").await?;
    let asked = ask(page, "return window.asked;").await?;
    ensure!(asked == json!(["first"]), "{asked}");

    let errors = page.browser().console_errors().await?;
    ensure!(errors.is_empty(), "the console says {errors:#?}");
    commands(stage, &sent).await
}

/// The module's form, not the one that is there before it.
async fn see_form(page: &Page) -> Result<()> {
    see(
        page,
        "the form",
        "return document.querySelector('referral-connect')?.state;",
        json!("idle"),
    )
    .await
}

/// Neither storage nor any address that was asked for holds the token; one of those ends like `witness`.
async fn no_trace_of_the_token(page: &Page, witness: &str) -> Result<()> {
    let script = "
        const kept = [location.href, document.documentElement.outerHTML.replace(/<script[^]*?<\\/script>/g, '')];
        for (const { name } of performance.getEntriesByType('resource')) kept.push(name);
        for (const name of ['localStorage', 'sessionStorage'])
            try { kept.push(JSON.stringify({ ...window[name] })); } catch { /* There is none in a sandbox. */ }
        return kept;";
    let kept: Vec<String> = page.browser().script(script, Vec::new()).await?;
    ensure!(
        kept.iter().any(|entry| entry.ends_with(witness)),
        "no {witness} in {kept:#?}"
    );
    let traces: Vec<_> = kept.iter().filter(|entry| entry.contains(TOKEN)).collect();
    ensure!(traces.is_empty(), "{traces:#?}");
    Ok(())
}

/// Types a code and presses Enter, in the frame. Not found by its role, for chromedriver knows none in a frame that has a
/// process of its own.
pub(crate) async fn send(stage: &Stage) -> Result<()> {
    let page = &stage.page;
    if stage.engine() == Engine::WebKit {
        // Its driver neither types into elements of frames nor lets them have the focus.
        let typed = "const root = document.querySelector('referral-connect').shadowRoot;
            const field = root.querySelector('input');
            field.value = 'ABC12345';
            field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
            root.querySelector('form').requestSubmit();";
        return ask(page, typed).await.map(|_nothing| ());
    }
    ask(page, "document.querySelector('referral-connect').focus();").await?;
    page.browser().press_keys("ABC12345" + Key::Enter).await
}

/// What the page around asks of the frame is done there; also by a second `connectFrame` after the first has ended.
async fn commands(stage: &Stage, sent: &Value) -> Result<()> {
    let page = &stage.page;
    ask(
        page,
        "form.disconnect(); connect(); form.setAttribute('theme', 'dark'); window.give = () => { throw 'up'; };",
    )
    .await?;
    enter(page).await?;
    see(
        page,
        "the theme on the element and around it",
        "const element = document.querySelector('referral-connect');
         return [element.getAttribute('theme'), getComputedStyle(document.documentElement).colorScheme];",
        json!(["dark", "dark"]),
    )
    .await?;
    leave(page).await?;
    ask(
        page,
        "form.reset(); form.setAttribute('adviser-key', 'OWNCODE1'); form.submit();",
    )
    .await?;
    see_inside(page, "Nothing was sent: signing in to Plannr did not work").await?;
    ask(page, "window.give = () => null; form.submit();").await?;
    see_inside(page, "Nothing was sent: you are not signed in").await?;
    let posts = stage.sandbox.posts().await?;
    ensure!(posts.len() == 1, "posts without a token: {posts:#?}");
    ask(
        page,
        &format!("window.give = async () => '{TOKEN}'; form.submit();"),
    )
    .await?;
    let refused = see_event(page, "rejected").await?;
    ensure!(refused["detail"]["status"] == 422, "{refused}");
    let connection = sent["detail"]["connection"].clone();
    page.browser()
        .script::<()>("form.setConnection(arguments[0]);", vec![connection])
        .await?;
    see_inside(page, FIRM_ABC12345).await
}

async fn see_inside(page: &Page, text: &str) -> Result<()> {
    enter(page).await?;
    page.see_text(text).await?;
    leave(page).await
}
