//! **Traps**: the module can no longer run. What takes the widget's place tells the truth about a request under way,
//! nothing of the dead instance is sent, and another instance on the page goes on.

use anyhow::{Context, Result, ensure};
use e2e::backend::{FIRM_ABC12345, Refresh};
use e2e::browser::computed_label;
use e2e::engine::Engine;
use e2e::page::button;
use e2e::pool::BrowserFor;
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, SOON, until};
use serde_json::Value;
use thirtyfour::Key;

use self::two::one_of_two;
use self::ways::{Way, open, panic_when_rendering, spoil_memory, trap};

mod two;
mod ways;

/// The panel's words.
const STOPPED: &str = "This part of the page stopped working.";
const NOTHING_UNDER_WAY: &str = "No request was under way.";
const CHECK_ELSEWHERE: &str = "Check in Plannr before you send again.";
const CHECKED_AFTER_RELOAD: &str = "After reloading we check whether it arrived.";
const RELOAD: &str = "Reload";

/// The firm behind `SLOW0030`.
const SLOW_FIRM: &str = "Slowcombe Valley Financial Services";

pub(crate) fn add(suite: &mut Suite) {
    suite.add(
        "trap_before_any_request",
        Refresh::Default,
        before_any_request,
    );
    suite.add(
        "trap_by_panic_before_any_request",
        Refresh::Default,
        panic_before_any_request,
    );
    suite.add("trap_during_a_request", Refresh::Default, during_a_request);
    suite.add(
        "trap_by_panic_as_a_request_begins",
        Refresh::Default,
        panic_as_a_request_begins,
    );
    suite.add(
        "trap_by_panic_as_a_result_is_shown",
        Refresh::Default,
        panic_as_a_result_is_shown,
    );
    suite.add("trap_in_doubt", Refresh::Default, in_doubt);
    suite.add(
        "trap_where_records_cannot_be_read",
        Refresh::Default,
        unreadable_records,
    );
    suite.add(
        "trap_in_one_instance_leaves_the_other",
        Refresh::Default,
        one_of_two,
    );
    suite.add_in(
        BrowserFor::ThisTrialAlone,
        "trap_by_full_stack_is_noticed_at_the_next_press",
        Refresh::Default,
        full_stack,
    );
    suite.add(
        "trap_is_no_error_of_others",
        Refresh::Default,
        errors_of_others,
    );
    suite.add(
        "trap_leaves_nothing_that_sends_or_shows",
        Refresh::Default,
        stays_dead,
    );
    // The one of the three whose driver works under a policy of Trusted Types.
    suite.add_for(
        &[Engine::Chromium],
        "trap_under_trusted_types",
        Refresh::Default,
        under_trusted_types,
    );
}

async fn before_any_request(stage: &mut Stage) -> Result<()> {
    open(stage).await?;
    let page = &stage.page;
    page.type_code("ABC1234").await?;
    spoil_memory(stage, 0).await?;
    page.press_send().await?;
    let told = see_panel(stage, NOTHING_UNDER_WAY).await?;
    ensure!(told.contains("ABC1234"), "what was typed is lost: {told:?}");
    ensure!(
        !told.contains("may have"),
        "a doubt out of nowhere: {told:?}"
    );
    page.see_no_button(button::SEND).await?;
    // Whoever was in the widget is in the panel now, and one key away from its button.
    ensure!(
        page.browser().focused().await?.is_some(),
        "the focus is lost"
    );
    page.browser().press_keys(Key::Tab).await?;
    let focused = page
        .browser()
        .focused()
        .await?
        .context("nothing has the focus")?;
    let name = computed_label(&focused).await?;
    ensure!(name == RELOAD, "the focus went to {name:?}");
    page.browser().press_keys(Key::Enter).await?;
    come_back(stage).await?;
    stage.page.send("ABC12345").await?;
    stage
        .page
        .see_status(&["Request sent to", FIRM_ABC12345])
        .await?;
    posted(stage, 1).await
}

async fn panic_before_any_request(stage: &mut Stage) -> Result<()> {
    open(stage).await?;
    stage.page.type_code("ABC1234").await?;
    panic_when_rendering(stage).await?;
    stage.page.press_send().await?;
    let told = see_panel(stage, NOTHING_UNDER_WAY).await?;
    ensure!(told.contains("ABC1234"), "what was typed is lost: {told:?}");
    posted(stage, 0).await
}

async fn during_a_request(stage: &mut Stage) -> Result<()> {
    open(stage).await?;
    let page = &stage.page;
    page.send("SLOW0030").await?;
    page.see_pending_record().await?;
    stage.see_recorded().await?;
    spoil_memory(stage, 0).await?;
    page.press_send().await?;
    see_panel_in_doubt(stage, "SLOW0030").await?;
    page.press(RELOAD).await?;
    come_back(stage).await?;
    resolved(stage, SLOW_FIRM).await
}

/// The panic comes out of what the press shows, when the request is about to leave: nothing of it may leave any more.
async fn panic_as_a_request_begins(stage: &mut Stage) -> Result<()> {
    open(stage).await?;
    let page = &stage.page;
    page.type_code("SLOW0030").await?;
    panic_when_rendering(stage).await?;
    page.press_send().await?;
    let told = see_panel(stage, CHECK_ELSEWHERE).await?;
    ensure!(
        told.contains("SLOW0030"),
        "what was typed is lost: {told:?}"
    );
    // What left would be there before the answer to a question that is asked now.
    ask_the_api(stage).await?;
    posted(stage, 0).await?;
    page.press(RELOAD).await?;
    come_back(stage).await?;
    posted(stage, 0).await
}

/// The request is confirmed, its record gone or about to go, and the person has not been told.
async fn panic_as_a_result_is_shown(stage: &mut Stage) -> Result<()> {
    open(stage).await?;
    let page = &stage.page;
    let _: Value = page
        .browser()
        .script(
            "const send = window.fetch;
             window.fetch = (request) => request.method !== 'POST' ? send(request)
                 : send(request).then((reply) => new Promise((pass) => { window.letPass = () => pass(reply); }));",
            Vec::new(),
        )
        .await?;
    page.send("ABC12345").await?;
    page.see_status(&["Sending"]).await?;
    stage.see_recorded().await?;
    panic_when_rendering(stage).await?;
    until("the answer on its way to the page", SOON, async || {
        let script = "return window.letPass ? (window.letPass(), true) : false";
        Ok(match page.browser().script(script, Vec::new()).await? {
            true => Look::Seen(()),
            false => Look::NotYet("no answer".into()),
        })
    })
    .await?;
    let told = see_panel(stage, "may have been sent").await?;
    ensure!(!told.contains(NOTHING_UNDER_WAY), "{told:?}");
    posted(stage, 1).await
}

async fn in_doubt(stage: &mut Stage) -> Result<()> {
    open(stage).await?;
    stage.page.send("SLOW0030").await?;
    stage.see_recorded().await?;
    stage.sandbox.stop().await;
    stage.page.see_status(&["could not check"]).await?;
    stage.sandbox.start_again().await?;
    let page = &stage.page;
    spoil_memory(stage, 0).await?;
    page.press(button::CHECK).await?;
    see_panel_in_doubt(stage, "SLOW0030").await?;
    page.see_no_button(button::SEND_AGAIN).await?;
    page.press(RELOAD).await?;
    come_back(stage).await?;
    resolved(stage, SLOW_FIRM).await
}

/// Records that are damaged, that went missing, and a storage that refuses.
async fn unreadable_records(stage: &mut Stage) -> Result<()> {
    for (code, spoiled) in [
        (
            "",
            "localStorage.setItem('referral-connect.pending', '[{]')",
        ),
        (
            "",
            "localStorage.setItem('referral-connect.pending', '[{\"key\": \"<b>\"}]')",
        ),
        (
            "SLOW0030",
            "localStorage.removeItem('referral-connect.pending')",
        ),
        (
            "",
            "Storage.prototype.setItem = () => { throw new DOMException('full') }",
        ),
        (
            "",
            "Storage.prototype.getItem = () => { throw new DOMException('shut') }",
        ),
    ] {
        open(stage).await?;
        let page = &stage.page;
        if !code.is_empty() {
            page.send(code).await?;
            page.see_pending_record().await?;
            stage.see_recorded().await?;
        }
        spoil_memory(stage, 0).await?;
        let _: Value = page.browser().script(spoiled, Vec::new()).await?;
        page.press_send().await?;
        let told = see_panel(stage, CHECK_ELSEWHERE).await.context(spoiled)?;
        ensure!(!told.contains(NOTHING_UNDER_WAY), "{spoiled}: {told:?}");
        ensure!(!told.contains("<b>"), "{spoiled}: {told:?}");
        page.reload().await?;
        let clear = "localStorage.removeItem('referral-connect.pending')";
        let _: Value = page.browser().script(clear, Vec::new()).await?;
    }
    posted(stage, 1).await
}

async fn full_stack(stage: &mut Stage) -> Result<()> {
    open(stage).await?;
    stage.page.type_code("ABC1234").await?;
    trap(stage, 0, Way::Stack).await?;
    let told = see_panel(stage, NOTHING_UNDER_WAY).await?;
    ensure!(told.contains("ABC1234"), "what was typed is lost: {told:?}");
    posted(stage, 0).await
}

/// A page's own errors, those of another module, and a listener that throws while the widget is at work.
async fn errors_of_others(stage: &mut Stage) -> Result<()> {
    open(stage).await?;
    let page = &stage.page;
    let heard: u32 = page
        .browser()
        .session()
        .execute_async(
            // The module has one function, and that is `unreachable`.
            "const done = arguments[0];
             let heard = 0;
             addEventListener('error', () => { heard += 1; });
             const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0,
                 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11]);
             const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
             const report = (error) => dispatchEvent(new ErrorEvent('error', { error, message: String(error) }));
             const trap = () => { try { f(); } catch (error) { return error; } };
             report(trap());
             report(new RangeError('Maximum call stack size exceeded'));
             report(null);
             dispatchEvent(new PromiseRejectionEvent('unhandledrejection',
                 { promise: Promise.resolve(), reason: trap() }));
             document.querySelector('input').addEventListener('focus', () => report(trap()));
             setTimeout(() => done(heard), 0);",
            Vec::new(),
        )
        .await?
        .convert()?;
    ensure!(heard == 3, "{heard} errors were heard of");
    // The widget focuses its field from inside of a press that says what is missing, which reports one more.
    page.press_send().await?;
    page.see_field_alert(&["Enter"]).await?;
    page.send("ABC12345").await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    posted(stage, 1).await
}

/// Everything that could wake the dead: its own form, kept by a script, timers, promises, the page's events. A panic
/// leaves all of its memory as it was.
async fn stays_dead(stage: &mut Stage) -> Result<()> {
    open(stage).await?;
    let page = &stage.page;
    page.type_code("ABC1234").await?;
    let _: Value = page
        .browser()
        .script("window.form = document.querySelector('form')", Vec::new())
        .await?;
    panic_when_rendering(stage).await?;
    page.press_send().await?;
    see_panel(stage, NOTHING_UNDER_WAY).await?;
    let changes: u32 = page
        .browser()
        .session()
        .execute_async(
            "const done = arguments[0];
             const { form } = window;
             let changes = 0;
             new MutationObserver((seen) => { changes += seen.length; }).observe(document.querySelector('main'),
                 { attributes: true, characterData: true, childList: true, subtree: true });
             const wake = () => {
                 form.querySelector('input').value = 'ABC12345';
                 form.querySelector('input').dispatchEvent(new Event('input', { bubbles: true }));
                 form.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
                 form.querySelector('button').click();
                 dispatchEvent(new Event('pageshow'));
                 document.dispatchEvent(new Event('visibilitychange'));
             };
             wake();
             // Its own listener no longer keeps the browser from sending a form that is in the page.
             addEventListener('submit', (event) => event.preventDefault());
             document.body.append(form);
             wake();
             form.remove();
             setTimeout(() => { wake(); setTimeout(() => done(changes), 0); }, 0);",
            Vec::new(),
        )
        .await?
        .convert()?;
    ensure!(changes == 0, "the panel changed {changes} times");
    see_panel(stage, NOTHING_UNDER_WAY).await?;
    ask_the_api(stage).await?;
    posted(stage, 0).await?;
    stage.page.press(RELOAD).await?;
    come_back(stage).await?;
    posted(stage, 0).await
}

async fn under_trusted_types(stage: &mut Stage) -> Result<()> {
    open(stage).await?;
    let page = &stage.page;
    page.type_code("ABC1234").await?;
    spoil_memory(stage, 0).await?;
    let _: Value = page
        .browser()
        .script(
            "const policy = document.createElement('meta');
             policy.httpEquiv = 'Content-Security-Policy';
             policy.content = \"require-trusted-types-for 'script'\";
             document.head.append(policy);
             try { document.createElement('p').innerHTML = '<b>'; } catch { return; }
             throw new Error('the policy is not in force');",
            Vec::new(),
        )
        .await?;
    page.press_send().await?;
    see_panel(stage, NOTHING_UNDER_WAY).await?;
    posted(stage, 0).await
}

/// Waits for the panel, and reads it.
async fn see_panel(stage: &Stage, also: &str) -> Result<String> {
    let told = stage.page.see_alert(&[STOPPED, also]).await?;
    stage.page.see_button(RELOAD).await?;
    Ok(told)
}

async fn see_panel_in_doubt(stage: &Stage, code: &str) -> Result<()> {
    let doubt = format!("Your request with the code {code} may have been sent.");
    let told = see_panel(stage, &doubt).await?;
    ensure!(
        told.contains(CHECKED_AFTER_RELOAD) && !told.contains(NOTHING_UNDER_WAY),
        "the panel says {told:?}"
    );
    Ok(())
}

/// Waits for the form after a reload by the panel.
async fn come_back(stage: &Stage) -> Result<()> {
    until("the page loaded anew", SOON, async || {
        let script = "return window.instances === undefined && document.readyState === 'complete'";
        // While a page goes, a driver may answer with nothing or with an error.
        let loaded = stage
            .page
            .browser()
            .script::<Option<bool>>(script, Vec::new());
        Ok(match loaded.await {
            Ok(Some(true)) => Look::Seen(()),
            other => Look::NotYet(format!("{other:?}")),
        })
    })
    .await?;
    stage.page.see_form().await?;
    stage.page.see_ready().await
}

/// The page came back to the record, and found what became of the request.
async fn resolved(stage: &Stage, firm: &str) -> Result<()> {
    stage.page.see_status(&["Request sent to", firm]).await?;
    stage.page.see_no_pending_record().await?;
    posted(stage, 1).await
}

/// Has the page itself ask the API for something, and waits for the answer.
async fn ask_the_api(stage: &Stage) -> Result<()> {
    let ask = "const done = arguments[0]; fetch('/sandbox/requests.json').then(() => done(true))";
    let asked: bool = stage
        .page
        .browser()
        .session()
        .execute_async(ask, Vec::new())
        .await?
        .convert()?;
    ensure!(asked, "the API did not answer");
    Ok(())
}

async fn posted(stage: &Stage, expected: usize) -> Result<()> {
    let posts = stage.sandbox.posts().await?.len();
    ensure!(
        posts == expected,
        "{posts} requests were posted, not {expected}"
    );
    Ok(())
}
