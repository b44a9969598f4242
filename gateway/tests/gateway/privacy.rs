//! What must be nowhere: tokens, codes and emails in the log, in the metrics and in the database's file.

use reqwest::Method;

use crate::{
    browser::{Browser, CREATE, answer, new_key},
    database,
    plannr::Plannr,
    process::Process,
    stage,
};

#[tokio::test]
async fn nothing_of_a_person_is_written_where_others_read() {
    let plannr = Plannr::start().await;
    let database = database::sqlite();
    let gateway = Process::start(stage::environment(plannr.address, &database.url)).await;
    let metrics = gateway.metrics.unwrap();

    let mut browser = Browser::new(gateway.address);
    browser.sign_in(&uuid::Uuid::new_v4().to_string()).await;
    let keys: Vec<String> = (0..4).map(|_| new_key()).collect();
    for (letter, key) in ["A", "B", "G", "E"].iter().zip(&keys) {
        browser.send(&format!("{letter}XQ7R0TZ"), key).await;
        browser.send(&format!("{letter}XQ7R0TZ"), key).await;
    }
    answer(browser.page_asks(Method::GET, CREATE)).await;
    answer(browser.page_asks(Method::GET, "/api/v1/logins")).await;
    answer(browser.page_asks(Method::GET, "/auth/secret-path?code=XQ7R0TZ")).await;
    browser
        .get(browser.navigation("/auth/callback?code=XQ7R0TZ&state=XQ7R0TZ"))
        .await;
    let counted = answer(browser.at(metrics).bare(Method::GET, "/metrics"))
        .await
        .text;
    let cookie = browser.cookies["__Host-referral-connect"].clone();

    let log = gateway.stop();
    assert!(log.lines().count() > 10, "{log}");
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(
            line["timestamp"].is_string() && line["level"].is_string(),
            "{line}"
        );
    }
    let file = database.url.strip_prefix("sqlite:").unwrap();
    let stored = String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
    assert!(stored.contains(&browser.account), "this is the file");
    for secret in [
        "secret1",
        "XQ7R0TZ",
        "@example.com",
        "Someone",
        "A firm",
        cookie.as_str(),
    ] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
        assert!(!counted.contains(secret), "{secret} is in the metrics");
        assert!(!stored.contains(secret), "{secret} is in the database");
    }
    assert!(!log.contains(&browser.account) && !counted.contains(&browser.account));
    assert!(!log.contains(stage::KEY) && !log.contains(stage::TICKET_SECRET));
}
