//! The gallery: the page with every state of the widget.

use std::time::Duration;

use anyhow::{Result, bail};
use serde::Deserialize;
use serde_json::json;

use crate::browser::Browser;
use crate::host_site::HostSite;
use crate::wait::{Look, until};

/// The longest that the page may take: what a state is given by itself, and some more for the others.
const LIMIT: Duration = Duration::from_secs(40);

/// How the page says that it has tried all states, and what it says of them.
const STANDS: &str = "
    return {
        ready: document.documentElement.dataset.ready ?? '',
        words: document.querySelector('output')?.textContent ?? '',
    };
";

/// Sets a control of the page, as a person's choice would.
const CHOOSE: &str = "
    const [name, value] = arguments;
    const control = document.querySelector(`select[name=${name}]`);
    control.value = value;
    if (control.value !== value) throw new Error(`${name} cannot be ${value}`);
    control.dispatchEvent(new Event('change'));
";

/// A served gallery.
#[derive(Debug)]
pub struct Gallery {
    site: HostSite,
}

#[derive(Deserialize)]
struct Stands {
    ready: String,
    words: String,
}

impl Gallery {
    /// Serves it on a port of its own.
    ///
    /// # Errors
    /// When there is no built page or no port.
    pub async fn start() -> Result<Self> {
        Ok(Self {
            site: HostSite::start(Vec::new()).await?,
        })
    }

    /// Opens it with a query such as `theme=dark&state=pending`, and waits until all its states are reached.
    ///
    /// # Errors
    /// When one is not: says which, and why.
    pub async fn open(&self, browser: &Browser, query: &str) -> Result<()> {
        let address = format!("{}/gallery.html?{query}", self.site.files());
        browser.open(&address).await?;
        let words = until("the gallery's states", LIMIT, async || {
            let stands: Stands = browser.script(STANDS, Vec::new()).await?;
            Ok(match stands.ready.as_str() {
                "yes" => Look::Seen(None),
                "no" => Look::Seen(Some(stands.words)),
                _ => Look::NotYet(stands.words),
            })
        })
        .await?;
        match words {
            None => Ok(()),
            Some(words) => bail!("the gallery says: {words}"),
        }
    }

    /// The site that it is on.
    #[must_use]
    pub fn site(&self) -> &HostSite {
        &self.site
    }
}

/// Sets one of the gallery's controls.
///
/// # Errors
/// When it has no such value.
pub async fn choose(browser: &Browser, control: &str, value: &str) -> Result<()> {
    let _nothing: Option<bool> = browser
        .script(CHOOSE, vec![json!(control), json!(value)])
        .await?;
    Ok(())
}
