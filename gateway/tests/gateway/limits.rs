//! Every limit, reached and kept to.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    browser::{CREATE, answer, new_key},
    database,
    stage::Stage,
};

#[tokio::test]
async fn a_sign_in_sends_ten_in_an_hour() {
    for database in database::each().await {
        let stage = Stage::with(database, &[]).await;
        let browser = stage.signed_in().await;
        let key = new_key();
        assert_eq!(
            browser.send("AAAA0000", &key).await.status,
            StatusCode::CREATED
        );
        stage.advance(Duration::from_secs(600));
        for index in 1..10 {
            // What was refused had left as well.
            let letter = if index % 2 == 0 { 'A' } else { 'G' };
            let sent = browser
                .send(&format!("{letter}AAA{index:04}"), &new_key())
                .await;
            assert_ne!(sent.status, StatusCode::TOO_MANY_REQUESTS, "{index}");
        }
        let refused = browser.send("AAAA0010", &new_key()).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((2980..=3000).contains(&wait), "{wait}");
        assert_eq!(stage.plannr.posts().len(), 10);
        // What was sent is told again without being counted, and others are not kept from sending.
        assert_eq!(
            browser.send("AAAA0000", &key).await.status,
            StatusCode::CREATED
        );
        let other = stage.signed_in().await;
        assert_eq!(
            other.send("AAAA0010", &new_key()).await.status,
            StatusCode::CREATED
        );
        stage.advance(Duration::from_secs(wait));
        assert_eq!(
            browser.send("AAAA0010", &new_key()).await.status,
            StatusCode::CREATED
        );
        let next = browser.send("AAAA0011", &new_key()).await;
        assert_eq!(next.status, StatusCode::TOO_MANY_REQUESTS);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn presses_at_once_do_not_slip_past_the_limit() {
    for database in database::each().await {
        let stage = Stage::with(database, &[]).await;
        let browser = stage.signed_in().await;
        let mut presses = JoinSet::new();
        for index in 0..40 {
            let browser = browser.clone();
            presses.spawn(async move {
                browser
                    .send(&format!("AAAA{index:04}"), &new_key())
                    .await
                    .status
            });
        }
        let answers = presses.join_all().await;
        let sent = answers
            .iter()
            .filter(|status| **status == StatusCode::CREATED);
        assert_eq!(sent.count(), 10, "{answers:?}");
        assert_eq!(stage.plannr.posts().len(), 10);
        stage.stop().await;
    }
}

#[tokio::test]
async fn a_request_is_no_longer_than_a_kibibyte() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    let of_length = |length: usize| {
        let bare = json!({ "adviser_key": "AAAA0001", "x": "" })
            .to_string()
            .len();
        json!({ "adviser_key": "AAAA0001", "x": "y".repeat(length - bare) }).to_string()
    };
    let press = |body: String| {
        let request = browser.page_asks(Method::POST, CREATE);
        let request = request
            .header("content-type", "application/json")
            .header("x-plannr-account-uuid", &browser.account);
        answer(request.header("idempotency-key", new_key()).body(body))
    };
    let long = press(of_length(1025)).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(stage.plannr.posts().is_empty());
    assert_eq!(press(of_length(1024)).await.status, StatusCode::CREATED);
    // Nothing but the code is passed on.
    assert_eq!(
        stage.plannr.posts()[0].body,
        r#"{"adviser_key":"AAAA0001"}"#
    );
    stage.stop().await;
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    for body in [
        "",
        "{}",
        "[]",
        "null",
        "{\"adviser_key\":7}",
        "{\"adviser_key\":\"short\"}",
        "{\"adviser_key\":\"AAAA 001\"}",
        "{\"adviser_key\":\"ÄÄÄÄ\"}",
        "{\"adviser_key\":\"AAAA0001\"",
        "\u{0}",
    ] {
        let request = browser
            .page_asks(Method::POST, CREATE)
            .header("x-plannr-account-uuid", &browser.account)
            .header("content-type", "application/json");
        let refused = answer(request.header("idempotency-key", new_key()).body(body)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(refused.outcome(), "not-sent");
    }
    let good = r#"{"adviser_key":"AAAA0001"}"#;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "",
    ] {
        let request = browser
            .page_asks(Method::POST, CREATE)
            .header("x-plannr-account-uuid", &browser.account)
            .header("content-type", kind);
        let refused = answer(request.header("idempotency-key", new_key()).body(good)).await;
        assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
    let request = browser
        .page_asks(Method::POST, CREATE)
        .header("x-plannr-account-uuid", &browser.account)
        .header("content-type", "application/json");
    assert_eq!(
        answer(request.body(good)).await.status,
        StatusCode::BAD_REQUEST,
        "no key"
    );
    assert!(stage.plannr.posts().is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn a_reply_is_no_longer_than_256_kibibytes() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    // About 170 bytes each.
    for _ in 0..1000 {
        stage.plannr.make(&browser.account);
    }
    let list = answer(browser.page_asks(Method::GET, CREATE)).await;
    assert_eq!(list.status, StatusCode::OK);
    for _ in 0..1000 {
        stage.plannr.make(&browser.account);
    }
    let list = answer(browser.page_asks(Method::GET, CREATE)).await;
    assert_eq!(list.status, StatusCode::BAD_GATEWAY);
    stage.stop().await;
}

/// A server that takes connections and never greets: TLS is part of connecting.
#[tokio::test]
async fn a_connection_that_takes_too_long_is_none() {
    let mut stage = Stage::start().await;
    let browser = stage.signed_in().await;
    stage.gateway.take().unwrap().stop().await;
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", mute.local_addr().unwrap());
    let mut environment = stage.environment();
    environment.push(("GATEWAY_API_URL".to_owned(), address));
    environment.push(("GATEWAY_CONNECT_LIMIT".to_owned(), "300ms".to_owned()));
    let settings = referral_connect_gateway::Settings::read(None, environment).unwrap();
    let gateway = referral_connect_gateway::Gateway::start(settings)
        .await
        .unwrap();
    let started = Instant::now();
    let refused = browser
        .at(gateway.address())
        .send("AAAA0001", &new_key())
        .await;
    assert_eq!(
        (refused.status, refused.outcome().as_str()),
        (StatusCode::FAILED_DEPENDENCY, "not-sent")
    );
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert!(
        started.elapsed() < Duration::from_secs(15),
        "not the limit for answers"
    );
    gateway.stop().await;
}

#[tokio::test]
async fn whoever_signs_in_anew_sends_no_more_for_it() {
    for database in database::each().await {
        let stage = Stage::with(database, &[("GATEWAY_SENDS_PER_HOUR", "2")]).await;
        let mut browser = stage.signed_in().await;
        let account = browser.account.clone();
        for code in ["AAAA0001", "AAAA0002"] {
            let sent = browser.send(code, &new_key()).await;
            assert_eq!(sent.status, StatusCode::CREATED);
        }
        let out = browser.page_asks(Method::POST, "/auth/logout");
        browser.get(out).await;
        browser.sign_in(&account).await;
        let third = browser.send("AAAA0003", &new_key()).await;
        assert_eq!(third.status, StatusCode::TOO_MANY_REQUESTS, "{third:?}");
        assert_eq!(stage.plannr.posts().len(), 2);
        stage.stop().await;
    }
}

/// Not the presses alone: whatever takes a body.
#[tokio::test]
async fn no_body_is_longer_than_a_kibibyte() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    let long = json!({ "account_uuid": "x".repeat(1024), "ticket": "" }).to_string();
    for (method, path) in [
        (Method::PUT, "/auth/account"),
        (Method::POST, "/auth/frame-session"),
        (Method::POST, "/auth/logout"),
    ] {
        let request = browser.page_asks(method, path).body(long.clone());
        let answer = answer(request.header("content-type", "application/json")).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
    stage.stop().await;
}

/// What never left makes no email, but rows.
#[tokio::test]
async fn what_is_never_sent_does_not_fill_the_database() {
    for database in database::each().await {
        let stage = Stage::with(database, &[("GATEWAY_SENDS_PER_HOUR", "2")]).await;
        let browser = stage.signed_in().await;
        stage.advance(Duration::from_secs(3600));
        stage.plannr.leave_renewals_unanswered(true);
        for index in 0..20 {
            let press = browser.send(&format!("AAAA{index:04}"), &new_key()).await;
            assert_eq!(press.status, StatusCode::FAILED_DEPENDENCY, "{index}");
        }
        let refused = browser.send("AAAA0020", &new_key()).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.outcome(), "not-sent");
        stage.plannr.leave_renewals_unanswered(false);
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        stage.advance(Duration::from_secs(wait));
        let sent = browser.send("AAAA0020", &new_key()).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{sent:?}");
        stage.stop().await;
    }
}

#[tokio::test]
async fn a_sign_in_asks_so_much_in_a_minute() {
    let changes = [("GATEWAY_QUESTIONS_PER_MINUTE", "6")];
    let stage = Stage::with(database::sqlite(), &changes).await;
    let browser = stage.signed_in().await;
    let key = new_key();
    browser.send("BAAA0001", &key).await;
    // Whatever is asked of the API counts.
    let one = format!("{CREATE}/{}", new_key());
    for path in [CREATE, &one, "/api/v1/logins", CREATE, CREATE, CREATE] {
        let asked = answer(browser.page_asks(Method::GET, path)).await;
        assert_eq!(asked.status, StatusCode::OK, "{path}: {asked:?}");
    }
    let asked_before = stage.plannr.seen().len();
    let refused = answer(browser.page_asks(Method::GET, CREATE)).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.outcome(), "unanswered");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((8..=10).contains(&wait), "{wait}");
    // What is known of a press does not change with that: it may have been sent.
    let doubtful = browser.send("BAAA0001", &key).await;
    assert_eq!(
        (doubtful.status, doubtful.outcome().as_str()),
        (StatusCode::BAD_GATEWAY, "unknown")
    );
    assert_eq!(stage.plannr.seen().len(), asked_before);
    let other = stage.signed_in().await;
    let theirs = answer(other.page_asks(Method::GET, CREATE)).await;
    assert_eq!(theirs.status, StatusCode::OK);
    stage.advance(Duration::from_secs(wait));
    let later = browser.send("BAAA0001", &key).await;
    assert_eq!(later.status, StatusCode::OK, "{later:?}");
    stage.stop().await;
}

/// The widget counts five minutes down at most, so the words have to say it.
#[tokio::test]
async fn who_has_to_wait_is_told_how_long() {
    let stage = Stage::with(database::sqlite(), &[("GATEWAY_SENDS_PER_HOUR", "1")]).await;
    let browser = stage.signed_in().await;
    browser.send("AAAA0001", &new_key()).await;
    stage.advance(Duration::from_secs(1025));
    let refused = browser.send("AAAA0002", &new_key()).await;
    let message = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(message.ends_with("in 43 minutes."), "{message}");
    stage.advance(Duration::from_secs(2500));
    let refused = browser.send("AAAA0002", &new_key()).await;
    let message = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(message.ends_with(" seconds."), "{message}");
    stage.stop().await;
}
