//! The component in a real browser: its own document, its own storage, a clock that the test holds, and in
//! place of the API whatever the test answers.
//!
//! The network is left to the end-to-end tests: here the subject is what a person sees of an answer.
#![cfg(target_arch = "wasm32")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "web/doubt.rs"]
mod doubt;
#[path = "web/history.rs"]
mod history;
#[path = "web/hosts.rs"]
mod hosts;
#[path = "web/json.rs"]
mod json;
#[path = "web/kept.rs"]
mod kept;
#[path = "web/live.rs"]
mod live;
#[path = "web/locks.rs"]
mod locks;
#[path = "web/stage.rs"]
mod stage;
#[path = "web/tokens.rs"]
mod tokens;
#[path = "web/world.rs"]
mod world;

use referral_connect::domain::connection::{Connection, Direction, Firm, Status};
use referral_connect::domain::outcome::{Doubt, NotSent, Outcome, Reason, Rejection, Unanswered};
use referral_connect::domain::session::Pending;
use referral_connect::domain::timestamp::{Moment, Timestamp};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use stage::{ACCOUNT, Changes, FastTimers, Stage, until};

wasm_bindgen_test_configure!(run_in_browser);

const NOW: &str = "2026-01-20T12:00:00Z";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn firm(name: &str) -> Firm {
    Firm {
        uuid: None,
        name: Some(name.to_owned()),
    }
}

fn pending_until(expires: &str) -> Connection {
    let moment = |text: &str| Some(Moment::new(text.to_owned()));
    Connection {
        uuid: Some("one".to_owned()),
        direction: Direction::Sent,
        status: Status::Pending,
        sender_firm: firm("Ours & Sons"),
        recipient_firm: firm("Theirs Ltd"),
        created_at: moment(NOW),
        updated_at: moment(NOW),
        expires_at: moment(expires),
    }
}

fn sent(connection: &Connection) -> Outcome {
    Outcome::Sent(Some(Box::new(connection.clone())))
}

#[wasm_bindgen_test]
async fn the_field_has_a_label_a_hint_and_no_limit() {
    let stage = Stage::open(NOW);
    let input = stage.input();
    let label = stage.find(&format!("label[for='{}']", input.id()));
    assert_eq!(label.text_content().unwrap(), "Adviser's referral code");
    let described_by = input.get_attribute("aria-describedby").unwrap();
    for id in described_by.split(' ') {
        stage.find(&format!("[id='{id}']"));
    }
    assert_eq!(input.get_attribute("maxlength"), None);
    assert_eq!(input.get_attribute("autocorrect").as_deref(), Some("off"));
    assert!(
        stage
            .find("[role=status]")
            .text_content()
            .unwrap()
            .is_empty()
    );
    assert!(
        stage
            .find("[role=alert]")
            .text_content()
            .unwrap()
            .is_empty()
    );
}

#[wasm_bindgen_test]
async fn a_press_without_a_code_says_what_is_missing_and_leads_back_to_the_field() {
    let stage = Stage::open(NOW);
    stage.press("Send request");
    stage
        .see("[role=alert]", "Enter the other adviser's referral code")
        .await;
    assert_eq!(
        stage.input().get_attribute("aria-invalid").as_deref(),
        Some("true")
    );
    assert!(stage.has_focus(&stage.input()));
    assert!(!stage.button("Send request").has_attribute("disabled"));
    assert_eq!(stage.sends(), 0);
    stage.type_code("A");
    until("the complaint to go", || {
        stage.text("[role=alert]").is_empty()
    })
    .await;
    assert_eq!(stage.input().get_attribute("aria-invalid"), None);
}

#[wasm_bindgen_test]
async fn what_is_typed_is_never_rewritten() {
    let stage = Stage::open(NOW);
    for text in ["abc", "abc 1", "ａｂｃ", "abc-1-2-3-4-5-6-7-8-9"] {
        stage.type_code(text);
        stage.settle().await;
        assert_eq!(stage.input().value(), text);
    }
}

#[wasm_bindgen_test]
async fn one_press_is_one_request_however_often_it_is_pressed() {
    let stage = Stage::open(NOW);
    stage.type_code("ABC12345");
    for _ in 0..100 {
        stage.press("Send request");
    }
    stage.see("[role=status]", "Sending your request").await;
    assert_eq!(stage.sends(), 1);
    assert!(stage.input().read_only());
    let button = stage.button("Send request");
    assert_eq!(
        button.get_attribute("aria-disabled").as_deref(),
        Some("true")
    );
}

#[wasm_bindgen_test]
async fn a_confirmed_request_shows_both_firms_the_badge_and_the_time_left() {
    let stage = Stage::open(NOW);
    stage.send("ABC12345").await;
    stage.answer(sent(&pending_until("2026-02-19T12:00:00+00:00")));
    stage
        .see("[role=status]", "Request sent to Theirs Ltd")
        .await;
    let told = stage.text("[role=status]");
    assert!(
        told.contains("Ours & Sons") && told.contains("Pending"),
        "{told}"
    );
    stage.see("[role=timer]", "30 days 0 hours").await;
    let meter = stage.find("[role=meter]");
    assert_eq!(meter.get_attribute("aria-valuenow").as_deref(), Some("100"));
    let time = stage.find("time");
    assert_eq!(
        time.get_attribute("datetime").as_deref(),
        Some("2026-02-19T12:00:00+00:00")
    );
    assert!(time.text_content().unwrap().contains("19 February 2026"));
    assert_eq!(stage.input().value(), "");
    assert_eq!(stage.text("[role=timer]"), "30 days 0 hours");
}

#[wasm_bindgen_test]
async fn the_timer_is_outside_the_status_region() {
    let stage = Stage::open(NOW);
    stage.send("ABC12345").await;
    stage.answer(sent(&pending_until("2026-02-19T12:00:00Z")));
    stage.see("[role=timer]", "30 days").await;
    assert!(stage.find_all("[role=status] [role=timer]").is_empty());
}

#[wasm_bindgen_test]
async fn typing_another_code_leaves_the_result_untouched() {
    let stage = Stage::open(NOW);
    stage.send("ABC12345").await;
    stage.answer(sent(&pending_until("2026-02-19T12:00:00Z")));
    stage.see("[role=status]", "Pending").await;
    let told = Changes::watch(&stage.find(".referral-told"));
    let buttons = Changes::watch(&stage.find(".referral-actions"));
    stage.type_code("XYZ");
    stage.settle().await;
    assert_eq!(told.count(), 0, "read out anew");
    assert_eq!(buttons.count(), 0, "focus lost");
}

#[wasm_bindgen_test]
async fn the_countdown_ticks_when_it_reads_otherwise_and_ends_in_expired() {
    let stage = Stage::open(NOW);
    stage.send("ABC12345").await;
    stage.answer(sent(&pending_until("2026-01-20T12:01:01Z")));
    stage.see("[role=timer]", "1 minute 1 second").await;
    stage.advance_ms(1000);
    stage.see("[role=timer]", "1 minute 0 seconds").await;
    stage.advance_ms(1001);
    stage.see("[role=timer]", "58 seconds").await;
    stage.advance_ms(58_999);
    stage.see("[role=status]", "Expired").await;
    stage.see("[role=status]", "The request has expired.").await;
    assert!(stage.find_all("[role=timer]").is_empty());
    assert!(stage.find_all("[role=meter]").is_empty());
    assert_eq!(stage.find_all(".referral-badge").len(), 1);
}

#[wasm_bindgen_test]
async fn countdowns_of_one_page_change_together() {
    let stages = [Stage::open(NOW), Stage::open(NOW)];
    for (stage, until) in stages.iter().zip(["12:01:01.000Z", "12:01:01.700Z"]) {
        stage.send("ABC12345").await;
        stage.answer(sent(&pending_until(&format!("2026-01-20T{until}"))));
        stage.see("[role=timer]", "1 minute 1 second").await;
    }
    for stage in &stages {
        stage.advance_ms(2000);
    }
    stages[0].see("[role=timer]", "59 seconds").await;
    assert_eq!(stages[1].text("[role=timer]"), "59 seconds");
}

#[wasm_bindgen_test]
async fn a_milestone_is_announced_once() {
    let stage = Stage::open(NOW);
    stage.send("ABC12345").await;
    stage.answer(sent(&pending_until("2026-01-20T12:05:01Z")));
    stage.see("[role=timer]", "5 minutes 1 second").await;
    assert!(!stage.text("[role=status]").contains("Less than"));
    stage.advance_ms(1001);
    stage.see("[role=status]", "Less than 5 minutes left").await;
    let told = Changes::watch(&stage.find(".referral-told"));
    for seconds in ["4 minutes 57 seconds", "4 minutes 55 seconds"] {
        stage.advance_ms(2000);
        stage.see("[role=timer]", seconds).await;
    }
    assert_eq!(told.count(), 0, "read out at every tick");
}

#[wasm_bindgen_test]
async fn without_a_readable_end_there_is_no_countdown_and_no_zero() {
    for expires in [None, Some("soon")] {
        let stage = Stage::open(NOW);
        stage.send("ABC12345").await;
        let connection = Connection {
            expires_at: expires.map(|text| Moment::new(text.to_owned())),
            ..pending_until(NOW)
        };
        stage.answer(sent(&connection));
        stage.see("[role=status]", "Pending").await;
        assert!(
            stage
                .find_all("[role=timer], [role=meter], time")
                .is_empty()
        );
    }
}

#[wasm_bindgen_test]
async fn a_received_request_and_one_of_an_unnamed_firm_read_as_such() {
    let stage = Stage::open(NOW);
    stage.send("ABC12345").await;
    stage.answer(sent(&Connection {
        direction: Direction::Received,
        ..pending_until("2026-02-19T12:00:00Z")
    }));
    stage
        .see("[role=status]", "Ours & Sons asked to connect")
        .await;

    let stage = Stage::open(NOW);
    stage.send("ABC12345").await;
    stage.answer(sent(&Connection {
        recipient_firm: Firm::default(),
        status: Status::Other("under_review".to_owned()),
        ..pending_until("2026-02-19T12:00:00Z")
    }));
    stage
        .see("[role=status]", "Request sent to Unnamed firm")
        .await;
    stage
        .see(".referral-badge[data-status=other]", "Under review")
        .await;
}

#[wasm_bindgen_test]
async fn names_are_text_and_keep_their_direction_to_themselves() {
    let stage = Stage::open(NOW);
    let name = "<img src=x onerror=alert(1)>\u{202e}evil";
    stage.send("ABC12345").await;
    stage.answer(sent(&Connection {
        recipient_firm: firm(name),
        ..pending_until("2026-02-19T12:00:00Z")
    }));
    stage.see("[role=status]", name).await;
    assert!(stage.find_all("img").is_empty());
    let isolated = stage.find_all("bdi");
    assert!(
        isolated
            .iter()
            .any(|bdi| bdi.text_content().as_deref() == Some(name))
    );
}

#[wasm_bindgen_test]
async fn a_refused_code_is_told_and_kept() {
    let stage = Stage::open(NOW);
    stage.send("NOTFOUND").await;
    stage.answer(Outcome::Rejected(Rejection {
        reason: Reason::KeyRefused,
        status: 422,
        message: Some("The <b>selected</b> adviser key.".to_owned()),
        retry_after_s: None,
    }));
    stage
        .see(
            "[role=alert]",
            "Nothing was sent: Plannr does not accept this code.",
        )
        .await;
    stage
        .see("[role=alert]", "The <b>selected</b> adviser key.")
        .await;
    assert_eq!(stage.input().value(), "NOTFOUND");
    assert_eq!(
        stage.input().get_attribute("aria-invalid").as_deref(),
        Some("true")
    );
    let error = stage.find("[role=alert]").id();
    assert!(
        stage
            .input()
            .get_attribute("aria-describedby")
            .unwrap()
            .contains(&error)
    );
}

#[wasm_bindgen_test]
async fn too_many_requests_count_down_outside_the_alert() {
    let stage = Stage::open(NOW);
    stage.send("THROTTLE").await;
    stage.answer(Outcome::Rejected(Rejection {
        reason: Reason::TooMany,
        status: 429,
        message: None,
        retry_after_s: Some(5),
    }));
    stage
        .see(".referral-wait", "You can send again in 5 seconds.")
        .await;
    stage.advance_ms(1001);
    stage
        .see(".referral-wait", "You can send again in 3 seconds.")
        .await;
    stage.advance_ms(4000);
    stage.see(".referral-wait", "You can send again now.").await;
    assert!(!stage.text("[role=alert]").contains("second"));
}

#[wasm_bindgen_test]
async fn why_nothing_was_sent_is_told_without_blaming_the_code() {
    let stage = Stage::open(NOW);
    stage.send("ABC12345").await;
    stage.answer(Outcome::NotSent(NotSent::NoToken));
    stage
        .see("[role=alert]", "Nothing was sent: you are not signed in")
        .await;
    assert_eq!(stage.input().get_attribute("aria-invalid"), None);
    assert_eq!(stage.input().value(), "ABC12345");
}

#[wasm_bindgen_test]
async fn two_widgets_on_a_page_share_no_identifier() {
    let (one, other) = (Stage::open(NOW), Stage::open(NOW));
    assert_ne!(one.input().id(), other.input().id());
    one.press("Send request");
    one.see("[role=alert]", "Enter").await;
    assert!(other.text("[role=alert]").is_empty());
}
