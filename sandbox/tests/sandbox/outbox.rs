//! The emails, their links, and forgetting everything.

use std::collections::BTreeMap;

use referral_connect_sandbox::{Database, Settings};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Bench, CREATE, HandClock, START, header};

#[tokio::test]
async fn a_click_answers_a_request() {
    for (link, status) in [("accept_path", "accepted"), ("deny_path", "denied")] {
        let bench = Bench::start().await;
        let sent = bench.sent("ABC12345").await;
        bench.advance_ms(60_000);
        let page = bench.page(&newest_email(&bench).await[link]).await;
        assert!(page.contains(&format!("is now {status}")), "{page}");
        let answered = bench.connection(&sent["uuid"]).await;
        assert_eq!(answered["status"], status);
        assert_eq!(answered["updated_at"], "2026-01-20T17:52:29+00:00");
    }
}

#[tokio::test]
async fn only_the_first_click_counts() {
    let bench = Bench::start().await;
    let sent = bench.sent("ABC12345").await;
    let email = newest_email(&bench).await;
    bench.page(&email["accept_path"]).await;
    for link in ["accept_path", "deny_path"] {
        let page = bench.page(&email[link]).await;
        assert!(
            page.contains("was answered already: it is accepted"),
            "{page}"
        );
    }
    assert_eq!(bench.connection(&sent["uuid"]).await["status"], "accepted");
}

#[tokio::test]
async fn a_click_that_comes_too_late_changes_nothing() {
    let bench = Bench::start().await;
    let sent = bench.sent("EXPIRE10").await;
    let email = newest_email(&bench).await;
    // Past its date, while the status still says pending; and once it says expired.
    for (milliseconds, status) in [(10_000, "pending"), (5_000, "expired")] {
        bench.advance_ms(milliseconds);
        let page = bench.page(&email["accept_path"]).await;
        assert!(page.contains("expired on"), "{page}");
        assert!(page.contains("20 January 2026 at 17:51:39"), "{page}");
        assert_eq!(bench.connection(&sent["uuid"]).await["status"], status);
    }
}

#[tokio::test]
async fn a_click_after_the_answer_that_came_by_itself_changes_nothing() {
    let bench = Bench::start().await;
    bench.sent("DENIED00").await;
    let email = newest_email(&bench).await;
    bench.advance_ms(5_000);
    let page = bench.page(&email["accept_path"]).await;
    assert!(
        page.contains("was answered already: it is denied"),
        "{page}"
    );
}

#[tokio::test]
async fn a_click_before_the_answer_that_comes_by_itself_wins() {
    let bench = Bench::start().await;
    let sent = bench.sent("DENIED00").await;
    bench.page(&newest_email(&bench).await["accept_path"]).await;
    bench.advance_ms(60_000);
    assert_eq!(bench.connection(&sent["uuid"]).await["status"], "accepted");
}

#[tokio::test]
async fn a_request_of_unknown_status_takes_no_answer() {
    let bench = Bench::start().await;
    let sent = bench.sent("STRANGER").await;
    let page = bench.page(&newest_email(&bench).await["deny_path"]).await;
    assert!(page.contains("does not wait for an answer"), "{page}");
    assert_eq!(
        bench.connection(&sent["uuid"]).await["status"],
        "under_review"
    );
}

#[tokio::test]
async fn looking_is_not_clicking() {
    let bench = Bench::start().await;
    let sent = bench.sent("ABC12345").await;
    let email = newest_email(&bench).await;
    for method in [Method::HEAD, Method::OPTIONS] {
        let path = email["accept_path"].as_str();
        bench.ask(method, path).send().await.unwrap();
    }
    assert_eq!(bench.connection(&sent["uuid"]).await["status"], "pending");
}

#[tokio::test]
async fn a_link_that_nobody_sent_leads_nowhere() {
    let bench = Bench::start().await;
    bench.sent("ABC12345").await;
    let accept = newest_email(&bench).await["accept_path"].clone();
    let shrug = accept.replace("/accept", "/shrug");
    let paths = [
        "/sandbox/emails/1/accept",
        "/sandbox/emails/%3Cscript%3E/deny",
        &shrug,
    ];
    for path in paths {
        let response = bench.ask(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(!response.text().await.unwrap().contains("<script"));
    }
}

#[tokio::test]
async fn the_outbox_lists_emails_newest_first() {
    let bench = Bench::start().await;
    assert!(bench.page("/sandbox/outbox").await.contains("No email yet"));
    bench.sent("ABC12345").await;
    bench.sent("RECEIVED").await;
    let emails = bench.listed("/sandbox/outbox.json").await;
    let to: Vec<_> = emails.iter().map(|email| &email["to"]["email"]).collect();
    assert_eq!(
        to,
        ["rowan.ashdown@example.com", "imogen.castellane@example.com"]
    );

    let response = bench
        .ask(Method::GET, "/sandbox/outbox")
        .send()
        .await
        .unwrap();
    assert_eq!(
        header(&response, "content-type"),
        "text/html; charset=utf-8"
    );
    assert_eq!(header(&response, "x-content-type-options"), "nosniff");
    let policy = header(&response, "content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self';"));
    let page = response.text().await.unwrap();
    let received = page.find("O'Hanrahan, Petrescu &amp; Daughters").unwrap();
    let sent = page.find("Larkspur &amp; Wren").unwrap();
    assert!(received < sent, "{page}");
    for email in &emails {
        for link in ["accept_path", "deny_path"] {
            let link = format!("href=\"{}\"", email[link].as_str().unwrap());
            assert!(page.contains(&link), "{link}");
        }
    }
    let style = bench.ask(Method::GET, "/sandbox/style.css").send();
    let style = style.await.unwrap();
    assert_eq!(header(&style, "content-type"), "text/css; charset=utf-8");
}

#[tokio::test]
async fn names_are_text_whatever_they_hold() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.sqlite");
    let settings = Settings {
        database: Database::File(file.clone()),
        ..Settings::default()
    };
    let bench = Bench::start_with(HandClock::at(START), settings.clone()).await;
    bench.sent("ABC12345").await;
    bench.stop().await;

    // No request can bring in a name, so a hostile one is written into the file.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let hostile = r#"<script>alert(1)</script>"'&amp;</title><img src=x onerror=alert(2)>"#;
    let written = sqlx::query(
        "UPDATE connections SET status = ?1, adviser_key = ?1, parties =
             json_replace(parties, '$.sender_firm.name', ?1, '$.sender_account.name', ?1,
                 '$.recipient_firm.name', ?1, '$.recipient_account.name', ?1, '$.recipient_account.email', ?1)",
    )
    .bind(hostile)
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(written.rows_affected(), 1);
    pool.close().await;

    let bench = Bench::start_with(HandClock::at(START), settings).await;
    let email = newest_email(&bench).await;
    for path in ["/sandbox/outbox", email["accept_path"].as_str()] {
        let page = bench.page(path).await;
        assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
        assert!(!page.contains("<script"), "{page}");
        assert!(!page.contains("<img"), "{page}");
    }
    assert_eq!(bench.listed(CREATE).await[0]["status"], hostile);
}

#[tokio::test]
async fn reset_forgets_everything() {
    let bench = Bench::start().await;
    bench.sent("ABC12345").await;
    let response = bench.ask(Method::POST, "/sandbox/reset").send();
    assert_eq!(response.await.unwrap().status(), StatusCode::NO_CONTENT);
    for path in ["/sandbox/outbox.json", "/sandbox/requests.json"] {
        assert_eq!(bench.listed(path).await, [] as [Value; 0]);
    }
    let request = bench.ask_as(crate::support::ADVISER, Method::GET, CREATE);
    let response = request.send().await.unwrap();
    assert_eq!(header(&response, "x-ratelimit-remaining"), "499");
    let list: Value = response.json().await.unwrap();
    assert_eq!(list["meta"]["total"], json!(0));
}

#[tokio::test]
async fn reset_is_not_for_other_websites() {
    let bench = Bench::start().await;
    bench.sent("ABC12345").await;
    let own = format!("http://{}", bench.address());
    let table = [
        ("Origin", "https://portal.example", 403),
        ("Origin", "null", 403),
        ("Sec-Fetch-Site", "cross-site", 403),
        ("Sec-Fetch-Site", "same-site", 403),
        ("Origin", own.as_str(), 204),
        ("Sec-Fetch-Site", "same-origin", 204),
    ];
    for (name, value, status) in table {
        let request = bench.ask(Method::POST, "/sandbox/reset");
        let response = request.header(name, value).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{name}: {value}");
        let left = bench.listed("/sandbox/outbox.json").await.len();
        assert_eq!(left == 1, status == 403, "{name}: {value}");
        if status == 204 {
            bench.sent("ABC12345").await;
        }
    }
    // The outbox's own form comes back to the outbox.
    let request = bench.ask(Method::POST, "/sandbox/reset");
    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(header(&response, "location"), "/sandbox/outbox");
}

/// The links and other texts of the email that was sent last.
async fn newest_email(bench: &Bench) -> BTreeMap<String, String> {
    let email = bench.listed("/sandbox/outbox.json").await.remove(0);
    let fields = email.as_object().unwrap().iter();
    fields
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}
