//! The three browser engines: what drives each, where it is found, and how a session is asked for.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// Names the engines to test, separated by commas; all three when unset.
pub const BROWSERS_VARIABLE: &str = "E2E_BROWSERS";

/// When `1`, an engine that is not installed fails its trials instead of skipping them.
pub const REQUIRE_VARIABLE: &str = "E2E_REQUIRE_BROWSERS";

/// A browser engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Chromium or Chrome, by chromedriver.
    Chromium,
    /// Firefox, by geckodriver.
    Firefox,
    /// WebKitGTK's MiniBrowser, by WebKitWebDriver.
    WebKit,
}

impl Engine {
    /// Every engine, in the order of the report.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// The engines named in `E2E_BROWSERS`.
    ///
    /// # Errors
    /// When the variable names an engine that does not exist, or none: a run that tests nothing must not pass.
    pub fn chosen() -> Result<Vec<Self>> {
        let Some(names) = env::var_os(BROWSERS_VARIABLE) else {
            return Ok(Self::ALL.to_vec());
        };
        let names = names
            .to_str()
            .context("E2E_BROWSERS is not UTF-8")?
            .to_owned();
        let mut chosen = Vec::new();
        for name in names
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            let Some(engine) = Self::ALL.into_iter().find(|engine| engine.name() == name) else {
                bail!("{BROWSERS_VARIABLE} names {name:?}; known are chromium, firefox and webkit");
            };
            if !chosen.contains(&engine) {
                chosen.push(engine);
            }
        }
        if chosen.is_empty() {
            bail!("{BROWSERS_VARIABLE} is set but names no browser");
        }
        Ok(chosen)
    }

    /// The name used in trial names and in `E2E_BROWSERS`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// Finds the driver and whatever else the engine needs on this machine.
    ///
    /// # Errors
    /// When something is missing: says what, and what installs it on Debian.
    pub fn find(self) -> Result<Installed> {
        let (driver, browser) = match self {
            Self::Chromium => (
                program("CHROMEDRIVER", &["chromedriver"]).context("apt: chromium-driver")?,
                Some(
                    program(
                        "CHROMIUM",
                        &["chromium", "chromium-browser", "google-chrome"],
                    )
                    .context("apt: chromium")?,
                ),
            ),
            Self::Firefox => (
                program("GECKODRIVER", &["geckodriver"])
                    .context("cargo install geckodriver, into .tools/cargo or PATH")?,
                Some(program("FIREFOX", &["firefox", "firefox-esr"]).context("apt: firefox-esr")?),
            ),
            Self::WebKit => {
                program("XVFB", &["Xvfb"]).context("apt: xvfb")?;
                let driver = program("WEBKITWEBDRIVER", &["WebKitWebDriver"])
                    .context("apt: webkit2gtk-driver")?;
                (driver, None)
            }
        };
        Ok(Installed {
            engine: self,
            driver,
            browser,
            colours: Colours::Own,
        })
    }
}

/// An engine that this machine has.
#[derive(Debug, Clone)]
pub struct Installed {
    /// Which engine.
    pub engine: Engine,
    /// The WebDriver server's program.
    pub driver: PathBuf,
    /// The browser's program, where the driver does not find it by itself.
    pub browser: Option<PathBuf>,
    /// Whose colours its pages have.
    pub colours: Colours,
}

/// Whose colours a browser's pages have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// Their own.
    Own,
    /// The system's, as with a contrast theme. Firefox alone can be started so.
    Forced,
}

impl Installed {
    /// The same, with pages of these colours.
    #[must_use]
    pub fn with(self, colours: Colours) -> Self {
        Self { colours, ..self }
    }

    /// The capabilities of a new session: headless, English, quiet, with a fresh profile.
    #[must_use]
    pub fn capabilities(&self) -> Value {
        let mut capabilities = match self.engine {
            Engine::Chromium => json!({
                "browserName": "chrome",
                "goog:loggingPrefs": {"browser": "ALL"},
                "goog:chromeOptions": {
                    "args": chromium_arguments(),
                    "prefs": {"intl.accept_languages": "en-GB,en"},
                },
            }),
            Engine::Firefox => json!({
                "browserName": "firefox",
                "moz:firefoxOptions": {
                    "args": ["-headless"],
                    "prefs": {
                        "intl.accept_languages": "en-GB, en",
                        "intl.locale.requested": "en-GB",
                        // Firefox otherwise skips over buttons and links on some desktops' settings.
                        "accessibility.tabfocus": 7,
                        // The console goes to the driver's log.
                        "devtools.console.stdout.content": true,
                        // 0: the system's colours where it wants that; 2: always.
                        "browser.display.document_color_use": match self.colours {
                            Colours::Own => 0,
                            Colours::Forced => 2,
                        },
                    },
                },
            }),
            // The driver knows its MiniBrowser and how to start it for automation.
            Engine::WebKit => json!({}),
        };
        // The trials' own servers have certificates that nobody vouches for.
        capabilities["acceptInsecureCerts"] = json!(true);
        if let Some(browser) = &self.browser {
            let options = match self.engine {
                Engine::Chromium => "goog:chromeOptions",
                Engine::Firefox => "moz:firefoxOptions",
                Engine::WebKit => "webkitgtk:browserOptions",
            };
            capabilities[options]["binary"] = json!(browser);
        }
        capabilities
    }
}

fn chromium_arguments() -> Vec<&'static str> {
    let mut arguments = vec![
        "--headless=new",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--lang=en-GB",
        "--window-size=1200,1000",
    ];
    if runs_as_root() {
        // Chromium refuses its sandbox to root, and a container's only user often is root.
        arguments.push("--no-sandbox");
    }
    arguments
}

/// Whether this process belongs to root; the browsers' own sandboxes refuse to work then.
#[must_use]
pub fn runs_as_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// The repository's root folder.
#[must_use]
pub fn repository() -> &'static Path {
    const CRATE: &str = env!("CARGO_MANIFEST_DIR");
    Path::new(CRATE)
        .ancestors()
        .nth(2)
        .unwrap_or(Path::new(CRATE))
}

/// A program: the one named by the environment variable, else the first found in the repository's tool folder or on
/// `PATH`.
fn program(variable: &str, names: &[&str]) -> Result<PathBuf> {
    if let Some(path) = env::var_os(variable) {
        return which::which(&path).with_context(|| format!("{variable} names {}", path.display()));
    }
    let tools = repository().join(".tools/cargo/bin");
    let path = env::var_os("PATH").unwrap_or_default();
    let folders =
        env::join_paths(std::iter::once(tools).chain(env::split_paths(&path))).context("PATH")?;
    names
        .iter()
        // Its one error says that there is no such program, which the message below says of all the names.
        .flat_map(|name| which::which_in_global(name, Some(&folders)))
        .flatten()
        .next()
        .with_context(|| format!("{} not found", names.join(" or ")))
}
