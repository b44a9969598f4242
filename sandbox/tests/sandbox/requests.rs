//! The record of what arrived, and what is blacked out of it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{ADVISER, Bench, CREATE};

#[tokio::test]
async fn a_request_is_kept_exactly() {
    let bench = Bench::start().await;
    bench.sent("ABC12345").await;
    let kept = bench.listed("/sandbox/requests.json").await;
    assert_eq!(
        kept,
        [json!({
            "received_at": "2026-01-20T17:51:29.123456Z",
            "method": "POST",
            "path": "/api/v1/referral-connections",
            "headers": {
                "accept": "application/json",
                "authorization": "Bearer sandbox-token",
                "content-length": "26",
                "content-type": "application/json",
                "host": bench.address().to_string(),
                "x-plannr-account-uuid": ADVISER,
            },
            "body": "{\"adviser_key\":\"ABC12345\"}",
        })]
    );
}

#[tokio::test]
async fn refused_requests_are_kept_too_and_other_methods_are_not() {
    let bench = Bench::start().await;
    let path = format!("{CREATE}?debug=1");
    let request = bench.ask(Method::POST, &path);
    let request = request.header("Authorization", "Bearer sandbox-expired");
    request.body("first").send().await.unwrap();
    bench.send("SERVER50").await;
    bench.ask(Method::DELETE, CREATE).send().await.unwrap();
    bench.listed(CREATE).await;
    let kept = bench.listed("/sandbox/requests.json").await;
    let bodies: Vec<&Value> = kept.iter().map(|request| &request["body"]).collect();
    assert_eq!(bodies, ["first", "{\"adviser_key\":\"SERVER50\"}"]);
    assert_eq!(kept[0]["path"], path);
    assert_eq!(
        kept[0]["headers"]["authorization"],
        "Bearer sandbox-expired"
    );
}

#[tokio::test]
async fn secrets_are_blacked_out() {
    let bench = Bench::start().await;
    let table = [
        (
            "Authorization",
            "Bearer real-secret",
            "Bearer [blacked out]",
        ),
        (
            "Authorization",
            "Bearer sandbox-token2",
            "Bearer [blacked out]",
        ),
        ("Authorization", "Basic cmVhbC1zZWNyZXQ=", "[blacked out]"),
        ("Authorization", "real-secret", "[blacked out]"),
        (
            "Proxy-Authorization",
            "Basic cmVhbC1zZWNyZXQ=",
            "[blacked out]",
        ),
        ("Cookie", "remember=real-secret", "[blacked out]"),
        ("X-XSRF-TOKEN", "real-secret", "[blacked out]"),
        ("X-CSRF-TOKEN", "real-secret", "[blacked out]"),
    ];
    for (name, value, kept) in table {
        let request = bench.ask(Method::POST, CREATE).header(name, value);
        request.send().await.unwrap();
        let requests = bench.listed("/sandbox/requests.json").await;
        let headers = &requests.last().unwrap()["headers"];
        assert_eq!(headers[name.to_ascii_lowercase()], kept, "{name}: {value}");
    }
    // A public token does not bring a secret one along.
    let request = bench.ask(Method::POST, CREATE);
    let request = request.header("Authorization", "Bearer sandbox-token");
    let request = request.header("Authorization", "Bearer real-secret");
    request.send().await.unwrap();
    let requests = bench.listed("/sandbox/requests.json").await;
    let text = serde_json::to_string(&requests).unwrap();
    assert!(
        !text.contains("real-secret") && !text.contains("cmVhbC"),
        "{text}"
    );
}

#[tokio::test]
async fn a_body_that_is_no_text_is_kept_as_far_as_it_is() {
    let bench = Bench::start().await;
    let request = bench.ask_as(ADVISER, Method::POST, CREATE);
    request.body(&b"a\xffb"[..]).send().await.unwrap();
    let kept = bench.listed("/sandbox/requests.json").await;
    assert_eq!(kept[0]["body"], "a\u{fffd}b");
}
