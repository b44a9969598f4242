//! People who sign in: a portal's page behind the gateway, and a frame with a ticket.

use anyhow::{Context, Result, ensure};
use e2e::backend::{FIRM_ABC12345, Refresh};
use e2e::gateway::{Gateway, TICKET_SECRET};
use e2e::host_site::{Document, HostSite};
use e2e::page::{EmailLink, Page, REFRESH_LIMIT, button};
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, SOON, until};
use serde_json::Value;
use thirtyfour::prelude::*;

pub(crate) fn add(suite: &mut Suite) {
    suite.add(
        "gateway_signs_in_sends_and_signs_out",
        Refresh::Default,
        signs_in_sends_and_signs_out,
    );
    suite.add(
        "gateway_sends_once_whatever_is_pressed",
        Refresh::Default,
        sends_once,
    );
    suite.add("gateway_in_a_frame", Refresh::Default, in_a_frame);
}

/// In a window of its own: the whole way of a person, from signed out to signed out.
async fn signs_in_sends_and_signs_out(stage: &mut Stage) -> Result<()> {
    let gateway = Gateway::start(&stage.sandbox, "https://nobody.example").await?;
    let page = &stage.page;
    sign_in(page, &gateway).await?;
    page.send("ABC12345").await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    page.see_badge("Pending").await?;
    let posts = stage.sandbox.posts().await?;
    let [post] = posts.as_slice() else {
        anyhow::bail!("posted {posts:#?}");
    };
    for ours in ["cookie", "idempotency-key", "x-referral-connect", "origin"] {
        ensure!(!post.headers.contains_key(ours), "Plannr is told {ours}");
    }
    page.answer_email(&stage.sandbox.outbox(), EmailLink::Accept)
        .await?;
    page.see_badge_within(REFRESH_LIMIT, "Accepted").await?;
    let kept = page.everything_stored().await?;
    ensure!(!kept.contains("oken"), "the page keeps {kept}");
    page.press("Sign out").await?;
    see_link(page, "Sign in with Plannr").await?;
    let errors = page.browser().console_errors().await?;
    ensure!(errors.is_empty(), "the console says {errors:#?}");
    gateway.stop().await;
    Ok(())
}

/// A page that is left in the middle of a request, and a code that was sent to: nothing goes to the API a second time
/// without a confirmation.
async fn sends_once(stage: &mut Stage) -> Result<()> {
    let gateway = Gateway::start(&stage.sandbox, "https://nobody.example").await?;
    let page = &stage.page;
    sign_in(page, &gateway).await?;
    page.send("ABC12345").await?;
    page.see_badge("Pending").await?;
    page.press(button::NEW_REQUEST).await?;
    page.send("abc12345").await?;
    page.see_status(&["Send a second request?"]).await?;
    page.press(button::CANCEL).await?;
    page.see_no_button(button::CANCEL).await?;
    page.press_send().await?;
    page.see_status(&["Send a second request?"]).await?;
    stage.see_posted(&["ABC12345"]).await?;
    page.confirm_sending_again().await?;
    stage.see_posted(&["ABC12345", "abc12345"]).await?;
    page.see_no_pending_record().await?;

    page.reload().await?;
    page.see_form().await?;
    page.send("SLOW0030").await?;
    page.see_status(&["Sending your request"]).await?;
    let posted = ["ABC12345", "abc12345", "SLOW0030"];
    stage.see_posted(&posted).await?;
    let record = page.pending_record().await?.context("no record")?;
    let record: Value = serde_json::from_str(&record)?;
    let key = record[0]["idempotency_key"].as_str().unwrap_or_default();
    ensure!(key.len() == 36 && key.as_bytes()[14] == b'4', "{record}");
    page.reload().await?;
    page.see_badge("Pending").await?;
    // The first one has no answer yet.
    page.press(button::NEW_REQUEST).await?;
    page.send("SLOW0030").await?;
    page.see_status(&["may have been sent"]).await?;
    // Not stopped in peace: it would wait for that answer.
    stage.see_posted(&posted).await
}

/// In a sandboxed frame on a portal that has no path of its own for the gateway: no cookie, and no storage.
async fn in_a_frame(stage: &mut Stage) -> Result<()> {
    // The portal's address is part of the gateway's settings, and the gateway's of the portal's page.
    let site = HostSite::start(vec![Document::page("/", "<!doctype html>")]).await?;
    let portal = site.files();
    let gateway = Gateway::start(&stage.sandbox, &portal).await?;
    site.publish(Document::page("/portal", portal_page(gateway.origin())));
    let page = &stage.page;
    let browser = page.browser();
    browser.open(&format!("{portal}/portal")).await?;
    browser.script::<()>("return signIn();", Vec::new()).await?;
    follow(page, "Allow").await?;
    page.see_text("You are signed in").await?;
    browser.open(&format!("{portal}/portal")).await?;
    browser.listen_for_errors().await?;
    browser.script::<()>("show();", Vec::new()).await?;
    let frame = browser.session().find(By::Css("iframe")).await?;
    frame.enter_frame().await.context("entering the frame")?;
    let ready = "const form = document.querySelector('referral-connect');
        return form?.state === 'idle' && form.accountUuid !== '';";
    until("the form with an account", SOON, async || {
        // None while the frame's document is being loaded.
        let is_ready: Option<bool> = browser.script(ready, Vec::new()).await?;
        Ok(if is_ready == Some(true) {
            Look::Seen(())
        } else {
            Look::NotYet("none".to_owned())
        })
    })
    .await?;
    browser.script::<()>(NOTE_BEARERS, Vec::new()).await?;
    super::element::send_in_a_frame(stage).await?;
    page.see_text(FIRM_ABC12345).await?;
    page.see_text("Pending").await?;
    show_no_secrets(page).await?;
    stage.see_posted(&["ABC12345"]).await?;
    let uuid = stage.sandbox.connection().await?.uuid;
    until("the event", SOON, async || {
        let told: Option<String> = browser
            .script("return window.sent ?? null;", Vec::new())
            .await?;
        Ok(match told {
            Some(told) if told == uuid => Look::Seen(()),
            other => Look::NotYet(format!("{other:?}")),
        })
    })
    .await?;
    let errors = browser.console_errors().await?;
    ensure!(errors.is_empty(), "the console says {errors:#?}");
    page.answer_email(&stage.sandbox.outbox(), EmailLink::Accept)
        .await?;
    enter_frame(page).await?;
    until("the answer in the frame", REFRESH_LIMIT, async || {
        let shown = page.browser().visible_text().await?;
        Ok(if shown.contains("Accepted") {
            Look::Seen(())
        } else {
            Look::NotYet(shown)
        })
    })
    .await?;
    sign_out_in_a_frame(page).await?;
    gateway.stop().await;
    Ok(())
}

/// Keeps what the frame says who it is by, from now on.
const NOTE_BEARERS: &str = "const fetched = window.fetch;
    window.bearers = [];
    window.fetch = (what, how) => {
        const { headers } = what instanceof Request ? what : how;
        window.bearers.push(new Headers(headers).get('Authorization'));
        return fetched(what, how);
    };";

async fn enter_frame(page: &Page) -> Result<()> {
    let session = page.browser().session();
    session.enter_default_frame().await?;
    let frame = session.find(By::Css("iframe")).await?;
    frame.enter_frame().await.context("entering the frame")
}

/// In the frame, and out of it again: neither a session nor a ticket is in anything that is shown.
async fn show_no_secrets(page: &Page) -> Result<()> {
    let browser = page.browser();
    let bearers: Vec<String> = browser.script("return window.bearers;", Vec::new()).await?;
    let session = bearers
        .last()
        .and_then(|bearer| bearer.strip_prefix("Bearer "))
        .context("no session was sent")?;
    ensure!(session.len() > 16, "{session:?} is no session");
    let all = "return document.documentElement.outerHTML
        + document.querySelector('referral-connect').shadowRoot.innerHTML;";
    let shown: String = browser.script(all, Vec::new()).await?;
    ensure!(shown.contains("Pending"), "this is not all: {shown}");
    browser.session().enter_default_frame().await?;
    let tickets: Vec<String> = browser.script("return window.tickets;", Vec::new()).await?;
    ensure!(!tickets.is_empty(), "no ticket was asked for");
    let around: String = browser
        .script("return document.documentElement.outerHTML;", Vec::new())
        .await?;
    for secret in tickets.iter().map(String::as_str).chain([session]) {
        ensure!(!shown.contains(secret), "{secret} is in {shown}");
        ensure!(!around.contains(secret), "{secret} is in {around}");
        ensure!(
            !session.contains(secret) || secret == session,
            "a ticket is the session"
        );
    }
    Ok(())
}

/// As a host's own button would: the session ends at the gateway, and opens nothing after that. What the widget goes by can
/// be read, although the frame is another origin to the gateway.
async fn sign_out_in_a_frame(page: &Page) -> Result<()> {
    let out = "const headers = { 'X-Referral-Connect': '1', Authorization: window.bearers.at(-1) };
        const ask = (path, method) => fetch(path, { method, headers, credentials: 'omit' });
        const before = await ask('/auth/me', 'GET');
        const out = await ask('/auth/logout', 'POST');
        const after = await ask('/auth/me', 'GET');
        return [(await before.json()).signed_in, before.headers.has('Date'), out.status,
            (await after.json()).signed_in];";
    let script = format!("return (async () => {{ {out} }})();");
    let told: (bool, bool, u16, bool) = page.browser().script(&script, Vec::new()).await?;
    ensure!(told == (true, true, 204, false), "{told:?}");
    Ok(())
}

/// A portal whose page signs its tickets itself, as its backend would.
fn portal_page(gateway: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Portal</title><link rel=icon href=data:,>
         <form method=post action={gateway}/auth/login><input type=hidden name=ticket></form>
         <script type=module>
             import {{ connectFrame }} from '{gateway}/referral-connect-frame.js';
             const url = (bytes) => btoa(String.fromCharCode(...bytes))
                 .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
             const ticket = async () => {{
                 const text = new TextEncoder();
                 const part = (value) => url(text.encode(JSON.stringify(value)));
                 const exp = Math.floor(Date.now() / 1000) + 60;
                 const claims = part({{ alg: 'HS256' }}) + '.' + part({{ sub: 'u1', jti: crypto.randomUUID(), exp }});
                 const hmac = {{ name: 'HMAC', hash: 'SHA-256' }};
                 const key = await crypto.subtle.importKey('raw', text.encode(\"{TICKET_SECRET}\"), hmac, false, ['sign']);
                 const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, text.encode(claims)));
                 const made = claims + '.' + url(signature);
                 (window.tickets ??= []).push(made);
                 return made;
             }};
             window.signIn = async () => {{
                 const form = document.querySelector('form');
                 form.ticket.value = await ticket();
                 form.submit();
             }};
             window.show = () => {{
                 const frame = document.createElement('iframe');
                 frame.src = '{gateway}/frame.html';
                 frame.sandbox = 'allow-scripts allow-forms';
                 frame.title = 'Referral request';
                 frame.addEventListener('referral-sent', ({{ detail }}) => (window.sent = detail.connection.uuid));
                 document.body.append(frame);
                 connectFrame(frame, {{ getAccessToken: ticket, attributes: {{ refresh: '10' }} }});
             }};
         </script>"
    )
}

/// From the portal's page, by way of the sign-in's, back to the form.
async fn sign_in(page: &Page, gateway: &Gateway) -> Result<()> {
    page.browser().open(gateway.origin()).await?;
    follow(page, "Sign in with Plannr").await?;
    follow(page, "Allow").await?;
    until("the way back", SOON, async || {
        let address = page.browser().session().current_url().await?;
        Ok(match address.path() {
            "/" => Look::Seen(()),
            other => Look::NotYet(other.to_owned()),
        })
    })
    .await?;
    page.see_form().await?;
    page.browser().listen_for_errors().await
}

async fn follow(page: &Page, name: &str) -> Result<()> {
    see_link(page, name).await?.click().await?;
    Ok(())
}

async fn see_link(page: &Page, name: &str) -> Result<WebElement> {
    until(&format!("the link {name:?}"), SOON, async || {
        // Firefox answers nothing at all while one page gives way to the next.
        let links = match page.browser().select_all("a").await {
            Ok(links) => links,
            Err(error) => return Ok(Look::NotYet(format!("{error:#}"))),
        };
        let mut seen = Vec::new();
        for link in links {
            let text = page.browser().text(&link).await?;
            if text == name {
                return Ok(Look::Seen(link));
            }
            seen.push(text);
        }
        Ok(Look::NotYet(format!("{seen:?}")))
    })
    .await
}
