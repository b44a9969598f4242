//! The page where its server is out of reach: what the service worker keeps, and what it leaves alone.

use std::fs;

use anyhow::{Context, Result, ensure};
use e2e::backend::{FIRM_ABC12345, Refresh, TOKEN};
use e2e::built_page;
use e2e::folder_server::FolderServer;
use e2e::page::button;
use e2e::role::Role;
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, SOON, until};
use serde_json::Value;

const OUT_OF_REACH: &str = "The server of this page is out of reach";

pub(crate) fn add(suite: &mut Suite) {
    // A service worker and what it keeps are an origin's, as storage is: no other trial in the browser has it.
    suite.add("opens_without_its_server", Refresh::Default, opens);
    suite.add(
        "a_new_release_is_seen_at_once",
        Refresh::Default,
        new_release,
    );
    suite.add("keeps_nothing_when_off", Refresh::Default, off);
    suite.add("says_that_it_is_offline", Refresh::Default, says_offline);
}

/// What the browser keeps, by cache: the addresses.
const KEPT: &str = "
    const [done] = arguments;
    (async () => {
        const registration = await navigator.serviceWorker.getRegistration();
        const kept = {};
        for (const name of await caches.keys())
            kept[name] = (await (await caches.open(name)).keys()).map(({ url }) => url);
        return [registration?.active?.state ?? 'none', kept];
    })().then(done, (error) => done([`${error}`, {}]));";

type Kept = (String, serde_json::Map<String, Value>);

async fn kept(stage: &Stage) -> Result<Kept> {
    let session = stage.page.browser().session();
    Ok(session.execute_async(KEPT, Vec::new()).await?.convert()?)
}

/// Waits until the page is kept in one cache; answers with the addresses in it.
async fn see_kept(stage: &Stage, but_not: &str) -> Result<(String, Vec<String>)> {
    until("the page kept", SOON, async || {
        let (state, caches) = kept(stage).await?;
        let seen = format!("the worker is {state}, kept is {caches:?}");
        let mut caches = caches.into_iter();
        Ok(match (state.as_str(), caches.next(), caches.next()) {
            ("activated", Some((name, urls)), None) if name != but_not => {
                Look::Seen((name, serde_json::from_value(urls)?))
            }
            _ => Look::NotYet(seen),
        })
    })
    .await
}

async fn opens(stage: &mut Stage) -> Result<()> {
    stage.sandbox.let_page_be_kept().await?;
    stage.open_page().await?;
    let (_name, urls) = see_kept(stage, "").await?;
    let origin = stage.sandbox.origin();
    for url in &urls {
        let path = url.strip_prefix(&origin).context("of another origin")?;
        let is_own = path == "/"
            || [
                "form-",
                "icon-",
                "page-",
                "tokens-",
                "widget-",
                "referral-connect-",
            ]
            .iter()
            .any(|own| {
                path.strip_prefix('/')
                    .is_some_and(|path| path.starts_with(own))
            })
            || path.starts_with("/snippets/");
        ensure!(is_own && !path.contains('?'), "kept is {url}");
    }
    ensure!(urls.contains(&format!("{origin}/")), "no page in {urls:?}");

    // The element beside the page is as without a worker, and nothing of it is kept.
    let page = &stage.page;
    page.browser()
        .open(&format!("{origin}/gallery.html?state=pending"))
        .await?;
    page.see_text("All 1 reached.").await?;
    page.see_badge("Pending").await?;
    let (_name, urls_now) = see_kept(stage, "").await?;
    ensure!(urls_now == urls, "kept are now {urls_now:?}");
    stage.open_page().await?;

    // A request in doubt, and then nobody answers any more.
    let page = &stage.page;
    page.send("SLOW0030").await?;
    page.see_pending_record().await?;
    stage.sandbox.stop().await;
    let page = &stage.page;
    page.open(&format!("{origin}/?code=ABC")).await?;
    page.see_text(OUT_OF_REACH).await?;
    page.see_status(&["may have been sent"]).await?;
    page.see_pending_record().await?;
    // Codes are looked at as ever.
    page.press_send().await?;
    page.see_field_alert(&["3 characters"]).await?;
    // The token is nothing that is kept.
    let settings = page.setting(Role::Textbox, "Access token").await?;
    ensure!(settings.is_empty(), "the copy holds a token");
    let source: String = page
        .browser()
        .script("return document.documentElement.outerHTML", Vec::new())
        .await?;
    ensure!(!source.contains(TOKEN), "the copy holds the token");

    // What is not the page's is not answered for.
    for path in ["/frame.html", "/api/v1/logins", "/?/", "/sandbox/outbox"] {
        let answers: bool = page
            .browser()
            .session()
            .execute_async(
                "const [path, done] = arguments;
                 fetch(path).then(() => done(true), () => done(false));",
                vec![path.into()],
            )
            .await?
            .convert()?;
        ensure!(!answers, "{path} is answered for");
    }

    stage.sandbox.start_again().await?;
    stage.open_page().await?;
    let text = stage.page.browser().visible_text().await?;
    ensure!(!text.contains(OUT_OF_REACH), "it is online again");
    stage.page.see_status(&["Request sent to"]).await?;
    Ok(())
}

/// A page of two releases, one after the other at one address.
async fn new_release(stage: &mut Stage) -> Result<()> {
    let folder = tempfile::Builder::new()
        .prefix("referral-connect-e2e-releases-")
        .tempdir()?;
    built_page::copy_to(folder.path())?;
    let server = FolderServer::start(folder.path(), "/page").await?;
    let address = format!("{}/page/", server.origin());
    let page = &stage.page;
    page.open(&address).await?;
    let (first, urls) = see_kept(stage, "").await?;
    // A cache of somebody else's is left alone, and so is one of another folder's page.
    let others = ["somebody's", "referral-connect http://127.0.0.1/other/ 0"];
    for name in others {
        stage
            .page
            .browser()
            .session()
            .execute_async(
                "const [name, done] = arguments; caches.open(name).then(() => done());",
                vec![name.into()],
            )
            .await?;
    }

    let index = folder.path().join("index.html");
    let text = fs::read_to_string(&index)?;
    fs::write(
        &index,
        text.replace("<title>Referral Connect", "<title>Second Release"),
    )?;
    let worker = folder.path().join("referral-connect-offline.js");
    let script = fs::read_to_string(&worker)?;
    let release = first.rsplit(' ').next().context("a cache has a name")?;
    ensure!(script.contains(release), "the worker names its release");
    fs::write(&worker, script.replace(release, "second"))?;

    // At once, though the worker is still the first one's.
    page.open(&address).await?;
    page.see_text("Second Release").await?;
    until("the second release alone kept", SOON, async || {
        let (_state, caches) = kept(stage).await?;
        let names: Vec<&String> = caches.keys().collect();
        let is_second = |name: &&&String| name.ends_with(" second");
        let all_others = others.iter().all(|other| caches.contains_key(*other));
        Ok(
            match names.len() == 3 && all_others && names.iter().any(|name| is_second(&name)) {
                true => Look::Seen(()),
                false => Look::NotYet(format!("{names:?}")),
            },
        )
    })
    .await?;

    // A page that is not the release's is not kept in its place: a server that wants people to sign in, say.
    let script = fs::read_to_string(&worker)?;
    fs::write(&worker, script.replace("second", "third"))?;
    fs::write(
        &index,
        "<!doctype html><title>Sign in</title><p>Sign in</p>",
    )?;
    page.browser().open(&address).await?;
    page.see_text("Sign in").await?;
    let updated: String = page
        .browser()
        .session()
        .execute_async(
            "const [done] = arguments;
             navigator.serviceWorker.getRegistration()
                 .then((registration) => registration.update())
                 .then(async (registration) => {
                     const fresh = registration.installing;
                     if (!fresh) return 'nothing to install';
                     if (fresh.state === 'installing')
                         await new Promise((changed) => fresh.addEventListener('statechange', changed, { once: true }));
                     return fresh.state;
                 })
                 .then(done, (error) => done(`${error}`));",
            Vec::new(),
        )
        .await?
        .convert()?;
    ensure!(updated == "redundant", "the third is {updated}");
    drop(server);
    page.open(&address).await?;
    page.see_text("Second Release").await?;
    page.see_text(OUT_OF_REACH).await?;
    ensure!(urls.len() > 5, "kept were {urls:?}");
    Ok(())
}

async fn off(stage: &mut Stage) -> Result<()> {
    stage.sandbox.let_page_be_kept().await?;
    stage.open_page().await?;
    see_kept(stage, "").await?;
    stage.sandbox.keep_page_from_being_kept().await?;
    stage.open_page().await?;
    until("nothing kept", SOON, async || {
        let (state, caches) = kept(stage).await?;
        Ok(match state == "none" && caches.is_empty() {
            true => Look::Seen(()),
            false => Look::NotYet(format!("the worker is {state}, kept is {caches:?}")),
        })
    })
    .await?;
    stage.page.send("ABC12345").await?;
    stage
        .page
        .see_status(&["Request sent to", FIRM_ABC12345])
        .await?;
    stage.page.see_button(button::NEW_REQUEST).await
}

/// Has the browser say that it is offline or not.
const BE_ONLINE: &str = "
    const [isOnline] = arguments;
    Object.defineProperty(navigator, 'onLine', { get: () => isOnline, configurable: true });
    dispatchEvent(new Event(isOnline ? 'online' : 'offline'));";

async fn says_offline(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    let browser = page.browser();
    page.open_settings().await?;
    page.set_setting("API address", "https://api.plannr.example")
        .await?;
    let _nothing: Option<bool> = browser.script(BE_ONLINE, vec![false.into()]).await?;
    page.see_text("This device is offline. You can type a code")
        .await?;
    page.press("Test the connection").await?;
    page.see_status(&["device is offline"]).await?;
    page.send("ABC12345").await?;
    page.see_alert(&["nothing was sent", "offline"]).await?;
    // A sandbox on the device itself can be reached.
    page.set_setting("API address", &stage.sandbox.origin())
        .await?;
    until("no word of it", SOON, async || {
        let text = browser.visible_text().await?;
        Ok(match text.contains("You can type a code") {
            false => Look::Seen(()),
            true => Look::NotYet(text),
        })
    })
    .await?;
    page.press_send().await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    Ok(())
}
