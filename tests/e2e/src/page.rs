//! The page under test, in verbs of the person who uses it.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::browser::Browser;
use crate::role::Role;
use crate::wait::{Look, SOON, until};

pub mod hostile;
mod kept;
mod outcome;
mod seen;

pub use outcome::{Kept, Observed};

/// The accessible name of the one field of the form.
pub const CODE_FIELD: &str = "Adviser's referral code";

/// The names of the buttons, as people and screen readers know them.
pub mod button {
    /// Sends the request.
    pub const SEND: &str = "Send request";
    /// Asks whether an unconfirmed request arrived.
    pub const CHECK: &str = "Check";
    /// Sends a request again whose outcome is unknown, and confirms doing so.
    pub const SEND_AGAIN: &str = "Send again";
    /// Takes back the wish to send again.
    pub const CANCEL: &str = "Cancel";
    /// Goes back to an empty form.
    pub const NEW_REQUEST: &str = "New request";
}

/// How long a changed status may take to show with a refresh every 10 s: one refresh, and room for a busy machine.
pub const REFRESH_LIMIT: Duration = Duration::from_secs(20);

/// The links in the email to the recipient.
#[derive(Debug, Clone, Copy)]
pub enum EmailLink {
    /// Accepts the request.
    Accept,
    /// Denies it.
    Deny,
}

/// The page in its browser.
#[derive(Debug)]
pub struct Page {
    browser: Browser,
}

impl Page {
    /// A page for the browser; nothing is opened yet.
    #[must_use]
    pub fn new(browser: Browser) -> Self {
        Self { browser }
    }

    /// The browser, for what has no verb here.
    #[must_use]
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// Hands out the browser, which has the page open still.
    #[must_use]
    pub fn into_browser(self) -> Browser {
        self.browser
    }

    /// Opens an address and waits until the form is there.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn open(&self, address: &str) -> Result<()> {
        self.browser.open(address).await?;
        self.browser.listen_for_errors().await?;
        self.see_form().await
    }

    /// Loads the page again and waits until the form is there.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn reload(&self) -> Result<()> {
        self.browser.session().refresh().await?;
        self.browser.listen_for_errors().await?;
        self.see_form().await
    }

    /// Waits for the form: field and button.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn see_form(&self) -> Result<()> {
        self.element(Role::Textbox, CODE_FIELD).await?;
        self.element(Role::Button, button::SEND).await?;
        Ok(())
    }

    /// Waits until the settings hold an account, an endpoint and a token: the page is ready to send.
    ///
    /// # Errors
    /// When the account does not get chosen.
    pub async fn see_ready(&self) -> Result<()> {
        until("an account chosen and stored", SOON, async || {
            let stored = self.stored("plannr.account_uuid").await?;
            Ok(stored.map_or_else(
                || Look::NotYet("no account stored".into()),
                |_uuid| Look::Seen(()),
            ))
        })
        .await
    }

    /// Types into the code field, after whatever is there.
    ///
    /// # Errors
    /// When the field is missing.
    pub async fn type_code(&self, code: &str) -> Result<()> {
        // Again from the start, if the form was replaced by the module's before the first key.
        until("typing a code", SOON, async || {
            let field = self.element(Role::Textbox, CODE_FIELD).await?;
            field.send_keys(code).await?;
            Ok(Look::Seen(()))
        })
        .await
    }

    /// Empties the code field as a person does: select all, delete.
    ///
    /// # Errors
    /// When the field is missing or stays filled.
    pub async fn clear_code(&self) -> Result<()> {
        let field = self.element(Role::Textbox, CODE_FIELD).await?;
        field.send_keys(Key::Control + "a").await?;
        field.send_keys(Key::Backspace).await?;
        let left = self.code().await?;
        ensure!(
            left.is_empty(),
            "the field still holds {left:?} after select all and delete"
        );
        Ok(())
    }

    /// Puts text into the clipboard and pastes it into the code field.
    ///
    /// # Errors
    /// When the clipboard or the field does not take it.
    pub async fn paste_code(&self, text: &str) -> Result<()> {
        // The page has nothing to copy this from, so a text area outside of it lends a hand for a moment.
        let source = self
            .browser
            .session()
            .execute(
                "const area = document.createElement('textarea');
                 area.value = arguments[0];
                 document.body.append(area);
                 area.focus();
                 area.select();
                 return area;",
                vec![json!(text)],
            )
            .await?
            .element()?;
        source.send_keys(Key::Control + "c").await?;
        self.browser
            .script::<Value>("arguments[0].remove()", vec![source.to_json()?])
            .await?;
        let before = self.code().await?;
        self.element(Role::Textbox, CODE_FIELD)
            .await?
            .send_keys(Key::Control + "v")
            .await?;
        until("the pasted text in the field", SOON, async || {
            let now = self.code().await?;
            Ok(if now == before {
                Look::NotYet(format!("the field holds {now:?}"))
            } else {
                Look::Seen(())
            })
        })
        .await
    }

    /// What the code field holds.
    ///
    /// # Errors
    /// When the field is missing.
    pub async fn code(&self) -> Result<String> {
        let field = self.element(Role::Textbox, CODE_FIELD).await?;
        Ok(field.prop("value").await?.unwrap_or_default())
    }

    /// Presses a button by its name, once it is there.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn press(&self, name: &str) -> Result<()> {
        until(&format!("pressing the button {name:?}"), SOON, async || {
            let Some(button) = self.browser.find(Role::Button, name).await? else {
                return Ok(Look::NotYet(format!(
                    "buttons {:?}",
                    self.browser.names(Role::Button).await?
                )));
            };
            button.click().await?;
            Ok(Look::Seen(()))
        })
        .await
    }

    /// Presses the first button whose name contains the words.
    ///
    /// # Errors
    /// When there is none.
    pub async fn press_first_containing(&self, words: &str) -> Result<()> {
        let names = self.browser.names(Role::Button).await?;
        let Some(name) = names.iter().find(|name| name.contains(words)) else {
            bail!("no button says {words:?}; there are {names:?}");
        };
        self.press(name).await
    }

    /// Presses "Send request".
    ///
    /// # Errors
    /// When the button is missing.
    pub async fn press_send(&self) -> Result<()> {
        self.press(button::SEND).await
    }

    /// Types a code and presses "Send request".
    ///
    /// # Errors
    /// When field or button is missing.
    pub async fn send(&self, code: &str) -> Result<()> {
        self.type_code(code).await?;
        self.press_send().await
    }

    /// Checks that the send button can be pressed: validation never disables it.
    ///
    /// # Errors
    /// When it is disabled.
    pub async fn send_is_enabled(&self) -> Result<()> {
        let send = self.element(Role::Button, button::SEND).await?;
        let marked = send.attr("aria-disabled").await?;
        ensure!(
            send.is_enabled().await? && marked.as_deref() != Some("true"),
            "the send button is disabled"
        );
        Ok(())
    }

    /// Answers the question whether to send again with yes, as a second thought and not as the end of a double click:
    /// the pointer clicks elsewhere in between.
    ///
    /// # Errors
    /// When the question is not there.
    pub async fn confirm_sending_again(&self) -> Result<()> {
        self.see_button(button::CANCEL).await?;
        self.browser
            .session()
            .action_chain()
            .move_to(2, 2)
            .click()
            .perform()
            .await?;
        self.press(button::SEND_AGAIN).await
    }

    /// Opens the sandbox's outbox in a second tab, follows a link in the one email that is there, and comes back.
    ///
    /// # Errors
    /// When the outbox or the link is missing, or the answer does not count.
    pub async fn answer_email(&self, outbox: &str, link: EmailLink) -> Result<()> {
        let (name, outcome) = match link {
            EmailLink::Accept => ("Accept", "accepted"),
            EmailLink::Deny => ("Deny", "denied"),
        };
        let here = self.browser.open_tab(outbox).await?;
        until(
            &format!("the {name:?} link in the outbox"),
            SOON,
            async || {
                let mut seen = Vec::new();
                for element in self.browser.select_all("a, button").await? {
                    let text = self.browser.text(&element).await?;
                    if text == name {
                        element.click().await?;
                        return Ok(Look::Seen(()));
                    }
                    seen.push(text);
                }
                Ok(Look::NotYet(format!("links {seen:?}")))
            },
        )
        .await?;
        self.see_text(&format!("is now {outcome}")).await?;
        self.browser.close_tab(here).await
    }
}
