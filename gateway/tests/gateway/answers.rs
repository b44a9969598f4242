//! What goes through the gateway in either direction, and what does not.

use reqwest::{Method, StatusCode};

use crate::{
    browser::{Answer, CREATE, answer, new_key},
    stage::Stage,
};

fn assert_guarded(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), "no-store", "{answer:?}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
}

#[tokio::test]
async fn nothing_of_a_browsers_reaches_the_api_but_what_it_asks() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    let press = browser
        .press("AAAA0001", &new_key())
        .header("x-forwarded-for", "10.0.0.1")
        .header("forwarded", "for=10.0.0.1")
        .header("x-real-ip", "10.0.0.1")
        .header("via", "1.1 x")
        .header("x-http-method-override", "DELETE")
        .header("accept-language", "cy")
        .header("user-agent", "a browser")
        .header("referer", "https://portal.example/secret");
    assert_eq!(answer(press).await.status, StatusCode::CREATED);
    let path = format!("{CREATE}?filter%5Bdirection%5D=sent&per_page=50");
    let list = answer(browser.page_asks(Method::GET, &path)).await;
    assert_eq!(list.status, StatusCode::OK);
    let expected = [
        "accept",
        "authorization",
        "host",
        "user-agent",
        "x-plannr-account-uuid",
    ];
    let seen = stage.plannr.seen();
    let api = seen
        .iter()
        .filter(|seen| seen.line.contains("referral-connections"));
    for seen in api {
        let mut names: Vec<_> = seen.headers.keys().map(String::as_str).collect();
        names.retain(|name| !["content-type", "content-length"].contains(name));
        names.sort_unstable();
        assert_eq!(names, expected, "{}", seen.line);
        assert!(seen.headers["user-agent"].starts_with("referral-connect-gateway/"));
    }
    let line = &seen.last().unwrap().line;
    assert_eq!(line, &format!("GET {path} HTTP/1.1"));
    stage.stop().await;
}

#[tokio::test]
async fn of_the_apis_answers_a_browser_gets_no_more_than_it_needs() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    let sent = browser.send("AAAA0001", &new_key()).await;
    let listed = answer(browser.page_asks(Method::GET, CREATE)).await;
    let refused = browser.send("GAAA0001", &new_key()).await;
    for answer in [&sent, &listed, &refused] {
        assert_guarded(answer);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("x-ratelimit-remaining"), "499");
        for name in [
            "set-cookie",
            "x-powered-by",
            "access-control-allow-origin",
            "server",
        ] {
            assert_eq!(answer.header(name), "", "{name}");
        }
    }
    stage.stop().await;
}

#[tokio::test]
async fn there_are_no_other_routes() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    let before = stage.plannr.seen().len();
    for (method, path, status) in [
        (Method::GET, "/", 404),
        (Method::GET, "/api/v1/clients", 404),
        (Method::GET, "/api/v1/referral-connections/", 404),
        (
            Method::GET,
            "/api/v1/referral-connections/..%2f..%2fclients",
            404,
        ),
        (Method::GET, "/api/v1/referral-connections/not-a-uuid", 404),
        (Method::GET, "/api/v1//logins", 404),
        (Method::GET, "/metrics", 404),
        (Method::DELETE, CREATE, 405),
        (Method::PATCH, CREATE, 405),
        (Method::POST, "/api/v1/logins", 405),
        (Method::PUT, "/auth/login", 403),
        (
            Method::GET,
            "/api/v1/referral-connections?include=account",
            400,
        ),
        (Method::GET, "/api/v1/referral-connections?page=1&x=y", 400),
    ] {
        let answer = answer(browser.page_asks(method.clone(), path)).await;
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        assert_guarded(&answer);
    }
    assert_eq!(stage.plannr.seen().len(), before);
    stage.stop().await;
}

#[tokio::test]
async fn a_path_of_its_own_is_below_everything() {
    let changes = [("GATEWAY_BASE_PATH", "/referrals")];
    let stage = Stage::with(crate::database::sqlite(), &changes).await;
    let mut browser = stage.browser();
    let departure = browser
        .get(browser.navigation("/referrals/auth/login"))
        .await;
    let back =
        url::form_urlencoded::byte_serialize(b"https://portal.example/referrals/auth/callback");
    let back = back.collect::<String>();
    assert!(
        departure.header("location").contains(&back),
        "{departure:?}"
    );
    let plain = answer(browser.page_asks(Method::GET, "/auth/me")).await;
    assert_eq!(plain.status, StatusCode::NOT_FOUND);
    let below = answer(browser.page_asks(Method::GET, "/referrals/auth/me")).await;
    assert_eq!(below.status, StatusCode::OK);
    stage.stop().await;
}

#[tokio::test]
async fn a_folder_is_served_under_its_own_policy() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("dist")).unwrap();
    std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    std::fs::write(folder.path().join("dist/index.html"), "<p>page</p>").unwrap();
    std::fs::write(folder.path().join("dist/module.wasm"), "wasm").unwrap();
    let dist = folder.path().join("dist").display().to_string();
    for base in ["", "/referrals"] {
        let changes = [
            ("GATEWAY_PAGES", dist.as_str()),
            ("GATEWAY_BASE_PATH", base),
            ("GATEWAY_FRAME_ANCESTORS", "https://host.example"),
        ];
        let stage = Stage::with(crate::database::sqlite(), &changes).await;
        let browser = stage.browser();
        let mut page = answer(browser.bare(Method::GET, &format!("{base}/"))).await;
        if page.status == StatusCode::SEE_OTHER {
            page = answer(browser.bare(Method::GET, page.header("location"))).await;
        }
        assert_eq!(
            (page.status, page.text.as_str()),
            (StatusCode::OK, "<p>page</p>"),
            "{page:?}"
        );
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("script-src https://portal.example 'wasm-unsafe-eval';"),
            "{policy}"
        );
        assert!(
            policy.ends_with("frame-ancestors https://host.example"),
            "{policy}"
        );
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        let module = answer(browser.bare(Method::GET, &format!("{base}/module.wasm"))).await;
        assert_eq!(module.header("content-type"), "application/wasm");
        for path in [
            "/../secret.txt",
            "/..%2fsecret.txt",
            "/%2e%2e/secret.txt",
            "/nothing",
        ] {
            let nothing = answer(browser.bare(Method::GET, &format!("{base}{path}"))).await;
            assert_eq!(nothing.status, StatusCode::NOT_FOUND, "{path}");
            assert_guarded(&nothing);
        }
        let posted = answer(browser.bare(Method::POST, &format!("{base}/index.html"))).await;
        assert_eq!(posted.status, StatusCode::NOT_FOUND);
        let health = answer(browser.bare(Method::GET, &format!("{base}/health"))).await;
        assert_eq!(health.status, StatusCode::OK);
        stage.stop().await;
    }
}

#[tokio::test]
async fn who_watches_it_sees_how_it_is() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    let healthy = answer(browser.bare(Method::GET, "/health")).await;
    assert_eq!(healthy.status, StatusCode::OK);
    assert_guarded(&healthy);
    browser.send("AAAA0001", &new_key()).await;
    browser.send("BAAA0001", &new_key()).await;
    let watcher = browser.at(stage.gateway.as_ref().unwrap().metrics_address().unwrap());
    let metrics = answer(watcher.bare(Method::GET, "/metrics")).await;
    assert_eq!(metrics.status, StatusCode::OK);
    for line in [
        "gateway_sends_total{outcome=\"sent\"} 1",
        "gateway_sends_total{outcome=\"unknown\"} 1",
        "gateway_sign_ins_total{outcome=\"signed-in\"} 1",
        "gateway_requests_total{method=\"POST\",route=\"/api/v1/referral-connections\",status=\"201\"} 1",
        "gateway_requests_under_way 0",
    ] {
        assert!(metrics.text.contains(line), "{line}\n{}", metrics.text);
    }
    stage.stop().await;
}
