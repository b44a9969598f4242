//! What stands there before the module, and when the module is fetched.

use anyhow::{Result, ensure};
use e2e::backend::{FIRM_ABC12345, Refresh};
use e2e::browser::computed_label;
use e2e::engine::Engine;
use e2e::host_site::{Broken, Document, HostSite};
use e2e::page::button;
use e2e::role::Role;
use e2e::stage::Stage;
use e2e::suite::Suite;
use serde_json::{Value, json};

use super::script::play;
use super::traps::KEEP;
use super::{element, head, page_of, posted};

pub(super) fn add(suite: &mut Suite) {
    suite.add(
        "element_keeps_what_is_typed_while_loading",
        Refresh::Default,
        keeps_typed,
    );
    suite.add(
        "element_honours_a_press_while_loading_once",
        Refresh::Default,
        honours_a_press,
    );
    suite.add(
        "element_looks_the_same_before_its_module",
        Refresh::Default,
        looks_the_same,
    );
    suite.add(
        "element_fetches_when_it_is_wanted",
        Refresh::Default,
        fetches_when_wanted,
    );
}

/// Serves a page whose module is held back, and opens it.
async fn open_held(stage: &Stage, body: &str) -> Result<HostSite> {
    let site = HostSite::start(vec![Document::page("/", page_of(body))]).await?;
    site.break_files(".wasm", Broken::Held);
    stage.page.open(&site.address("/")).await?;
    Ok(site)
}

/// One that is being typed into, one that was, one where an input method is at work, and one that a host writes into.
async fn keeps_typed(stage: &mut Stage) -> Result<()> {
    let elements = ["one", "two", "three", "four"].map(|id| element(stage, id, "loading=eager"));
    let site = open_held(stage, &elements.concat()).await?;
    stage.page.type_code("ABC1").await?;
    play(
        stage,
        json!({}),
        "input(one).setSelectionRange(1, 3, 'backward');
         type(two, '  xyz');
         type(four, 'old');
         four.adviserKey = 'ABC12345';
         four.adviserKey = '';
         type(three, 'にほ');
         input(three).dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
         window.composed = input(three);",
    )
    .await?;
    site.mend();
    play(
        stage,
        json!({}),
        "await started(one);
         await started(two);
         const kept = ({ value, selectionStart, selectionEnd, selectionDirection }) =>
             [value, selectionStart, selectionEnd, selectionDirection];
         same('what is typed', kept(input(one)), ['ABC1', 1, 3, 'backward']);
         same('the focus', one.shadowRoot.activeElement === input(one) && document.activeElement === one, true);
         same('what was typed', input(two).value, '  xyz');
         await started(four);
         same('what the host wrote', input(four).value, 'ABC12345');

         same('the field under an input method', input(three) === composed && composed.isConnected, true);
         type(three, 'にほん');
         input(three).dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
         await started(three);
         same('what was composed', input(three).value, 'にほん');
         // The module knows it as well, and not only the field.
         three.submit();
         await says(three, '“に”');
         same('still there', input(three).value, 'にほん');",
    )
    .await?;
    posted(stage, 0).await
}

/// Two presses, or a call, before the module: one request. Of a code that is too short: what is wrong with it.
async fn honours_a_press(stage: &mut Stage) -> Result<()> {
    let elements = ["one", "two", "three"].map(|id| element(stage, id, ""));
    let site = open_held(stage, &elements.concat()).await?;
    let page = &stage.page;
    page.send("ABC12345").await?;
    page.press_send().await?;
    page.see_status(&["Sends once it has loaded"]).await?;
    play(
        stage,
        json!({}),
        "type(two, 'ABC');
         send(two).click();
         type(three, 'ACCEPTED');
         three.submit();
         same('an element that waits for its module', three.state, 'loading');
         // Taken back.
         three.reset();
         one.adviserKey = 'ACCEPTED';
         same('the code that was pressed', input(one).value, 'ABC12345');",
    )
    .await?;
    posted(stage, 0).await?;
    site.mend();
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    page.see_alert(&["3"]).await?;
    play(
        stage,
        json!({}),
        "await started(three);
         same('the field after a reset', [input(three).value, input(three).ariaInvalid], ['', null]);
         same('an element that was reset', three.state, 'idle');
         same('one of a short code', [two.state, input(two).value, input(two).ariaInvalid], ['idle', 'ABC', 'true']);
         same('posts of whom', heard('submit').map(({ from }) => from), ['one']);
         same('ready', heard('ready').map(({ from }) => from).sort(), ['one', 'three', 'two']);",
    )
    .await?;
    stage.see_posted(&["ABC12345"]).await
}

/// Where its parts are, to half a pixel, at widths where the button is below the field and beside it; what it is called.
async fn looks_the_same(stage: &mut Stage) -> Result<()> {
    let narrow = element(stage, "one", "loading=eager style='width:300px'");
    let wide = element(stage, "two", "loading=eager style='width:700px'");
    let site = HostSite::start(vec![Document::page(
        "/",
        page_of(&format!("{narrow}{wide}<p id=below>Below</p>")),
    )])
    .await?;
    site.break_files(".wasm", Broken::Held);
    let page = &stage.page;
    page.open(&site.address("/")).await?;
    let boxes = "return [one, two].flatMap((element) =>
            [...['label', 'hint', 'input', 'button', 'form'].map((name) => part(element, name)),
             element, document.querySelector('#below')]
                .map((shown) => {
                    const { x, y, width, height } = shown.getBoundingClientRect();
                    return [x, y, width, height];
                }));";
    if stage.engine() == Engine::Chromium {
        // The only one of the three that measures this itself.
        play(
            stage,
            json!({}),
            "window.shift = 0;
             new PerformanceObserver((seen) => { for (const { value } of seen.getEntries()) shift += value; })
                 .observe({ type: 'layout-shift' });",
        )
        .await?;
    }
    let (before, names) = (
        play(stage, json!({}), boxes).await?,
        names_of_all(stage).await?,
    );
    ensure!(
        names == [["Adviser's referral code"; 2], [button::SEND; 2]].concat(),
        "{names:?}"
    );
    site.mend();
    play(
        stage,
        json!({}),
        "await started(one);
         await started(two);
         // A frame with the new form, and one more for whoever measures it.
         for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
         await task();
         same('the shift of the layout', window.shift ?? 0, 0);",
    )
    .await?;
    let after = play(stage, json!({}), boxes).await?;
    let numbers = |boxes: &Value| -> Vec<f64> {
        let boxes = boxes.as_array().into_iter().flatten();
        boxes
            .filter_map(Value::as_array)
            .flatten()
            .filter_map(Value::as_f64)
            .collect()
    };
    let (old, new) = (numbers(&before), numbers(&after));
    ensure!(old.len() == 56 && new.len() == 56, "{before} {after}");
    ensure!(
        old.iter()
            .zip(&new)
            .all(|(old, new)| (old - new).abs() <= 0.5),
        "it moved, from {before} to {after}"
    );
    ensure!(
        names_of_all(stage).await? == names,
        "other names than before"
    );
    Ok(())
}

/// The accessible names of all fields, then of all buttons.
async fn names_of_all(stage: &Stage) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for role in [Role::Textbox, Role::Button] {
        for found in stage.page.browser().all(role).await? {
            names.push(computed_label(&found).await?);
        }
    }
    Ok(names)
}

/// `lazy` in sight or on focus, `eager` at once, and once for fifty.
async fn fetches_when_wanted(stage: &mut Stage) -> Result<()> {
    let far = |attributes: &str| {
        let element = element(stage, "one", attributes);
        page_of(&format!("<div style='height:9000px'></div>{element}"))
    };
    let fifty: String = (0..50)
        .map(|index| element(stage, &format!("e{index}"), ""))
        .collect();
    let site = HostSite::start(vec![
        Document::page("/lazy", far("")),
        Document::page("/eager", far("loading=eager")),
        Document::page(
            "/fifty",
            page_of(&fifty).replacen("<script>", &format!("<script>{{{KEEP}}}"), 1),
        ),
        Document::page("/none", head("")),
    ])
    .await?;
    let page = &stage.page;
    let (script, module) = (site.fetched("js")?, site.fetched("wasm")?);
    let fetched = || (site.requests_for(&script), site.requests_for(&module));

    // The browser told of the element's place by now: an observer of the page's own has heard of it, and others before.
    let placed = "await customElements.whenDefined('referral-connect');
        await new Promise((told) => new IntersectionObserver(told).observe(one));
        await task();
        same('a form', input(one).value, '');";
    let mut expected = 0;
    for wanted in [
        "scrollTo(0, 8500);",
        "one.focus({ preventScroll: true });",
        "input(one).dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));",
        "one.setAttribute('loading', 'eager');",
        "one.check();",
    ] {
        page.browser().open(&site.address("/lazy")).await?;
        play(stage, json!({}), placed).await?;
        ensure!(
            fetched() == (expected, expected),
            "{:?} before {wanted}",
            fetched()
        );
        play(stage, json!({}), &format!("{wanted} await started(one);")).await?;
        expected += 1;
        ensure!(
            fetched() == (expected, expected),
            "{:?} after {wanted}",
            fetched()
        );
        page.browser().open(&site.address("/none")).await?;
    }
    page.browser().open(&site.address("/eager")).await?;
    play(stage, json!({}), "await started(one);").await?;
    expected += 1;
    ensure!(fetched() == (expected, expected), "{:?}", fetched());

    page.browser().open(&site.address("/fifty")).await?;
    play(
        stage,
        json!({}),
        "const all = [...document.querySelectorAll('referral-connect')];
         same('elements', all.length, 50);
         for (const element of all) element.setAttribute('loading', 'eager');
         for (const element of all) await started(element);
         same('instances', instances.length, 1);
         same('ready', new Set(heard('ready').map(({ from }) => from)).size, 50);",
    )
    .await?;
    expected += 1;
    ensure!(
        fetched() == (expected, expected),
        "fifty elements: {:?}, before {}",
        fetched(),
        expected - 1
    );
    Ok(())
}
