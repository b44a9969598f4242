//! The browsers that tests run in: finding them, and installing them where we may.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::progress::Steps;
use crate::project::Project;
use crate::tools::{self, GECKODRIVER, Lock, debian, find_on_path};

/// Names the engines that the end-to-end tests use, separated by commas.
const CHOICE_VARIABLE: &str = "E2E_BROWSERS";
/// Set to 1, it makes the end-to-end tests fail rather than skip what is not installed.
const REQUIRE_VARIABLE: &str = "E2E_REQUIRE_BROWSERS";

/// What one engine consists of.
struct Engine {
    name: &'static str,
    /// Each by the names that it may have; all are needed.
    programs: &'static [&'static [&'static str]],
    debian_packages: &'static [&'static str],
}

const CHROMIUM: Engine = Engine {
    name: "chromium",
    programs: &[CHROMIUM_NAMES, CHROMEDRIVER_NAMES],
    debian_packages: &["chromium", "chromium-driver"],
};
const CHROMIUM_NAMES: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const CHROMEDRIVER_NAMES: &[&str] = &["chromedriver"];

/// Its driver is one of our own tools.
const FIREFOX: Engine = Engine {
    name: "firefox",
    programs: &[FIREFOX_NAMES],
    debian_packages: &["firefox-esr"],
};
const FIREFOX_NAMES: &[&str] = &["firefox", "firefox-esr"];

const WEBKIT: Engine = Engine {
    name: "webkit",
    programs: &[&["WebKitWebDriver"], &["Xvfb"]],
    debian_packages: &["webkit2gtk-driver", "xvfb"],
};

impl Engine {
    fn is_installed(&self) -> bool {
        self.programs
            .iter()
            .all(|names| find_on_path(names).is_some())
    }
}

/// The installed browsers.
pub(crate) struct Browsers {
    chromium: PathBuf,
    chromedriver: PathBuf,
    firefox: Option<PathBuf>,
    geckodriver: Option<PathBuf>,
    complete: bool,
}

/// Which browsers a test step wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    ChromiumAlone,
    /// Those that the person chose, or all.
    Chosen,
}

impl Browsers {
    /// Finds the wanted browsers, and installs the missing ones where that is possible.
    ///
    /// # Errors
    /// Without Chromium. A missing other browser is announced, and its tests count as skipped.
    pub(crate) fn provide(project: &Project, wanted: Wanted) -> Result<Self> {
        let engines = match wanted {
            Wanted::ChromiumAlone => vec![CHROMIUM],
            Wanted::Chosen => chosen(),
        };
        let missing = || engines.iter().filter(|engine| !engine.is_installed());
        if missing().next().is_some() && debian::may_install() {
            let _lock = Lock::take(project)?;
            // One at a time: where one of them cannot be had, the others still can.
            for engine in missing() {
                let packages = engine.debian_packages;
                let title = format!("Installing {}: about a minute", packages.join(", "));
                let installed = Steps::new(1).step(title, || debian::install(packages));
                if let Err(error) = installed {
                    eprintln!("{error:#}");
                }
            }
        }
        for engine in missing() {
            eprintln!(
                "WARNING: {} is not installed, so ITS TESTS ARE SKIPPED. They need {} (Debian: {})",
                engine.name,
                engine
                    .programs
                    .iter()
                    .map(|names| names.join(" or "))
                    .collect::<Vec<_>>()
                    .join(", and "),
                engine.debian_packages.join(" ")
            );
        }
        let has_firefox = engines
            .iter()
            .any(|engine| engine.name == FIREFOX.name && engine.is_installed());
        if has_firefox {
            tools::install_missing(project, &[&GECKODRIVER])?;
        }
        let (Some(chromium), Some(chromedriver)) = (
            find_on_path(CHROMIUM_NAMES),
            find_on_path(CHROMEDRIVER_NAMES),
        ) else {
            bail!(
                "the tests need Chromium or Chrome, and chromedriver of the same version, on PATH. On Debian: \
                 `apt-get install {}`",
                CHROMIUM.debian_packages.join(" ")
            );
        };
        Ok(Self {
            complete: missing().next().is_none(),
            chromium,
            chromedriver,
            firefox: find_on_path(FIREFOX_NAMES).filter(|_| has_firefox),
            geckodriver: has_firefox.then(|| GECKODRIVER.path(project)).transpose()?,
        })
    }

    /// Tells wasm-bindgen's test runner to use Chromium.
    pub(crate) fn tell_component_tests(
        &self,
        project: &Project,
        command: &mut Command,
    ) -> Result<()> {
        let capabilities = capabilities(
            &project.read("webdriver.json")?,
            &self.chromium.display().to_string(),
            debian::runs_as_root(),
        )?;
        let path = project.wasm_target.join("webdriver.json");
        fs::create_dir_all(&project.wasm_target)
            .and_then(|()| fs::write(&path, capabilities))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        command
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", path)
            .env("CHROMEDRIVER", &self.chromedriver);
        // The runner takes the first driver of which it finds a variable.
        for other in [
            "GECKODRIVER",
            "GECKODRIVER_REMOTE",
            "SAFARIDRIVER",
            "SAFARIDRIVER_REMOTE",
        ] {
            command.env_remove(other);
        }
        Ok(())
    }

    /// Tells the end-to-end tests where the browsers are.
    pub(crate) fn tell_end_to_end_tests(&self, command: &mut Command) {
        command
            .env("CHROMIUM", &self.chromium)
            .env("CHROMEDRIVER", &self.chromedriver);
        if let Some(firefox) = &self.firefox {
            command.env("FIREFOX", firefox);
        }
        if let Some(geckodriver) = &self.geckodriver {
            command.env("GECKODRIVER", geckodriver);
        }
        if self.complete {
            command.env(REQUIRE_VARIABLE, "1");
        }
    }
}

/// The engines of the end-to-end tests. A name that is none of these is for the tests themselves to refuse.
fn chosen() -> Vec<Engine> {
    let all = vec![CHROMIUM, FIREFOX, WEBKIT];
    let Ok(choice) = env::var(CHOICE_VARIABLE) else {
        return all;
    };
    let is_chosen = |engine: &Engine| choice.split(',').any(|name| name.trim() == engine.name);
    all.into_iter().filter(is_chosen).collect()
}

/// The repository's capabilities, with the browser that we found. Chromium refuses its own sandbox to root, whom
/// containers run everything as.
fn capabilities(template: &str, chromium: &str, as_root: bool) -> Result<String> {
    const OPTIONS: &str = "\"goog:chromeOptions\": {";
    const ARGUMENTS: &str = "\"args\": [";
    for marker in [OPTIONS, ARGUMENTS] {
        if template.matches(marker).count() != 1 {
            bail!("webdriver.json does not hold `{marker}` once");
        }
    }
    let with_browser = template.replace(
        OPTIONS,
        &format!("{OPTIONS}\n    \"binary\": {chromium:?},"),
    );
    Ok(if as_root {
        with_browser.replace(ARGUMENTS, &format!("{ARGUMENTS}\n      \"--no-sandbox\","))
    } else {
        with_browser
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_alone_goes_without_chromiums_sandbox() {
        let template = include_str!("../../webdriver.json");
        let of_root = capabilities(template, "/usr/bin/chromium", true).expect("it fits");
        assert!(of_root.contains("\"--no-sandbox\",\n"), "{of_root}");
        assert!(
            of_root.contains("\"binary\": \"/usr/bin/chromium\",\n"),
            "{of_root}"
        );
        let of_others = capabilities(template, "/usr/bin/chromium", false).expect("it fits");
        assert!(!of_others.contains("--no-sandbox"), "{of_others}");
        assert!(capabilities("{}", "/usr/bin/chromium", true).is_err());
    }
}
