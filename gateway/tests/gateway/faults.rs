//! An API that breaks: what is told, what is told again, and that nothing is sent twice.

use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::{Method, StatusCode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{
    browser::{CREATE, answer, new_key},
    fault::Fault,
    panics,
    stage::{Stage, environment},
};

/// With limits short enough to be waited for, and long enough for a busy machine.
const SHORT: [(&str, &str); 3] = [
    ("GATEWAY_CONNECT_LIMIT", "500ms"),
    ("GATEWAY_ANSWER_LIMIT", "1500ms"),
    ("GATEWAY_SENDS_PER_HOUR", "1000"),
];

/// Each fault: the first answer, then the same key at once, after a while, and with the list out of reach in between.
#[tokio::test(flavor = "multi_thread")]
async fn each_fault_ends_in_the_truth_and_in_one_request() {
    for database in crate::database::each().await {
        let stage = Stage::with(database, &SHORT).await;
        for (letter, fault) in Fault::ALL {
            if fault == Fault::Held {
                continue;
            }
            let browser = stage.signed_in().await;
            let code = format!("{letter}AAA0001");
            let key = new_key();
            let before = stage.plannr.posts().len();
            let first = browser.send(&code, &key).await;
            let settled = first.status.is_success() || first.status.is_client_error();
            let expected = match fault {
                Fault::None => 201,
                Fault::HalfABody | Fault::Endless | Fault::Html => 200,
                Fault::Empty => 204,
                Fault::Refused => 422,
                Fault::Unauthenticated => 401,
                Fault::TimeOut => 408,
                Fault::Error | Fault::MadeAndError => 500,
                Fault::Silence | Fault::MadeAndSilence => 504,
                _ => 502,
            };
            assert_eq!(first.status, expected, "{fault:?}: {first:?}");
            assert_eq!(first.header("set-cookie"), "", "{fault:?}");

            stage.plannr.break_list(true);
            let blind = browser.send(&code, &key).await;
            stage.plannr.break_list(false);
            let told = browser.send(&code, &key).await;
            let open = fault != Fault::TimeOut && settled;
            if open {
                assert_eq!(
                    (blind.status, told.status),
                    (first.status, first.status),
                    "{fault:?}"
                );
            } else {
                assert_eq!(blind.outcome(), "unknown", "{fault:?}: {blind:?}");
                match fault.makes() {
                    true => assert_eq!(
                        told.json()["uuid"],
                        stage.plannr.made(&browser.account)[0]["uuid"]
                    ),
                    false => assert_eq!(told.outcome(), "unknown", "{fault:?}: {told:?}"),
                }
            }
            // A minute later what is not in the list did not arrive, and may be sent anew without a confirmation.
            stage.advance(Duration::from_secs(61));
            let later = browser.send(&code, &key).await;
            if !open && !fault.makes() {
                assert_eq!(
                    later.status,
                    StatusCode::FAILED_DEPENDENCY,
                    "{fault:?}: {later:?}"
                );
                assert_eq!(later.outcome(), "not-arrived");
            } else {
                assert_eq!(later.status, told.status, "{fault:?}: {later:?}");
            }
            assert_eq!(stage.plannr.posts().len(), before + 1, "{fault:?}");
            let made = stage.plannr.made(&browser.account).len();
            assert_eq!(made, usize::from(fault.makes()), "{fault:?}");
        }
        stage.stop().await;
    }
}

/// Chromium sends a POST twice over a connection that is kept and breaks; many libraries do too. Every request here
/// comes over a connection of its own, and is never repeated.
#[tokio::test]
async fn each_request_has_a_connection_of_its_own() {
    let stage = Stage::with(crate::database::sqlite(), &SHORT).await;
    let browser = stage.signed_in().await;
    // Questions first, so that there is a kept connection that a client could use.
    for _ in 0..3 {
        assert_eq!(
            answer(browser.page_asks(Method::GET, CREATE)).await.status,
            StatusCode::OK
        );
    }
    for letter in ["A", "B", "C", "A", "R", "J", "A"] {
        let code = format!("{letter}{}", &new_key()[..7]);
        browser.send(&code, &new_key()).await;
    }
    let seen = stage.plannr.seen();
    let posts = stage.plannr.posts();
    assert_eq!(posts.len(), 7);
    for post in &posts {
        let beside = seen
            .iter()
            .filter(|other| other.connection == post.connection);
        assert_eq!(beside.count(), 1, "{post:?}");
    }
    let questions = seen
        .iter()
        .filter(|seen| seen.line.starts_with("GET /api/v1/referral"));
    let mut connections: Vec<_> = questions.map(|seen| seen.connection).collect();
    connections.dedup();
    assert_eq!(connections.len(), 1, "questions may share one");
    stage.stop().await;
}

#[tokio::test]
async fn without_a_connection_nothing_is_sent() {
    let mut stage = Stage::with(crate::database::sqlite(), &SHORT).await;
    let browser = stage.signed_in().await;
    // A port that nobody listens on.
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    stage.gateway.take().unwrap().stop().await;
    let elsewhere = environment(closed, &stage.database.url);
    let settings = referral_connect_gateway::Settings::read(None, elsewhere).unwrap();
    let gateway = referral_connect_gateway::Gateway::start(settings)
        .await
        .unwrap();
    let browser = browser.at(gateway.address());
    let key = new_key();
    for _ in 0..2 {
        let refused = browser.send("AAAA0001", &key).await;
        assert_eq!(refused.status, StatusCode::FAILED_DEPENDENCY, "{refused:?}");
        assert_eq!(refused.outcome(), "not-sent");
    }
    assert_eq!(
        answer(browser.page_asks(Method::GET, CREATE)).await.status,
        StatusCode::BAD_GATEWAY
    );
    gateway.stop().await;
    // Another key needs no confirmation, for nothing was sent.
    stage.restart().await;
    let sent = browser
        .at(stage.address())
        .send("AAAA0001", &new_key())
        .await;
    assert_eq!(sent.status, StatusCode::CREATED);
    stage.stop().await;
}

/// "None: it did not arrive, and the code may be sent again", without a question more.
#[tokio::test]
async fn what_did_not_arrive_may_be_sent_again() {
    for database in crate::database::each().await {
        let stage = Stage::with(database, &SHORT).await;
        for is_asked_first in [true, false] {
            let browser = stage.signed_in().await;
            let key = new_key();
            browser.send("EAAA0001", &key).await;
            // It may still be on its way.
            stage.advance(Duration::from_secs(59));
            let early = browser.send("EAAA0001", &new_key()).await;
            assert_eq!(early.outcome(), "repeats", "{early:?}");
            stage.advance(Duration::from_secs(2));
            if is_asked_first {
                let told = browser.send("EAAA0001", &key).await;
                assert_eq!(told.outcome(), "not-arrived");
            }
            let posts = stage.plannr.posts().len();
            let again = browser.send("EAAA0001", &new_key()).await;
            assert_eq!(again.status, StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(stage.plannr.posts().len(), posts + 1);
            // So that the next one's list has nothing beside it.
            stage.advance(Duration::from_secs(300));
        }
        stage.stop().await;
    }
}

/// One that arrived all the same is found, and needs its confirmation.
#[tokio::test]
async fn what_arrived_is_found_before_it_is_sent_again() {
    let stage = Stage::with(crate::database::sqlite(), &SHORT).await;
    let browser = stage.signed_in().await;
    let key = new_key();
    browser.send("BAAA0001", &key).await;
    stage.advance(Duration::from_secs(61));
    let again = browser.send("BAAA0001", &new_key()).await;
    assert_eq!(again.outcome(), "repeats", "{again:?}");
    stage.plannr.break_list(true);
    let told = browser.send("BAAA0001", &key).await;
    assert_eq!(told.status, StatusCode::OK, "it is known by now: {told:?}");
    assert_eq!(stage.plannr.posts().len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn a_connection_of_somebody_elses_is_not_taken_for_ours() {
    let stage = Stage::with(crate::database::sqlite(), &SHORT).await;
    let browser = stage.signed_in().await;
    // One that this gateway made, which it knows; then one in doubt that was not made.
    assert_eq!(
        browser.send("AAAA0001", &new_key()).await.status,
        StatusCode::CREATED
    );
    let key = new_key();
    assert_eq!(
        browser.send("EAAA0001", &key).await.status,
        StatusCode::INTERNAL_SERVER_ERROR
    );
    assert_eq!(browser.send("EAAA0001", &key).await.outcome(), "unknown");
    // Two that nobody knows: which of them it is, nobody can say.
    stage.plannr.make(&browser.account);
    stage.plannr.make(&browser.account);
    stage.advance(Duration::from_secs(61));
    assert_eq!(browser.send("EAAA0001", &key).await.outcome(), "unknown");
    // In doubt, so another press needs a confirmation.
    assert_eq!(
        browser.send("EAAA0001", &new_key()).await.outcome(),
        "repeats"
    );
    stage.stop().await;
}

/// Plannr's list may show what the whole firm has sent.
#[tokio::test]
async fn a_colleagues_connection_is_not_taken_for_ours() {
    let stage = Stage::with(crate::database::sqlite(), &SHORT).await;
    stage.plannr.share_lists();
    let (ours, colleague) = (stage.signed_in().await, stage.signed_in().await);
    let not_made = new_key();
    ours.send("EAAA0001", &not_made).await;
    assert_eq!(
        colleague.send("AAAA0001", &new_key()).await.status,
        StatusCode::CREATED
    );
    assert_eq!(ours.send("EAAA0001", &not_made).await.outcome(), "unknown");
    stage.advance(Duration::from_secs(61));
    assert_eq!(
        ours.send("EAAA0001", &not_made).await.outcome(),
        "not-arrived"
    );
    stage.stop().await;
}

#[tokio::test]
async fn a_colleague_in_doubt_leaves_us_in_doubt() {
    let stage = Stage::with(crate::database::sqlite(), &SHORT).await;
    stage.plannr.share_lists();
    let (ours, colleague) = (stage.signed_in().await, stage.signed_in().await);
    let (not_made, made) = (new_key(), new_key());
    ours.send("EAAA0001", &not_made).await;
    colleague.send("BAAA0001", &made).await;
    stage.advance(Duration::from_secs(61));
    for (browser, code, key) in [
        (&ours, "EAAA0001", &not_made),
        (&colleague, "BAAA0001", &made),
    ] {
        assert_eq!(browser.send(code, key).await.outcome(), "unknown", "{code}");
    }
    stage.stop().await;
}

#[tokio::test]
async fn two_doubts_do_not_share_one_connection() {
    let stage = Stage::with(crate::database::sqlite(), &SHORT).await;
    let browser = stage.signed_in().await;
    let (made, not_made) = (new_key(), new_key());
    browser.send("BAAA0001", &made).await;
    browser.send("EAAA0001", &not_made).await;
    stage.advance(Duration::from_secs(61));
    for (code, key) in [("BAAA0001", &made), ("EAAA0001", &not_made)] {
        assert_eq!(browser.send(code, key).await.outcome(), "unknown", "{code}");
    }
    stage.stop().await;
}

/// The other side: browsers that send half of something, nothing, or too much.
#[tokio::test]
async fn a_broken_request_sends_nothing() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    let cookie = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    let cookie = cookie.collect::<Vec<_>>().join("; ");
    let head = |extra: &str| {
        format!(
            "POST {CREATE} HTTP/1.1\r\nHost: portal.example\r\nOrigin: https://portal.example\r\n\
             X-Referral-Connect: 1\r\nContent-Type: application/json\r\nIdempotency-Key: {}\r\n\
             X-Plannr-Account-Uuid: {}\r\nCookie: {cookie}\r\n{extra}",
            new_key(),
            browser.account
        )
    };
    let body = r#"{"adviser_key":"AAAA0001"}"#;
    let broken = [
        head("Content-Length: 26\r\n\r\n{\"adviser"),
        head("Content-Length: 26\r\n\r\n"),
        head("Content-Length: 26\r\nContent-Length: 27\r\n\r\n") + body,
        head("Transfer-Encoding: chunked\r\n\r\n1a\r\n{\"adviser_key\""),
        head("Transfer-Encoding: chunked\r\nContent-Length: 26\r\n\r\nzz\r\n") + body,
        head("Content-Le"),
        head("Content-Length: -1\r\n\r\n") + body,
        head("X: \r\n folded\r\nContent-Length: 26\r\n\r\n") + body,
        "POST / HTTP/9\r\n\r\n".to_owned(),
        "\u{0}\u{1}\u{2}\r\n\r\n".to_owned(),
        format!(
            "GET {CREATE} HTTP/1.1\r\nCookie: {}\r\n\r\n",
            "x".repeat(100_000)
        ),
    ];
    for text in broken {
        let mut stream = TcpStream::connect(stage.gateway.as_ref().unwrap().address())
            .await
            .unwrap();
        // It may hang up before all of it is written.
        let _ = stream.write_all(text.as_bytes()).await;
        let _ = stream.shutdown().await;
        let mut answered = Vec::new();
        let _ = stream.read_to_end(&mut answered).await;
        let answered = String::from_utf8_lossy(&answered);
        assert!(!answered.starts_with("HTTP/1.1 2"), "{text:?}: {answered}");
    }
    assert!(
        stage.plannr.posts().is_empty(),
        "{:?}",
        stage.plannr.posts()
    );
    // And whole it is sent.
    assert_eq!(
        browser.send("AAAA0001", &new_key()).await.status,
        StatusCode::CREATED
    );
    stage.stop().await;
}

/// A good request with bytes changed, left out and repeated at random: whatever comes of it, the API gets nothing but
/// whole requests, and the gateway lives on.
#[tokio::test]
async fn damaged_requests_do_no_harm() {
    let seed: u64 = rand::rng().random();
    eprintln!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let stage = Stage::with(crate::database::sqlite(), &SHORT).await;
    let browser = stage.signed_in().await;
    let cookie = &browser.cookies["__Host-referral-connect"];
    for _ in 0..1500 {
        let start = match random.random_range(0..3) {
            0 => format!("GET {CREATE}?filter%5Bdirection%5D=sent&per_page=50 HTTP/1.1\r\n"),
            1 => format!("GET {CREATE}/{} HTTP/1.1\r\n", new_key()),
            _ => format!(
                "POST {CREATE} HTTP/1.1\r\nIdempotency-Key: {}\r\nX-Plannr-Account-Uuid: {}\r\n",
                new_key(),
                browser.account
            ),
        };
        let body = format!(r#"{{"adviser_key":"A{}"}}"#, &new_key()[..7]);
        let whole = format!(
            "{start}Host: portal.example\r\nOrigin: https://portal.example\r\nX-Referral-Connect: 1\r\n\
             Cookie: __Host-referral-connect={cookie}\r\nContent-Type: application/json\r\n\
             Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut bytes = whole.into_bytes();
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(0..bytes.len());
            match random.random_range(0..4) {
                0 => bytes[at] = random.random(),
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, b" \r\n:;,\"{}\0%"[random.random_range(0..11)]),
                _ => bytes.truncate(at.max(8)),
            }
        }
        let mut stream = TcpStream::connect(stage.gateway.as_ref().unwrap().address())
            .await
            .unwrap();
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
        let mut answered = Vec::new();
        let _ = stream.read_to_end(&mut answered).await;
        let is_broken = answered.starts_with(b"HTTP/1.1 503");
        assert!(!is_broken, "{}", String::from_utf8_lossy(&bytes));
        panics::assert_none();
    }
    for post in stage.plannr.posts() {
        let body: serde_json::Value = serde_json::from_str(&post.body).unwrap();
        assert_eq!(body.as_object().unwrap().len(), 1, "{post:?}");
        assert_eq!(body["adviser_key"].as_str().unwrap().len(), 8, "{post:?}");
        assert!(
            post.line
                .starts_with("POST /api/v1/referral-connections HTTP/1.1")
        );
    }
    let healthy = answer(browser.bare(Method::GET, "/health")).await;
    assert_eq!(healthy.status, StatusCode::OK);
    stage.stop().await;
}

#[tokio::test]
async fn what_is_under_way_is_finished_when_the_gateway_stops() {
    let mut stage = Stage::start().await;
    let browser = stage.signed_in().await;
    let press = tokio::spawn({
        let browser = browser.clone();
        async move { browser.send("SAAA0001", &new_key()).await }
    });
    stage.plannr.await_posts(1).await;
    let gateway = stage.gateway.take().unwrap();
    let address = gateway.address();
    let stopping = tokio::spawn(gateway.stop());
    let started = Instant::now();
    while TcpStream::connect(address).await.is_ok() {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "still listening"
        );
    }
    assert!(!stopping.is_finished());
    stage.plannr.release();
    assert_eq!(press.await.unwrap().status, StatusCode::OK);
    stopping.await.unwrap();
    stage.stop().await;
}

#[tokio::test]
async fn a_file_has_one_gateway() {
    let stage = Stage::start().await;
    let settings = referral_connect_gateway::Settings::read(None, stage.environment()).unwrap();
    let refused = referral_connect_gateway::Gateway::start(settings).await;
    let message = refused.err().unwrap().to_string();
    assert!(
        message.contains("no other gateway uses the file"),
        "{message}"
    );
    stage.stop().await;
}
