//! Frames: a ticket of the partner's backend, and a session that the frame holds in memory.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::json;
use sha2::Sha256;
use tokio::task::JoinSet;

use crate::{
    browser::{Answer, Browser, CREATE, answer, new_key},
    database,
    stage::{Stage, TICKET_SECRET},
};

/// What a partner's backend does.
fn ticket(user: &str, expires_s: u64) -> String {
    let payload = json!({ "user": user, "id": new_key(), "expires": expires_s }).to_string();
    let payload = URL_SAFE_NO_PAD.encode(payload);
    let mut mac = Hmac::<Sha256>::new_from_slice(TICKET_SECRET.as_bytes()).unwrap();
    mac.update(payload.as_bytes());
    format!(
        "{payload}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    )
}

fn fresh(stage: &Stage, user: &str) -> String {
    ticket(user, stage.now_s() + 60)
}

/// A request of a sandboxed frame.
fn frame_asks(browser: &Browser, method: Method, path: &str) -> RequestBuilder {
    browser
        .bare(method, path)
        .header("x-referral-connect", "1")
        .header("origin", "null")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/json")
}

async fn exchange(browser: &Browser, ticket: &str) -> Answer {
    let request = frame_asks(browser, Method::POST, "/auth/frame-session");
    answer(request.body(json!({ "ticket": ticket }).to_string())).await
}

fn press(browser: &Browser, session: &str, code: &str) -> RequestBuilder {
    frame_asks(browser, Method::POST, CREATE)
        .bearer_auth(session)
        .header("idempotency-key", new_key())
        .body(json!({ "adviser_key": code }).to_string())
}

/// Signs a partner's user in, in a window of its own.
async fn sign_in(stage: &Stage, user: &str) -> Browser {
    let mut window = stage.browser();
    let path = format!("/auth/login?ticket={}", fresh(stage, user));
    let state = window.depart(&path).await;
    let back = format!("/auth/callback?code={}&state={state}", new_key());
    let arrived = window.get(window.navigation(&back)).await;
    assert_eq!(arrived.status, StatusCode::OK, "{arrived:?}");
    assert!(
        window.cookies.is_empty(),
        "no cookie for a frame: {:?}",
        window.cookies
    );
    window
}

#[tokio::test]
async fn a_frame_sends_with_a_ticket_and_without_a_cookie() {
    for database in database::each().await {
        let stage = Stage::with(database, &[]).await;
        let frame = stage.browser();
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

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_counts_once_for_a_minute_and_with_the_secret() {
    for database in database::each().await {
        let shared = database.is_shared();
        let stage = Stage::with(database, &[]).await;
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
        let mut window = stage.browser();
        let again = window
            .get(window.navigation(&format!("/auth/login?ticket={ticket_of_all}")))
            .await;
        assert_eq!(again.status, StatusCode::FORBIDDEN);

        let good = fresh(&stage, "u1");
        let too_long = ticket("u1", stage.now_s() + 120);
        let forged = format!("{}A", &good[..good.len() - 1]);
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
    let stage = Stage::start().await;
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
    let stage = Stage::with(database::sqlite(), &[("GATEWAY_TICKET_SECRET", "")]).await;
    let frame = stage.browser();
    assert_eq!(
        exchange(&frame, &fresh(&stage, "u1")).await.status,
        StatusCode::FORBIDDEN
    );
    let mut window = stage.browser();
    let path = format!("/auth/login?ticket={}", fresh(&stage, "u1"));
    assert_eq!(
        window.get(window.navigation(&path)).await.status,
        StatusCode::FORBIDDEN
    );
    stage.stop().await;
}
