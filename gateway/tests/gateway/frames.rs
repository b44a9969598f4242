//! Frames: a ticket of the partner's backend, and a session that the frame holds in memory.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::json;
use sha2::Sha256;
use tokio::task::JoinSet;

use crate::{
    browser::{Answer, Browser, CREATE, answer, new_key},
    database,
    keys::NEW_KEY,
    stage::{Stage, TICKET_SECRET},
};

/// What a partner's backend does.
pub(crate) fn ticket(user: &str, expires_s: u64) -> String {
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    let claims = json!({ "sub": user, "jti": new_key(), "exp": expires_s });
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let text = format!("{header}.{claims}");
    let mut mac = Hmac::<Sha256>::new_from_slice(TICKET_SECRET.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{text}.{signature}")
}

fn fresh(stage: &Stage, user: &str) -> String {
    ticket(user, stage.now_s() + 60)
}

/// A request of a sandboxed frame.
pub(crate) fn frame_asks(browser: &Browser, method: Method, path: &str) -> RequestBuilder {
    browser
        .bare(method, path)
        .header("x-referral-connect", "1")
        .header("origin", "null")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/json")
}

pub(crate) async fn exchange(browser: &Browser, ticket: &str) -> Answer {
    let request = frame_asks(browser, Method::POST, "/auth/frame-session");
    answer(request.body(json!({ "ticket": ticket }).to_string())).await
}

pub(crate) fn press(browser: &Browser, session: &str, code: &str) -> RequestBuilder {
    frame_asks(browser, Method::POST, CREATE)
        .header("x-plannr-account-uuid", &browser.account)
        .bearer_auth(session)
        .header("idempotency-key", new_key())
        .body(json!({ "adviser_key": code }).to_string())
}

const PORTAL: &str = "https://portal-of-the-partner.example";
const CHANGES: [(&str, &str); 1] = [("GATEWAY_FRAME_ANCESTORS", PORTAL)];

/// A form on a page, sent in a window of its own.
pub(crate) fn form(window: &Browser, origin: &str, ticket: &str) -> RequestBuilder {
    window
        .bare(Method::POST, "/auth/login")
        .header("origin", origin)
        .header("sec-fetch-site", "cross-site")
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "document")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("ticket={ticket}"))
}

/// Signs a partner's user in.
async fn sign_in(stage: &Stage, user: &str) {
    let mut window = stage.browser();
    let departure = window.get(form(&window, PORTAL, &fresh(stage, user))).await;
    assert_eq!(departure.status, StatusCode::SEE_OTHER, "{departure:?}");
    let state = window.state_in(&departure);
    let back = format!("/auth/callback?code={}&state={state}", new_key());
    let arrived = window.get(window.navigation(&back)).await;
    assert_eq!(arrived.status, StatusCode::OK, "{arrived:?}");
    assert!(
        window.cookies.is_empty(),
        "no cookie for a frame: {:?}",
        window.cookies
    );
}

/// A link, or a form elsewhere, that somebody made with their own ticket: whoever follows it would sign in for them.
#[tokio::test]
async fn only_the_partners_page_has_its_user_sign_in() {
    let stage = Stage::with(database::sqlite(), &CHANGES).await;
    let mut window = stage.browser();
    for origin in ["https://evil.example", "null", crate::stage::ORIGIN] {
        let refused = window
            .get(form(&window, origin, &fresh(&stage, "evil")))
            .await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{origin}");
        assert!(window.cookies.is_empty());
    }
    let without = form(&window, PORTAL, &fresh(&stage, "evil"))
        .build()
        .unwrap();
    let mut headers = without.headers().clone();
    headers.remove("origin");
    let without = window.bare(Method::POST, "/auth/login").headers(headers);
    let without = without.body(format!("ticket={}", fresh(&stage, "evil")));
    assert_eq!(answer(without).await.status, StatusCode::FORBIDDEN);
    // A ticket in a link is not looked at: it leads to a session of that browser's own.
    let link = format!("/auth/login?ticket={}", fresh(&stage, "evil"));
    let state = window.depart(&link).await;
    let back = format!("/auth/callback?code={}&state={state}", new_key());
    window.get(window.navigation(&back)).await;
    assert_eq!(window.cookies.len(), 1);
    let theirs = exchange(&stage.browser(), &fresh(&stage, "evil")).await;
    assert_eq!(
        theirs.status,
        StatusCode::CONFLICT,
        "nobody has signed in for them"
    );
    stage.stop().await;
}

#[tokio::test]
async fn a_frame_sends_with_a_ticket_and_without_a_cookie() {
    for database in database::each().await {
        let stage = Stage::with(database, &CHANGES).await;
        let mut frame = stage.browser();
        let early = exchange(&frame, &fresh(&stage, "u1")).await;
        assert_eq!(
            early.status,
            StatusCode::CONFLICT,
            "not signed in with Plannr yet"
        );
        sign_in(&stage, "u1").await;
        let opened = exchange(&frame, &fresh(&stage, "u1")).await;
        assert_eq!(opened.status, StatusCode::OK, "{opened:?}");
        assert_eq!(opened.header("access-control-allow-origin"), "null");
        assert!(opened.set_cookies().is_empty());
        let session = opened.json()["session"].as_str().unwrap().to_owned();
        opened.json()["account_uuid"]
            .as_str()
            .unwrap()
            .clone_into(&mut frame.account);
        let sent = answer(press(&frame, &session, "AAAA0001")).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{sent:?}");
        let post = &stage.plannr.posts()[0];
        assert!(!post.headers["authorization"].contains(&session));
        // Another user of the same partner is somebody else.
        assert_eq!(
            exchange(&frame, &fresh(&stage, "u2")).await.status,
            StatusCode::CONFLICT
        );
        // Signed out is signed out.
        let out = frame_asks(&frame, Method::POST, "/auth/logout").bearer_auth(&session);
        assert_eq!(answer(out).await.status, StatusCode::NO_CONTENT);
        let sent = answer(press(&frame, &session, "AAAA0002")).await;
        assert_eq!(sent.status, StatusCode::UNAUTHORIZED);
        stage.stop().await;
    }
}

/// A sandboxed frame is another origin to the gateway, although it serves it: what it may read has to be named.
#[tokio::test]
async fn a_frame_reads_what_the_widget_goes_by() {
    let changes = [CHANGES[0], ("GATEWAY_SENDS_PER_HOUR", "1")];
    let stage = Stage::with(database::sqlite(), &changes).await;
    sign_in(&stage, "u1").await;
    let mut frame = stage.browser();
    let opened = exchange(&frame, &fresh(&stage, "u1")).await;
    let session = opened.json()["session"].as_str().unwrap().to_owned();
    opened.json()["account_uuid"]
        .as_str()
        .unwrap()
        .clone_into(&mut frame.account);
    let key = new_key();
    let send = |key: &str| {
        frame_asks(&frame, Method::POST, CREATE)
            .header("x-plannr-account-uuid", &frame.account)
            .bearer_auth(&session)
            .header("idempotency-key", key)
            .body(json!({ "adviser_key": "AAAA0001" }).to_string())
    };
    let sent = answer(send(&key)).await;
    let replayed = answer(send(&key)).await;
    let too_many = answer(send(&new_key()).header("x-referral-confirmed", "1")).await;
    for (answer, header) in [
        (&sent, "date"),
        (&replayed, "idempotency-replayed"),
        (&too_many, "retry-after"),
    ] {
        assert_ne!(answer.header(header), "", "{answer:?}");
        let exposed = answer.header("access-control-expose-headers");
        assert!(
            exposed.split(", ").any(|name| name == header),
            "{header}: {answer:?}"
        );
    }
    // Pages of the gateway's own origin read everything, and others nothing.
    let page = stage.signed_in().await;
    let asked = answer(page.page_asks(Method::GET, CREATE)).await;
    assert_eq!(asked.header("access-control-expose-headers"), "");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_counts_once_for_a_minute_and_with_the_secret() {
    for database in database::each().await {
        let shared = database.is_shared();
        let stage = Stage::with(database, &CHANGES).await;
        let other = if shared {
            Some(stage.another().await)
        } else {
            None
        };
        let other_address = other
            .as_ref()
            .map_or(stage.address(), |other| other.address());
        sign_in(&stage, "u1").await;
        let frame = stage.browser();
        let ticket_of_all = fresh(&stage, "u1");
        let mut exchanges = JoinSet::new();
        for index in 0..20 {
            let address = if index % 2 == 0 {
                stage.address()
            } else {
                other_address
            };
            let (frame, ticket) = (frame.at(address), ticket_of_all.clone());
            exchanges.spawn(async move { exchange(&frame, &ticket).await.status });
        }
        let taken = exchanges.join_all().await;
        let taken = taken.iter().filter(|status| **status == StatusCode::OK);
        assert_eq!(taken.count(), 1);
        // A ticket that signs somebody in is used up as well.
        let window = stage.browser();
        let again = answer(form(&window, PORTAL, &ticket_of_all)).await;
        assert_eq!(again.status, StatusCode::FORBIDDEN);

        let good = fresh(&stage, "u1");
        let too_long = ticket("u1", stage.now_s() + 120);
        let other_end = if good.ends_with('A') { 'E' } else { 'A' };
        let forged = format!("{}{other_end}", &good[..good.len() - 1]);
        for bad in [too_long.as_str(), forged.as_str(), "", "a.b"] {
            assert_eq!(
                exchange(&frame, bad).await.status,
                StatusCode::FORBIDDEN,
                "{bad}"
            );
        }
        stage.advance(Duration::from_secs(61));
        assert_eq!(exchange(&frame, &good).await.status, StatusCode::FORBIDDEN);
        if let Some(other) = other {
            other.stop().await;
        }
        stage.stop().await;
    }
}

#[tokio::test]
async fn the_ways_of_a_session_are_not_mixed() {
    let stage = Stage::with(database::sqlite(), &CHANGES).await;
    sign_in(&stage, "u1").await;
    let frame = stage.browser();
    let opened = exchange(&frame, &fresh(&stage, "u1")).await;
    let session = opened.json()["session"].as_str().unwrap().to_owned();
    // A frame's session as a cookie.
    let mut page = stage.browser();
    page.cookies
        .insert("__Host-referral-connect".to_owned(), session.clone());
    assert_eq!(
        page.send("AAAA0001", &new_key()).await.status,
        StatusCode::UNAUTHORIZED
    );
    // A page's session as a bearer, and a page's cookie from a frame.
    let page = stage.signed_in().await;
    let cookie = page.cookies["__Host-referral-connect"].clone();
    assert_eq!(
        answer(press(&frame, &cookie, "AAAA0001")).await.status,
        StatusCode::UNAUTHORIZED
    );
    let with_cookie = frame_asks(&page, Method::GET, CREATE);
    assert_eq!(answer(with_cookie).await.status, StatusCode::UNAUTHORIZED);
    // The API's own tokens open nothing here.
    let token = format!("{}.secret1", page.account);
    assert_eq!(
        answer(press(&frame, &token, "AAAA0001")).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert!(stage.plannr.posts().is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn without_a_secret_there_are_no_frames() {
    let changes = [CHANGES[0], ("GATEWAY_TICKET_SECRET", "")];
    let stage = Stage::with(database::sqlite(), &changes).await;
    let frame = stage.browser();
    let ticket = fresh(&stage, "u1");
    assert_eq!(
        exchange(&frame, &ticket).await.status,
        StatusCode::FORBIDDEN
    );
    let refused = answer(form(&frame, PORTAL, &ticket)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    stage.stop().await;
}

#[tokio::test]
async fn signing_out_leaves_no_sign_in_of_before_a_change_of_keys() {
    let mut stage = Stage::with(database::sqlite(), &CHANGES).await;
    sign_in(&stage, "u1").await;
    stage.change(
        "GATEWAY_ENCRYPTION_KEYS",
        &format!("{NEW_KEY} {}", crate::stage::KEY),
    );
    stage.restart().await;
    sign_in(&stage, "u1").await;
    let frame = stage.browser();
    let opened = exchange(&frame, &fresh(&stage, "u1")).await;
    let session = opened.json()["session"].as_str().unwrap().to_owned();
    let out = frame_asks(&frame, Method::POST, "/auth/logout").bearer_auth(session);
    assert_eq!(answer(out).await.status, StatusCode::NO_CONTENT);
    let again = exchange(&frame, &fresh(&stage, "u1")).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{again:?}");
    stage.stop().await;
}
