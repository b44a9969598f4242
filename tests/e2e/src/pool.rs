//! Browsers between trials. To start one costs more than most trials do, so a trial that passed leaves its browser,
//! cleaned, to another.

use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use tokio::task::JoinSet;

use crate::browser::Browser;
use crate::engine::Installed;
use crate::suite::announce;

/// Whose browser a trial plays in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrowserFor {
    /// One that other trials may have had before, and may have afterwards.
    AnyTrial,
    /// A fresh one, which ends with the trial: for what might leave a mark on the browser that
    /// [`Browser::clean`] does not know of.
    ThisTrialAlone,
}

/// The browsers that wait for a trial.
#[derive(Debug, Default)]
pub struct Pool {
    waiting: Mutex<Vec<Browser>>,
}

impl Pool {
    /// A browser of the engine: one that waits, else a fresh one.
    ///
    /// # Errors
    /// When a fresh one does not come up.
    pub async fn take(&self, installed: &Installed, whose: BrowserFor) -> Result<Browser> {
        let waiting = match whose {
            BrowserFor::AnyTrial => self.pick(installed),
            BrowserFor::ThisTrialAlone => None,
        };
        match waiting {
            Some(browser) => Ok(browser),
            None => Browser::start(installed).await,
        }
    }

    /// Takes a browser back after a trial that passed. One that cannot be cleaned is ended, and that is said: a trial
    /// that does so every time ought to ask for a browser of its own.
    ///
    /// # Errors
    /// When it can be neither cleaned nor ended.
    pub async fn give_back(
        &self,
        mut browser: Browser,
        whose: BrowserFor,
        trial: &str,
    ) -> Result<()> {
        if whose == BrowserFor::ThisTrialAlone {
            return browser.quit().await;
        }
        if let Err(error) = browser.clean(trial).await {
            announce(&format!(
                "the browser of {trial} goes no further: {error:#}"
            ));
            return browser.quit().await;
        }
        self.waiting().push(browser);
        Ok(())
    }

    /// Ends the browsers that wait.
    ///
    /// # Errors
    /// When one cannot be ended.
    pub async fn quit(&self) -> Result<()> {
        let mut quitting: JoinSet<Result<()>> = JoinSet::new();
        for browser in self.waiting().drain(..) {
            quitting.spawn(browser.quit());
        }
        let mut outcome = Ok(());
        while let Some(quit) = quitting.join_next().await {
            outcome = outcome.and(quit.context("a task that ends a browser").flatten());
        }
        outcome
    }

    /// The browser of the engine that waits for the shortest time.
    fn pick(&self, installed: &Installed) -> Option<Browser> {
        let mut waiting = self.waiting();
        let found = waiting
            .iter()
            .rposition(|browser| browser.engine() == installed.engine)?;
        Some(waiting.swap_remove(found))
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Browser>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
