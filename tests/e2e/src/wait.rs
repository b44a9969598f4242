//! Waiting for a condition, never for time.

use std::time::Duration;

use anyhow::{Result, bail};
use thirtyfour::error::{WebDriverError, WebDriverErrorInner};
use tokio::time::{Instant, sleep};

/// How long a page may take for something that it does at once.
pub const SOON: Duration = Duration::from_secs(10);

/// The pause between two looks at a condition in the first half second of waiting. From then on it is a tenth of what was
/// waited so far, for a look keeps browser and driver busy, which other trials are waiting for.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

/// The longest pause: some words stand there for two seconds only.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// One look at a condition.
#[derive(Debug)]
pub enum Look<T> {
    /// It holds; this is what was seen.
    Seen(T),
    /// It does not hold yet; this is what was seen instead, for the failure's message.
    NotYet(String),
}

/// Looks until the condition holds.
///
/// An element that the page replaced between finding and reading it counts as not seen yet: pages under test
/// render while they are looked at.
///
/// # Errors
/// When `limit` passes first: says `what` was waited for and what was seen last. Any other error of a look at once.
pub async fn until<T>(
    what: &str,
    limit: Duration,
    look: impl AsyncFn() -> Result<Look<T>>,
) -> Result<T> {
    let began = Instant::now();
    loop {
        let instead = match look().await {
            Ok(Look::Seen(seen)) => return Ok(seen),
            Ok(Look::NotYet(instead)) => instead,
            Err(error) if is_passing(&error) => format!("{error:#}"),
            Err(error) => return Err(error.context(format!("while waiting for {what}"))),
        };
        let waited = began.elapsed();
        if waited >= limit {
            bail!("waited {limit:?} for {what}; instead: {instead}");
        }
        sleep((waited / 10).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)).await;
    }
}

/// Whether an error only says that the page was rendering.
fn is_passing(error: &anyhow::Error) -> bool {
    error.downcast_ref::<WebDriverError>().is_some_and(|error| {
        matches!(
            **error,
            WebDriverErrorInner::StaleElementReference(_)
                | WebDriverErrorInner::NoSuchElement(_)
                | WebDriverErrorInner::ElementClickIntercepted(_)
                | WebDriverErrorInner::ElementNotInteractable(_)
        )
    })
}
