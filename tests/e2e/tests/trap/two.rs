//! Two instances of the module on one page: a trap in one is none in the other.

use std::fs;

use anyhow::{Context, Result, ensure};
use e2e::backend::{FIRM_ABC12345, TOKEN};
use e2e::built_page;
use e2e::folder_server::FolderServer;
use e2e::page::Page;
use e2e::stage::Stage;
use e2e::wait::{Look, SOON, until};
use tempfile::TempDir;

use super::ways::{Way, trap};
use super::{NOTHING_UNDER_WAY, STOPPED, posted};

/// Whichever of the two traps, by whichever way, the other one sends.
pub(super) async fn one_of_two(stage: &mut Stage) -> Result<()> {
    let two = TwoInstances::serve(stage).await?;
    let mut expected = 0;
    for (dies, way) in [
        (0, Way::Memory),
        (1, Way::Memory),
        (0, Way::Panic),
        (1, Way::Panic),
        (0, Way::Stack),
        (1, Way::Stack),
    ] {
        two.open(&stage.page).await?;
        let trapped = trap(stage, dies, way).await;
        trapped.with_context(|| format!("instance {dies}, {way:?}"))?;
        let page = &stage.page;
        page.see_alert(&[STOPPED, NOTHING_UNDER_WAY]).await?;
        let panels: Vec<bool> = page
            .browser()
            .script(
                "return [...document.querySelectorAll('main')].map((main) =>
                     main.querySelector('[data-kind=stopped]') !== null)",
                Vec::new(),
            )
            .await?;
        ensure!(
            panels == [dies == 0, dies == 1],
            "{way:?} in instance {dies}: panels in {panels:?}"
        );
        expected += 1;
        page.clear_code().await?;
        page.send("ABC12345").await?;
        page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
        posted(stage, expected).await?;
    }
    Ok(())
}

/// The built page with a second instance of the module below the first: the same glue code under another address has
/// an instance of its own. On another origin than the API, for the sandbox serves the page as it is.
struct TwoInstances {
    site: FolderServer,
    _folder: TempDir,
}

impl TwoInstances {
    async fn serve(stage: &Stage) -> Result<Self> {
        let built = built_page::folder()?;
        let folder = tempfile::Builder::new()
            .prefix("referral-connect-e2e-two-")
            .tempdir()?;
        let page = fs::read_to_string(built.join("index.html"))?;
        let (head, body) = page.split_once("</head>").context("the page has a head")?;
        let head = format!(
            "{head}<meta name=referral-connect-endpoint content='{}'>
             <meta name=referral-connect-token content='{TOKEN}'>
             <meta name=referral-connect-offline content=off>
             <script type=module>
                 addEventListener('TrunkApplicationStarted', async (event) => {{
                     const glue = document.querySelector('link[rel=modulepreload]').href;
                     const module_or_path = document.querySelector('link[rel=preload][as=fetch]').href;
                     const second = await import(`${{glue}}?second`);
                     window.instances = [event.detail.wasm, await second.default({{ module_or_path }})];
                 }});
             </script></head>",
            stage.sandbox.origin()
        );
        built_page::copy_to(folder.path())?;
        fs::write(folder.path().join("index.html"), head + body)?;
        let site = FolderServer::start(folder.path(), "/two").await?;
        Ok(Self {
            site,
            _folder: folder,
        })
    }

    async fn open(&self, page: &Page) -> Result<()> {
        let browser = page.browser();
        browser
            .open(&format!("{}/two/", self.site.origin()))
            .await?;
        until("two instances, each with its account", SOON, async || {
            let accounts = browser.select_all(".page-account:not(:empty)").await?.len();
            Ok(match accounts {
                2 => Look::Seen(()),
                fewer => Look::NotYet(format!("{fewer}")),
            })
        })
        .await
    }
}
