//! What a trial plays on: a sandbox of its own and a browser.

use anyhow::Result;

use crate::backend::Backend;
use crate::browser::Browser;
use crate::engine::Engine;
use crate::evidence;
use crate::page::Page;

/// A sandbox with an empty database on a port that no other trial has, and a browser session.
#[derive(Debug)]
pub struct Stage {
    /// The API's stand-in, which also serves the page.
    pub sandbox: Backend,
    /// The page in the browser; nothing is opened yet.
    pub page: Page,
}

impl Stage {
    /// A stage of the two.
    #[must_use]
    pub fn new(sandbox: Backend, browser: Browser) -> Self {
        let page = Page::new(browser);
        Self { sandbox, page }
    }

    /// Which engine plays.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.page.browser().engine()
    }

    /// Opens the page that the sandbox serves and waits until it is ready to send.
    ///
    /// # Errors
    /// When it does not get ready.
    pub async fn open_page(&self) -> Result<()> {
        self.page.open(&self.sandbox.address()).await?;
        self.page.see_ready().await
    }

    /// Keeps what is to be seen, after a failure; answers with where that is.
    pub async fn keep_evidence(&self, trial: &str, failure: &anyhow::Error) -> String {
        evidence::keep(self, trial, failure).await
    }

    /// Parts from the browser, and ends the sandbox when no page asks it for anything any more.
    ///
    /// # Errors
    /// When the parting fails.
    pub async fn take_down(mut self, part: impl AsyncFnOnce(Browser) -> Result<()>) -> Result<()> {
        let parted = part(self.page.into_browser()).await;
        self.sandbox.stop().await;
        parted
    }
}
