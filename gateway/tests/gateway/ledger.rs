//! At most one send: keys, repeats, races, restarts.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use sqlx::Connection;
use tokio::task::JoinSet;

use crate::{
    browser::{answer, new_key},
    database,
    stage::Stage,
};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_press_is_sent_once_and_its_answer_told_again() {
    for database in database::each().await {
        let mut stage = Stage::with(database, &[]).await;
        let browser = stage.signed_in().await;
        let key = new_key();
        let first = browser.send("AAAA0001", &key).await;
        assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
        assert_eq!(first.header("idempotency-replayed"), "");
        let again = browser.send("AAAA0001", &key).await;
        assert_eq!(again.status, StatusCode::CREATED);
        assert_eq!(again.json(), first.json());
        assert_eq!(again.header("idempotency-replayed"), "true");
        stage.restart().await;
        let browser = browser.at(stage.address());
        let later = browser.send("AAAA0001", &key).await;
        assert_eq!(later.json(), first.json());
        assert_eq!(stage.plannr.posts().len(), 1);
        let quoted = browser.send("AAAA0001", &format!("\"{key}\"")).await;
        assert_eq!(quoted.json(), first.json());
        stage.stop().await;
    }
}

#[tokio::test]
async fn a_refusal_is_told_again_as_well() {
    for database in database::each().await {
        let stage = Stage::with(database, &[]).await;
        let browser = stage.signed_in().await;
        let key = new_key();
        let first = browser.send("GAAA0001", &key).await;
        assert_eq!(first.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(first.json()["errors"]["adviser_key"][0], "No.");
        let again = browser.send("GAAA0001", &key).await;
        assert_eq!((again.status, again.json()), (first.status, first.json()));
        assert_eq!(stage.plannr.posts().len(), 1);
        // It made no email, so another press needs no confirmation.
        let other = browser.send("GAAA0001", &new_key()).await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(other.header("idempotency-replayed"), "");
        assert_eq!(stage.plannr.posts().len(), 2);
        stage.stop().await;
    }
}

#[tokio::test]
async fn a_key_belongs_to_its_code_and_to_its_account() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    let key = new_key();
    assert_eq!(
        browser.send("AAAA0001", &key).await.status,
        StatusCode::CREATED
    );
    let other_code = browser.send("AAAA0002", &key).await;
    assert_eq!(other_code.status, StatusCode::UNPROCESSABLE_ENTITY);
    let somebody_else = stage.signed_in().await;
    let theirs = somebody_else.send("AAAA0001", &key).await;
    assert_eq!(theirs.status, StatusCode::CREATED);
    assert_eq!(theirs.header("idempotency-replayed"), "");
    assert_eq!(stage.plannr.posts().len(), 2);
    stage.stop().await;
}

#[tokio::test]
async fn while_a_press_is_under_way_the_same_one_waits_for_nothing() {
    for database in database::each().await {
        let stage = Stage::with(database, &[]).await;
        let browser = stage.signed_in().await;
        let key = new_key();
        let first = tokio::spawn({
            let (browser, key) = (browser.clone(), key.clone());
            async move { browser.send("SAAA0001", &key).await }
        });
        stage.plannr.await_posts(1).await;
        let same = browser.send("SAAA0001", &key).await;
        assert_eq!(
            (same.status, same.outcome().as_str()),
            (StatusCode::CONFLICT, "under-way")
        );
        // Another key for the same code neither, not even with a confirmation.
        let confirmed = browser
            .press("SAAA0001", &new_key())
            .header("x-referral-confirmed", "1");
        let other = crate::browser::answer(confirmed).await;
        assert_eq!(
            (other.status, other.outcome().as_str()),
            (StatusCode::CONFLICT, "under-way")
        );
        stage.plannr.release();
        assert_eq!(first.await.unwrap().status, StatusCode::OK);
        let told = browser.send("SAAA0001", &key).await;
        assert_eq!(told.status, StatusCode::OK);
        assert_eq!(stage.plannr.posts().len(), 1);
        stage.stop().await;
    }
}

#[tokio::test]
async fn a_browser_that_goes_away_takes_nothing_with_it() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    let key = new_key();
    let gone = tokio::spawn({
        let (browser, key) = (browser.clone(), key.clone());
        async move { browser.send("SAAA0001", &key).await }
    });
    stage.plannr.await_posts(1).await;
    gone.abort();
    let _ = gone.await;
    stage.plannr.release();
    // The answer is there as soon as it is written down.
    let told = loop {
        let told = browser.send("SAAA0001", &key).await;
        if told.status != StatusCode::CONFLICT {
            break told;
        }
    };
    assert_eq!(told.status, StatusCode::OK);
    assert_eq!(stage.plannr.posts().len(), 1);
    // By its own answer, and not because it was looked up.
    let metrics = stage.gateway.as_ref().unwrap().metrics_address().unwrap();
    let counted = browser.at(metrics).bare(Method::GET, "/metrics");
    let counted = crate::browser::answer(counted).await.text;
    assert!(
        counted.contains("gateway_sends_total{outcome=\"sent\"} 1"),
        "{counted}"
    );
    stage.stop().await;
}

#[tokio::test]
async fn the_same_code_needs_a_confirmation_for_a_day() {
    for database in database::each().await {
        let stage = Stage::with(database, &[("GATEWAY_SESSION_LASTS", "48h")]).await;
        let browser = stage.signed_in().await;
        assert_eq!(
            browser.send("AAAA0001", &new_key()).await.status,
            StatusCode::CREATED
        );
        stage.advance(HOUR * 23);
        let again = browser.send("AAAA0001", &new_key()).await;
        assert_eq!(
            (again.status, again.outcome().as_str()),
            (StatusCode::CONFLICT, "repeats")
        );
        assert_eq!(stage.plannr.posts().len(), 1);
        // Another code is none of its business.
        assert_eq!(
            browser.send("AAAA0002", &new_key()).await.status,
            StatusCode::CREATED
        );
        let confirmed = browser
            .press("AAAA0001", &new_key())
            .header("x-referral-confirmed", "1");
        assert_eq!(
            crate::browser::answer(confirmed).await.status,
            StatusCode::CREATED
        );
        stage.advance(HOUR * 24 + Duration::from_secs(1));
        assert_eq!(
            browser.send("AAAA0001", &new_key()).await.status,
            StatusCode::CREATED
        );
        stage.stop().await;
    }
}

/// Forty presses of the same key at once, spread over two gateways on one database.
#[tokio::test(flavor = "multi_thread")]
async fn gateways_that_share_a_database_send_once() {
    let Some(database) = database::postgres().await else {
        return;
    };
    let stage = Stage::with(database, &[("GATEWAY_SENDS_PER_HOUR", "1000")]).await;
    let other = stage.another().await;
    let browser = stage.signed_in().await;
    for round in 0..10 {
        let code = format!("AAAA{round:04}");
        let key = new_key();
        let mut presses = JoinSet::new();
        for index in 0..40 {
            let address = if index % 2 == 0 {
                stage.address()
            } else {
                other.address()
            };
            let browser = browser.at(address);
            let (code, key) = (code.clone(), key.clone());
            presses.spawn(async move { browser.send(&code, &key).await });
        }
        let mut sent = 0;
        while let Some(answer) = presses.join_next().await {
            let answer = answer.unwrap();
            match answer.status {
                StatusCode::CREATED => sent += 1,
                _ => assert_eq!(answer.outcome(), "under-way", "{answer:?}"),
            }
        }
        assert!(sent >= 1);
        assert_eq!(stage.plannr.posts().len(), round + 1);
    }
    other.stop().await;
    stage.stop().await;
}

/// Different keys for the same code, at once, from two sign-ins of one account: without a confirmation only one of them
/// is sent.
#[tokio::test(flavor = "multi_thread")]
async fn keys_that_race_for_a_code_send_once() {
    for database in database::each().await {
        let stage = Stage::with(database, &[("GATEWAY_SENDS_PER_HOUR", "1000")]).await;
        let browser = stage.signed_in().await;
        let mut elsewhere = stage.browser();
        elsewhere.sign_in(&browser.account).await;
        for round in 0..10 {
            let code = format!("AAAA{round:04}");
            let mut presses = JoinSet::new();
            for index in 0..20 {
                let browser = if index % 2 == 0 { &browser } else { &elsewhere };
                let (browser, code) = (browser.clone(), code.clone());
                presses.spawn(async move { browser.send(&code, &new_key()).await.status });
            }
            let answers = presses.join_all().await;
            let sent = answers
                .iter()
                .filter(|status| **status == StatusCode::CREATED);
            assert_eq!(sent.count(), 1, "{answers:?}");
            assert_eq!(stage.plannr.posts().len(), round + 1);
        }
        stage.stop().await;
    }
}

/// What is told as written down has to be on the disk, whatever the server does for others.
#[tokio::test]
async fn postgresql_commits_for_good() {
    let Some(database) = database::postgres().await else {
        return;
    };
    let mut stage = Stage::with(database, &[]).await;
    let lazy_server = "DO $$ BEGIN
             EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database());
         END $$;
         CREATE TABLE settings_seen (setting TEXT NOT NULL);
         CREATE FUNCTION note() RETURNS trigger AS $$ BEGIN
             INSERT INTO settings_seen VALUES (current_setting('synchronous_commit'));
             RETURN NEW;
         END $$ LANGUAGE plpgsql;
         CREATE TRIGGER notes BEFORE INSERT OR UPDATE ON sends FOR EACH ROW EXECUTE FUNCTION note();";
    stage.database.execute(lazy_server).await;
    stage.restart().await;
    let browser = stage.signed_in().await;
    let sent = browser.send("AAAA0001", &new_key()).await;
    assert_eq!(sent.status, StatusCode::CREATED);
    let mut connection = stage.database.connect().await;
    let own: String = sqlx::query_scalar("SELECT current_setting('synchronous_commit')")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(own, "off", "so the server is a lazy one");
    let seen: Vec<String> = sqlx::query_scalar("SELECT setting FROM settings_seen")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    // Started, and answered.
    assert_eq!(seen, ["on", "on"]);
    connection.close().await.unwrap();
    stage.stop().await;
}

/// Taken before, it would be the time of when the wait for others began: they have sent since.
#[tokio::test]
async fn the_time_is_looked_at_when_it_is_our_turn() {
    let Some(database) = database::postgres().await else {
        return;
    };
    let stage = Stage::with(database, &[]).await;
    let browser = stage.signed_in().await;
    let mut other = stage.database.connect().await;
    let mut turn = other.begin().await.unwrap();
    sqlx::query("INSERT INTO send_locks VALUES ($1, 1)")
        .bind(&browser.account)
        .execute(&mut *turn)
        .await
        .unwrap();
    let press = tokio::spawn({
        let browser = browser.clone();
        async move { browser.send("AAAA0001", &new_key()).await }
    });
    let mut watcher = stage.database.connect().await;
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
         AND datname = current_database()";
    let mut waiting: i64 = 0;
    while waiting == 0 {
        waiting = sqlx::query_scalar(waits)
            .fetch_one(&mut watcher)
            .await
            .unwrap();
    }
    let began_ms = i64::try_from(stage.now_s()).unwrap() * 1000;
    stage.advance(HOUR);
    turn.commit().await.unwrap();
    assert_eq!(press.await.unwrap().status, StatusCode::CREATED);
    let started_ms: i64 = sqlx::query_scalar("SELECT started_ms FROM sends")
        .fetch_one(&mut watcher)
        .await
        .unwrap();
    assert!(
        started_ms - began_ms >= 3_600_000,
        "{started_ms} {began_ms}"
    );
    other.close().await.unwrap();
    watcher.close().await.unwrap();
    stage.stop().await;
}

#[tokio::test]
async fn what_is_too_old_is_forgotten() {
    for database in database::each().await {
        let mut stage = Stage::with(database, &[("GATEWAY_SESSION_LASTS", "1h")]).await;
        let browser = stage.signed_in().await;
        let sent = browser.send("AAAA0001", &new_key()).await;
        assert_eq!(sent.status, StatusCode::CREATED);
        stage.restart().await;
        assert_eq!(
            rows(&mut stage).await,
            [1, 1, 1, 1],
            "nothing is too old yet"
        );
        stage.advance(HOUR * 24 * 30 + HOUR);
        // What is too old is looked for when a gateway starts, and every five minutes.
        stage.restart().await;
        assert_eq!(rows(&mut stage).await, [0, 0, 0, 0]);
        stage.stop().await;
    }
}

/// How many sessions, sign-ins, sends and locks are stored. A file is its gateway's alone, so that one is stopped first.
async fn rows(stage: &mut Stage) -> [i64; 4] {
    if let Some(gateway) = stage.gateway.take() {
        gateway.stop().await;
    }
    let mut connection = stage.database.connect().await;
    let mut counts = [0; 4];
    let tables = [
        "SELECT count(*) FROM sessions",
        "SELECT count(*) FROM sign_ins",
        "SELECT count(*) FROM sends",
        "SELECT count(*) FROM send_locks",
    ];
    for (count, table) in counts.iter_mut().zip(tables) {
        *count = sqlx::query_scalar(table)
            .fetch_one(&mut connection)
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
    counts
}

/// Nobody says whether case matters in a code, and two emails are one too many.
#[tokio::test]
async fn a_code_in_other_letters_needs_the_same_confirmation() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    let key = new_key();
    let first = browser.send("AAAA000b", &key).await;
    assert_eq!(first.status, StatusCode::CREATED);
    let again = browser.send("aaaa000B", &new_key()).await;
    assert_eq!(again.outcome(), "repeats", "{again:?}");
    let replayed = browser.send("AAAA000B", &key).await;
    assert_eq!(replayed.json(), first.json());
    assert_eq!(stage.plannr.posts().len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn nothing_but_a_one_confirms() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    browser.send("AAAA0001", &new_key()).await;
    for word in ["", "0", "false", "11"] {
        let press = browser.press("AAAA0001", &new_key());
        let again = answer(press.header("x-referral-confirmed", word)).await;
        assert_eq!(again.outcome(), "repeats", "{word}");
    }
    assert_eq!(stage.plannr.posts().len(), 1);
    stage.stop().await;
}

/// A browser may repeat a press by itself. What comes of the second copy must not hide what became of the first.
#[tokio::test]
async fn a_press_that_was_sent_is_never_said_not_to_be() {
    for database in database::each().await {
        let stage = Stage::with(database, &[]).await;
        let browser = stage.signed_in().await;
        let key = new_key();
        let first = browser.send("AAAA0001", &key).await;
        assert_eq!(first.status, StatusCode::CREATED);
        stage.advance(HOUR * 2);
        stage.plannr.leave_renewals_unanswered(true);
        let second = browser.send("AAAA0001", &key).await;
        assert_eq!(second.json(), first.json(), "{second:?}");
        // One that is new is not sent, and stays so, whatever comes later.
        let unsent = new_key();
        for renewals_unanswered in [true, false] {
            stage.plannr.leave_renewals_unanswered(renewals_unanswered);
            let told = browser.send("AAAA0002", &unsent).await;
            assert_eq!(told.status, StatusCode::FAILED_DEPENDENCY, "{told:?}");
            assert_eq!(told.outcome(), "not-sent");
        }
        assert_eq!(stage.plannr.posts().len(), 1);
        let next = browser.send("AAAA0002", &new_key()).await;
        assert_eq!(next.status, StatusCode::CREATED);
        stage.stop().await;
    }
}
