//! The custom element in hosts' pages.

use anyhow::Result;
use e2e::backend::{ACCOUNT_UUID, FIRM_ABC12345, Refresh, TOKEN};
use e2e::host_site::{Document, ELEMENT_SCRIPT, HostSite};
use e2e::page::Page;
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, SOON, until};
use serde_json::{Value, json};

mod documented;
mod examples;
mod failing;
mod form;
mod frame;
mod history;
mod language;
mod leaks;
mod life;
mod loading;
mod moving;
mod policy;
mod script;
mod traps;

pub(crate) use self::frame::send as send_in_a_frame;

pub(crate) fn add(suite: &mut Suite) {
    suite.add("element_sends_and_tells", Refresh::Default, sends);
    failing::add(suite);
    loading::add(suite);
    language::add(suite);
    history::add(suite);
    life::add(suite);
    moving::add(suite);
    form::add(suite);
    traps::add(suite);
    leaks::add(suite);
    policy::add(suite);
    frame::add(suite);
    examples::add(suite);
}

/// Keeps every event of the element, and gives it a token.
const LISTENER: &str = "
    const heard = (window.heard ??= []);
    for (const name of ['ready', 'submit', 'sent', 'rejected', 'unknown', 'status', 'expired', 'auth-required', 'load-error'])
        addEventListener('referral-' + name, (event) =>
            heard.push({ name, detail: event.detail, from: event.target.id, frozen: Object.isFrozen(event.detail) }));
";

/// A host's page with one element in it.
pub(crate) fn host_page(stage: &Stage, attributes: &str) -> String {
    page_of(&element(stage, "one", attributes))
}

/// An element that can send.
pub(crate) fn element(stage: &Stage, id: &str, attributes: &str) -> String {
    let endpoint = stage.sandbox.origin();
    format!(
        "<referral-connect id={id} endpoint={endpoint} account-uuid={ACCOUNT_UUID} {attributes}></referral-connect>"
    )
}

/// A host's page around some elements, each with a token.
pub(crate) fn page_of(body: &str) -> String {
    format!(
        "{}
         <script type=module src={{files}}{ELEMENT_SCRIPT}></script>
         <h1>Host</h1>
         {body}
         <script type=module>
             for (const element of document.querySelectorAll('referral-connect'))
                 element.getAccessToken = () => '{TOKEN}';
         </script>",
        head("")
    )
}

/// The beginning of a host's page, with a script that runs before anything else does.
pub(crate) fn head(first: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Host</title><link rel=icon href=data:,>
         <script>{{{LISTENER}}}{{{first}}}</script>"
    )
}

/// Opens a host's page of one document, and waits for the form.
pub(crate) async fn open(stage: &Stage, text: String) -> Result<HostSite> {
    let site = HostSite::start(vec![Document::page("/", text)]).await?;
    stage.page.open(&site.address("/")).await?;
    Ok(site)
}

/// Waits until the element told of this, and answers with the event.
pub(crate) async fn see_event(page: &Page, name: &str) -> Result<Value> {
    until(&format!("referral-{name}"), SOON, async || {
        let heard: Vec<Value> = page
            .browser()
            .script("return window.heard;", Vec::new())
            .await?;
        let found = heard.iter().find(|event| event["name"] == name);
        Ok(match found {
            Some(event) => Look::Seen(event.clone()),
            None => Look::NotYet(format!("{heard:?}")),
        })
    })
    .await
}

async fn sends(stage: &mut Stage) -> Result<()> {
    let _site = open(stage, host_page(stage, "")).await?;
    let page = &stage.page;
    page.send("ABC12345").await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    page.see_badge("Pending").await?;
    let sent = see_event(page, "sent").await?;
    anyhow::ensure!(sent["from"] == "one" && sent["frozen"] == true, "{sent}");
    let uuid = stage.sandbox.connection().await?.uuid;
    anyhow::ensure!(
        sent["detail"]["connection"]["uuid"] == json!(uuid),
        "{sent}"
    );
    see_event(page, "ready").await?;
    see_event(page, "submit").await?;
    let errors = page.browser().console_errors().await?;
    anyhow::ensure!(errors.is_empty(), "the console says {errors:#?}");
    Ok(())
}

/// Checks how many requests were posted so far.
pub(crate) async fn posted(stage: &Stage, expected: usize) -> Result<()> {
    let codes = stage.posted_codes().await?;
    anyhow::ensure!(
        codes.len() == expected,
        "posted {codes:?}, which ought to be {expected} requests"
    );
    Ok(())
}
