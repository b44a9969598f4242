//! A clock that is wrong, jumps, or goes on while nobody looks.

use anyhow::{Context, Result};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::WebElement;

use crate::backend::Backend;
use crate::browser::one_line;
use crate::page::Page;

/// Puts a clock into the page that can be moved; from then on `moveClock(ms)` moves it. The time that the page knows of
/// otherwise, such as that of its timers, goes on as before: a device's does, too.
const CLOCK: &str = "
    if (!window.moveClock) {
        const RealDate = window.Date;
        let offMs = 0;
        const now = () => RealDate.now() + offMs;
        window.moveClock = (byMs) => { offMs += byMs; };
        window.Date = new window.Proxy(RealDate, {
            construct: (target, given) => given.length ? new target(...given) : new target(now()),
            get: (target, name) => name === 'now' ? now : target[name],
        });
    }
";

/// Hides the page from the eyes of its scripts, or shows it.
const HIDE: &str = "
    const hide = (hidden) => {
        for (const [name, value] of [['hidden', hidden], ['visibilityState', hidden ? 'hidden' : 'visible']]) {
            Object.defineProperty(document, name, { configurable: true, get: () => value });
        }
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    };
";

/// Answers with what the page shows of the time left, one task later: long before any of the page's timers.
const LOOK: &str = "
    const texts = (selector) => [...document.querySelectorAll(selector)]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }))
        .map((element) => element.innerText);
    window.setTimeout(() => done({ badges: texts('[part~=badge]'), timers: texts('[role=timer]') }));
";

/// What a request's card shows that depends on the clock.
#[derive(Debug, Clone, Deserialize)]
pub struct Face {
    /// The words of the badges.
    pub badges: Vec<String>,
    /// The texts of the countdowns.
    pub timers: Vec<String>,
}

impl Page {
    /// Opens the sandbox's page on a device whose clock is off from the start.
    ///
    /// The page is written into a document of the sandbox that has no policy and no scripts: one that is loaded cannot be
    /// reached before its own scripts run in every engine.
    ///
    /// # Errors
    /// When it does not get ready.
    pub async fn open_with_a_clock_off(
        &self,
        sandbox: &Backend,
        off: SignedDuration,
    ) -> Result<()> {
        let blank = format!("{}/sandbox/style.css", sandbox.origin());
        self.browser.open(&blank).await?;
        let script = format!(
            "const [offMs, done] = arguments;
             window.fetch('/').then((answer) => answer.text()).then((page) => {{
                 window.history.replaceState(null, '', '/');
                 document.open();
                 {CLOCK}
                 window.moveClock(offMs);
                 document.write(page);
                 document.close();
                 done(null);
             }}, (error) => done(String(error)));"
        );
        self.in_time(&script, off).await?;
        self.see_accounts_chosen(1).await
    }

    /// Moves the clock of the device, in the page that is open.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn move_clock(&self, by: SignedDuration) -> Result<()> {
        let script = format!("{CLOCK} window.moveClock(arguments[0]);");
        let by_ms = millis(by)?;
        self.browser.script(&script, vec![json!(by_ms)]).await
    }

    /// Moves the clock and presses a button in one step: an element that is gone by then moves no clock.
    ///
    /// # Errors
    /// When the element is gone.
    pub async fn move_clock_and_press(
        &self,
        by: SignedDuration,
        button: &WebElement,
    ) -> Result<()> {
        let script = format!("{CLOCK} window.moveClock(arguments[0]); arguments[1].click();");
        let by_ms = millis(by)?;
        let arguments = vec![json!(by_ms), button.to_json()?];
        self.browser.script(&script, arguments).await
    }

    /// Lets the device sleep for so long with the page on its screen, and wakes it: what does the page show at once?
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn wake_after(&self, asleep: SignedDuration) -> Result<Face> {
        self.face_after(
            "window.moveClock(byMs);
             window.dispatchEvent(new Event('focus'));",
            asleep,
        )
        .await
    }

    /// Hides the page for so long and shows it again: what does the page show at once?
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn hide_for(&self, hidden: SignedDuration) -> Result<Face> {
        self.face_after("hide(true); window.moveClock(byMs); hide(false);", hidden)
            .await
    }

    async fn face_after(&self, acts: &str, by: SignedDuration) -> Result<Face> {
        let script = format!(
            "const [byMs, done] = arguments;
             {CLOCK} {HIDE} {acts} {LOOK}"
        );
        let answer = self.in_time(&script, by).await?;
        let Face { badges, timers } = serde_json::from_value(answer).context("what is shown")?;
        let lines = |texts: Vec<String>| texts.iter().map(|text| one_line(text)).collect();
        Ok(Face {
            badges: lines(badges),
            timers: lines(timers),
        })
    }

    async fn in_time(&self, script: &str, by: SignedDuration) -> Result<Value> {
        let by_ms = millis(by)?;
        let session = self.browser.session();
        Ok(session
            .execute_async(script, vec![json!(by_ms)])
            .await?
            .convert()?)
    }

    /// Tells the page that it comes back out of the browser's back/forward cache.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn come_back_from_the_cache(&self) -> Result<()> {
        self.browser
            .script(
                "window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));",
                Vec::new(),
            )
            .await
    }

    /// From now on counts how often the page asks the API for something.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn count_questions(&self) -> Result<()> {
        self.browser
            .script(
                "const reallyFetch = window.fetch;
                 window.questions = 0;
                 window.fetch = (request, ...more) => {
                     if (request.method === 'GET') window.questions += 1;
                     return reallyFetch.call(window, request, ...more);
                 };",
                Vec::new(),
            )
            .await
    }

    /// How often the page has asked since [`Page::count_questions`].
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn questions(&self) -> Result<u32> {
        self.browser
            .script("return window.questions", Vec::new())
            .await
    }
}

/// As browsers count time.
fn millis(duration: SignedDuration) -> Result<i64> {
    i64::try_from(duration.as_millis()).context("a duration in milliseconds")
}
