//! How a request ends, kept by the page itself from before the press: what is said for a moment is not missed.

use anyhow::Result;
use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::browser::one_line;
use crate::page::Page;
use crate::wait::{Look, SOON, until};

/// The events that tell a host of an outcome.
const EVENTS: [&str; 5] = [
    "referral-submit",
    "referral-sent",
    "referral-rejected",
    "referral-unknown",
    "referral-auth-required",
];

/// The one field of the form.
const FIELD: &str = "[part=form] input";

/// What the page said and told since [`Page::watch_outcome`], and what it shows now.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Observed {
    /// The names and details of the events that reached the window, in order.
    pub events: Vec<(String, Value)>,
    /// Each text of the status region, with whether there was a record of an unconfirmed request by then.
    pub told: Vec<(String, Kept)>,
    /// The first text that said how long to wait.
    pub wait: Option<String>,
    /// Milliseconds from the press to the first word that was no longer "sending".
    pub settled_after_ms: Option<f64>,
    /// The text of the status region.
    pub status: String,
    /// The text of the alert.
    pub alert: String,
    /// The names of the buttons.
    pub buttons: Vec<String>,
    /// The words of the badges.
    pub badges: Vec<String>,
    /// How many countdowns are shown.
    pub timers: usize,
    /// Whether there is a record of an unconfirmed request.
    pub record: Kept,
    /// The names of all elements of the widget, in lower case, each once.
    pub elements: Vec<String>,
}

/// Whether a record of an unconfirmed request is in the browser's storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kept {
    /// It is.
    Stored,
    /// It is not.
    Absent,
}

/// Answers with what is missing, or begins to watch and answers with nothing.
const WATCH: &str = r"
    const region = document.querySelector('[role=status]');
    const alert = document.querySelector('[role=alert]');
    if (!region || !alert) return 'no widget yet';
    if (!localStorage.getItem('plannr.account_uuid')) return 'no account chosen yet';
    const record = () => localStorage.getItem('referral-connect.pending') === null ? 'absent' : 'stored';
    const watch = { events: [], told: [], wait: null, pressed: null, settledAfterMs: null, region, alert, record };
    window.watch = watch;
    for (const name of arguments[0]) {
        addEventListener(name, (event) => watch.events.push([name, JSON.parse(JSON.stringify(event.detail))]));
    }
    addEventListener('submit', () => watch.pressed ??= performance.now(), true);
    const note = () => {
        const told = region.innerText;
        if (told !== watch.told.at(-1)?.[0]) watch.told.push([told, record()]);
        const isSettled = alert.innerText !== '' || (told !== '' && !told.includes('Sending'));
        if (watch.pressed !== null && isSettled) watch.settledAfterMs ??= performance.now() - watch.pressed;
        const waiting = document.querySelector('.referral-wait')?.innerText ?? '';
        if (waiting !== '') watch.wait ??= waiting;
    };
    new MutationObserver(note).observe(document.body, { childList: true, characterData: true, subtree: true });
    return null;
";

const OBSERVE: &str = r"
    const { events, told, wait, settledAfterMs, region, alert, record } = window.watch;
    const shown = (selector) =>
        [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());
    const texts = (selector) => shown(selector).map((element) => element.innerText);
    return {
        events, told, wait, settledAfterMs,
        status: region.innerText,
        alert: alert.innerText,
        buttons: texts('button'),
        badges: texts('[part~=badge]'),
        timers: shown('[role=timer]').length,
        record: record(),
        elements: [...new Set([...document.querySelectorAll('[part=base] *')].map((element) => element.localName))],
    };
";

impl Page {
    /// Waits until the page is ready to send, and begins to watch.
    ///
    /// # Errors
    /// When it does not get ready.
    pub async fn watch_outcome(&self) -> Result<()> {
        until("a page that is ready to send", SOON, async || {
            let missing: Option<String> = self.browser.script(WATCH, vec![json!(EVENTS)]).await?;
            Ok(match missing {
                None => Look::Seen(()),
                Some(missing) => Look::NotYet(missing),
            })
        })
        .await
    }

    /// Types a code, presses Enter in the field, and asks for no roles and names on the way: with hundreds of pages in a
    /// row, the trees that browsers build to know them would take most of the time.
    ///
    /// # Errors
    /// When there is no field.
    pub async fn send_by_enter(&self, code: &str) -> Result<()> {
        let field = self.browser.session().find(By::Css(FIELD)).await?;
        field.send_keys(code.to_owned() + Key::Enter).await?;
        Ok(())
    }

    /// Presses the button with this text, if it is there, as quickly.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn press_if_there(&self, text: &str) -> Result<()> {
        let path = format!("//button[normalize-space()='{text}']");
        let found = self.browser.session().find_all(By::XPath(&path)).await?;
        if let Some(button) = found.first() {
            button.click().await?;
        }
        Ok(())
    }

    /// What was observed so far.
    ///
    /// # Errors
    /// When the browser fails, or nothing watches.
    pub async fn outcome(&self) -> Result<Observed> {
        let mut observed: Observed = self.browser.script(OBSERVE, Vec::new()).await?;
        let texts = observed.told.iter_mut().map(|(text, _kept)| text);
        for text in texts
            .chain([&mut observed.status, &mut observed.alert])
            .chain(&mut observed.buttons)
            .chain(&mut observed.badges)
        {
            *text = one_line(text);
        }
        Ok(observed)
    }
}
