//! Browsers that take their time. The clock of waiting is stopped here, and goes on when nothing else is left to happen.

use std::{fs, time::Duration};

use reqwest::{Method, StatusCode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, pause, sleep},
};

use crate::{
    browser::{CREATE, answer, new_key},
    database,
    stage::{ORIGIN, Stage},
};

const PAGE_BYTES: u64 = 64 * 1024 * 1024;

/// What comes back, and after how long.
async fn read(stream: &mut TcpStream) -> (String, Duration) {
    let started = Instant::now();
    let mut answered = Vec::new();
    // An end without manners is an end as well.
    let _ = stream.read_to_end(&mut answered).await;
    let answered = String::from_utf8_lossy(&answered).into_owned();
    (answered, started.elapsed())
}

fn assert_about(limit: Duration, took: Duration) {
    let second = Duration::from_secs(1);
    assert!((limit..limit + second).contains(&took), "{took:?}");
}

#[tokio::test]
async fn a_head_takes_no_longer_than_30_seconds() {
    let stage = Stage::start().await;
    for start in ["", "GET /health HTTP/1.1\r\nHost: por"] {
        let mut stream = TcpStream::connect(stage.address()).await.unwrap();
        stream.write_all(start.as_bytes()).await.unwrap();
        pause();
        let (answered, took) = read(&mut stream).await;
        tokio::time::resume();
        assert!(!answered.contains(" 200 "), "{answered}");
        assert_about(Duration::from_secs(30), took);
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_body_takes_no_longer_than_10_seconds() {
    let stage = Stage::start().await;
    let mut stream = TcpStream::connect(stage.address()).await.unwrap();
    let start = format!(
        "POST {CREATE} HTTP/1.1\r\nHost: portal.example\r\nOrigin: {ORIGIN}\r\nX-Referral-Connect: 1\r\n\
         Connection: close\r\nContent-Length: 26\r\n\r\n{{\"adviser"
    );
    stream.write_all(start.as_bytes()).await.unwrap();
    pause();
    let (answered, took) = read(&mut stream).await;
    tokio::time::resume();
    assert!(answered.starts_with("HTTP/1.1 400 "), "{answered}");
    assert!(answered.contains("did not arrive whole"), "{answered}");
    assert_about(Duration::from_secs(10), took);
    stage.stop().await;
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_broken_off_after_30_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let page = fs::File::create(folder.path().join("page.bin")).unwrap();
    page.set_len(PAGE_BYTES).unwrap();
    let pages = folder.path().display().to_string();
    let stage = Stage::with(database::sqlite(), &[("GATEWAY_PAGES", &pages)]).await;
    for (wait_s, is_whole) in [(29, true), (31, false)] {
        let mut stream = TcpStream::connect(stage.address()).await.unwrap();
        let ask = "GET /page.bin HTTP/1.1\r\nHost: portal.example\r\nConnection: close\r\n\r\n";
        stream.write_all(ask.as_bytes()).await.unwrap();
        pause();
        sleep(Duration::from_secs(wait_s)).await;
        tokio::time::resume();
        let (answered, _) = read(&mut stream).await;
        let whole = answered.len() as u64 > PAGE_BYTES;
        assert_eq!(whole, is_whole, "{} bytes after {wait_s} s", answered.len());
    }
    stage.stop().await;
}

#[tokio::test]
async fn more_connections_than_may_be_open_wait() {
    let changes = [("GATEWAY_CONNECTIONS", "2")];
    let stage = Stage::with(database::sqlite(), &changes).await;
    let ask = "GET /health HTTP/1.1\r\nHost: portal.example\r\n\r\n";
    let mut first = TcpStream::connect(stage.address()).await.unwrap();
    let second = TcpStream::connect(stage.address()).await.unwrap();
    let third = tokio::spawn({
        let asked = stage.browser().bare(Method::GET, "/health");
        async move { answer(asked).await.status }
    });
    let mut buffer = [0; 4096];
    for _ in 0..50 {
        first.write_all(ask.as_bytes()).await.unwrap();
        let read = first.read(&mut buffer).await.unwrap();
        assert!(buffer[..read].starts_with(b"HTTP/1.1 200 "));
    }
    assert!(!third.is_finished());
    drop(second);
    assert_eq!(third.await.unwrap(), StatusCode::OK);
    stage.stop().await;
}

/// By default as long as the operators' page says; shorter ones are tried beside.
#[tokio::test]
async fn an_answer_of_the_apis_takes_no_longer_than_its_limit() {
    let changes = [
        ("GATEWAY_CONNECT_LIMIT", "100ms"),
        ("GATEWAY_ANSWER_LIMIT", "700ms"),
    ];
    let stage = Stage::with(database::sqlite(), &changes).await;
    let browser = stage.signed_in().await;
    let started = Instant::now();
    let late = browser.send("IAAA0001", &new_key()).await;
    assert_eq!(late.status, StatusCode::GATEWAY_TIMEOUT);
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(700), "{took:?}");
    assert!(took < Duration::from_secs(15), "{took:?}");
    stage.stop().await;
}
