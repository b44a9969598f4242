//! What a trial plays on: a sandbox and a browser of its own.

use anyhow::Result;

use crate::backend::{Backend, Refresh};
use crate::browser::Browser;
use crate::engine::{Engine, Installed};
use crate::evidence;
use crate::page::Page;

/// A sandbox with an empty database on a free port and a fresh browser session.
#[derive(Debug)]
pub struct Stage {
    /// The API's stand-in, which also serves the page.
    pub sandbox: Backend,
    /// The page in the browser; nothing is opened yet.
    pub page: Page,
}

impl Stage {
    /// Starts both.
    ///
    /// # Errors
    /// When one does not come up.
    pub async fn set_up(installed: &Installed, refresh: Refresh) -> Result<Self> {
        let sandbox = Backend::start(refresh).await?;
        let page = Page::new(Browser::start(installed).await?);
        Ok(Self { sandbox, page })
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

    /// Ends both.
    ///
    /// # Errors
    /// When the browser's session cannot be ended.
    pub async fn take_down(mut self) -> Result<()> {
        let quit = self.page.quit().await;
        self.sandbox.stop().await;
        quit
    }
}
