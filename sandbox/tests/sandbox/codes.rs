//! Every code that is recorded, and what it answers.

use std::time::Duration;

use referral_connect_sandbox::Settings;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{ADVISER, Bench, CREATE, HandClock, START, header};

#[tokio::test]
async fn a_sent_request_names_both_firms() {
    let bench = Bench::start().await;
    let response = bench.send("ABC12345").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, "content-type"), "application/json");
    let connection: Value = response.json().await.unwrap();
    assert_eq!(connection["status"], "pending");
    assert_eq!(connection["direction"], "sent");
    assert_eq!(connection["created_at"], "2026-01-20T17:51:29+00:00");
    assert_eq!(connection["updated_at"], "2026-01-20T17:51:29+00:00");
    assert_eq!(connection["expires_at"], "2026-02-19T17:51:29+00:00");
    assert_eq!(
        connection["sender_firm"]["name"],
        "Ashdown Vale & Partners Chartered Financial Planners"
    );
    assert_eq!(
        connection["recipient_firm"]["name"],
        "Larkspur & Wren Financial Planning LLP"
    );
    assert_eq!(connection["sender_account"]["name"], "Rowan Ashdown");
    assert_eq!(connection["recipient_account"]["role"], "adviser");
    assert_eq!(bench.connection(&connection["uuid"]).await, connection);
}

#[tokio::test]
async fn a_received_request_has_the_firms_the_other_way_round() {
    let bench = Bench::start().await;
    let connection = bench.sent("RECEIVED").await;
    assert_eq!(connection["direction"], "received");
    assert_eq!(
        connection["sender_firm"]["name"],
        "O'Hanrahan, Petrescu & Daughters Chartered Financial Planners Limited"
    );
    assert_eq!(
        connection["recipient_firm"]["name"],
        "Ashdown Vale & Partners Chartered Financial Planners"
    );
}

#[tokio::test]
async fn a_stranger_has_a_status_of_its_own() {
    let bench = Bench::start().await;
    assert_eq!(bench.sent("STRANGER").await["status"], "under_review");
}

#[tokio::test]
async fn the_documented_shape_is_the_published_one() {
    let published = include_str!("../../../tests/fixtures/create-referral-connection.200.json");
    let published: Value = serde_json::from_str(published).unwrap();
    let bench = Bench::start().await;
    let first = bench.sent("DOCSHAPE").await;
    assert_same_shape(&first, &published, "");
    // What the documentation says of each field is its own text, so it is the same.
    for field in published["sender_account"].as_object().unwrap().keys() {
        for part in ["description", "collection"] {
            assert_eq!(
                first["sender_account"][field][part], published["sender_account"][field][part],
                "{field}"
            );
        }
    }
    let second = bench.sent("DOCSHAPE").await;
    assert_ne!(first["uuid"], second["uuid"]);
    assert_eq!(bench.connection(&first["uuid"]).await, first);
    assert_eq!(bench.listed(CREATE).await, [second, first]);
}

#[tokio::test]
async fn the_plain_shape_has_the_published_fields_as_strings() {
    let published = include_str!("../../../tests/fixtures/create-referral-connection.200.json");
    let mut live: Value = serde_json::from_str(published).unwrap();
    for account in ["sender_account", "recipient_account"] {
        for (name, field) in live[account].as_object_mut().unwrap() {
            *field = match name.as_str() {
                "external_references" => json!([]),
                _ => field["example"].clone(),
            };
        }
    }
    let bench = Bench::start().await;
    assert_same_shape(&bench.sent("ABC12345").await, &live, "");
}

#[tokio::test]
async fn the_wrapped_shape_is_the_published_one_in_data() {
    let published = include_str!("../../../tests/fixtures/create-referral-connection.200.json");
    let published: Value = serde_json::from_str(published).unwrap();
    let bench = Bench::start().await;
    let response = bench.send("WRAPPED1").await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let body: Value = response.json().await.unwrap();
    assert_same_shape(&body, &json!({ "data": published }), "");
    let connection = &body["data"];
    assert_eq!(connection["created_at"], "2026-01-20T17:51:29.123456Z");
    assert_eq!(connection["expires_at"], "2026-02-19T17:51:29.123456Z");
    assert_eq!(
        connection["recipient_firm"]["name"],
        "Siân Llewelyn a'i Phartneriaid Cyf"
    );
    assert_eq!(bench.connection(&connection["uuid"]).await, body);
    assert_eq!(&bench.listed(CREATE).await[0], connection);
}

#[tokio::test]
async fn a_reset_connection_closes_without_a_byte_and_is_on_record() {
    let bench = Bench::start().await;
    assert_eq!(bench.bytes_for("RESETCON").await, b"");
    assert_recorded(&bench, "Copperhatch Mutual Planning").await;
    assert_eq!(kept_bodies(&bench).await, [r#"{"adviser_key":"RESETCON"}"#]);
    // Only that one connection was closed.
    assert_eq!(bench.sent("ABC12345").await["status"], "pending");
}

#[tokio::test]
async fn a_truncated_answer_breaks_off_within_its_body() {
    let bench = Bench::start().await;
    let text = String::from_utf8(bench.bytes_for("TRUNCATE").await).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(head.contains("transfer-encoding: chunked"), "{head}");
    assert!(body.contains("\"created_at\":"), "{body}");
    assert!(
        !body.ends_with("0\r\n\r\n"),
        "the last chunk never comes: {body}"
    );
    assert_recorded(&bench, "Half Moon Lane & Co.").await;

    let response = bench.send("TRUNCATE").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.bytes().await.is_err());
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_recorded() {
    let bench = Bench::start().await;
    let response = bench.send("NOTJSON0").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        header(&response, "content-type"),
        "text/html; charset=utf-8"
    );
    assert!(
        response
            .text()
            .await
            .unwrap()
            .starts_with("<!DOCTYPE html>")
    );
    assert_recorded(&bench, "Pemberton Ash Wealth Partners").await;
}

#[tokio::test]
async fn an_answer_without_a_body_is_recorded() {
    let bench = Bench::start().await;
    let response = bench.send("NOBODY00").await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_eq!(response.text().await.unwrap(), "");
    assert_recorded(&bench, "Silverdale Quay Financial").await;
}

#[tokio::test]
async fn a_slow_answer_is_recorded_long_before_it_comes() {
    assert_eq!(
        Settings::default().slow_answer_after,
        Duration::from_secs(30)
    );
    let never = Settings {
        slow_answer_after: Duration::from_secs(3600),
        ..Settings::default()
    };
    let bench = Bench::start_with(HandClock::at(START), never).await;
    let request = bench
        .ask_as(ADVISER, Method::POST, CREATE)
        .json(&json!({ "adviser_key": "SLOW0030" }))
        .send();
    let request = tokio::spawn(request);
    while bench.listed(CREATE).await.is_empty() {
        tokio::task::yield_now().await;
    }
    assert_recorded(&bench, "Slowcombe Valley Financial Services").await;
    assert!(!request.is_finished());
    // A sandbox that stops does not wait for it.
    bench.stop().await;
    assert!(request.await.unwrap().is_err());
}

#[tokio::test]
async fn a_slow_answer_comes_in_the_end() {
    let soon = Settings {
        slow_answer_after: Duration::from_millis(1),
        ..Settings::default()
    };
    let bench = Bench::start_with(HandClock::at(START), soon).await;
    assert_eq!(bench.sent("SLOW0030").await["status"], "pending");
}

/// There is one connection, to this firm, and one email.
async fn assert_recorded(bench: &Bench, recipient_firm: &str) {
    let connections = bench.listed(CREATE).await;
    assert_eq!(connections.len(), 1);
    assert_eq!(connections[0]["recipient_firm"]["name"], recipient_firm);
    assert_eq!(connections[0]["status"], "pending");
    assert_eq!(bench.listed("/sandbox/outbox.json").await.len(), 1);
}

async fn kept_bodies(bench: &Bench) -> Vec<String> {
    let requests = bench.listed("/sandbox/requests.json").await;
    let body = |request: &Value| request["body"].as_str().unwrap().to_owned();
    requests.iter().map(body).collect()
}

/// The same keys and the same JSON types, all the way down.
#[track_caller]
fn assert_same_shape(ours: &Value, theirs: &Value, path: &str) {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let mut keys: Vec<_> = ours.keys().collect();
            let mut expected: Vec<_> = theirs.keys().collect();
            keys.sort();
            expected.sort();
            assert_eq!(keys, expected, "at {path}");
            for (key, value) in ours {
                assert_same_shape(value, &theirs[key], &format!("{path}/{key}"));
            }
        }
        (Value::String(_), Value::String(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Array(_), Value::Array(_)) => {}
        _ => panic!("at {path}: {ours} where the published example has {theirs}"),
    }
}
