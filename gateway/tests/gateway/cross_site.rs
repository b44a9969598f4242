//! Pages of other sites: whatever they send, nothing leaves, and nothing is told.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::{
    browser::{CREATE, answer, new_key},
    stage::{ORIGIN, Stage},
};

const ORIGINS: [Option<&str>; 8] = [
    None,
    Some(ORIGIN),
    Some("null"),
    Some("https://evil.example"),
    Some("http://portal.example"),
    Some("https://portal.example:8443"),
    Some("https://portal.example.evil.example"),
    Some("https://www.portal.example"),
];
const SITES: [Option<&str>; 5] = [
    None,
    Some("same-origin"),
    Some("same-site"),
    Some("cross-site"),
    Some("none"),
];

/// Every origin with every `Sec-Fetch-Site`, with and without the required header, on every route, all of them with a
/// good cookie: what a browser without `SameSite` would send.
#[tokio::test]
async fn only_our_own_pages_are_served() {
    let stage = Stage::with(
        crate::database::sqlite(),
        &[("GATEWAY_SENDS_PER_HOUR", "1000")],
    )
    .await;
    let browser = stage.signed_in().await;
    let one = format!("{CREATE}/{}", new_key());
    let routes = [
        (Method::GET, CREATE),
        (Method::POST, CREATE),
        (Method::GET, one.as_str()),
        (Method::GET, "/api/v1/logins"),
        (Method::GET, "/auth/me"),
        (Method::PUT, "/auth/account"),
        (Method::POST, "/auth/frame-session"),
    ];
    let (mut served, mut refused) = (0, 0);
    for (method, path) in &routes {
        for origin in ORIGINS {
            for site in SITES {
                for required in [true, false] {
                    let mut request = browser
                        .bare(method.clone(), path)
                        .header("content-type", "application/json")
                        .header("idempotency-key", new_key());
                    if *method != Method::GET {
                        let code = format!("A{:07}", served + refused);
                        request =
                            request.body(json!({ "adviser_key": code, "ticket": "x" }).to_string());
                    }
                    for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
                        if let Some(value) = value {
                            request = request.header(name, value);
                        }
                    }
                    if required {
                        request = request.header("x-referral-connect", "1");
                    }
                    let what = format!("{method} {path} {origin:?} {site:?} {required}");
                    let before = stage.plannr.seen().len();
                    let answer = answer(request).await;
                    let by_ourselves = site.is_none() || site == Some("same-origin");
                    let ours = required
                        && by_ourselves
                        && (origin == Some(ORIGIN) || (origin.is_none() && *method == Method::GET));
                    assert!(
                        !answer
                            .headers
                            .contains_key("access-control-allow-credentials"),
                        "{what}"
                    );
                    if ours {
                        served += 1;
                        continue;
                    }
                    refused += 1;
                    // A frame may ask, but its cookie does not count.
                    let nobody = [StatusCode::FORBIDDEN, StatusCode::UNAUTHORIZED];
                    let as_nobody =
                        *path == "/auth/me" && answer.json() == json!({ "signed_in": false });
                    assert!(
                        nobody.contains(&answer.status) || as_nobody,
                        "{what}: {answer:?}"
                    );
                    assert_eq!(stage.plannr.seen().len(), before, "{what}");
                }
            }
        }
    }
    assert_eq!((served, refused), (4 * 4 + 3 * 2, 7 * 80 - 22));
    stage.stop().await;
}

#[tokio::test]
async fn nobody_elsewhere_gets_permission_beforehand() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    for origin in ORIGINS.into_iter().flatten() {
        let ask = browser
            .bare(Method::OPTIONS, CREATE)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "x-referral-connect");
        let told = answer(ask).await;
        let allowed = told.header("access-control-allow-origin");
        assert_eq!(
            allowed,
            if origin == "null" { "null" } else { "" },
            "{origin}"
        );
        assert_eq!(told.header("access-control-allow-credentials"), "");
    }
    stage.stop().await;
}

/// Signing in is for people who go there, not for pages that fetch, embed or frame it.
#[tokio::test]
async fn signing_in_happens_in_a_window() {
    let stage = Stage::start().await;
    let browser = stage.browser();
    for path in ["/auth/login", "/auth/callback?code=x&state=y"] {
        for (mode, dest) in [
            ("cors", "empty"),
            ("no-cors", "image"),
            ("no-cors", "script"),
            ("navigate", "iframe"),
            ("navigate", "embed"),
            ("websocket", "websocket"),
        ] {
            let request = browser
                .bare(Method::GET, path)
                .header("sec-fetch-mode", mode)
                .header("sec-fetch-dest", dest);
            let refused = answer(request).await;
            assert_eq!(
                refused.status,
                StatusCode::FORBIDDEN,
                "{path} {mode} {dest}"
            );
            assert!(refused.set_cookies().is_empty());
        }
    }
    stage.stop().await;
}

/// Signing out and choosing an account change something, so they take more than a link.
#[tokio::test]
async fn a_link_changes_nothing() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    for path in ["/auth/logout", "/auth/account", "/auth/frame-session"] {
        let link = answer(browser.navigation(path)).await;
        assert!(link.status.is_client_error(), "{path}: {link:?}");
        let form = browser
            .bare(Method::POST, path)
            .header("origin", "https://evil.example")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("a=b");
        assert!(answer(form).await.status.is_client_error(), "{path}");
    }
    let me = answer(browser.page_asks(Method::GET, "/auth/me"))
        .await
        .json();
    assert_eq!(me["signed_in"], true);
    stage.stop().await;
}
