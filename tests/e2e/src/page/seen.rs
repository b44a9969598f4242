//! What is to be seen on the page. Everything here waits for it.

use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;
use thirtyfour::prelude::*;

use crate::browser::one_line;
use crate::oracle::countdown_texts;
use crate::page::{CODE_FIELD, Page};
use crate::role::Role;
use crate::wait::{Look, SOON, until};

impl Page {
    /// Waits for the element of a role and name.
    ///
    /// # Errors
    /// When it does not appear; the message lists what has the role.
    pub async fn element(&self, role: Role, name: &str) -> Result<WebElement> {
        until(&format!("a {role:?} named {name:?}"), SOON, async || {
            Ok(match self.browser.find(role, name).await? {
                Some(element) => Look::Seen(element),
                None => Look::NotYet(format!("there are {:?}", self.browser.names(role).await?)),
            })
        })
        .await
    }

    /// Waits for a button.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn see_button(&self, name: &str) -> Result<()> {
        self.element(Role::Button, name).await.map(|_button| ())
    }

    /// Waits until there is no such button.
    ///
    /// # Errors
    /// When it stays.
    pub async fn see_no_button(&self, name: &str) -> Result<()> {
        until(&format!("no button {name:?}"), SOON, async || {
            Ok(match self.browser.find(Role::Button, name).await? {
                Some(_button) => Look::NotYet("it is there".into()),
                None => Look::Seen(()),
            })
        })
        .await
    }

    /// Waits for a status message that contains every fragment.
    ///
    /// # Errors
    /// When none does within `limit`.
    pub async fn see_status_within(&self, limit: Duration, fragments: &[&str]) -> Result<String> {
        self.see_message(Role::Status, limit, fragments).await
    }

    /// Waits for a status message that contains every fragment.
    ///
    /// # Errors
    /// When none appears.
    pub async fn see_status(&self, fragments: &[&str]) -> Result<String> {
        self.see_status_within(SOON, fragments).await
    }

    /// Waits for an alert that contains every fragment.
    ///
    /// # Errors
    /// When none appears.
    pub async fn see_alert(&self, fragments: &[&str]) -> Result<String> {
        self.see_message(Role::Alert, SOON, fragments).await
    }

    /// Waits for an alert that contains every fragment and belongs to the code field: `aria-invalid` is set, and
    /// `aria-describedby` leads to the words.
    ///
    /// # Errors
    /// When it does not appear or is not tied to the field.
    pub async fn see_field_alert(&self, fragments: &[&str]) -> Result<String> {
        let alert = self.see_alert(fragments).await?;
        let field = self.element(Role::Textbox, CODE_FIELD).await?;
        until("the field tied to its alert", SOON, async || {
            let marked = field.attr("aria-invalid").await?;
            let description: String = self
                .browser
                .script(
                    "const field = arguments[0];
                     return (field.getAttribute('aria-describedby') ?? '')
                         .split(/\\s+/)
                         .map((id) => id && field.getRootNode().getElementById(id)?.innerText)
                         .join(' ');",
                    vec![field.to_json()?],
                )
                .await?;
            let described = contains_all(&one_line(&description), fragments);
            Ok(if marked.as_deref() == Some("true") && described {
                Look::Seen(())
            } else {
                Look::NotYet(format!(
                    "aria-invalid {marked:?}, described by {description:?}"
                ))
            })
        })
        .await?;
        Ok(alert)
    }

    /// Checks that the field is not marked as wrong.
    ///
    /// # Errors
    /// When it is.
    pub async fn see_field_accepted(&self) -> Result<()> {
        let field = self.element(Role::Textbox, CODE_FIELD).await?;
        until("the field not marked as wrong", SOON, async || {
            let marked = field.attr("aria-invalid").await?;
            Ok(match marked.as_deref() {
                None | Some("false") => Look::Seen(()),
                Some(_marked) => Look::NotYet("aria-invalid is set".into()),
            })
        })
        .await
    }

    async fn see_message(&self, role: Role, limit: Duration, fragments: &[&str]) -> Result<String> {
        until(
            &format!("a {role:?} that says {fragments:?}"),
            limit,
            async || {
                let texts = self.browser.texts(role).await?;
                let found = texts.iter().find(|text| contains_all(text, fragments));
                Ok(match found {
                    Some(text) => Look::Seen(text.clone()),
                    None => Look::NotYet(format!("{role:?} says {texts:?}")),
                })
            },
        )
        .await
    }

    /// Waits for text anywhere on the page.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn see_text(&self, fragment: &str) -> Result<()> {
        until(&format!("the text {fragment:?}"), SOON, async || {
            let text = one_line(&self.browser.visible_text().await?);
            Ok(if text.contains(fragment) {
                Look::Seen(())
            } else {
                Look::NotYet(text)
            })
        })
        .await
    }

    /// Waits for the badge with this word.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn see_badge(&self, word: &str) -> Result<()> {
        self.see_badge_within(SOON, word).await
    }

    /// Waits for the badge with this word.
    ///
    /// # Errors
    /// When it does not appear within `limit`.
    pub async fn see_badge_within(&self, limit: Duration, word: &str) -> Result<()> {
        until(&format!("the badge {word:?}"), limit, async || {
            let badges = self.badges().await?;
            Ok(if badges == [word] {
                Look::Seen(())
            } else {
                Look::NotYet(format!("badges {badges:?}"))
            })
        })
        .await
    }

    /// The words of the badges that are shown. A badge has no role; its public name is the part `badge`.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn badges(&self) -> Result<Vec<String>> {
        let mut words = Vec::new();
        for badge in self.browser.select_all("[part~=badge]").await? {
            words.push(self.browser.text(&badge).await?);
        }
        Ok(words)
    }

    /// Waits for a countdown that shows what is really left until `expires_at`, with a meter and the full date in a
    /// `<time>` whose `datetime` is `expires_at` itself.
    ///
    /// # Errors
    /// When one of them is missing or differs.
    pub async fn see_countdown(&self, expires_at: &str) -> Result<()> {
        until(
            &format!("the countdown to {expires_at}"),
            SOON,
            async || {
                let timers = self.browser.texts(Role::Timer).await?;
                let expected = countdown_texts(expires_at, Timestamp::now())?;
                let counts = timers.len() == 1
                    && expected
                        .iter()
                        .any(|text| timers.iter().any(|timer| has_words(timer, text)));
                if !counts {
                    return Ok(Look::NotYet(format!(
                        "timers {timers:?}, expected {expected:?}"
                    )));
                }
                let meters = self.browser.all(Role::Meter).await?.len();
                if meters != 1 {
                    return Ok(Look::NotYet(format!("{meters} meters")));
                }
                let mut dates = Vec::new();
                for time in self.browser.select_all("time").await? {
                    dates.push(time.attr("datetime").await?.unwrap_or_default());
                }
                Ok(if dates.iter().any(|date| date == expires_at) {
                    Look::Seen(())
                } else {
                    Look::NotYet(format!("<time> elements for {dates:?}"))
                })
            },
        )
        .await
    }

    /// Waits until no countdown and no meter is shown.
    ///
    /// # Errors
    /// When one stays.
    pub async fn see_no_countdown(&self) -> Result<()> {
        until("no countdown", SOON, async || {
            let timers = self.browser.texts(Role::Timer).await?;
            let meters = self.browser.all(Role::Meter).await?.len();
            Ok(if timers.is_empty() && meters == 0 {
                Look::Seen(())
            } else {
                Look::NotYet(format!("timers {timers:?} and {meters} meters"))
            })
        })
        .await
    }
}

/// Whether the text contains every fragment, whatever the case.
fn contains_all(text: &str, fragments: &[&str]) -> bool {
    let text = text.to_lowercase();
    fragments
        .iter()
        .all(|fragment| text.contains(&fragment.to_lowercase()))
}

/// Whether the text contains the words as words: "1 day" is not in "11 days".
fn has_words(text: &str, words: &str) -> bool {
    format!(" {text} ").contains(&format!(" {words} "))
}
