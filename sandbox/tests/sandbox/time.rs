//! What changes with time, on a clock that is moved by hand.

use serde_json::Value;

use crate::support::{Bench, CREATE};

#[tokio::test]
async fn an_answer_comes_by_itself_after_five_seconds() {
    for (code, answer) in [("ACCEPTED", "accepted"), ("DENIED00", "denied")] {
        let bench = Bench::start().await;
        let sent = bench.sent(code).await;
        assert_eq!(sent["status"], "pending", "{code}");
        bench.advance_ms(4_999);
        assert_eq!(bench.connection(&sent["uuid"]).await["status"], "pending");
        bench.advance_ms(1);
        let answered = bench.connection(&sent["uuid"]).await;
        assert_eq!(answered["status"], answer);
        assert_eq!(answered["updated_at"], "2026-01-20T17:51:34+00:00");
        assert_eq!(answered["created_at"], sent["created_at"]);
        assert_eq!(answered["expires_at"], sent["expires_at"]);
    }
}

#[tokio::test]
async fn a_short_request_is_stale_for_a_while_before_it_says_expired() {
    let bench = Bench::start().await;
    let sent = bench.sent("EXPIRE10").await;
    assert_eq!(sent["expires_at"], "2026-01-20T17:51:39+00:00");
    bench.advance_ms(14_800);
    assert_eq!(bench.connection(&sent["uuid"]).await["status"], "pending");
    bench.advance_ms(200);
    let expired = bench.connection(&sent["uuid"]).await;
    assert_eq!(expired["status"], "expired");
    assert_eq!(expired["updated_at"], "2026-01-20T17:51:44+00:00");
    assert_eq!(expired["expires_at"], sent["expires_at"]);
}

#[tokio::test]
async fn filters_look_at_the_status_of_the_moment() {
    let bench = Bench::start().await;
    bench.sent("ACCEPTED").await;
    let pending = format!("{CREATE}?filter[status]=pending");
    let accepted = format!("{CREATE}?filter[status]=accepted");
    assert_eq!(bench.listed(&pending).await.len(), 1);
    assert_eq!(bench.listed(&accepted).await.len(), 0);
    bench.advance_ms(5_000);
    assert_eq!(bench.listed(&pending).await.len(), 0);
    assert_eq!(bench.listed(&accepted).await.len(), 1);
}

#[tokio::test]
async fn thirty_days_are_counted_on_the_wall_in_london() {
    // The first is an example of Plannr's own: 719 hours. The second has 721.
    let table = [
        (
            "2026-03-20T13:25:15Z",
            "2026-03-20T13:25:15+00:00",
            "2026-04-19T13:25:15+01:00",
        ),
        (
            "2026-10-10T12:00:00Z",
            "2026-10-10T12:00:00+00:00",
            "2026-11-09T13:00:00+00:00",
        ),
        (
            "2026-06-01T00:00:00Z",
            "2026-06-01T00:00:00+00:00",
            "2026-07-01T01:00:00+01:00",
        ),
    ];
    for (now, created_at, expires_at) in table {
        let bench = Bench::start_at(now).await;
        let sent = bench.sent("ABC12345").await;
        assert_eq!(sent["created_at"], created_at);
        assert_eq!(sent["expires_at"], expires_at);
    }
}

#[tokio::test]
async fn the_date_header_is_the_sandbox_s_own_time() {
    let bench = Bench::start().await;
    for path in [CREATE, "/sandbox/outbox", "/api/nowhere"] {
        let response = bench.ask(reqwest::Method::GET, path).send().await.unwrap();
        let date = crate::support::header(&response, "date");
        assert_eq!(date, "Tue, 20 Jan 2026 17:51:29 GMT", "{path}");
    }
}

#[tokio::test]
async fn within_one_second_the_latest_comes_first() {
    let bench = Bench::start().await;
    let codes = ["ABC12345", "WRAPPED1", "ACCEPTED"];
    for code in codes {
        assert!(bench.send(code).await.status().is_success());
    }
    let connections = bench.listed(CREATE).await;
    let names: Vec<&Value> = connections
        .iter()
        .map(|connection| &connection["recipient_firm"]["name"])
        .collect();
    assert_eq!(
        names,
        [
            "Quillfeather Wealth Management Ltd",
            "Siân Llewelyn a'i Phartneriaid Cyf",
            "Larkspur & Wren Financial Planning LLP",
        ]
    );
}
