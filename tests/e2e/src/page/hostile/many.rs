//! Many presses at once, in one widget, in several, in several tabs.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::backend::ACCOUNT_UUID;
use crate::browser::one_line;
use crate::page::{Page, button};
use crate::role::Role;
use crate::wait::{Look, SOON, until};

/// Finds the widgets of a document and of the frames in it. Stands before every script of this file that wants one.
const WIDGETS: &str = "
    const documents = () => [
        document,
        ...[...document.querySelectorAll('iframe')].map((frame) => frame.contentDocument),
    ];
    const widgets = () => documents().flatMap((page) =>
        [...(page?.querySelectorAll('form button') ?? [])]
            .filter((button) => button.innerText.trim() === 'Send request')
            .map((button) => ({
                button,
                form: button.form,
                field: button.form.querySelector('input'),
                root: button.form.parentElement,
            })));
    const fill = ({ field }, code) => {
        field.value = code;
        field.dispatchEvent(new field.ownerDocument.defaultView.Event('input', { bubbles: true }));
    };
";

/// What a widget shows.
#[derive(Debug, Clone, Deserialize)]
pub struct Shown {
    /// What its field holds.
    pub code: String,
    /// The words of its status and its alert, on one line.
    pub told: String,
}

impl Shown {
    /// Whether its request is on its way, or was confirmed.
    #[must_use]
    pub fn has_sent(&self) -> bool {
        self.told.contains("Sending your request") || self.told.contains("Request sent to")
    }

    /// Whether it says that its press sent nothing.
    #[must_use]
    pub fn says_not_sent(&self) -> bool {
        ["Nothing was sent", "Not sent a second time"]
            .iter()
            .any(|words| self.told.contains(words))
    }
}

impl Page {
    /// Waits until so many widgets in this document and its frames have their account.
    ///
    /// # Errors
    /// When they do not get there.
    pub async fn see_accounts_chosen(&self, widgets: usize) -> Result<()> {
        let script = format!(
            "{WIDGETS} return documents().flatMap((page) =>
                 [...(page?.querySelectorAll('select') ?? [])].map((list) => list.value))"
        );
        until("the accounts chosen", SOON, async || {
            let chosen: Vec<String> = self.browser.script(&script, Vec::new()).await?;
            Ok(
                if chosen.len() == widgets && chosen.iter().all(|account| account == ACCOUNT_UUID) {
                    Look::Seen(())
                } else {
                    Look::NotYet(format!("{chosen:?} are chosen"))
                },
            )
        })
        .await
    }

    /// What every widget in this document and its frames shows.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn widgets(&self) -> Result<Vec<Shown>> {
        let script = format!(
            "{WIDGETS} return widgets().map(({{ field, root }}) => ({{
                 code: field.value,
                 told: [...root.querySelectorAll('[role=status], [role=alert]')]
                     .map((region) => region.innerText)
                     .join(' '),
             }}))"
        );
        let shown: Vec<Shown> = self.browser.script(&script, Vec::new()).await?;
        Ok(shown
            .into_iter()
            .map(|Shown { code, told }| Shown {
                code,
                told: one_line(&told),
            })
            .collect())
    }

    /// Fills the same code into every widget in this document and its frames and presses all of them in one task.
    ///
    /// # Errors
    /// When there are not so many widgets.
    pub async fn press_all_in_one_task(&self, code: &str, widgets: usize) -> Result<()> {
        let pressed: usize = self
            .in_one_task(
                "(code) => {
                     const all = widgets();
                     for (const widget of all) fill(widget, code);
                     for (const widget of all) widget.button.click();
                     return all.length;
                 }",
                vec![json!(code)],
            )
            .await?;
        ensure!(
            pressed == widgets,
            "there are {pressed} widgets, not {widgets}"
        );
        Ok(())
    }

    /// Fills in a code and presses so many times in one task, by turns the button and what Enter in the field does.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn burst_in_one_task(&self, code: &str, times: u32) -> Result<()> {
        self.in_one_task(
            "(code, times) => {
                 const [widget] = widgets();
                 fill(widget, code);
                 for (let time = 0; time < times; time += 1) {
                     if (time % 2) widget.form.requestSubmit();
                     else widget.button.click();
                 }
             }",
            vec![json!(code), json!(times)],
        )
        .await
    }

    /// Clicks the button and presses Enter on it by turns, so many times in all, as fast as the driver goes.
    ///
    /// # Errors
    /// When the button is missing.
    pub async fn burst_of_a_person(&self, times: u32) -> Result<()> {
        let send = self.element(Role::Button, button::SEND).await?;
        let mut chain = self
            .browser
            .session()
            .action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO))
            .move_to_element_center(&send);
        for _pair in 0..times / 2 {
            chain = chain.click().send_keys(Key::Enter);
        }
        chain.perform().await.context("a burst of presses")
    }

    /// Makes this tab press with this code as soon as the other one says so.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn press_when_told(&self, code: &str) -> Result<()> {
        let script = format!(
            "{WIDGETS}
             const [widget] = widgets();
             fill(widget, arguments[0]);
             window.trialChannel = new BroadcastChannel('trial');
             window.trialChannel.onmessage = () => widget.button.click();"
        );
        self.browser.script(&script, vec![json!(code)]).await
    }

    /// Tells the other tab to press, and presses in the same task.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn tell_and_press(&self, code: &str) -> Result<()> {
        self.in_one_task(
            "(code) => {
                 const [widget] = widgets();
                 fill(widget, code);
                 new BroadcastChannel('trial').postMessage('now');
                 widget.button.click();
             }",
            vec![json!(code)],
        )
        .await
    }

    /// Calls a function in a task of the page's own. WebKit's driver lets promises go on after each event that a script
    /// makes; within a task of the page none does.
    async fn in_one_task<T: serde::de::DeserializeOwned>(
        &self,
        function: &str,
        arguments: Vec<Value>,
    ) -> Result<T> {
        let script = format!(
            "{WIDGETS}
             const given = [...arguments];
             const done = given.pop();
             window.setTimeout(() => {{
                 try {{
                     done([null, ({function})(...given)]);
                 }} catch (error) {{
                     done([String(error), null]);
                 }}
             }});"
        );
        let session = self.browser.session();
        let (failed, given): (Option<String>, Value) =
            session.execute_async(script, arguments).await?.convert()?;
        ensure!(failed.is_none(), "the script threw {failed:?}");
        serde_json::from_value(given).context("the script's answer")
    }
}
