//! Cross-origin manners of a stock Laravel.

use reqwest::{Method, StatusCode};

use crate::support::{ADVISER, Bench, CREATE, header};

#[tokio::test]
async fn a_preflight_mirrors_what_it_is_asked() {
    let bench = Bench::start().await;
    for path in [CREATE, "/api/v1/logins", "/api/nowhere"] {
        let response = bench
            .ask(Method::OPTIONS, path)
            .header("Origin", "https://portal.example")
            .header("Access-Control-Request-Method", "POST")
            .header(
                "Access-Control-Request-Headers",
                "authorization,content-type,x-plannr-account-uuid",
            )
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        let mut headers: Vec<_> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .filter(|(name, _)| *name != "date")
            .collect();
        headers.sort_unstable();
        assert_eq!(
            headers,
            [
                (
                    "access-control-allow-headers",
                    "authorization,content-type,x-plannr-account-uuid"
                ),
                ("access-control-allow-methods", "POST"),
                ("access-control-allow-origin", "*"),
                ("access-control-max-age", "0"),
                ("cache-control", "no-cache, private"),
                (
                    "vary",
                    "Access-Control-Request-Method, Access-Control-Request-Headers"
                ),
            ]
        );
    }
}

#[tokio::test]
async fn options_that_is_no_preflight_lists_the_methods() {
    let bench = Bench::start().await;
    let response = bench.ask(Method::OPTIONS, CREATE).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, "allow"), "GET,HEAD,POST");
    assert_eq!(header(&response, "vary"), "Access-Control-Request-Method");
    assert_eq!(response.text().await.unwrap(), "");
}

#[tokio::test]
async fn any_origin_may_read_the_body_and_no_header() {
    let bench = Bench::start().await;
    let ok = bench.ask_as(ADVISER, Method::GET, CREATE);
    let unauthenticated = bench.ask(Method::GET, CREATE);
    let missing = bench.ask(Method::GET, "/api/nowhere");
    for request in [ok, unauthenticated, missing] {
        let request = request.header("Origin", "https://portal.example");
        let response = request.send().await.unwrap();
        assert_eq!(header(&response, "access-control-allow-origin"), "*");
        assert_eq!(header(&response, "cache-control"), "no-cache, private");
        assert_eq!(header(&response, "access-control-expose-headers"), "");
        assert_eq!(header(&response, "access-control-allow-credentials"), "");
    }
}

#[tokio::test]
async fn outside_of_the_api_nothing_is_for_other_origins() {
    let bench = Bench::start().await;
    let paths = [
        "/",
        "/sandbox/outbox",
        "/sandbox/outbox.json",
        "/sandbox/requests.json",
        "/sandbox/reset",
        "/nowhere",
    ];
    for path in paths {
        for method in [Method::GET, Method::OPTIONS] {
            let request = bench.ask(method, path);
            let request = request.header("Origin", "https://portal.example");
            let request = request.header("Access-Control-Request-Method", "GET");
            let response = request.send().await.unwrap();
            for name in response.headers().keys() {
                assert!(!name.as_str().starts_with("access-control-"), "{path}");
            }
        }
    }
}
