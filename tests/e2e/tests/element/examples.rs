//! The hosts of `examples/`, as they were built: unchanged but for what stands at the API's address.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use e2e::backend::{FIRM_ABC12345, Refresh, TOKEN};
use e2e::engine::repository;
use e2e::folder_server::FolderServer;
use e2e::stage::Stage;
use e2e::suite::Suite;
use tempfile::TempDir;
use walkdir::WalkDir;

/// Names the folder of the built examples; `target/examples` in the repository when unset.
const VARIABLE: &str = "REFERRAL_CONNECT_EXAMPLES";

pub(super) fn add(suite: &mut Suite) {
    suite.add("example_in_plain_html_sends", Refresh::Default, plain_html);
    suite.add("example_in_react_sends", Refresh::Default, react);
    suite.add(
        "example_in_react_under_development_sends",
        Refresh::Default,
        strict_react,
    );
    suite.add("example_in_vue_sends", Refresh::Default, vue);
    suite.add("example_in_svelte_sends", Refresh::Default, svelte);
    suite.add("example_in_angular_sends", Refresh::Default, angular);
}

async fn plain_html(stage: &mut Stage) -> Result<()> {
    sends(stage, "html").await
}

async fn react(stage: &mut Stage) -> Result<()> {
    sends(stage, "react").await
}

/// StrictMode renders, and runs effects, twice while a page is developed.
async fn strict_react(stage: &mut Stage) -> Result<()> {
    sends(stage, "react-development").await
}

async fn vue(stage: &mut Stage) -> Result<()> {
    sends(stage, "vue").await
}

async fn svelte(stage: &mut Stage) -> Result<()> {
    sends(stage, "svelte").await
}

async fn angular(stage: &mut Stage) -> Result<()> {
    sends(stage, "angular").await
}

/// The host's own code shows what `referral-sent` told it.
async fn sends(stage: &Stage, example: &str) -> Result<()> {
    let folder = copy(example, &stage.sandbox.origin())?;
    let site = FolderServer::start(folder.path(), "/").await?;
    let page = &stage.page;
    page.open(&format!("{}/", site.origin())).await?;
    page.send("ABC12345").await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    let uuid = stage.sandbox.connection().await?.uuid;
    page.see_text(&format!("Sent: {uuid}")).await?;
    let errors = page.browser().console_errors().await?;
    ensure!(errors.is_empty(), "the console says {errors:#?}");
    Ok(())
}

/// The example with a host's token, and with this sandbox in the place of the API.
fn copy(example: &str, sandbox: &str) -> Result<TempDir> {
    let built = built()?.join(example);
    ensure!(
        built.join("index.html").is_file(),
        "{} holds no example: `cargo xtask test --only package` builds them",
        built.display()
    );
    let folder = tempfile::tempdir()?;
    for entry in WalkDir::new(&built) {
        let entry = entry?;
        if entry.file_type().is_file() {
            let path = folder.path().join(entry.path().strip_prefix(&built)?);
            create_parent(&path)?;
            fs::copy(entry.path(), &path)?;
        }
    }
    fs::write(folder.path().join("plannr-token"), TOKEN)?;
    let page = folder.path().join("index.html");
    let text = fs::read_to_string(&page)?;
    let (before, after) = text
        .split_once("</head>")
        .context("the example has no head")?;
    fs::write(
        &page,
        format!("{before}{}</head>{after}", in_place_of_the_api(sandbox)),
    )?;
    Ok(folder)
}

fn create_parent(path: &Path) -> Result<()> {
    let parent = path.parent().context("a file lies in a folder")?;
    fs::create_dir_all(parent).with_context(|| format!("creating {}", parent.display()))
}

fn built() -> Result<PathBuf> {
    let folder =
        env::var_os(VARIABLE).map_or_else(|| repository().join("target/examples"), PathBuf::from);
    ensure!(folder.is_absolute(), "{VARIABLE} is not an absolute path");
    Ok(folder)
}

/// Sends to the sandbox what the element sends to the API's own address, which is its default.
fn in_place_of_the_api(sandbox: &str) -> String {
    format!(
        "<link rel=icon href=data:,><script>
            const send = fetch;
            window.fetch = async (what, options) => {{
                const request = new Request(what, options);
                const url = request.url.replace('https://api.plannrcrm.com', '{sandbox}');
                if (url === request.url) return send(what, options);
                const {{ method, headers, signal, redirect, credentials, cache }} = request;
                const body = method === 'GET' ? undefined : await request.text();
                return send(url, {{ method, headers, signal, redirect, credentials, cache, body }});
            }};
        </script>"
    )
}
