//! The page on a site of its own, where a script of the trial's runs before the page does.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::backend::TOKEN;
use crate::browser::one_line;
use crate::built_page;
use crate::folder_server::FolderServer;
use crate::page::Page;
use crate::stage::Stage;
use crate::wait::{Look, SOON, until};

/// Puts the page's own documents under other scripts' hands before its own scripts run: listens for errors, keeps all
/// that is told, with the record as it was at that moment, and holds back the answers to posts when it is told to.
const LISTENER: &str = "
    window.errorsHeard = [];
    const report = console.error;
    console.error = (...words) => {
        window.errorsHeard.push(words.join(' '));
        report.apply(console, words);
    };
    addEventListener('error', (event) => window.errorsHeard.push(`uncaught: ${event.message}`));
    addEventListener('unhandledrejection', (event) => window.errorsHeard.push(`unhandled: ${event.reason}`));

    window.toldSoFar = [];
    new MutationObserver(() => {
        const regions = [...document.querySelectorAll('[role=status], [role=alert]')];
        const text = regions.map((region) => region.innerText).join(' ').trim();
        if (text === '' || text === window.toldSoFar.at(-1)?.[0]) return;
        let record = null;
        try {
            record = localStorage.getItem('referral-connect.pending');
        } catch {
            // This trial's own doing.
        }
        window.toldSoFar.push([text, record]);
    }).observe(document, { childList: true, characterData: true, subtree: true });

    const reallyFetch = window.fetch;
    window.fetch = async (request, ...more) => {
        const answer = await reallyFetch.call(window, request, ...more);
        if (window.holdsAnswers && request.method === 'POST') {
            await new Promise((release) => { window.releaseAnswer = release; });
        }
        return answer;
    };
";

/// The page on a site of its own, on another origin than the API, with a script of the trial's before its own ones.
#[derive(Debug)]
pub struct Site {
    server: FolderServer,
    _folder: TempDir,
}

impl Site {
    /// Serves a copy of the built page that is set up for the sandbox of the stage. `first` runs before anything of the
    /// page does.
    ///
    /// # Errors
    /// When the copy cannot be made or served.
    pub async fn start(stage: &Stage, first: &str) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("referral-connect-e2e-site-")
            .tempdir()
            .context("creating the site's folder")?;
        built_page::copy_to(folder.path())?;
        let index = folder.path().join("index.html");
        let page = fs::read_to_string(&index)?;
        let head = page.find("<meta").context("the page has no head")?;
        let (before, after) = page.split_at(head);
        let api = stage.sandbox.origin();
        let metas = format!(
            "<meta charset=utf-8><script src=first.js></script>\
             <meta name=referral-connect-endpoint content=\"{api}\">\
             <meta name=referral-connect-token content=\"{TOKEN}\">\
             <meta name=referral-connect-offline content=off>"
        );
        fs::write(&index, format!("{before}{metas}{after}"))?;
        fs::write(
            folder.path().join("first.js"),
            format!("{{{LISTENER}}}\n{{{first}}}"),
        )?;
        fs::write(folder.path().join("second.js"), second_mount(&page)?)?;
        fs::write(
            folder.path().join("none.html"),
            "<!doctype html><title>None</title><link rel=icon href=data:,>",
        )?;
        fs::write(
            folder.path().join("two.html"),
            "<!doctype html><title>Two</title><link rel=icon href=data:,>\
             <iframe src=index.html width=600 height=900></iframe><iframe src=index.html width=600 height=900></iframe>",
        )?;
        Ok(Self {
            server: FolderServer::start(folder.path(), "/page").await?,
            _folder: folder,
        })
    }

    /// The page's address.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}/page/", self.server.origin())
    }

    /// The address of a document of the site that has the page in it twice, in frames.
    #[must_use]
    pub fn two_frames(&self) -> String {
        format!("{}two.html", self.address())
    }

    /// The address of a document on the same origin that has no widget in it.
    #[must_use]
    pub fn no_widget(&self) -> String {
        format!("{}none.html", self.address())
    }
}

/// A script that starts the page's program a second time: under another address it is another module.
fn second_mount(page: &str) -> Result<String> {
    let between = |start: &str| {
        let (_before, after) = page.split_once(start)?;
        Some(after.split_once('\'')?.0)
    };
    let glue = between("import init, * as bindings from '").context("the glue's name")?;
    let wasm = between("module_or_path: '").context("the wasm's name")?;
    Ok(format!(
        "import init from '{glue}?second';\nawait init({{ module_or_path: '{wasm}' }});\n"
    ))
}

impl Page {
    /// Opens the page, of a [`Site`] or of the sandbox, and waits until it can send. Unlike [`Page::open`] and
    /// [`Stage::open_page`] this says no word to the storage and asks for no roles, which takes its time.
    ///
    /// # Errors
    /// When it does not get ready.
    pub async fn open_site(&self, address: &str) -> Result<()> {
        self.browser.open(address).await?;
        self.see_accounts_chosen(1).await
    }

    /// Starts the page's program a second time in this document of a [`Site`].
    ///
    /// # Errors
    /// When there are not two widgets then.
    pub async fn start_a_second_widget(&self) -> Result<()> {
        self.browser
            .script::<Value>(
                "const script = document.createElement('script');
                 script.type = 'module';
                 script.src = 'second.js';
                 document.head.append(script);",
                Vec::new(),
            )
            .await?;
        self.see_accounts_chosen(2).await
    }

    /// Everything that the status and the alert of a [`Site`]'s page said since it was loaded, on one line.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn told_so_far(&self) -> Result<String> {
        let told: Vec<(String, Option<String>)> = self
            .browser
            .script("return window.toldSoFar", Vec::new())
            .await?;
        let texts: Vec<String> = told.iter().map(|(text, _record)| one_line(text)).collect();
        Ok(texts.join(" | "))
    }

    /// Checks that a [`Site`]'s page said all of these since it was loaded.
    ///
    /// # Errors
    /// When it did not.
    pub async fn was_told(&self, fragments: &[&str]) -> Result<()> {
        let told = self.told_so_far().await?;
        for fragment in fragments {
            ensure!(told.contains(fragment), "{fragment:?} is not in {told:?}");
        }
        Ok(())
    }

    /// From now on a [`Site`]'s page gets no answer to a post before [`Page::let_the_answer_through`].
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn hold_answers(&self) -> Result<()> {
        self.browser
            .script("window.holdsAnswers = true", Vec::new())
            .await
    }

    /// Lets the answer that is held back through, once it is there.
    ///
    /// # Errors
    /// When there is none.
    pub async fn let_the_answer_through(&self) -> Result<()> {
        until("an answer that is held back", SOON, async || {
            let released: bool = self
                .browser
                .script(
                    "if (!window.releaseAnswer) return false;
                     window.releaseAnswer();
                     return true;",
                    Vec::new(),
                )
                .await?;
            Ok(if released {
                Look::Seen(())
            } else {
                Look::NotYet("none arrived".into())
            })
        })
        .await
    }

    /// Writes over the record of unconfirmed requests, as others than the widget may.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn plant_record(&self, record: &str) -> Result<()> {
        self.browser
            .script(
                "localStorage.setItem('referral-connect.pending', arguments[0]);",
                vec![json!(record)],
            )
            .await
    }

    /// Goes to another address so that the page that is open ends: there is no way back to it, so no browser keeps it.
    ///
    /// # Errors
    /// When the browser does not go there.
    pub async fn leave_for_good(&self, address: &str) -> Result<()> {
        self.browser
            .script::<Value>(
                "window.location.replace(arguments[0])",
                vec![json!(address)],
            )
            .await?;
        until(&format!("the browser at {address}"), SOON, async || {
            // Between two documents Firefox answers with nothing.
            let is_there: Option<bool> = self
                .browser
                .script(
                    "return document.URL === arguments[0] && document.readyState === 'complete'",
                    vec![json!(address)],
                )
                .await?;
            Ok(if is_there == Some(true) {
                Look::Seen(())
            } else {
                Look::NotYet("it is elsewhere".into())
            })
        })
        .await
    }

    /// Removes everything that the widget keeps, except for the account.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn forget_records(&self) -> Result<()> {
        self.browser
            .script(
                "for (const entry of Object.keys(localStorage)) {
                     if (entry.startsWith('referral-connect.')) localStorage.removeItem(entry);
                 }",
                Vec::new(),
            )
            .await
    }
}
