//! WebDriver servers: one process for each browser, on a free port, gone when dropped.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::engine::{Engine, Installed, runs_as_root};
use crate::leash::Leash;
use crate::ports;

/// How long a driver or a display may take to come up on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(30);

/// How often the log of a starting program is read.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The file in the driver's folder that its output goes to.
const DRIVER_LOG: &str = "driver.log";

/// A running WebDriver server. The fields end in this order: the driver with its browsers, the display that they
/// drew on, the folder that they wrote to.
#[derive(Debug)]
pub struct Driver {
    address: String,
    _process: Leash,
    _display: Option<Display>,
    scratch: TempDir,
    /// How much of the log was written before the present trial.
    forgotten_bytes: usize,
}

impl Driver {
    /// Starts the engine's driver and waits until it answers.
    ///
    /// # Errors
    /// When the driver does not come up in time: the message holds what it wrote.
    pub async fn start(installed: &Installed) -> Result<Self> {
        let scratch = tempfile::Builder::new()
            .prefix("referral-connect-e2e-")
            .tempdir()
            .context("creating the driver's folder")?;
        let mut command = Command::new(&installed.driver);
        command
            .env("TMPDIR", scratch.path())
            // Firefox refuses to run as root in somebody else's home.
            .env("HOME", scratch.path())
            .env("LANG", "C.UTF-8")
            .env("LANGUAGE", "en_GB:en");
        let mut display = None;
        let mut port = None;
        match installed.engine {
            Engine::Chromium => {
                // Left to itself it takes a port that is free in IPv6, and gives up where that is taken in IPv4.
                let free = ports::free().await?;
                command.arg(format!("--port={free}"));
                port = Some(free);
            }
            Engine::Firefox => {
                command.args(["--port", "0", "--websocket-port", "0"]);
            }
            Engine::WebKit => {
                // One display for each session: the clipboard belongs to the display.
                let started = Display::start(scratch.path()).await?;
                command.env("DISPLAY", format!(":{}", started.number));
                display = Some(started);
                // Layers would be drawn by a graphics card that the display only pretends to have, which takes half of the
                // engine's time.
                command.env("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
                if runs_as_root() {
                    command.env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
                }
                let free = ports::free().await?;
                command.arg(format!("--port={free}"));
                port = Some(free);
            }
        }
        let log = scratch.path().join(DRIVER_LOG);
        let process = Leash::start(&command, &log)?;
        let port = match port {
            Some(port) => port,
            None => announced_port(&log).await?,
        };
        let address = format!("http://127.0.0.1:{port}");
        answers(&address, &log).await?;
        Ok(Self {
            address,
            _process: process,
            _display: display,
            scratch,
            forgotten_bytes: 0,
        })
    }

    /// What the driver and its browser wrote in the present trial, the page's console in Firefox and WebKit among it.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn log(&self) -> Result<String> {
        let bytes = self.whole_log()?;
        let of_this_trial = bytes.get(self.forgotten_bytes..).unwrap_or_default();
        Ok(String::from_utf8_lossy(of_this_trial).into_owned())
    }

    /// What is written from now on is the next trial's.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn forget_log(&mut self) -> Result<()> {
        self.forgotten_bytes = self.whole_log()?.len();
        Ok(())
    }

    fn whole_log(&self) -> Result<Vec<u8>> {
        fs::read(self.scratch.path().join(DRIVER_LOG)).context("the driver's log")
    }

    /// Where the driver answers, as an `http` address without a final slash.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

/// A virtual X display, for the engine that has no headless mode of its own.
#[derive(Debug)]
struct Display {
    number: u32,
    _process: Leash,
}

impl Display {
    async fn start(scratch: &Path) -> Result<Self> {
        let log = scratch.join("display.log");
        let mut command = Command::new("Xvfb");
        // The number of the display that Xvfb picked goes to its standard output: the log.
        command.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x1100x24",
            "-nolisten",
            "tcp",
        ]);
        let process = Leash::start(&command, &log)?;
        let number = read_from_log(&log, "a display number", |text| {
            text.lines().find_map(|line| line.trim().parse().ok())
        })
        .await?;
        Ok(Self {
            number,
            _process: process,
        })
    }
}

/// The port that geckodriver was given by the system and wrote down.
async fn announced_port(log: &Path) -> Result<u16> {
    read_from_log(log, "the port", |text| {
        let (_before, after) = text.split_once("Listening on 127.0.0.1:")?;
        let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
        // A number whose line has not ended may still be growing.
        if after.len() == digits.len() {
            return None;
        }
        digits.parse().ok()
    })
    .await
}

async fn read_from_log<T>(log: &Path, what: &str, read: impl Fn(&str) -> Option<T>) -> Result<T> {
    let deadline = Instant::now() + START_LIMIT;
    loop {
        let bytes = fs::read(log).with_context(|| format!("reading {}", log.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        if let Some(found) = read(&text) {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            bail!("{what} did not appear within {START_LIMIT:?}; the program wrote: {text:?}");
        }
        sleep(LOOK_EVERY).await;
    }
}

async fn answers(address: &str, log: &Path) -> Result<()> {
    let status = format!("{address}/status");
    let deadline = Instant::now() + START_LIMIT;
    loop {
        let error = match reqwest::get(&status).await {
            Ok(reply) if reply.status().is_success() => return Ok(()),
            Ok(reply) => anyhow::anyhow!("it answered {}", reply.status()),
            Err(error) => error.into(),
        };
        if Instant::now() >= deadline {
            let written = fs::read_to_string(log).unwrap_or_default();
            return Err(error.context(format!(
                "no driver at {address} within {START_LIMIT:?}; it wrote: {written:?}"
            )));
        }
        sleep(LOOK_EVERY).await;
    }
}
