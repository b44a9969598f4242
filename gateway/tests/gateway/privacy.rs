//! What must be nowhere: tokens, codes and emails in the log, in the metrics and in the database's file.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::Method;

use crate::{
    browser::{Browser, CREATE, answer, new_key},
    database,
    plannr::Plannr,
    stage,
};

#[tokio::test]
async fn nothing_of_a_person_is_written_where_others_read() {
    let plannr = Plannr::start().await;
    let database = database::sqlite();
    let mut command = Command::new(env!("CARGO_BIN_EXE_referral-connect-gateway"));
    command
        .envs(stage::environment(plannr.address, &database.url))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut address = |before: &str, after: &str| {
        let line = lines.next().unwrap().unwrap();
        let address = line
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after));
        address.unwrap().parse().unwrap()
    };
    let gateway = address("listening on http://", "/");
    let metrics = address("metrics on http://", "/metrics");

    let mut browser = Browser::new(gateway);
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

    let id = Pid::from_raw(i32::try_from(child.id()).unwrap());
    kill(id, Signal::SIGTERM).unwrap();
    let mut log = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    assert!(child.wait().unwrap().success(), "{log}");
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
