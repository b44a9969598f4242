//! Every state of the widget, as the gallery has it: by axe's rules, by measure, by keyboard, by ear, and by eye.

mod looks;
mod steps;
mod walk;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Result, ensure};
use e2e::axe;
use e2e::backend::Refresh;
use e2e::browser::Browser;
use e2e::engine::{Colours, Engine, repository};
use e2e::gallery::{Gallery, choose};
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, SOON, until};
use serde_json::json;

pub(crate) fn add(suite: &mut Suite) {
    suite.add("gallery_breaks_no_rule", Refresh::Default, breaks_no_rule);
    // WebKitGTK has no forced colours.
    suite.add_for(
        &[Engine::Chromium, Engine::Firefox],
        "gallery_breaks_no_rule_in_forced_colours",
        Refresh::Default,
        in_forced_colours,
    );
    suite.add(
        "gallery_shows_what_is_not_translated",
        Refresh::Default,
        not_translated,
    );
    walk::add(suite);
    looks::add(suite);
}

/// What can be pressed or typed into, and is smaller than a finger.
const TOO_SMALL: &str = "
    const least = 44;
    return [...document.querySelectorAll('referral-connect')].flatMap((element) =>
        [...element.shadowRoot.querySelectorAll('button, input')]
            .map((target) => [target, target.getBoundingClientRect()])
            .filter(([, { width, height }]) => width < least || height < least)
            .map(([target, { width, height }]) =>
                `${element.parentElement.parentElement.id}: ${target.textContent || target.name} is ${width} by ${height}`));
";

/// What stands out of the widget that it is in, by more than a rounding: cut off, or over what is beside it.
const STANDS_OUT: &str = "
    // A square that turns needs more room than the circle that is seen of it.
    const turns = (inner) => inner.querySelector('.referral-spinner');
    return [...document.querySelectorAll('referral-connect')].flatMap((element) => {
        const whole = element.getBoundingClientRect();
        return [...element.shadowRoot.querySelectorAll(':not(.referral-unseen)')]
            .map((inner) => [inner, inner.getBoundingClientRect()])
            .filter(([inner, { left, right, width }]) => width > 0 && (left < whole.left - 1 || right > whole.right + 1
                || (inner.scrollWidth > inner.clientWidth + 1 && inner.clientWidth > 0 && inner.localName !== 'input' && !turns(inner))))
            .map(([inner, { left, right }]) => `${element.parentElement.parentElement.id}: ${inner.className} reaches from ${left} to `
                + `${right} and needs ${inner.scrollWidth} of ${inner.clientWidth}, in ${whole.left} to ${whole.right}`);
    });
";

/// The spaces of WCAG 1.4.12, as far as they come to an element from outside.
const SPACE_TEXT: &str = "
    Object.assign(document.documentElement.style, { letterSpacing: '0.12em', wordSpacing: '0.16em' });
";

/// All the words of the widgets, seen or not.
const WORDS: &str = "
    return [...document.querySelectorAll('referral-connect')]
        .map((element) => element.shadowRoot.textContent);
";

/// States that say most of what there is to say.
const TALKATIVE: &str =
    "state=pending&state=too-short&state=confirm&state=several&state=no-account&state=not-arrived";

/// In the accented language no text is the English one, and none is cut off.
async fn not_translated(stage: &mut Stage) -> Result<()> {
    let gallery = Gallery::start().await?;
    let browser = stage.page.browser();
    gallery
        .open(browser, &format!("lang=en-GB-x-long&width=240&{TALKATIVE}"))
        .await?;
    let catalogue = fs::read_to_string(repository().join("words/en.json"))?;
    let english: BTreeMap<String, String> = serde_json::from_str(&catalogue)?;
    let accented: Vec<String> = browser.script(WORDS, Vec::new()).await?;
    for words in &accented {
        for (name, text) in &english {
            // What stands before and after a value.
            for part in text.split(['{', '}']).step_by(2).map(str::trim) {
                ensure!(
                    part.len() < 4 || !words.contains(part),
                    "{name} is in English: {words}"
                );
            }
        }
        ensure!(words.contains("Åđṽîšéŕ'š"), "not accented: {words}");
    }
    let how = "at 240 px, 40 % longer";
    nothing_of(browser, how, STANDS_OUT).await?;
    // And back: the words of a host are taken away.
    choose(browser, "lang", "en").await?;
    until("English words", SOON, async || {
        let words: Vec<String> = browser.script(WORDS, Vec::new()).await?;
        let is_english = words
            .iter()
            .all(|words| words.contains("Adviser's referral code"));
        Ok(match is_english && words.len() == accented.len() {
            true => Look::Seen(()),
            false => Look::NotYet(format!("{words:?}")),
        })
    })
    .await
}

/// All of it on one page, which is loaded once.
async fn breaks_no_rule(stage: &mut Stage) -> Result<()> {
    let gallery = Gallery::start().await?;
    axe::publish(&gallery)?;
    let browser = stage.page.browser();
    gallery.open(browser, "theme=light&width=400").await?;
    axe::finds_nothing(browser, "light").await?;
    choose(browser, "theme", "dark").await?;
    axe::finds_nothing(browser, "dark").await?;
    nothing_of(browser, "at 400 px", TOO_SMALL).await?;
    choose(browser, "width", "240").await?;
    nothing_of(browser, "at 240 px", TOO_SMALL).await?;
    for direction in ["ltr", "rtl"] {
        choose(browser, "dir", direction).await?;
        for text in ["100", "200"] {
            choose(browser, "text", text).await?;
            let how = format!("at 240 px, {direction}, text of {text} %");
            nothing_of(browser, &how, STANDS_OUT).await?;
        }
    }
    let _nothing: Option<bool> = browser.script(SPACE_TEXT, Vec::new()).await?;
    nothing_of(browser, "with spaced text", STANDS_OUT).await
}

async fn nothing_of(browser: &Browser, how: &str, script: &str) -> Result<()> {
    let found: Vec<String> = browser.script(script, Vec::new()).await?;
    ensure!(found.is_empty(), "{how}:\n{}", found.join("\n"));
    Ok(())
}

async fn in_forced_colours(stage: &mut Stage) -> Result<()> {
    let gallery = Gallery::start().await?;
    axe::publish(&gallery)?;
    if stage.engine() == Engine::Chromium {
        let browser = stage.page.browser();
        gallery.open(browser, "width=400").await?;
        for scheme in ["light", "dark"] {
            force_colours(browser, scheme).await?;
            forced_and_without_fault(browser, scheme).await?;
        }
        // The browser goes to other trials.
        let devtools = browser.session().cdp();
        devtools
            .send_raw("Emulation.setEmulatedMedia", json!({"features": []}))
            .await?;
        return Ok(());
    }
    // Firefox is told before it starts.
    let installed = stage.engine().find()?.with(Colours::Forced);
    let browser = Browser::start(&installed).await?;
    gallery.open(&browser, "width=400").await?;
    let outcome = forced_and_without_fault(&browser, "light").await;
    browser.quit().await?;
    outcome
}

async fn force_colours(browser: &Browser, scheme: &str) -> Result<()> {
    let devtools = browser.session().cdp();
    let features = json!({"features": [
        {"name": "forced-colors", "value": "active"},
        {"name": "prefers-color-scheme", "value": scheme},
    ]});
    devtools
        .send_raw("Emulation.setEmulatedMedia", features)
        .await?;
    Ok(())
}

async fn forced_and_without_fault(browser: &Browser, scheme: &str) -> Result<()> {
    let is_forced: bool = browser
        .script(
            "return matchMedia('(forced-colors: active)').matches",
            Vec::new(),
        )
        .await?;
    ensure!(is_forced, "the colours are not forced");
    axe::finds_nothing(browser, &format!("forced colours, {scheme}")).await
}
