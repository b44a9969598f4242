//! The OAuth pages, asked as an application and a browser would.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{Bench, header};

const VERIFIER: &str = "a-verifier-that-nobody-else-has-ever-made-up";
const BACK: &str = "http://127.0.0.1:9/callback";

fn query(redirect_uri: &str, method: &str) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("response_type", "code"),
            ("client_id", "portal"),
            ("redirect_uri", redirect_uri),
            ("state", "the state"),
            ("code_challenge", &challenge),
            ("code_challenge_method", method),
        ])
        .finish()
}

/// A code, by the way of a browser whose person allows it.
async fn code(bench: &Bench) -> String {
    let query = query(BACK, "S256");
    let page = bench.page(&format!("/oauth/authorize?{query}")).await;
    assert!(page.contains("portal"), "{page}");
    let allowed = bench
        .ask(Method::GET, &format!("/oauth/allow?{query}"))
        .send()
        .await
        .unwrap();
    assert_eq!(allowed.status(), StatusCode::FOUND);
    let location = header(&allowed, "location");
    let (address, answer) = location.split_once('?').unwrap();
    assert_eq!(address, BACK);
    let answer: Vec<_> = form_urlencoded::parse(answer.as_bytes()).collect();
    assert_eq!(answer[1], ("state".into(), "the state".into()));
    assert_eq!(answer[0].0, "code");
    answer[0].1.to_string()
}

async fn exchange(bench: &Bench, pairs: &[(&str, &str)]) -> Response {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    bench
        .ask(Method::POST, "/oauth/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await
        .unwrap()
}

async fn exchanged(bench: &Bench, code: &str, verifier: &str, client: &str) -> Response {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", BACK),
        ("client_id", client),
        ("code_verifier", verifier),
    ];
    exchange(bench, &pairs).await
}

async fn renewed(bench: &Bench, token: &str) -> Response {
    let pairs = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", "portal"),
    ];
    exchange(bench, &pairs).await
}

async fn let_in(bench: &Bench, token: &Value) -> StatusCode {
    let token = token.as_str().unwrap();
    let asked = bench.ask(Method::GET, "/api/v1/logins").bearer_auth(token);
    asked.send().await.unwrap().status()
}

#[tokio::test]
async fn a_person_lets_an_application_in() {
    let bench = Bench::start().await;
    let code = code(&bench).await;
    let answer = exchanged(&bench, &code, VERIFIER, "portal").await;
    assert_eq!(answer.status(), StatusCode::OK);
    let tokens: Value = answer.json().await.unwrap();
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(
        let_in(&bench, &tokens["access_token"]).await,
        StatusCode::OK
    );

    let again = exchanged(&bench, &code, VERIFIER, "portal").await;
    assert_eq!(
        again.status(),
        StatusCode::BAD_REQUEST,
        "a code counts once"
    );
    bench.stop().await;
}

#[tokio::test]
async fn an_access_token_expires_and_a_refresh_token_counts_once() {
    let bench = Bench::start().await;
    let code = code(&bench).await;
    let answer = exchanged(&bench, &code, VERIFIER, "portal").await;
    let tokens: Value = answer.json().await.unwrap();
    bench.advance_ms(3_600_000);
    assert_eq!(
        let_in(&bench, &tokens["access_token"]).await,
        StatusCode::UNAUTHORIZED
    );
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let answer = renewed(&bench, refresh).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let newer: Value = answer.json().await.unwrap();
    assert_eq!(let_in(&bench, &newer["access_token"]).await, StatusCode::OK);
    let again = renewed(&bench, refresh).await;
    assert_eq!(again.status(), StatusCode::BAD_REQUEST);
    let refusal: Value = again.json().await.unwrap();
    assert_eq!(refusal["error"], "invalid_grant");
    bench.stop().await;
}

#[tokio::test]
async fn a_code_is_for_who_asked_for_it_and_for_a_minute() {
    let bench = Bench::start().await;
    for (verifier, client) in [("another-verifier", "portal"), (VERIFIER, "another")] {
        let code = code(&bench).await;
        let answer = exchanged(&bench, &code, verifier, client).await;
        assert_eq!(
            answer.status(),
            StatusCode::BAD_REQUEST,
            "{verifier} {client}"
        );
    }
    let code = code(&bench).await;
    bench.advance_ms(60_000);
    let answer = exchanged(&bench, &code, VERIFIER, "portal").await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    bench.stop().await;
}

#[tokio::test]
async fn a_person_can_say_no() {
    let bench = Bench::start().await;
    let path = format!("/oauth/deny?{}", query(BACK, "S256"));
    let denied = bench.ask(Method::GET, &path).send().await.unwrap();
    assert_eq!(
        header(&denied, "location"),
        format!("{BACK}?error=access_denied&state=the+state")
    );
    bench.stop().await;
}

#[tokio::test]
async fn nobody_is_sent_to_another_machine_or_without_a_challenge() {
    let bench = Bench::start().await;
    for (back, method) in [
        ("https://evil.example/callback", "S256"),
        ("http://127.0.0.1.evil.example/", "S256"),
        ("javascript:alert(1)", "S256"),
        (BACK, "plain"),
    ] {
        for page in ["authorize", "allow", "deny"] {
            let path = format!("/oauth/{page}?{}", query(back, method));
            let answer = bench.ask(Method::GET, &path).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{page} {back}");
        }
    }
    bench.stop().await;
}
