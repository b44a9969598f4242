//! The floor of the bench: it does the main job, else there would be no point in measuring beside it.

use std::fs;

use anyhow::{Context, Result};
use e2e::backend::{ACCOUNT_UUID, FIRM_ABC12345, OWN_FIRM, Refresh, TOKEN};
use e2e::engine::{Engine, repository};
use e2e::host_site::{Document, HostSite};
use e2e::stage::Stage;
use e2e::suite::Suite;

pub(crate) fn add(suite: &mut Suite) {
    // The one that is measured in.
    suite.add_for(
        &[Engine::Chromium],
        "floor_does_the_main_job",
        Refresh::Default,
        main_job,
    );
}

async fn main_job(stage: &mut Stage) -> Result<()> {
    let endpoint = stage.sandbox.origin();
    let site = HostSite::start(vec![Document::page(
        "/",
        format!(
            "<!doctype html><html lang=en><meta charset=utf-8><title>Floor</title><link rel=icon href=data:,>
             <script type=module src={{files}}/floor.js></script>
             <referral-floor endpoint={endpoint} account-uuid={ACCOUNT_UUID}></referral-floor>
             <script>document.querySelector('referral-floor').getAccessToken = () => '{TOKEN}';</script>"
        ),
    )])
    .await?;
    for name in ["floor.js", "styles.js"] {
        let path = repository().join("benches/floor").join(name);
        let text =
            fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        site.publish(Document::page(&format!("/{name}"), text));
    }
    let page = &stage.page;
    page.open(&site.address("/")).await?;

    page.send("ABC").await?;
    page.see_field_alert(&["This code has 3 characters"])
        .await?;
    page.type_code("1234").await?;
    page.see_field_accepted().await?;
    page.press_send().await?;
    page.see_field_alert(&["This code has 7 characters"])
        .await?;
    stage.see_posted(&[]).await?;

    page.type_code("5").await?;
    page.press_send().await?;
    page.see_status(&["Request sent to", FIRM_ABC12345, OWN_FIRM])
        .await?;
    page.see_badge("Pending").await?;
    let expires_at = stage.sandbox.connection().await?.expires_at;
    page.see_countdown(&expires_at).await?;
    stage.see_posted(&["ABC12345"]).await?;

    page.press("New request").await?;
    page.see_no_countdown().await?;
    page.send("NOTFOUND").await?;
    page.see_alert(&["Nothing was sent", "422"]).await?;

    page.reload().await?;
    page.send("EXPIRE10").await?;
    page.see_badge("Pending").await?;
    page.browser()
        .script::<()>(
            "const floor = document.querySelector('referral-floor');
             floor.connection = { ...floor.connection, expires_at: new Date(Date.now() + 1500).toISOString() };",
            Vec::new(),
        )
        .await?;
    page.see_badge("Expired").await?;
    page.see_no_countdown().await
}
