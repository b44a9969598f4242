//! The built page at `/`.

use std::{fs, path::Path};

use referral_connect_sandbox::Settings;
use reqwest::{Method, StatusCode};

use crate::support::{Bench, HandClock, START, header};

const INDEX: &str = "<!DOCTYPE html><html><HEAD><title>Page</title>\
    <script type=\"module\" src=\"/page.js\"></script>\
    <script type=\"module\" data-x=\"a > b\">alert('Hello, world.');</script>\
    </HEAD><body></body></html>";

#[tokio::test]
async fn the_index_comes_up_ready_for_this_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("index.html"), INDEX).unwrap();
    let endpoint = "<meta name=\"referral-connect-endpoint\" content=\"/\">";
    let token = "<meta name=\"referral-connect-token\" content=\"sandbox-token\">";
    let refresh = "<meta name=\"referral-connect-refresh\" content=\"10\">";
    for (refresh_s, metas) in [
        (None, format!("{endpoint}{token}")),
        (Some(10), format!("{endpoint}{token}{refresh}")),
    ] {
        let bench = serving(folder.path(), refresh_s).await;
        for path in ["/", "/index.html"] {
            let expected = INDEX.replace("</HEAD>", &format!("{metas}</HEAD>"));
            assert_eq!(bench.page(path).await, expected);
        }
    }
}

#[tokio::test]
async fn the_index_has_a_strict_policy() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("index.html"), INDEX).unwrap();
    let bench = serving(folder.path(), None).await;
    for method in [Method::GET, Method::HEAD] {
        let response = bench.ask(method.clone(), "/").send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        // The hash is the one that the CSP specification gives for this script.
        assert_eq!(
            header(&response, "content-security-policy"),
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' \
             'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='; style-src 'self'; \
             connect-src 'self' https://api.plannrcrm.com http://127.0.0.1:* http://localhost:*; \
             img-src 'self' data:; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
             form-action 'self'; frame-ancestors 'self'"
        );
        assert_eq!(header(&response, "cache-control"), "no-cache");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        assert_eq!(
            header(&response, "content-type"),
            "text/html; charset=utf-8"
        );
        let body = response.text().await.unwrap();
        assert_eq!(body.is_empty(), method == Method::HEAD);
    }
}

#[tokio::test]
async fn files_have_their_types_and_lifetimes() {
    let forever = "public, max-age=31536000, immutable";
    let table = [
        ("page-0123456789abcdef_bg.wasm", "application/wasm", forever),
        ("page-0123456789abcdef.js", "text/javascript", forever),
        ("style-0123456789abcdef.css", "text/css", forever),
        ("referral-connect.js", "text/javascript", "no-cache"),
        ("icon.svg", "image/svg+xml", "no-cache"),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, _, _) in table {
        fs::write(folder.path().join(name), name).unwrap();
    }
    let bench = serving(folder.path(), None).await;
    for (name, media_type, caching) in table {
        let path = format!("/{name}");
        for method in [Method::GET, Method::HEAD] {
            let response = bench.ask(method, &path).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(header(&response, "content-type"), media_type);
            assert_eq!(header(&response, "cache-control"), caching, "{name}");
            assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        }
        assert_eq!(bench.page(&path).await, name);
    }
}

#[tokio::test]
async fn a_page_may_be_built_while_it_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let dist = folder.path().join("dist");
    let bench = serving(&dist, None).await;
    let response = bench.ask(Method::GET, "/").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.text().await.unwrap().contains("is being built"));
    let response = bench.ask(Method::GET, "/page.js").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);

    fs::create_dir(&dist).unwrap();
    for title in ["first", "second"] {
        fs::write(
            dist.join("index.html"),
            format!("<title>{title}</title></head>"),
        )
        .unwrap();
        assert!(
            bench
                .page("/")
                .await
                .starts_with(&format!("<title>{title}<"))
        );
    }
}

#[tokio::test]
async fn nothing_outside_of_the_folder_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let dist = folder.path().join("dist");
    fs::create_dir(&dist).unwrap();
    fs::write(dist.join("index.html"), INDEX).unwrap();
    fs::write(folder.path().join("secret.html"), "secret").unwrap();
    fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    let bench = serving(&dist, None).await;
    let paths = [
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%2fsecret.html",
        "/%2e%2e%2fsecret.html",
        "/other.html",
        "/other/",
    ];
    for path in paths {
        let response = bench.ask(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(!response.text().await.unwrap().contains("secret"));
    }
}

#[tokio::test]
async fn the_api_is_there_beside_the_page() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("index.html"), INDEX).unwrap();
    let bench = serving(folder.path(), None).await;
    assert_eq!(bench.sent("ABC12345").await["status"], "pending");
    assert!(bench.page("/sandbox/outbox").await.contains("Larkspur"));
    let response = bench.ask(Method::GET, "/api/v1/foo").send().await.unwrap();
    assert_eq!(header(&response, "content-type"), "application/json");
}

#[tokio::test]
async fn without_a_page_the_outbox_is_the_front_door() {
    let bench = Bench::start().await;
    let response = bench.ask(Method::GET, "/").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(header(&response, "location"), "/sandbox/outbox");
}

async fn serving(folder: &Path, refresh_s: Option<u32>) -> Bench {
    let settings = Settings {
        page: Some(folder.to_owned()),
        refresh_s,
        ..Settings::default()
    };
    Bench::start_with(HandClock::at(START), settings).await
}
