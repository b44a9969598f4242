//! Chromium, with the commands that are not WebDriver's: a slow network, a slow processor, keys as from a keyboard, what
//! the browser counts.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use e2e::browser::Browser;
use e2e::engine::Engine;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// How fast the page's surroundings are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surroundings {
    /// As this machine is.
    AsTheyAre,
    /// A telephone out of town: 1.6 Mbit/s, 150 ms from a request to its answer, a processor a quarter as fast.
    Slow,
    /// As this machine is, with a processor a quarter as fast.
    SlowProcessor,
}

/// A key of the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Letter(char),
    Backspace,
    Enter,
}

/// A browser that is measured in.
#[derive(Debug)]
pub(crate) struct Chromium {
    browser: Browser,
}

impl Surroundings {
    fn processor_rate(self) -> u32 {
        match self {
            Self::AsTheyAre => 1,
            Self::Slow | Self::SlowProcessor => 4,
        }
    }

    fn network(self) -> Value {
        /// Bytes in a second of 1.6 Mbit/s, and of 750 kbit/s upwards.
        const DOWN: u32 = 200_000;
        const UP: u32 = 93_750;
        let (latency_ms, down, up) = match self {
            Self::AsTheyAre | Self::SlowProcessor => (0, -1, -1),
            Self::Slow => (150, DOWN.cast_signed(), UP.cast_signed()),
        };
        json!({ "offline": false, "latency": latency_ms, "downloadThroughput": down, "uploadThroughput": up })
    }
}

impl Chromium {
    /// Starts one.
    ///
    /// # Errors
    /// When there is none, or it does not come up.
    pub(crate) async fn start() -> Result<Self> {
        let browser = Browser::start(&Engine::Chromium.find()?).await?;
        let chromium = Self { browser };
        for domain in ["Network", "Performance"] {
            chromium
                .command(&format!("{domain}.enable"), json!({}))
                .await?;
        }
        Ok(chromium)
    }

    /// Its name and version.
    ///
    /// # Errors
    /// When it does not tell.
    pub(crate) async fn version(&self) -> Result<String> {
        let version = self.command("Browser.getVersion", json!({})).await?;
        let product = version["product"].as_str().context("no version")?;
        Ok(product.to_owned())
    }

    /// Changes the surroundings, from the next page on.
    ///
    /// # Errors
    /// When the browser refuses.
    pub(crate) async fn surround(&self, surroundings: Surroundings) -> Result<()> {
        let rate = json!({ "rate": surroundings.processor_rate() });
        self.command("Emulation.setCPUThrottlingRate", rate).await?;
        self.command("Network.emulateNetworkConditions", surroundings.network())
            .await?;
        Ok(())
    }

    /// Opens an address as if for the first time.
    ///
    /// # Errors
    /// When it does not load.
    pub(crate) async fn open_cold(&self, address: &str) -> Result<()> {
        self.command("Network.clearBrowserCache", json!({})).await?;
        self.browser.open(address).await
    }

    /// Opens an address, with what the caches have.
    ///
    /// # Errors
    /// When it does not load.
    pub(crate) async fn open(&self, address: &str) -> Result<()> {
        self.browser.open(address).await
    }

    /// What an expression of the page comes to, its promise awaited.
    ///
    /// # Errors
    /// When it throws, or is not of this shape.
    pub(crate) async fn value<T: DeserializeOwned>(&self, expression: &str) -> Result<T> {
        #[derive(Deserialize)]
        struct Answer {
            value: Value,
            error: Option<String>,
        }
        let script = format!(
            "const done = arguments[0];
             (async () => ({expression}))().then(
                 (value) => done({{ value: value ?? null, error: null }}),
                 (error) => done({{ value: null, error: `${{error}}` }}));"
        );
        let answer = self
            .browser
            .session()
            .execute_async(&script, Vec::new())
            .await;
        let answer: Answer = answer.with_context(|| expression.to_owned())?.convert()?;
        if let Some(error) = answer.error {
            bail!("{expression}: {error}");
        }
        serde_json::from_value(answer.value).with_context(|| expression.to_owned())
    }

    /// Runs statements in the page, and waits for nothing.
    ///
    /// # Errors
    /// When they throw.
    pub(crate) async fn run(&self, statements: &str) -> Result<()> {
        self.browser.script(statements, Vec::new()).await
    }

    /// Puts text where the caret is, as an input method does: all of it at once, for what follows must not come the later
    /// the busier this machine is.
    ///
    /// # Errors
    /// When the browser refuses.
    pub(crate) async fn insert(&self, text: &str) -> Result<()> {
        self.command("Input.insertText", json!({ "text": text }))
            .await?;
        Ok(())
    }

    /// Presses a key and lets it go.
    ///
    /// # Errors
    /// When the browser refuses.
    pub(crate) async fn press(&self, key: Key) -> Result<()> {
        let (name, code, text, number) = match key {
            Key::Letter(letter) => (
                letter.to_string(),
                format!("Key{letter}"),
                letter.to_string(),
                u32::from(letter),
            ),
            Key::Backspace => ("Backspace".into(), "Backspace".into(), String::new(), 8),
            Key::Enter => ("Enter".into(), "Enter".into(), "\r".into(), 13),
        };
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({
                "type": kind, "key": name, "code": code, "windowsVirtualKeyCode": number,
            });
            if kind == "keyDown" {
                event["text"] = json!(text);
            }
            self.command("Input.dispatchKeyEvent", event).await?;
        }
        Ok(())
    }

    /// How long the page's main thread has run since it began, in milliseconds: its own time, in which it does not wait
    /// for a core that something else is using.
    ///
    /// # Errors
    /// When the browser does not tell.
    pub(crate) async fn busy_ms(&self) -> Result<f64> {
        Ok(self.metric("ThreadTime").await? * 1000.0)
    }

    /// What JavaScript holds once all that it can spare is gone, in bytes.
    ///
    /// # Errors
    /// When the browser does not tell.
    pub(crate) async fn heap_bytes(&self) -> Result<f64> {
        // What ends an object's life may itself be an object.
        for _ in 0..3 {
            self.command("HeapProfiler.collectGarbage", json!({}))
                .await?;
        }
        self.metric("JSHeapUsedSize").await
    }

    /// Lets time pass in the page.
    pub(crate) async fn wait(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    /// Ends it.
    ///
    /// # Errors
    /// When the driver refuses.
    pub(crate) async fn quit(self) -> Result<()> {
        self.browser.quit().await
    }

    async fn metric(&self, name: &str) -> Result<f64> {
        let answer = self.command("Performance.getMetrics", json!({})).await?;
        let metrics = answer["metrics"].as_array().context("no metrics")?;
        metrics
            .iter()
            .find(|metric| metric["name"] == name)
            .and_then(|metric| metric["value"].as_f64())
            .with_context(|| format!("no metric {name}"))
    }

    async fn command(&self, name: &str, parameters: Value) -> Result<Value> {
        let answer = self
            .browser
            .session()
            .cdp()
            .send_raw(name, parameters)
            .await;
        answer.with_context(|| name.to_owned())
    }
}
