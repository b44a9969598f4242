//! What must be nowhere: tokens, tickets, codes, names and emails, in the log, in the metrics and in what the database keeps.

use std::fs;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Connection};

use crate::{
    browser::{Browser, CREATE, answer, new_key},
    database::{self, Database},
    frames,
    plannr::Plannr,
    process::Process,
    stage,
};

const PORTAL: &str = "https://portal-of-the-partner.example";
/// A partner's own name for its user.
const USER: &str = "frame-user-7731";

#[tokio::test]
async fn nothing_of_a_person_is_written_where_others_read() {
    for database in database::each().await {
        let plannr = Plannr::start().await;
        let mut environment = stage::environment(plannr.address, &database.url);
        environment.push(("GATEWAY_FRAME_ANCESTORS".to_owned(), PORTAL.to_owned()));
        let gateway = Process::start(environment).await;
        let metrics = gateway.metrics.unwrap();

        let mut browser = Browser::new(gateway.address);
        browser.sign_in(&uuid::Uuid::new_v4().to_string()).await;
        let keys: Vec<String> = (0..5).map(|_| new_key()).collect();
        // The last one's token is refused, so that the next request renews it.
        for (letter, key) in ["A", "B", "G", "E", "Q"].iter().zip(&keys) {
            browser.send(&format!("{letter}XQ7R0TZ"), key).await;
            browser.send(&format!("{letter}XQ7R0TZ"), key).await;
        }
        answer(browser.page_asks(Method::GET, CREATE)).await;
        assert_eq!(plannr.renewals(), 1);
        answer(browser.page_asks(Method::GET, "/api/v1/logins")).await;
        answer(browser.page_asks(Method::GET, "/auth/secret-path?code=XQ7R0TZ")).await;
        browser
            .get(browser.navigation("/auth/callback?code=XQ7R0TZ&state=XQ7R0TZ"))
            .await;
        let (tickets, session) = in_a_frame(&gateway).await;
        let counted = answer(browser.at(metrics).bare(Method::GET, "/metrics"));
        let counted = counted.await.text;
        // As it lies there while the gateway runs, and after.
        let stored = kept(&database).await;
        let log = gateway.stop();
        let left = kept(&database).await + &rows(&database).await;
        assert!(stored.is_empty() || stored.contains(&browser.account));
        assert!(left.contains(&browser.account), "this is what is stored");

        assert!(log.lines().count() > 10, "{log}");
        for line in log.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(
                line["timestamp"].is_string() && line["level"].is_string(),
                "{line}"
            );
        }
        let account = &browser.account;
        let refresh_tokens = [format!("{account}.1"), format!("{account}.2")];
        let cookie = browser.cookies["__Host-referral-connect"].clone();
        let secrets = [
            "secret1",
            "secret2",
            "XQ7R0TZ",
            "@example.com",
            "Someone",
            "A firm",
            USER,
            &cookie,
            &session,
        ];
        let secrets = secrets.into_iter().map(str::to_owned);
        // Each part of a ticket, for a part could be written by itself.
        let parts = tickets.iter().flat_map(|ticket| ticket.split('.').skip(1));
        let parts = parts.map(str::to_owned).chain(ids(&tickets));
        for secret in secrets.chain(refresh_tokens).chain(parts) {
            assert!(!log.contains(&secret), "{secret} is in the log:\n{log}");
            assert!(!counted.contains(&secret), "{secret} is in the metrics");
            assert!(!stored.contains(&secret), "{secret} is in the database");
            assert!(!left.contains(&secret), "{secret} is left in the database");
        }
        assert!(!log.contains(account) && !counted.contains(account));
        assert!(!log.contains(stage::KEY) && !log.contains(stage::TICKET_SECRET));
    }
}

/// Signs a frame's user in, and has the frame send: the tickets that it took, and the session.
async fn in_a_frame(gateway: &Process) -> (Vec<String>, String) {
    let now = jiff::Timestamp::now().as_second();
    let ticket = || frames::ticket(USER, u64::try_from(now).unwrap() + 60);
    let tickets = vec![ticket(), ticket()];
    let mut window = Browser::new(gateway.address);
    let departure = window.get(frames::form(&window, PORTAL, &tickets[0])).await;
    let state = window.state_in(&departure);
    let account = new_key();
    let back = format!("/auth/callback?code={account}&state={state}");
    window.get(window.navigation(&back)).await;
    let mut frame = Browser::new(gateway.address);
    account.clone_into(&mut frame.account);
    let opened = frames::exchange(&frame, &tickets[1]).await;
    let session = opened.json()["session"].as_str().unwrap().to_owned();
    let sent = answer(frames::press(&frame, &session, "AXQ7R0TZ")).await;
    assert!(sent.status.is_success(), "{sent:?}");
    // One that counts no more.
    let again = json!({ "ticket": tickets[1] }).to_string();
    let again = frames::frame_asks(&frame, Method::POST, "/auth/frame-session").body(again);
    assert!(answer(again).await.status.is_client_error());
    (tickets, session)
}

/// What makes each ticket a ticket of its own.
fn ids(tickets: &[String]) -> impl Iterator<Item = String> {
    tickets.iter().map(|ticket| {
        let claims = ticket.split('.').nth(1).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        claims["jti"].as_str().unwrap().to_owned()
    })
}

/// The bytes of SQLite's files: the database, what is not in it yet, and its index.
async fn kept(database: &Database) -> String {
    let Some(file) = database.url.strip_prefix("sqlite:") else {
        return String::new();
    };
    let files = ["", "-wal", "-shm"].map(|end| format!("{file}{end}"));
    let bytes = files
        .iter()
        .flat_map(|file| fs::read(file).unwrap_or_default());
    String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()
}

/// All rows of all tables, with what is sealed in letters where it has any.
async fn rows(database: &Database) -> String {
    if !database.is_shared() {
        return String::new();
    }
    let mut connection = database.connect().await;
    let columns: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(columns.len() > 20, "{columns:?}");
    let mut all = String::new();
    for (table, column, kind) in columns {
        let text = match kind.as_str() {
            "bytea" => format!("encode({column}, 'escape')"),
            _ => format!("{column}::text"),
        };
        all += &column_of(&mut connection, &table, &text).await;
    }
    connection.close().await.unwrap();
    all
}

async fn column_of(connection: &mut AnyConnection, table: &str, text: &str) -> String {
    let statement = format!("SELECT coalesce(string_agg({text}, ' '), '') || ' ' FROM {table}");
    sqlx::query_scalar(AssertSqlSafe(statement))
        .fetch_one(connection)
        .await
        .unwrap()
}
