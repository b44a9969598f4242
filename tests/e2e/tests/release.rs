//! The built files: that they load, quietly, from where people will put them.

use anyhow::{Context, Result, ensure};
use e2e::backend::{ACCOUNT_UUID, FIRM_ABC12345, Refresh, TOKEN};
use e2e::built_page;
use e2e::folder_server::FolderServer;
use e2e::page::REFRESH_LIMIT;
use e2e::role::Role;
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, SOON, until};

pub(crate) fn add(suite: &mut Suite) {
    suite.add(
        "works_from_a_folder_of_another_site",
        Refresh::Default,
        works_from_a_folder,
    );
    suite.add("streams_its_wasm", Refresh::Default, streams_its_wasm);
    suite.add("reports_no_error_on_the_console", Refresh::Quick, no_error);
}

async fn streams_its_wasm(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let browser = stage.page.browser();
    let loaded: Vec<String> = browser
        .script(
            // WebKit lists a preloaded file twice: as preloaded and as fetched.
            "return [...new Set(performance.getEntriesByType('resource')
                 .map((entry) => entry.name)
                 .filter((name) => new URL(name).pathname.endsWith('.wasm')))]",
            Vec::new(),
        )
        .await?;
    ensure!(loaded.len() == 1, "the wasm files loaded are {loaded:?}");
    let address = loaded.first().context("there is one")?;
    let reply = reqwest::get(address).await?.error_for_status()?;
    let content_type = reply
        .headers()
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    ensure!(
        content_type.as_deref() == Some("application/wasm"),
        "{address} comes as {content_type:?}: it would not be streamed"
    );
    let bytes = reply.bytes().await?;
    ensure!(bytes.starts_with(b"\0asm"), "{address} is no wasm module");
    // The very file compiles by streaming in this browser, under the page's own policy.
    let exports: u32 = browser
        .session()
        .execute_async(
            "const [address, done] = arguments;
             WebAssembly.compileStreaming(fetch(address))
                 .then((module) => done(WebAssembly.Module.exports(module).length), () => done(0));",
            vec![address.as_str().into()],
        )
        .await?
        .convert()?;
    ensure!(exports > 0, "{address} does not compile by streaming");
    Ok(())
}

async fn no_error(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    stage.page.send("ACCEPTED").await?;
    stage.page.see_badge("Pending").await?;
    stage
        .page
        .see_badge_within(REFRESH_LIMIT, "Accepted")
        .await?;
    let errors = stage.page.browser().console_errors().await?;
    ensure!(errors.is_empty(), "the console says {errors:#?}");
    Ok(())
}

/// The page in a sub-folder of another origin than the API's: relative addresses, and the preflight of CORS.
async fn works_from_a_folder(stage: &mut Stage) -> Result<()> {
    let path = "/some/folder";
    let site = FolderServer::start(&built_page::folder()?, path).await?;
    let page = &stage.page;
    page.open(&format!("{}{path}/", site.origin())).await?;
    page.open_settings().await?;
    page.set_setting("API address", &stage.sandbox.origin())
        .await?;
    page.set_setting("Access token", TOKEN).await?;
    // With address and token given, the accounts arrive and the preferred one is chosen.
    until("the account chosen", SOON, async || {
        let chosen = page.setting(Role::Choice, "Account").await?;
        Ok(if chosen == ACCOUNT_UUID {
            Look::Seen(())
        } else {
            Look::NotYet(format!("{chosen:?} is chosen"))
        })
    })
    .await?;
    page.send("ABC12345").await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    let connection = stage.sandbox.connection().await?;
    page.see_countdown(&connection.expires_at).await?;
    let posts = stage.sandbox.posts().await?;
    ensure!(posts.len() == 1, "{} requests were posted", posts.len());
    let origin = posts.first().and_then(|post| post.headers.get("origin"));
    ensure!(
        origin == Some(&site.origin()),
        "the request's origin is {origin:?}"
    );

    // On another origin the server's headers cannot be read, so the wait after too many requests is a minute.
    page.press("New request").await?;
    page.send("THROTTLE").await?;
    page.see_alert(&["too many"]).await?;
    until("a wait of a minute", SOON, async || {
        let text = page.browser().visible_text().await?;
        let counted = text.contains("in 1 minute")
            || (50..60).any(|seconds| text.contains(&format!("in {seconds} second")));
        Ok(if counted {
            Look::Seen(())
        } else {
            Look::NotYet(text)
        })
    })
    .await
}
