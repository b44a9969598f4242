//! Tokens, accounts and the rate limit.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{ADVISER, Bench, CLIENT, CREATE, header};

#[tokio::test]
async fn only_the_sandbox_s_token_is_let_in() {
    let bench = Bench::start().await;
    let refused = [
        Some("Bearer sandbox-expired"),
        Some("Bearer something-else"),
        Some("Bearer "),
        Some("Basic c2FuZGJveC10b2tlbg=="),
        Some("sandbox-token"),
        None,
    ];
    for authorization in refused {
        for (method, path) in [(Method::POST, CREATE), (Method::GET, "/api/v1/logins")] {
            let mut request = bench.ask(method, path);
            request = request.header("X-PLANNR-ACCOUNT-UUID", ADVISER);
            if let Some(authorization) = authorization {
                request = request.header("Authorization", authorization);
            }
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
            assert_eq!(header(&response, "x-ratelimit-remaining"), "");
            let answer: Value = response.json().await.unwrap();
            assert_eq!(answer, json!({ "message": "Unauthenticated." }));
        }
    }
}

#[tokio::test]
async fn the_account_has_to_be_one_of_the_user_s() {
    let bench = Bench::start().await;
    let logins = bench.listed("/api/v1/logins").await;
    let refused = [
        None,
        Some(""),
        Some("95cc9f56-a43d-4fab-a473-cc829f2dcf24"),
        // The classic mix-up: the login's UUID for its account's.
        logins[0]["uuid"].as_str(),
    ];
    for account in refused {
        for method in [Method::POST, Method::GET] {
            let mut request = bench.ask(method, CREATE);
            request = request.header("Authorization", "Bearer sandbox-token");
            if let Some(account) = account {
                request = request.header("X-PLANNR-ACCOUNT-UUID", account);
            }
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{account:?}");
            let answer: Value = response.json().await.unwrap();
            assert_eq!(answer, json!({ "message": "This action is unauthorized." }));
        }
    }
    let upper_case = ADVISER.to_ascii_uppercase();
    let request = bench.ask_as(&upper_case, Method::GET, CREATE);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn one_user_has_an_adviser_s_and_a_client_s_account() {
    let bench = Bench::start().await;
    let request = bench.ask(Method::GET, "/api/v1/logins");
    let request = request.header("Authorization", "Bearer sandbox-token");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "no account is needed");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["preferred_account_uuid"], ADVISER);
    let logins = body["data"].as_array().unwrap();
    let accounts: Vec<_> = logins
        .iter()
        .map(|login| {
            assert_ne!(login["uuid"], login["account"]["uuid"]);
            assert_eq!(login["preferred_account_uuid"], ADVISER);
            let account = &login["account"];
            (
                account["uuid"].as_str().unwrap(),
                account["type"].as_str().unwrap(),
                account["role"].as_str().unwrap(),
                account["name"].as_str().unwrap(),
                login["firm"]["name"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        accounts,
        [
            (
                ADVISER,
                "adviser",
                "adviser",
                "Rowan Ashdown",
                "Ashdown Vale & Partners Chartered Financial Planners"
            ),
            (
                CLIENT,
                "client",
                "client",
                "Rowan Ashdown",
                "Kestrel's Reach Wealth Management Ltd"
            ),
        ]
    );
}

#[tokio::test]
async fn an_account_does_not_see_another_one_s_connections() {
    let bench = Bench::start().await;
    let sent = bench.sent("ABC12345").await;
    let one = format!("{CREATE}/{}", sent["uuid"].as_str().unwrap());
    let list = bench
        .ask_as(CLIENT, Method::GET, CREATE)
        .send()
        .await
        .unwrap();
    assert_eq!(
        list.json::<Value>().await.unwrap()["data"],
        json!([] as [Value; 0])
    );
    let found = bench
        .ask_as(CLIENT, Method::GET, &one)
        .send()
        .await
        .unwrap();
    assert_eq!(found.status(), StatusCode::NOT_FOUND);
    assert_eq!(bench.listed(CREATE).await, [sent]);
}

#[tokio::test]
async fn five_hundred_requests_a_minute() {
    let bench = Bench::start().await;
    for remaining in (0..500).rev() {
        let request = bench.ask_as(ADVISER, Method::HEAD, "/api/v1/logins");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header(&response, "x-ratelimit-limit"), "500");
        assert_eq!(
            header(&response, "x-ratelimit-remaining"),
            remaining.to_string()
        );
    }
    bench.advance_ms(29_500);
    let response = bench.send("ABC12345").await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(header(&response, "retry-after"), "31");
    assert_eq!(header(&response, "x-ratelimit-remaining"), "0");
    assert_eq!(header(&response, "x-ratelimit-reset"), "1768931549");
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer, json!({ "message": "Too Many Attempts." }));

    bench.advance_ms(30_500);
    let response = bench.send("ABC12345").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, "x-ratelimit-remaining"), "499");
    assert_eq!(bench.listed(CREATE).await.len(), 1);
}
