//! A browser whose storage is refused, full, lost, or full of what others wrote. The widget works on in memory and says
//! what it could not keep.

use anyhow::{Context, Result, ensure};
use e2e::backend::{FIRM_ABC12345, Refresh};
use e2e::browser::one_line;
use e2e::page::button;
use e2e::page::hostile::Site;
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, SOON, until};
use serde_json::{Value, json};

/// What is said where the record of a request will be gone when the page is.
const NOT_KEPT: &str = "This browser does not let us keep a note of the request";

/// What is said where there is a record that nobody can read.
const UNREADABLE: &str = "a note of an earlier request that cannot be read";

/// Storages that refuse, each as a script that runs before the page does.
const REFUSALS: [(&str, &str); 6] = [
    (
        "throws on access",
        "Object.defineProperty(window, 'localStorage', {
             get() { throw new DOMException('denied', 'SecurityError'); },
         });",
    ),
    (
        "is null",
        "Object.defineProperty(window, 'localStorage', { get: () => null });",
    ),
    (
        "is something else",
        "Object.defineProperty(window, 'localStorage', { get: () => ({ length: 3 }) });",
    ),
    (
        "throws on writing",
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };",
    ),
    (
        "forgets what is written",
        "Storage.prototype.setItem = () => {};",
    ),
    (
        "throws on reading",
        "Storage.prototype.getItem = () => { throw new DOMException('denied', 'SecurityError'); };",
    ),
];

pub(crate) fn add(suite: &mut Suite) {
    suite.add("a_storage_that_refuses", Refresh::Default, refuses);
    suite.add("a_storage_that_others_write_to", Refresh::Default, others);
}

async fn refuses(stage: &mut Stage) -> Result<()> {
    let mut expected = Vec::new();
    for (how, script) in REFUSALS {
        refuses_thus(stage, script, &mut expected)
            .await
            .with_context(|| format!("a storage that {how}"))?;
    }
    Ok(())
}

async fn refuses_thus(stage: &Stage, script: &str, expected: &mut Vec<&'static str>) -> Result<()> {
    let site = Site::start(stage, script).await?;
    let page = &stage.page;
    page.open_site(&site.address()).await?;
    // Two presses on a code are one request, though nothing of the first one could be written down.
    page.burst_in_one_task("ABC12345", 2).await?;
    expected.push("ABC12345");
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    page.was_told(&["Sending your request", NOT_KEPT]).await?;
    page.press(button::NEW_REQUEST).await?;
    page.see_no_button(button::NEW_REQUEST).await?;
    page.send("SLOW0030").await?;
    expected.push("SLOW0030");
    page.see_status(&["Sending your request", NOT_KEPT]).await?;
    stage.see_posted(expected).await?;
    see_no_error(stage).await
}

async fn see_no_error(stage: &Stage) -> Result<()> {
    let errors = stage.page.browser().console_errors().await?;
    ensure!(errors.is_empty(), "the console says {errors:#?}");
    Ok(())
}

/// What has to come of an entry that others wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// A request in doubt.
    InDoubt,
    /// That a record cannot be read.
    Unreadable,
    /// Either of them.
    Either,
    /// Both of them.
    Both,
}

async fn others(stage: &mut Stage) -> Result<()> {
    let site = Site::start(stage, "").await?;
    found_on_starting(stage, &site).await?;
    stage.forget_requests().await?;
    changed_under_way(stage, &site).await
}

async fn found_on_starting(stage: &Stage, site: &Site) -> Result<()> {
    let page = &stage.page;
    page.open_site(&site.address()).await?;
    page.send("SLOW0030").await?;
    let mut posted = 1;
    stage.see_posted(&["SLOW0030"]).await?;
    let record = page.pending_record().await?.context("no record is kept")?;
    let good: Value = serde_json::from_str(&record).context("our record")?;
    for (what, text, told) in entries(&good)? {
        // First the page ends, so that it writes nothing more.
        page.leave_for_good(&site.no_widget()).await?;
        page.plant_record(&text).await?;
        page.open_site(&site.address()).await?;
        posted += 1;
        comes_of(stage, told, posted)
            .await
            .with_context(|| format!("an entry that holds {what}: {:.200}", text))?;
    }
    Ok(())
}

/// Entries as others might write them, some of them around a record that the widget wrote.
fn entries(good: &Value) -> Result<Vec<(&'static str, String, Told)>> {
    let record = good.get(0).context("a record in our entry")?;
    let with = |field: &str, value: Value| {
        let mut changed = record.clone();
        changed[field] = value;
        changed
    };
    let huge = "x".repeat(4 * 1024 * 1024);
    Ok(vec![
        ("no JSON", "{{{".to_owned(), Told::Unreadable),
        ("a number", "5".to_owned(), Told::Unreadable),
        ("null", "null".to_owned(), Told::Unreadable),
        ("numbers", "[1, 2, 3]".to_owned(), Told::Unreadable),
        (
            "a good record and garbage",
            json!([7, record, {"key": []}, null]).to_string(),
            Told::Both,
        ),
        (
            "a moment out of all bounds",
            json!([with("since_ms", json!(1e308))]).to_string(),
            Told::Either,
        ),
        (
            "a moment before 1970",
            json!([with("since_ms", json!(-5))]).to_string(),
            Told::Either,
        ),
        (
            "a record of a later version",
            json!({"version": 9, "requests": [record]}).to_string(),
            Told::Either,
        ),
        (
            "a field that nobody knows",
            json!([with("colour", json!("green"))]).to_string(),
            Told::InDoubt,
        ),
        ("4 MB", huge, Told::Unreadable),
    ])
}

/// The page comes up on the entry, tells of it, and sends another code once.
async fn comes_of(stage: &Stage, told: Told, posted: usize) -> Result<()> {
    let page = &stage.page;
    until(&format!("{told:?} told"), SOON, async || {
        let text = page.told_so_far().await?;
        let in_doubt = text.contains("SLOW0030 may have been sent");
        let unreadable = text.contains(UNREADABLE);
        let holds = match told {
            Told::InDoubt => in_doubt,
            Told::Unreadable => unreadable,
            Told::Either => in_doubt || unreadable,
            Told::Both => in_doubt && unreadable,
        };
        Ok(if holds {
            Look::Seen(())
        } else {
            Look::NotYet(text)
        })
    })
    .await?;
    page.burst_in_one_task("ABC12345", 2).await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    let codes = stage.posted_codes().await?;
    ensure!(codes.len() == posted, "posted {codes:?}, {posted} expected");
    see_no_error(stage).await
}

/// Another tab clears the storage, then writes nonsense, while a request is under way in this one.
async fn changed_under_way(stage: &Stage, site: &Site) -> Result<()> {
    let mut expected = Vec::new();
    for script in [
        "localStorage.clear()",
        "localStorage.setItem('referral-connect.pending', '{{{')",
    ] {
        expected.push("ABC12345");
        changed_thus(stage, site, script, &expected)
            .await
            .with_context(|| format!("another tab runs {script}"))?;
    }
    Ok(())
}

async fn changed_thus(stage: &Stage, site: &Site, script: &str, expected: &[&str]) -> Result<()> {
    let page = &stage.page;
    let browser = page.browser();
    page.leave_for_good(&site.no_widget()).await?;
    page.forget_records().await?;
    page.open_site(&site.address()).await?;
    page.hold_answers().await?;
    page.send("ABC12345").await?;
    stage.see_posted(expected).await?;
    page.see_pending_record().await?;
    let here = browser.open_tab(&site.no_widget()).await?;
    browser.script::<()>(script, Vec::new()).await?;
    browser.close_tab(here).await?;
    until("the record back, or told to be gone", SOON, async || {
        let record = page.pending_record().await?;
        let shown = one_line(&browser.visible_text().await?);
        let is_back = record
            .as_ref()
            .is_some_and(|record| record.contains("ABC12345"));
        Ok(if is_back || shown.contains(NOT_KEPT) {
            Look::Seen(())
        } else {
            Look::NotYet(format!("the record is {record:?}, the page says {shown:?}"))
        })
    })
    .await?;
    // Still one request, whatever became of its record.
    page.press_send().await?;
    page.let_the_answer_through().await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    stage.see_posted(expected).await?;
    see_no_error(stage).await
}
