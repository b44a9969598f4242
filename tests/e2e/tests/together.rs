//! Presses at once: a burst, several widgets in one document, several tabs, tabs that close. One press is one request,
//! and one request for a code is under way at a time.

use anyhow::{Context, Result, ensure};
use e2e::backend::{FIRM_ABC12345, Refresh};
use e2e::engine::Engine;
use e2e::page::button;
use e2e::page::hostile::{Shown, Site};
use e2e::role::Role;
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, SOON, until};
use thirtyfour::WindowHandle;

/// The recipients' firms of the codes that are in doubt here.
const FIRM_SLOW0030: &str = "Slowcombe Valley Financial Services";
const FIRM_RESETCON: &str = "Copperhatch Mutual Planning";

/// What two tabs send at once, a round each: by turns a request that stays under way, and one that is answered while the
/// other tab may not have pressed yet.
const ROUNDS: [&str; 10] = [
    "SLOW0030", "ABC12345", "SLOW0030", "DOCSHAPE", "SLOW0030", "WRAPPED1", "SLOW0030", "STRANGER",
    "SLOW0030", "ACCEPTED",
];

/// What the browser may do with `navigator.locks`, as a script for a page that is loaded already.
const WITHOUT_LOCKS: [(&str, &str); 3] = [
    (
        "missing",
        "Object.defineProperty(window.Navigator.prototype, 'locks', { get: () => undefined });",
    ),
    (
        "never settling",
        "window.LockManager.prototype.request = () => new window.Promise(() => {});",
    ),
    (
        "rejecting",
        "window.LockManager.prototype.request = () =>
             window.Promise.reject(new window.DOMException('denied', 'SecurityError'));",
    ),
];

pub(crate) fn add(suite: &mut Suite) {
    suite.add("a_burst_of_presses_is_one_request", Refresh::Default, burst);
    suite.add(
        "widgets_pressed_at_once_make_one_request",
        Refresh::Default,
        widgets,
    );
    suite.add(
        "tabs_pressed_at_once_make_one_request",
        Refresh::Default,
        tabs,
    );
    suite.add(
        "tabs_without_locks_make_one_request",
        Refresh::Default,
        tabs_without_locks,
    );
    suite.add(
        "a_closed_tab_comes_back_in_doubt",
        Refresh::Default,
        closed_and_left,
    );
}

async fn burst(stage: &mut Stage) -> Result<()> {
    stage.page.open_site(&stage.sandbox.address()).await?;
    let page = &stage.page;
    page.burst_in_one_task("SLOW0030", 100).await?;
    page.burst_of_a_person(100).await?;
    page.see_status(&["Sending your request"]).await?;
    stage.see_posted(&["SLOW0030"]).await?;

    // Looked up, and out of the way.
    page.reload().await?;
    page.see_status(&["Request sent to", FIRM_SLOW0030]).await?;
    page.press(button::NEW_REQUEST).await?;
    page.see_no_button(button::NEW_REQUEST).await?;

    // Here the answer comes in the midst of the burst, and there are no locks. The field is empty from then on.
    let [(_missing, script), ..] = WITHOUT_LOCKS;
    page.browser().script::<()>(script, Vec::new()).await?;
    page.burst_in_one_task("ABC12345", 100).await?;
    page.burst_of_a_person(100).await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    page.press_send().await?;
    page.see_alert(&["Enter the other adviser's referral code"])
        .await?;
    stage.see_posted(&["SLOW0030", "ABC12345"]).await
}

async fn widgets(stage: &mut Stage) -> Result<()> {
    let site = Site::start(stage, "").await?;
    let mut expected = Vec::new();
    let page = &stage.page;
    let browser = page.browser();
    for (how, script) in [("working", "")].into_iter().chain(WITHOUT_LOCKS) {
        // Where there are no locks, a note of the last request keeps the same code from being sent for a while.
        page.leave_for_good(&site.no_widget()).await?;
        page.forget_records().await?;
        page.open_site(&site.address()).await?;
        page.start_a_second_widget().await?;
        browser.script::<()>(script, Vec::new()).await?;
        page.press_all_in_one_task("ABC12345", 2).await?;
        expected.push("ABC12345");
        see_one_sending(stage, 2)
            .await
            .with_context(|| format!("two widgets, locks {how}"))?;
        see_posted(stage, &expected, how).await?;
        page.see_no_pending_record().await?;
    }

    browser.open(&site.two_frames()).await?;
    page.see_accounts_chosen(2).await?;
    page.press_all_in_one_task("SLOW0030", 2).await?;
    expected.push("SLOW0030");
    see_one_sending(stage, 2).await.context("two frames")?;
    see_posted(stage, &expected, "working").await
}

/// Waits until one widget of those in the document has sent and the others say that nothing was sent from them.
async fn see_one_sending(stage: &Stage, count: usize) -> Result<()> {
    until("one request, and why not another", SOON, async || {
        let shown = stage.page.widgets().await?;
        Ok(if shown.len() == count && is_one_request(&shown) {
            Look::Seen(())
        } else {
            Look::NotYet(format!("{shown:?}"))
        })
    })
    .await
}

fn is_one_request(shown: &[Shown]) -> bool {
    let sent = shown.iter().filter(|widget| widget.has_sent()).count();
    let said_why_not = shown.iter().filter(|widget| widget.says_not_sent()).count();
    sent == 1 && said_why_not == shown.len() - 1
}

async fn see_posted(stage: &Stage, expected: &[&str], how: &str) -> Result<()> {
    stage
        .see_posted(expected)
        .await
        .with_context(|| format!("locks {how}"))
}

/// Two tabs with the page, beside the one that the session began with: that one stays when they are closed.
struct Tabs {
    outside: WindowHandle,
    first: WindowHandle,
    second: WindowHandle,
}

impl Tabs {
    async fn open(stage: &Stage) -> Result<Self> {
        let browser = stage.page.browser();
        let session = browser.session();
        let mut tabs = Vec::new();
        let outside = browser.open_tab(&stage.sandbox.address()).await?;
        for tab in 0..2 {
            if tab > 0 {
                browser.open_tab(&stage.sandbox.address()).await?;
            }
            stage.page.see_accounts_chosen(1).await?;
            tabs.push(session.window().await?);
        }
        let [first, second] = <[WindowHandle; 2]>::try_from(tabs)
            .ok()
            .context("two tabs")?;
        Ok(Self {
            outside,
            first,
            second,
        })
    }

    fn both(&self) -> [&WindowHandle; 2] {
        [&self.first, &self.second]
    }

    async fn run_in_both(&self, stage: &Stage, script: &str) -> Result<()> {
        for tab in self.both() {
            let browser = stage.page.browser();
            browser.session().switch_to_window(tab.clone()).await?;
            browser.script::<()>(script, Vec::new()).await?;
        }
        Ok(())
    }

    /// Both press within the same moment, each with its code.
    async fn press_at_once(&self, stage: &Stage, first: &str, second: &str) -> Result<()> {
        let session = stage.page.browser().session();
        session.switch_to_window(self.second.clone()).await?;
        stage.page.press_when_told(second).await?;
        session.switch_to_window(self.first.clone()).await?;
        stage.page.tell_and_press(first).await
    }

    /// Waits until what both tabs show holds.
    async fn see(&self, stage: &Stage, what: &str, holds: impl Fn(&[Shown]) -> bool) -> Result<()> {
        until(what, SOON, async || {
            let mut shown = Vec::new();
            for tab in self.both() {
                let session = stage.page.browser().session();
                session.switch_to_window(tab.clone()).await?;
                shown.extend(stage.page.widgets().await?);
            }
            Ok(if shown.len() == 2 && holds(&shown) {
                Look::Seen(())
            } else {
                Look::NotYet(format!("{shown:?}"))
            })
        })
        .await
    }

    /// Both pages as at first, without a request of theirs anywhere. Nothing is forgotten before both are closed: a page
    /// that knows of a request may write it down again.
    async fn start_afresh(&self, stage: &Stage) -> Result<()> {
        let browser = stage.page.browser();
        let without_a_page = format!("{}/sandbox/style.css", stage.sandbox.origin());
        for tab in self.both() {
            browser.session().switch_to_window(tab.clone()).await?;
            stage.page.leave_for_good(&without_a_page).await?;
        }
        stage.forget_requests().await?;
        stage.page.forget_records().await?;
        for tab in self.both() {
            browser.session().switch_to_window(tab.clone()).await?;
            stage.page.open_site(&stage.sandbox.address()).await?;
        }
        Ok(())
    }
}

async fn tabs(stage: &mut Stage) -> Result<()> {
    let tabs = Tabs::open(stage).await?;
    for (round, code) in (1..).zip(ROUNDS) {
        one_of_two(stage, &tabs, code)
            .await
            .with_context(|| format!("round {round}, {code}"))?;
        tabs.start_afresh(stage).await?;
    }
    two_codes(stage, &tabs).await
}

/// Both tabs press with the same code: one sends it, and the other says why it does not.
async fn one_of_two(stage: &Stage, tabs: &Tabs, code: &str) -> Result<()> {
    tabs.press_at_once(stage, code, code).await?;
    let what = "one tab sending, and why not the other";
    tabs.see(stage, what, is_one_request).await?;
    stage.see_posted(&[code]).await
}

/// Both codes leave in the same moment, and both tabs are closed before anything is known of either.
async fn two_codes(stage: &Stage, tabs: &Tabs) -> Result<()> {
    tabs.press_at_once(stage, "SLOW0030", "RESETCON").await?;
    see_posted_in_any_order(stage, ["RESETCON", "SLOW0030"]).await?;
    let session = stage.page.browser().session();
    for tab in tabs.both() {
        session.switch_to_window(tab.clone()).await?;
        session.close_window().await?;
    }
    session.switch_to_window(tabs.outside.clone()).await?;
    stage.page.open_site(&stage.sandbox.address()).await?;
    let page = &stage.page;
    let record = page.pending_record().await?.unwrap_or_default();
    ensure!(
        record.contains("SLOW0030") && record.contains("RESETCON"),
        "the records after both tabs were closed are {record:?}"
    );
    // The list names no codes, so a person says which request is which.
    page.see_status(&["may have been sent"]).await?;
    let mut settled = Vec::new();
    for _doubt in 0..2 {
        let told = page.see_status(&["may have been sent"]).await?;
        let (code, firm) = if told.contains("SLOW0030") {
            ("SLOW0030", FIRM_SLOW0030)
        } else {
            ("RESETCON", FIRM_RESETCON)
        };
        ensure!(told.contains(code), "neither code is in {told:?}");
        settled.push(code);
        // The first one is looked up by itself.
        if settled.len() > 1 {
            page.press(button::CHECK).await?;
        }
        choose_or_see_sent(stage, firm).await?;
        page.press(button::NEW_REQUEST).await?;
    }
    settled.sort_unstable();
    ensure!(
        settled == ["RESETCON", "SLOW0030"],
        "the doubts that came back are {settled:?}"
    );
    page.see_no_pending_record().await?;
    see_posted_in_any_order(stage, ["RESETCON", "SLOW0030"]).await
}

async fn tabs_without_locks(stage: &mut Stage) -> Result<()> {
    let tabs = Tabs::open(stage).await?;
    for (how, script) in WITHOUT_LOCKS {
        tabs.run_in_both(stage, script).await?;
        one_of_two(stage, &tabs, "SLOW0030")
            .await
            .with_context(|| format!("locks {how}"))?;

        tabs.start_afresh(stage).await?;
        tabs.run_in_both(stage, script).await?;
        tabs.press_at_once(stage, "SLOW0030", "ABC12345").await?;
        tabs.see(stage, "both tabs sending", |shown| {
            shown.iter().all(Shown::has_sent)
        })
        .await
        .with_context(|| format!("locks {how}"))?;
        see_posted_in_any_order(stage, ["ABC12345", "SLOW0030"])
            .await
            .with_context(|| format!("locks {how}"))?;
        // What one tab writes takes a moment to reach the other.
        until("the record of SLOW0030", SOON, async || {
            let record = stage.page.pending_record().await?;
            Ok(match record {
                Some(record) if record.contains("SLOW0030") => Look::Seen(()),
                other => Look::NotYet(format!("{other:?}")),
            })
        })
        .await
        .with_context(|| format!("locks {how}"))?;
        tabs.start_afresh(stage).await?;
    }
    Ok(())
}

/// Waits until the request to a firm is offered to be picked, and picks it, or until it is said to be sent.
async fn choose_or_see_sent(stage: &Stage, firm: &str) -> Result<()> {
    let page = &stage.page;
    until(&format!("the request to {firm}"), SOON, async || {
        let shown = page.widgets().await?;
        let told = shown.iter().map(|widget| widget.told.as_str());
        if told.clone().any(|told| told.contains("Request sent to")) {
            return Ok(Look::Seen(()));
        }
        let names = page.browser().names(Role::Button).await?;
        if names.iter().any(|name| name.contains(firm)) {
            page.press_first_containing(firm).await?;
        }
        Ok(Look::NotYet(format!("{names:?}")))
    })
    .await?;
    page.see_status(&["Request sent to", firm]).await?;
    Ok(())
}

/// Each code once. Only `RESETCON` may be there twice: a browser that finds its connection closed without an answer
/// may send a post a second time by itself, which no page can prevent.
async fn see_posted_in_any_order(stage: &Stage, expected: [&str; 2]) -> Result<()> {
    until(&format!("the posts {expected:?}"), SOON, async || {
        let mut codes = stage.posted_codes().await?;
        codes.sort_unstable();
        codes.dedup_by(|one, other| one == other && one == "RESETCON");
        if codes.len() > 2 {
            anyhow::bail!("posted {codes:?}, which ought to be {expected:?}");
        }
        Ok(if codes == expected {
            Look::Seen(())
        } else {
            Look::NotYet(format!("posted {codes:?}"))
        })
    })
    .await
}

async fn closed_and_left(stage: &mut Stage) -> Result<()> {
    let site = Site::start(stage, "").await?;
    let page = &stage.page;
    let browser = page.browser();
    let outside = browser.open_tab(&site.address()).await?;
    page.see_accounts_chosen(1).await?;
    page.send("SLOW0030").await?;
    stage.see_posted(&["SLOW0030"]).await?;
    browser.close_tab(outside).await?;

    let outside = browser.open_tab(&site.address()).await?;
    page.see_status(&["Request sent to", FIRM_SLOW0030]).await?;
    page.was_told_in_doubt().await?;
    page.see_no_pending_record().await?;
    stage.see_posted(&["SLOW0030"]).await?;

    // Left for another site while a request is under way, and back by the browser's history.
    page.press(button::NEW_REQUEST).await?;
    page.see_no_button(button::NEW_REQUEST).await?;
    page.send("SLOW0030").await?;
    stage.see_posted(&["SLOW0030", "SLOW0030"]).await?;
    browser.open(&stage.sandbox.outbox()).await?;
    browser.session().back().await?;
    page.see_form().await?;
    // Firefox loads the page anew, WebKit keeps it and ends its request: either looks the request up. Chromium keeps both
    // going, and how that ends after 20 s is another trial's matter.
    let is_under_way = until("sending still, or found", SOON, async || {
        let shown = page.widgets().await?;
        let told = |words: &str| shown.iter().any(|widget| widget.told.contains(words));
        Ok(if told("Request sent to") {
            Look::Seen(false)
        } else if stage.engine() == Engine::Chromium && told("Sending your request") {
            Look::Seen(true)
        } else {
            Look::NotYet(format!("{shown:?}"))
        })
    })
    .await?;
    if is_under_way {
        page.see_pending_record().await?;
    } else {
        page.see_no_pending_record().await?;
    }
    stage.see_posted(&["SLOW0030", "SLOW0030"]).await?;
    browser.close_tab(outside).await
}
