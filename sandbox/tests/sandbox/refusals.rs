//! Every refusal, word for word.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{ADVISER, Bench, CREATE, header};

const REQUIRED: &str = "The adviser key field is required.";
const NOT_8: &str = "The adviser key field must be 8 characters.";
const UNKNOWN: &str = "The selected adviser key is invalid.";

#[tokio::test]
async fn codes_that_are_refused_leave_nothing_behind() {
    let own = "You cannot send a referral connection request to yourself.";
    let table = [
        ("NOTFOUND", 422, field_error(UNKNOWN)),
        ("ZZZZZZZZ", 422, field_error(UNKNOWN)),
        ("abc12345", 422, field_error(UNKNOWN)),
        ("ÅBC12345", 422, field_error(UNKNOWN)),
        (
            "OWNCODE1",
            422,
            json!({ "message": own, "errors": { "adviser_key": own } }),
        ),
        (
            "ALREADY1",
            409,
            json!({ "message": "A referral connection with this adviser already exists." }),
        ),
        ("THROTTLE", 429, json!({ "message": "Too Many Attempts." })),
        ("SERVER50", 500, json!({ "message": "Server Error" })),
    ];
    let bench = Bench::start().await;
    for (code, status, body) in table {
        let response = bench.send(code).await;
        assert_eq!(response.status().as_u16(), status, "{code}");
        assert_eq!(header(&response, "content-type"), "application/json");
        assert_eq!(header(&response, "access-control-allow-origin"), "*");
        assert_eq!(response.json::<Value>().await.unwrap(), body, "{code}");
    }
    assert_eq!(bench.send("MAINTAIN").await.status(), 503);
    assert_eq!(bench.listed(CREATE).await, [] as [Value; 0]);
    assert_eq!(bench.listed("/sandbox/outbox.json").await, [] as [Value; 0]);
}

#[tokio::test]
async fn throttled_says_when_to_come_back() {
    let bench = Bench::start().await;
    let response = bench.send("THROTTLE").await;
    assert_eq!(header(&response, "retry-after"), "5");
    assert_eq!(header(&response, "x-ratelimit-limit"), "500");
    assert_eq!(header(&response, "x-ratelimit-remaining"), "0");
    // 17:51:34 of the day that the clock stands at.
    assert_eq!(header(&response, "x-ratelimit-reset"), "1768931494");
}

#[tokio::test]
async fn maintenance_speaks_for_a_proxy_that_knows_no_cors() {
    let bench = Bench::start().await;
    let response = bench.send("MAINTAIN").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        header(&response, "content-type"),
        "text/html; charset=utf-8"
    );
    assert_eq!(header(&response, "retry-after"), "120");
    for name in response.headers().keys() {
        let name = name.as_str();
        assert!(!name.starts_with("access-control-"), "{name}");
        assert!(!name.starts_with("x-ratelimit-"), "{name}");
    }
    assert!(response.text().await.unwrap().contains("<h1>503 "));
}

#[tokio::test]
async fn the_code_is_validated_in_laravel_s_words() {
    let table = [
        (json!({}), REQUIRED),
        (json!({ "adviser_key": "" }), REQUIRED),
        (json!({ "adviser_key": " \t " }), REQUIRED),
        (json!({ "adviser_key": null }), REQUIRED),
        (json!({ "adviser_key": [] }), REQUIRED),
        (json!({ "adviserKey": "ABC12345" }), REQUIRED),
        (json!(["ABC12345"]), REQUIRED),
        (json!("ABC12345"), REQUIRED),
        (json!({ "adviser_key": "ABC1234" }), NOT_8),
        (json!({ "adviser_key": "ABC123456" }), NOT_8),
        (json!({ "adviser_key": "ABC-12345" }), NOT_8),
        (
            json!({ "adviser_key": 12_345_678 }),
            "The adviser key field must be a string.",
        ),
    ];
    let bench = Bench::start().await;
    for (body, message) in table {
        let request = bench.ask_as(ADVISER, Method::POST, CREATE).json(&body);
        let response = request.send().await.unwrap();
        assert_eq!(
            response.status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "{body}"
        );
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer, field_error(message), "{body}");
    }
    // Laravel trims what it is sent.
    assert_eq!(bench.sent(" ABC12345\n").await["status"], "pending");
}

#[tokio::test]
async fn a_body_is_read_only_when_it_says_json_and_is_json() {
    let table = [
        ("text/plain", r#"{"adviser_key":"ABC12345"}"#),
        ("application/x-www-form-urlencoded", "adviser_key=ABC12345"),
        ("application/json", "{\"adviser_key\":"),
        ("application/json", ""),
    ];
    let bench = Bench::start().await;
    for (media_type, body) in table {
        let request = bench.ask_as(ADVISER, Method::POST, CREATE);
        let request = request.header("Content-Type", media_type).body(body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer, field_error(REQUIRED), "{media_type}: {body}");
    }
    let request = bench.ask_as(ADVISER, Method::POST, CREATE);
    let request = request.header("Content-Type", "application/vnd.api+json; charset=utf-8");
    let request = request.body(r#"{"adviser_key":"ABC12345"}"#);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_huge_body_is_refused() {
    let bench = Bench::start().await;
    let request = bench.ask_as(ADVISER, Method::POST, CREATE);
    let huge = json!({ "adviser_key": "A".repeat(70_000) });
    let response = request.json(&huge).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer, json!({ "message": "The POST data is too large." }));
}

#[tokio::test]
async fn a_path_that_is_not_there() {
    let bench = Bench::start().await;
    let response = bench.ask(Method::GET, "/api/v1/foo").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(header(&response, "cache-control"), "no-cache, private");
    let answer: Value = response.json().await.unwrap();
    assert_eq!(
        answer,
        json!({ "message": "The route api/v1/foo could not be found." })
    );

    let request = bench.ask(Method::GET, "/foo");
    let response = request
        .header("Accept", "application/json")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let answer: Value = response.json().await.unwrap();
    assert_eq!(
        answer,
        json!({ "message": "The route foo could not be found." })
    );

    let request = bench.ask(Method::GET, "/foo").header("Accept", "text/html");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(
        header(&response, "content-type"),
        "text/html; charset=utf-8"
    );
}

#[tokio::test]
async fn a_method_that_the_path_does_not_have() {
    let bench = Bench::start().await;
    let one = format!("{CREATE}/95cc9f56-a43d-4fab-a473-cc829f2dcf24");
    let table = [
        (Method::DELETE, CREATE, "GET, HEAD, POST"),
        (Method::PATCH, &one, "GET, HEAD"),
        (Method::POST, "/api/v1/logins", "GET, HEAD"),
    ];
    for (method, path, allowed) in table {
        let response = bench.ask(method.clone(), path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(header(&response, "allow"), allowed);
        let answer: Value = response.json().await.unwrap();
        let route = &path[1..];
        assert_eq!(
            answer["message"],
            format!(
                "The {method} method is not supported for route {route}. Supported methods: {allowed}."
            )
        );
    }
}

#[tokio::test]
async fn a_connection_that_is_not_there() {
    let bench = Bench::start().await;
    let uuid = "95cc9f56-a43d-4fab-a473-cc829f2dcf24";
    let request = bench.ask_as(ADVISER, Method::GET, &format!("{CREATE}/{uuid}"));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let answer: Value = response.json().await.unwrap();
    assert_eq!(
        answer,
        json!({ "message": format!(r"No query results for model [App\Models\ReferralConnection] {uuid}") })
    );
}

fn field_error(message: &str) -> Value {
    json!({ "message": message, "errors": { "adviser_key": [message] } })
}
