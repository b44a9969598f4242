//! What takes too long, and what becomes of it.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use sqlx::Connection;
use tokio::net::TcpStream;

use crate::{
    browser::{CREATE, answer, new_key},
    database,
    stage::Stage,
};

/// A renewal that takes most of a request's time leaves none for the request: it does not leave, and the next one has the
/// new tokens.
#[tokio::test]
async fn a_request_does_not_leave_with_little_time_to_be_answered_in() {
    let changes = [
        ("GATEWAY_CONNECT_LIMIT", "1s"),
        ("GATEWAY_ANSWER_LIMIT", "4s"),
    ];
    for database in database::each().await {
        let stage = Stage::with(database, &changes).await;
        let browser = stage.signed_in().await;
        stage.advance(Duration::from_secs(3600));
        stage.plannr.hold_renewals(true);
        // Within half of the time, while the renewal goes on.
        let refused = browser.send("AAAA0001", &new_key()).await;
        assert_eq!(refused.status, StatusCode::FAILED_DEPENDENCY, "{refused:?}");
        assert_eq!(refused.outcome(), "not-sent");
        stage.plannr.hold_renewals(false);
        stage.plannr.release();
        let sent = browser.send("AAAA0001", &new_key()).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{sent:?}");
        assert_eq!(stage.plannr.renewals(), 1);
        assert_eq!(stage.plannr.posts().len(), 1);
        stage.stop().await;
    }
}

/// A database that does not say no either.
#[tokio::test]
async fn a_request_is_answered_even_if_the_database_is_not() {
    let Some(database) = database::postgres().await else {
        return;
    };
    let changes = [
        ("GATEWAY_CONNECT_LIMIT", "100ms"),
        ("GATEWAY_ANSWER_LIMIT", "200ms"),
    ];
    let stage = Stage::with(database, &changes).await;
    let browser = stage.signed_in().await;
    let mut other = stage.database.connect().await;
    let mut hold = other.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE sends IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *hold)
        .await
        .unwrap();
    let key = new_key();
    let asked = Instant::now();
    let overdue = browser.send("AAAA0001", &key).await;
    assert!(asked.elapsed() < Duration::from_secs(20), "{overdue:?}");
    assert_eq!(
        (overdue.status, overdue.outcome().as_str()),
        (StatusCode::GATEWAY_TIMEOUT, "unknown"),
        "{overdue:?}"
    );
    hold.rollback().await.unwrap();
    other.close().await.unwrap();
    assert!(stage.plannr.posts().is_empty());
    let sent = browser.send("AAAA0001", &key).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{sent:?}");
    stage.stop().await;
}

/// The setting is never that short: it is changed here behind its back.
#[tokio::test]
async fn what_does_not_end_is_broken_off_when_the_time_to_stop_is_over() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    let elsewhere = database::sqlite();
    let environment = crate::stage::environment(stage.plannr.address, &elsewhere.url);
    let mut settings = referral_connect_gateway::Settings::read(None, environment).unwrap();
    settings.stop_limit = Duration::from_millis(300);
    settings.answer_limit = Duration::from_secs(600);
    let gateway = referral_connect_gateway::Gateway::start(settings)
        .await
        .unwrap();
    let mut browser = browser.at(gateway.address());
    let account = browser.account.clone();
    browser.sign_in(&account).await;
    let press = browser.press("IAAA0001", &new_key());
    let press = tokio::spawn(async move { press.send().await.map(|answer| answer.status()) });
    stage.plannr.await_posts(1).await;
    let stopped = tokio::time::timeout(Duration::from_secs(30), gateway.stop()).await;
    assert!(stopped.is_ok(), "it waits for an answer that never comes");
    press.abort();
    stage.stop().await;
}

/// Whoever has an old connection and asks nothing over it holds nobody up.
#[tokio::test]
async fn an_idle_connection_does_not_hold_up_the_end() {
    let mut stage = Stage::start().await;
    let browser = stage.signed_in().await;
    let asked = answer(browser.page_asks(Method::GET, CREATE)).await;
    assert_eq!(asked.status, StatusCode::OK);
    let _silent = TcpStream::connect(stage.address()).await.unwrap();
    let gateway = stage.gateway.take().unwrap();
    let stopped = tokio::time::timeout(Duration::from_secs(10), gateway.stop()).await;
    assert!(stopped.is_ok());
    stage.stop().await;
}
