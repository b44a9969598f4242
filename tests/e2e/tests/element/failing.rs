//! The module does not come: it is tried again, and then the person is told why.

use anyhow::{Context, Result, ensure};
use e2e::backend::{FIRM_ABC12345, Refresh};
use e2e::host_site::{Broken, Document, ELEMENT_SCRIPT, HostSite};
use e2e::page::button;
use e2e::stage::Stage;
use e2e::suite::Suite;
use serde_json::json;

use super::script::play;
use super::{element, head, posted};

pub(super) fn add(suite: &mut Suite) {
    suite.add(
        "element_says_why_it_could_not_load",
        Refresh::Default,
        says_why,
    );
    suite.add(
        "element_runs_no_changed_file",
        Refresh::Default,
        runs_no_changed_file,
    );
}

/// Has the pauses between attempts pass at once, and keeps how long they would have been.
const CLOCK: &str = "
    const wait = setTimeout;
    window.pauses = [];
    window.setTimeout = (run, ms, ...more) => {
        const isPause = ms === 1500 || ms === 3000;
        if (isPause) window.pauses.push(ms);
        return wait(run, isPause ? 0 : ms, ...more);
    };
";

/// A page where no time passes between attempts, with an element out of sight: nothing is fetched before it is pressed.
fn impatient_page(stage: &Stage) -> String {
    format!(
        "{}<script type=module src={{files}}{ELEMENT_SCRIPT}></script><div style='height:9000px'></div>{}",
        head(CLOCK),
        element(stage, "one", "")
    )
}

/// What a failure is checked for: three attempts, the cause, the text; then it is mended, and goes on with that text.
const TRIAL: &str = "
    one.focus({ preventScroll: true });
    type(one, 'ABC12345');
    one.getAccessToken = () => token;
    if (given.isOffline) Object.defineProperty(navigator, 'onLine', { get: () => false, configurable: true });
    send(one).click();
    same('while it is tried', [one.state, input(one).readOnly], ['loading', true]);
    await stands(one, 'failed');
    same('the pauses', pauses, [1500, 3000]);
    same('what was typed', [input(one).value, input(one).readOnly], ['ABC12345', false]);
    const [{ detail: { cause } }, ...more] = await until('an event', () => heard('load-error').length && heard('load-error'));
    same('further events', more, []);
    if (!cause.includes(given.cause)) throw new Error(`the cause: ${cause}`);
    same('an alert', one.shadowRoot.querySelector('[role=alert]').innerText.split('\\n')[0].trim(),
        `This form could not load. Nothing was sent. Cause: ${cause}.`);
    same('events of requests', heard('submit').length, 0);
    same('what a changed file sets', window.tampered, undefined);
    // Whoever goes to the button that tries again has not pressed it yet.
    input(one).dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
    same('after a pointer', one.state, 'failed');
    delete navigator.onLine;";

async fn says_why(stage: &mut Stage) -> Result<()> {
    let site = HostSite::start(vec![Document::page("/", impatient_page(stage))]).await?;
    let (script, module) = (site.fetched("js")?, site.fetched("wasm")?);
    let page = &stage.page;
    // With how often a file is asked for: three attempts, then once or twice to learn why.
    for (file, how, cause, asked) in [
        (&module, Broken::Tampered, "changed (integrity)", 5),
        (&script, Broken::Tampered, "changed (integrity)", 5),
        (&module, Broken::Missing, "missing (HTTP 404)", 4),
        (&script, Broken::Missing, "missing (HTTP 404)", 4),
        (&module, Broken::Page, "MIME type text/html", 4),
        (&script, Broken::Page, "MIME type text/html", 4),
        (&module, Broken::Failing, "HTTP 500", 4),
        (&module, Broken::Missing, "offline", 3),
    ] {
        let case = format!("{file} {how:?}, {cause}");
        let is_last = cause == "offline";
        site.break_files(file, how);
        let before = site.requests_for(file);
        page.open(&site.address("/")).await?;
        let given = json!({ "cause": cause, "isOffline": is_last });
        play(stage, given, TRIAL)
            .await
            .with_context(|| case.clone())?;
        let requests = site.requests_for(file) - before;
        ensure!(requests == asked, "{case}: {requests} requests");
        posted(stage, 0).await.with_context(|| case.clone())?;

        site.mend();
        if is_last {
            break;
        }
        page.press("Try again").await?;
        play(
            stage,
            json!({}),
            "await started(one);
             same('what was typed', input(one).value, 'ABC12345');
             same('ready', heard('ready').length, 1);",
        )
        .await
        .with_context(|| format!("{case}, mended"))?;
        // The press was before: nothing is sent unless somebody presses again.
        posted(stage, 0).await.context(case)?;
    }
    // Sends as well as it loads, being a press of that button.
    page.press(button::SEND).await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    posted(stage, 1).await
}

/// A page that runs the element's files without looking at them.
const UNCHECKED: &str = "<script type=module>
    const [script, module] = location.hash.slice(1).split(',').map((path) => '{files}' + path);
    try {
        const { default: instance } = await import(script);
        const bytes = await (await fetch(module)).arrayBuffer();
        const isTampered = String(new Uint8Array(bytes.slice(-3))) === '0,1,0';
        const running = instance();
        running.initSync({ module: await WebAssembly.compile(bytes) });
        window.end = isTampered && 'submit' in running.Widget.prototype ? 'it runs' : 'it is whole';
    } catch (error) {
        window.end = String(error);
    }
</script>";

/// What proves the trial above: the very files that the element does not run do run where nobody checks them.
async fn runs_no_changed_file(stage: &mut Stage) -> Result<()> {
    let site = HostSite::start(vec![
        Document::page("/", impatient_page(stage)),
        Document::page("/bare", format!("{}{UNCHECKED}", head(""))),
    ])
    .await?;
    let (script, module) = (site.fetched("js")?, site.fetched("wasm")?);
    site.break_files(&script, Broken::Tampered);
    site.break_files(&module, Broken::Tampered);
    let page = &stage.page;
    page.open(&site.address("/")).await?;
    play(
        stage,
        json!({ "cause": "changed (integrity)", "isOffline": false }),
        TRIAL,
    )
    .await?;
    let bare = format!("{}#{script},{module}", site.address("/bare"));
    page.browser().open(&bare).await?;
    play(
        stage,
        json!({}),
        "same('what runs', await until('an end', () => window.end), 'it runs');
         same('what a changed file sets', window.tampered, true);",
    )
    .await?;
    Ok(())
}
