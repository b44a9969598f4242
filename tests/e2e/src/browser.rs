//! A browser session: finding elements by role and accessible name, reading what is visible, using the keyboard.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::common::command::{Command, ExtensionCommand};
use thirtyfour::prelude::*;
use thirtyfour::{Capabilities, WindowHandle};

use crate::driver::Driver;
use crate::engine::{Engine, Installed};
use crate::role::Role;
use crate::wait::{Look, SOON, until};

/// The longest single WebDriver command: a cold start of a browser on a busy machine.
const COMMAND_LIMIT: Duration = Duration::from_secs(60);

/// Finds every shown element that matches a selector, in open shadow roots too.
const FIND_ALL: &str = r"
    const [selector] = arguments;
    const found = [];
    const look = (root) => {
        for (const element of root.querySelectorAll('*')) {
            if (element.matches(selector) && element.checkVisibility({ visibilityProperty: true })) {
                found.push(element);
            }
            if (element.shadowRoot) look(element.shadowRoot);
        }
    };
    look(document);
    return found;
";

/// The text that a person can see, in open shadow roots too; `innerText` alone stops at them.
const VISIBLE_TEXT: &str = r"
    const texts = [document.body.innerText];
    const look = (root) => {
        for (const element of root.querySelectorAll('*')) {
            if (!element.shadowRoot) continue;
            for (const child of element.shadowRoot.children) texts.push(child.innerText ?? '');
            look(element.shadowRoot);
        }
    };
    look(document);
    return texts.join('\n');
";

/// The focused element, in open shadow roots too.
const FOCUSED: &str = r"
    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    return focused;
";

/// Keeps what scripts report as errors or let escape.
const LISTEN_FOR_ERRORS: &str = r"
    const heard = (window.errorsHeard ??= []);
    const report = console.error;
    console.error = (...words) => {
        heard.push(words.join(' '));
        report.apply(console, words);
    };
    addEventListener('error', (event) => heard.push(`uncaught: ${event.message}`));
    addEventListener('unhandledrejection', (event) => heard.push(`unhandled: ${event.reason}`));
    document.addEventListener('securitypolicyviolation', (event) =>
        heard.push(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`));
";

/// The [`Surroundings`].
const SURROUNDINGS: &str = r"
    return {
        widthPx: innerWidth,
        heightPx: innerHeight,
        pixelRatio: devicePixelRatio,
        visibility: document.visibilityState,
        hasFocus: document.hasFocus(),
    };
";

/// A browser with one session, driven over WebDriver.
#[derive(Debug)]
pub struct Browser {
    engine: Engine,
    session: WebDriver,
    // Dropped after the session: ends the driver and with it whatever the browser left running.
    driver: Driver,
    at_first: Surroundings,
    played_before: Vec<String>,
}

/// What a page finds itself in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Surroundings {
    width_px: f64,
    height_px: f64,
    pixel_ratio: f64,
    visibility: String,
    has_focus: bool,
}

impl Browser {
    /// Starts a driver and a fresh session.
    ///
    /// # Errors
    /// When either does not come up.
    pub async fn start(installed: &Installed) -> Result<Self> {
        let driver = Driver::start(installed).await?;
        let Value::Object(capabilities) = installed.capabilities() else {
            anyhow::bail!("capabilities are a JSON object");
        };
        let session = WebDriver::builder(driver.address(), Capabilities::from(capabilities))
            .request_timeout(COMMAND_LIMIT)
            .await
            .with_context(|| format!("starting a {} session", installed.engine.name()))?;
        let at_first = surroundings(&session).await?;
        Ok(Self {
            engine: installed.engine,
            session,
            driver,
            at_first,
            played_before: Vec::new(),
        })
    }

    /// Which engine this is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The session, for what has no verb here.
    #[must_use]
    pub fn session(&self) -> &WebDriver {
        &self.session
    }

    /// Makes the browser as good as a fresh one for the next trial, after a trial of this name: an empty tab that has no
    /// history, no other, no cookies; the console and the driver's log begin anew. Storage and caches stay, which are an
    /// origin's, and no two trials have one in common.
    ///
    /// # Errors
    /// When the browser refuses, or when the empty tab is not what the session began with: another size, hidden, or without
    /// the focus.
    pub async fn clean(&mut self, played: &str) -> Result<()> {
        self.played_before.push(played.to_owned());
        let session = &self.session;
        session.action_chain().reset_actions().await?;
        let used = session.windows().await?;
        let empty = session.new_tab().await.context("opening an empty tab")?;
        for tab in used {
            session.switch_to_window(tab).await?;
            // Those of the one host that all trials have.
            session.delete_all_cookies().await?;
            session.close_window().await?;
        }
        session.switch_to_window(empty).await?;
        if self.engine == Engine::Chromium {
            // Without this the tab is shown, and has no focus: a page there cannot copy.
            session
                .cdp()
                .send_raw("Page.bringToFront", json!({}))
                .await?;
        }
        until("a tab as at first", SOON, async || {
            let now = surroundings(&self.session).await?;
            Ok(if now == self.at_first {
                Look::Seen(())
            } else {
                Look::NotYet(format!("{now:?} instead of {:?}", self.at_first))
            })
        })
        .await?;
        if self.engine == Engine::Chromium {
            // What is read is forgotten.
            let _of_this_trial = self.session.browser_log().await?;
        }
        self.driver.forget_log()
    }

    /// The trials that played in this browser before the present one, for whoever looks into a failure.
    #[must_use]
    pub fn played_before(&self) -> &[String] {
        &self.played_before
    }

    /// Ends the session. The driver ends with the value.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn quit(self) -> Result<()> {
        self.session.quit().await.context("ending the session")
    }

    /// Goes to an address and waits for its load event.
    ///
    /// # Errors
    /// When the page cannot be loaded.
    pub async fn open(&self, address: &str) -> Result<()> {
        self.session
            .goto(address)
            .await
            .with_context(|| format!("opening {address}"))
    }

    /// Opens an address in a tab of its own and goes there; the answer is for [`Browser::close_tab`].
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn open_tab(&self, address: &str) -> Result<WindowHandle> {
        let here = self.session.window().await?;
        let tab = self.session.new_tab().await.context("opening a tab")?;
        self.session.switch_to_window(tab).await?;
        self.open(address).await?;
        Ok(here)
    }

    /// Closes this tab and goes back to the given one.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn close_tab(&self, back_to: WindowHandle) -> Result<()> {
        self.session.close_window().await?;
        self.session.switch_to_window(back_to).await?;
        Ok(())
    }

    /// Runs a script in the page.
    ///
    /// # Errors
    /// When the script throws or its answer has another shape.
    pub async fn script<T: serde::de::DeserializeOwned>(
        &self,
        script: &str,
        arguments: Vec<Value>,
    ) -> Result<T> {
        Ok(self.session.execute(script, arguments).await?.convert()?)
    }

    /// Every shown element that matches a CSS selector.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn select_all(&self, selector: &str) -> Result<Vec<WebElement>> {
        let found = self
            .session
            .execute(FIND_ALL, vec![json!(selector)])
            .await?;
        Ok(found.elements()?)
    }

    /// Every shown element of a role, by the browser's own computation.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn all(&self, role: Role) -> Result<Vec<WebElement>> {
        let mut elements = Vec::new();
        for element in self.select_all(role.candidates()).await? {
            if role.is(&computed(&element, Computed::Role).await?) {
                elements.push(element);
            }
        }
        Ok(elements)
    }

    /// The shown element of this role and accessible name, by the browser's own computation.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn find(&self, role: Role, name: &str) -> Result<Option<WebElement>> {
        for element in self.select_all(role.candidates()).await? {
            if computed_label(&element).await? == name
                && role.is(&computed(&element, Computed::Role).await?)
            {
                return Ok(Some(element));
            }
        }
        Ok(None)
    }

    /// The accessible names of every shown element of a role, for messages.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn names(&self, role: Role) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for element in self.all(role).await? {
            names.push(computed_label(&element).await?);
        }
        Ok(names)
    }

    /// The texts of every shown element of a role, in document order.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn texts(&self, role: Role) -> Result<Vec<String>> {
        let mut texts = Vec::new();
        for element in self.all(role).await? {
            texts.push(self.text(&element).await?);
        }
        Ok(texts)
    }

    /// The visible text of an element on one line, without the marks that isolate text directions.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn text(&self, element: &WebElement) -> Result<String> {
        let text: String = self
            .script("return arguments[0].innerText", vec![element.to_json()?])
            .await?;
        Ok(one_line(&text))
    }

    /// All the visible text of the page, as its lines.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn visible_text(&self) -> Result<String> {
        self.script(VISIBLE_TEXT, Vec::new()).await
    }

    /// The element that has the focus; `None` when it is the body or nothing.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn focused(&self) -> Result<Option<WebElement>> {
        let answer = self.session.execute(FOCUSED, Vec::new()).await?;
        if answer.json().is_null() {
            return Ok(None);
        }
        let element = answer.element()?;
        let tag = element.tag_name().await?.to_ascii_lowercase();
        Ok((tag != "body" && tag != "html").then_some(element))
    }

    /// Presses keys where the focus is.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn press_keys(&self, keys: impl Into<thirtyfour::TypingData>) -> Result<()> {
        self.session
            .action_chain()
            .send_keys(keys)
            .perform()
            .await
            .context("pressing keys")
    }

    /// What the driver and the browser wrote on their standard outputs.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn driver_log(&self) -> Result<String> {
        self.driver.log()
    }

    /// Begins to listen for errors in the engines whose drivers do not hand out the console: those that scripts report
    /// or let escape, and violations of the page's policy. What happened before this call is missed there.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn listen_for_errors(&self) -> Result<()> {
        if self.engine == Engine::Chromium {
            return Ok(());
        }
        self.script(LISTEN_FOR_ERRORS, Vec::new()).await
    }

    /// The errors on the page's console so far, those of the network among them in Chromium alone.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn console_errors(&self) -> Result<Vec<String>> {
        if self.engine != Engine::Chromium {
            return self
                .script("return window.errorsHeard ?? []", Vec::new())
                .await;
        }
        let entries = self.session.browser_log().await?;
        Ok(entries
            .into_iter()
            .filter(|entry| {
                entry.level == "SEVERE" || entry.message.contains("Content Security Policy")
            })
            .map(|entry| entry.message)
            .collect())
    }
}

/// An element's accessible name, as the browser computes it.
///
/// # Errors
/// When the browser fails.
pub async fn computed_label(element: &WebElement) -> Result<String> {
    Ok(one_line(&computed(element, Computed::Label).await?))
}

/// Text on one line: white space runs become one space, and the characters that only isolate text directions go.
#[must_use]
pub fn one_line(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|character| !('\u{2066}'..='\u{2069}').contains(character))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn surroundings(session: &WebDriver) -> Result<Surroundings> {
    let found = session
        .execute(SURROUNDINGS, Vec::new())
        .await
        .context("looking at an empty tab")?;
    Ok(found.convert()?)
}

async fn computed(element: &WebElement, what: Computed) -> Result<String> {
    #[derive(Deserialize)]
    struct Answer(Option<String>);
    let command = Command::ExtensionCommand(Box::new(ComputedProperty {
        element: element.element_id().to_string(),
        what,
    }));
    let Answer(text) = element.handle().cmd(command).await?.value()?;
    Ok(text.unwrap_or_default())
}

/// The two accessibility commands of W3C WebDriver, which the client library does not have.
#[derive(Debug)]
struct ComputedProperty {
    element: String,
    what: Computed,
}

#[derive(Debug, Clone, Copy)]
enum Computed {
    Role,
    Label,
}

impl ExtensionCommand for ComputedProperty {
    fn parameters_json(&self) -> Option<Value> {
        None
    }

    fn method(&self) -> Method {
        Method::GET
    }

    fn endpoint(&self) -> Arc<str> {
        let name = match self.what {
            Computed::Role => "computedrole",
            Computed::Label => "computedlabel",
        };
        format!("/element/{}/{name}", self.element).into()
    }
}
