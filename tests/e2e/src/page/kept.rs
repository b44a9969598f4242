//! What the page keeps: the browser's storage and the settings panel.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::page::Page;
use crate::role::Role;
use crate::wait::{Look, SOON, until};

impl Page {
    /// One value of the local storage.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn stored(&self, key: &str) -> Result<Option<String>> {
        self.browser
            .script(
                "return localStorage.getItem(arguments[0])",
                vec![json!(key)],
            )
            .await
    }

    /// The record of a request whose outcome is not known.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn pending_record(&self) -> Result<Option<String>> {
        self.stored("referral-connect.pending").await
    }

    /// Waits until the record of an unconfirmed request is gone.
    ///
    /// # Errors
    /// When it stays.
    pub async fn see_no_pending_record(&self) -> Result<()> {
        until("no record of an unconfirmed request", SOON, async || {
            Ok(match self.pending_record().await? {
                None => Look::Seen(()),
                Some(record) => Look::NotYet(record),
            })
        })
        .await
    }

    /// Waits until there is a record of an unconfirmed request.
    ///
    /// # Errors
    /// When there is none.
    pub async fn see_pending_record(&self) -> Result<()> {
        until("a record of an unconfirmed request", SOON, async || {
            Ok(match self.pending_record().await? {
                Some(_record) => Look::Seen(()),
                None => Look::NotYet("none stored".into()),
            })
        })
        .await
    }

    /// Everything that the page stored anywhere: local storage, session storage, cookies.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn everything_stored(&self) -> Result<String> {
        let stored: Value = self
            .browser
            .script(
                "return {local: {...localStorage}, session: {...sessionStorage}, cookies: document.cookie}",
                Vec::new(),
            )
            .await?;
        Ok(stored.to_string())
    }

    /// Opens the settings panel.
    ///
    /// # Errors
    /// When it is missing or does not open.
    pub async fn open_settings(&self) -> Result<()> {
        if self
            .browser
            .find(Role::Textbox, "API address")
            .await?
            .is_none()
        {
            self.element(Role::Disclosure, "Settings")
                .await?
                .click()
                .await?;
        }
        self.element(Role::Textbox, "API address").await?;
        Ok(())
    }

    /// Replaces the text of a settings field and leaves it, which is when settings take effect.
    ///
    /// # Errors
    /// When the field is missing.
    pub async fn set_setting(&self, name: &str, text: &str) -> Result<()> {
        let field = self.element(Role::Textbox, name).await?;
        field.send_keys(Key::Control + "a").await?;
        field.send_keys(Key::Backspace).await?;
        if !text.is_empty() {
            field.send_keys(text).await?;
        }
        field.send_keys(Key::Tab).await?;
        let holds = field.prop("value").await?.unwrap_or_default();
        ensure!(
            holds == text,
            "{name} holds {holds:?} after typing {text:?}"
        );
        Ok(())
    }

    /// Chooses the option with this value from a list of the settings.
    ///
    /// # Errors
    /// When the list does not offer it.
    pub async fn choose(&self, name: &str, value: &str) -> Result<()> {
        until(
            &format!("choosing {value:?} of {name:?}"),
            SOON,
            async || {
                let list = self.element(Role::Choice, name).await?;
                for option in list.find_all(By::Tag("option")).await? {
                    if option.attr("value").await?.as_deref() == Some(value) {
                        option.click().await?;
                        return Ok(Look::Seen(()));
                    }
                }
                Ok(Look::NotYet("there is no such option".into()))
            },
        )
        .await
    }

    /// What a settings field holds.
    ///
    /// # Errors
    /// When the field is missing.
    pub async fn setting(&self, role: Role, name: &str) -> Result<String> {
        let field = self.element(role, name).await?;
        Ok(field.prop("value").await?.unwrap_or_default())
    }
}

/// Notes each text of the status region, with the record as it was at that moment.
const NOTE_WHAT_IS_TOLD: &str = "
    const region = document.querySelector('[role=status]');
    window.toldSoFar = [];
    const note = () => window.toldSoFar.push([
        region.innerText,
        localStorage.getItem('referral-connect.pending'),
    ]);
    new MutationObserver(note).observe(region, { childList: true, characterData: true, subtree: true });
";

impl Page {
    /// From now on, keeps all that the status region says: some of it stands there for two seconds only, which a busy
    /// machine may miss.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn note_what_is_told(&self) -> Result<()> {
        self.browser.script(NOTE_WHAT_IS_TOLD, Vec::new()).await
    }

    /// That a request was said to be in doubt, with its record kept while it was said.
    ///
    /// # Errors
    /// When it was not, or nothing was noted.
    pub async fn was_told_in_doubt(&self) -> Result<()> {
        let told: Vec<(String, Option<String>)> = self
            .browser
            .script("return window.toldSoFar", Vec::new())
            .await?;
        let in_doubt = told
            .iter()
            .any(|(text, record)| text.contains("may have been sent") && record.is_some());
        ensure!(in_doubt, "never in doubt with a record kept: {told:?}");
        Ok(())
    }
}
