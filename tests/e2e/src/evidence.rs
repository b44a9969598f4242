//! What is kept of a failed trial: a screenshot and a text file with everything that was to be seen.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::engine::repository;
use crate::role::Role;
use crate::stage::Stage;

/// Where failures are kept.
#[must_use]
pub fn folder() -> PathBuf {
    repository().join("target/e2e-failures")
}

/// Keeps what is to be seen and answers with a sentence about where it is, or why it could not be kept.
pub async fn keep(stage: &Stage, trial: &str, failure: &anyhow::Error) -> String {
    let path = folder().join(trial.replace("::", "-"));
    match write(stage, &path, failure).await {
        Ok(()) => format!("kept as {}.png and .txt", path.display()),
        Err(error) => format!("the evidence could not be kept: {error:#}"),
    }
}

async fn write(stage: &Stage, path: &std::path::Path, failure: &anyhow::Error) -> Result<()> {
    fs::create_dir_all(folder()).context("creating the folder")?;
    fs::write(path.with_extension("txt"), report(stage, failure).await?)?;
    stage
        .page
        .browser()
        .session()
        .screenshot(&path.with_extension("png"))
        .await
        .context("taking the screenshot")
}

async fn report(stage: &Stage, failure: &anyhow::Error) -> Result<String> {
    let browser = stage.page.browser();
    let mut report = String::new();
    writeln!(report, "failure: {failure:#}\n")?;
    writeln!(
        report,
        "played in this browser before: {:?}\n",
        browser.played_before()
    )?;
    writeln!(
        report,
        "address: {}",
        shown(browser.session().current_url().await)
    )?;
    writeln!(
        report,
        "-- visible text\n{}\n--",
        shown(browser.visible_text().await)
    )?;
    for role in [Role::Status, Role::Alert, Role::Timer] {
        writeln!(
            report,
            "{role:?}: {}",
            shown_as_debug(browser.texts(role).await)
        )?;
    }
    for role in [Role::Button, Role::Textbox, Role::Choice] {
        writeln!(
            report,
            "{role:?}: {}",
            shown_as_debug(browser.names(role).await)
        )?;
    }
    writeln!(
        report,
        "badges: {}",
        shown_as_debug(stage.page.badges().await)
    )?;
    writeln!(
        report,
        "stored: {}",
        shown(stage.page.everything_stored().await)
    )?;
    writeln!(
        report,
        "errors on the console: {}",
        shown_as_debug(browser.console_errors().await)
    )?;
    writeln!(
        report,
        "posts: {}",
        shown_as_debug(stage.sandbox.posts().await)
    )?;
    writeln!(report, "driver's log:\n{}", shown(browser.driver_log()))?;
    Ok(report)
}

fn shown<T: std::fmt::Display, E: std::fmt::Display>(read: Result<T, E>) -> String {
    match read {
        Ok(value) => value.to_string(),
        Err(error) => format!("unreadable: {error:#}"),
    }
}

fn shown_as_debug<T: std::fmt::Debug>(read: Result<T>) -> String {
    match read {
        Ok(value) => format!("{value:#?}"),
        Err(error) => format!("unreadable: {error:#}"),
    }
}
