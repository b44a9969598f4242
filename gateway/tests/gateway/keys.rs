//! Keys that are changed, and one that went too early.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::{
    browser::{Browser, CREATE, answer, new_key},
    database,
    plannr::Plannr,
    process::Process,
    stage,
};

pub(crate) const NEW_KEY: &str = "nJsGFEsx8hdAZcLCzKvyfLGHDfKZDwBzG5lVYJ8xDMM=";

#[tokio::test]
async fn a_key_that_is_gone_signs_people_out_and_stops_nothing() {
    for database in database::each().await {
        let plannr = Plannr::start().await;
        let with_keys = |keys: &str| {
            let mut environment = stage::environment(plannr.address, &database.url);
            environment.push(("GATEWAY_ENCRYPTION_KEYS".to_owned(), keys.to_owned()));
            environment
        };
        let before = Process::start(with_keys(stage::KEY)).await;
        let mut browser = Browser::new(before.address);
        let account = uuid::Uuid::new_v4().to_string();
        browser.sign_in(&account).await;
        let key = new_key();
        let sent = browser.send("AAAA0001", &key).await;
        assert_eq!(sent.status, StatusCode::CREATED);
        before.stop();

        let after = Process::start(with_keys(NEW_KEY)).await;
        let mut browser = browser.at(after.address);
        let me = answer(browser.page_asks(Method::GET, "/auth/me")).await;
        assert_eq!(me.json(), json!({ "signed_in": false }), "{me:?}");
        let list = answer(browser.page_asks(Method::GET, CREATE)).await;
        assert_eq!(list.status, StatusCode::UNAUTHORIZED);
        let press = browser.send("AAAA0002", &new_key()).await;
        assert_eq!(press.status, StatusCode::UNAUTHORIZED);
        let out = answer(browser.page_asks(Method::POST, "/auth/logout")).await;
        assert_eq!(out.status, StatusCode::NO_CONTENT);
        // With the old cookie still there.
        browser.sign_in(&account).await;
        let press = browser.send("AAAA0002", &new_key()).await;
        assert_eq!(press.status, StatusCode::CREATED, "{press:?}");
        let log = after.stop();
        assert_eq!(log.matches("cannot be decrypted").count(), 1, "{log}");
        assert!(!log.contains("suspicious"), "{log}");
    }
}

/// A session that was written anew since, and a sign-in that was not.
#[tokio::test]
async fn a_sign_in_that_no_key_opens_is_none() {
    let database = database::sqlite();
    let plannr = Plannr::start().await;
    let gateway = Process::start(stage::environment(plannr.address, &database.url)).await;
    let mut browser = Browser::new(gateway.address);
    browser.sign_in(&uuid::Uuid::new_v4().to_string()).await;
    let key = new_key();
    let sent = browser.send("AAAA0001", &key).await;
    assert_eq!(sent.status, StatusCode::CREATED);
    gateway.stop();
    database
        .execute("UPDATE sign_ins SET sealed = zeroblob(60)")
        .await;

    let gateway = Process::start(stage::environment(plannr.address, &database.url)).await;
    let mut browser = browser.at(gateway.address);
    let me = answer(browser.page_asks(Method::GET, "/auth/me")).await;
    assert_eq!(me.json(), json!({ "signed_in": false }), "{me:?}");
    let account = browser.account.clone();
    browser.sign_in(&account).await;
    gateway.stop();

    // An answer that is lost says all the same that it was one, and is not asked for once more.
    database
        .execute("UPDATE sends SET answer = zeroblob(60)")
        .await;
    let gateway = Process::start(stage::environment(plannr.address, &database.url)).await;
    let browser = browser.at(gateway.address);
    let told = browser.send("AAAA0001", &key).await;
    assert_eq!((told.status, told.text.as_str()), (StatusCode::CREATED, ""));
    assert_eq!(plannr.posts().len(), 1);
    gateway.stop();
}
