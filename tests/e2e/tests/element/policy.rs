//! The element under the strictest policies, and what is said when one of them stops it.

use anyhow::{Result, ensure};
use e2e::backend::{FIRM_ABC12345, Refresh};
use e2e::host_site::{Broken, Document, HostSite};
use e2e::page::Page;
use e2e::role::Role;
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, SOON, until};
use serde_json::Value;

use super::documented::{ICON, NONCE, policy, with_fields};
use super::{host_page, see_event};

const DOCUMENT: &str = "docs/security.md";

pub(super) fn add(suite: &mut Suite) {
    suite.add(
        "element_works_under_the_documented_policies",
        Refresh::Default,
        works,
    );
    suite.add(
        "element_names_the_policy_that_stops_it",
        Refresh::Default,
        names_policy,
    );
}

/// A host's page that keeps the violations of its policy from the first on, with the nonce on its scripts.
fn guarded_page(stage: &Stage) -> String {
    let watch = "<script>
        window.violations = [];
        addEventListener('securitypolicyviolation', (event) =>
            violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
        addEventListener('error', (event) => violations.push(`uncaught: ${event.message}`), true);
        addEventListener('unhandledrejection', (event) => violations.push(`unhandled: ${event.reason}`));
    </script>";
    host_page(stage, "")
        .replace(ICON, &format!("{ICON}{watch}"))
        .replace("<script", &format!("<script nonce={NONCE}"))
}

async fn works(stage: &mut Stage) -> Result<()> {
    for block in ["strict", "allow-list", "isolated"] {
        let document = Document::page("/", guarded_page(stage));
        let document = with_fields(document, stage, DOCUMENT, block)?;
        let site = HostSite::start(vec![document]).await?;
        let page = &stage.page;
        page.open(&site.address("/")).await?;
        if block == "isolated" {
            let script = "return window.crossOriginIsolated;";
            let isolated: Value = page.browser().script(script, Vec::new()).await?;
            ensure!(isolated == true, "the page is not isolated: {isolated}");
        }
        page.send("ABC12345").await?;
        page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
        page.see_badge("Pending").await?;
        see_shown(page, Role::Timer).await?;
        see_shown(page, Role::Meter).await?;
        see_event(page, "sent").await?;
        let violations = violations(page).await?;
        ensure!(violations.is_empty(), "{block}: {violations:#?}");
        let errors = page.browser().console_errors().await?;
        ensure!(errors.is_empty(), "{block}: the console says {errors:#?}");
    }
    Ok(())
}

async fn see_shown(page: &Page, role: Role) -> Result<()> {
    until(&format!("a {role:?}"), SOON, async || {
        Ok(match page.browser().all(role).await?.is_empty() {
            true => Look::NotYet("there is none".into()),
            false => Look::Seen(()),
        })
    })
    .await
}

async fn violations(page: &Page) -> Result<Vec<String>> {
    page.browser()
        .script("return window.violations;", Vec::new())
        .await
}

async fn names_policy(stage: &mut Stage) -> Result<()> {
    let strict = policy(stage, DOCUMENT, "strict")?;
    let lacking = |part: &str| {
        ensure!(strict.contains(part), "{part} is not in {strict}");
        Ok(strict.replace(part, " "))
    };
    for policy in [
        lacking(" 'wasm-unsafe-eval'")?,
        lacking(" {files} ")?,
        format!("{strict}; trusted-types 'none'"),
    ] {
        let document = Document::page("/", guarded_page(stage));
        let document = document.with("content-security-policy", policy.clone());
        let site = HostSite::start(vec![document]).await?;
        let page = &stage.page;
        page.open(&site.address("/")).await?;
        page.type_code("ABC12345").await?;
        let event: Value = see_event(page, "load-error").await?;
        let cause = event["detail"]["cause"].as_str().unwrap_or_default();
        ensure!(
            cause.contains("Content Security Policy"),
            "{policy}: the cause is {cause:?}"
        );
        page.see_alert(&["Nothing was sent", "Content Security Policy"])
            .await?;
        ensure!(page.code().await? == "ABC12345", "what was typed is lost");
    }
    other_violations_are_no_cause(stage, strict).await?;
    let made = stage.sandbox.connections().await?;
    ensure!(made.is_empty(), "{made:?}");
    Ok(())
}

/// What else on the page breaks its policy, again and again, is not taken for the cause.
async fn other_violations_are_no_cause(stage: &Stage, policy: String) -> Result<()> {
    let noise = format!(
        "<script nonce={NONCE}>
             setInterval(() => fetch('https://counter.example/').catch(() => {{}}), 20);
         </script>"
    );
    let text = guarded_page(stage).replace("<h1>", &format!("{noise}<h1>"));
    let document = Document::page("/", text).with("content-security-policy", policy);
    let site = HostSite::start(vec![document]).await?;
    site.break_files(".wasm", Broken::Missing);
    let page = &stage.page;
    page.open(&site.address("/")).await?;
    let event: Value = see_event(page, "load-error").await?;
    let violations = violations(page).await?;
    ensure!(!violations.is_empty(), "nothing broke the policy");
    let cause = event["detail"]["cause"].as_str().unwrap_or_default();
    ensure!(cause.contains("404"), "the cause is {cause:?}");
    Ok(())
}
