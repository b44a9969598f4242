//! How the status of pending requests is followed: in which period, and for how many widgets at once.

use referral_connect::browser::clock;
use referral_connect::domain::history::{Ask, Filter, Page};
use referral_connect::domain::outcome::Unanswered;
use wasm_bindgen_test::wasm_bindgen_test;

use super::*;

const NEXT_MONTH: &str = "2026-02-19T12:00:00Z";

fn named(uuid: &str, status: Status) -> Connection {
    Connection {
        uuid: Some(uuid.to_owned()),
        status,
        ..pending_until(NEXT_MONTH)
    }
}

fn page(connections: &[Connection]) -> Result<Page, Unanswered> {
    Ok(Page {
        connections: connections.to_vec(),
        has_more: false,
    })
}

/// Has a request sent that is pending under this name.
async fn send(stage: &Stage, uuid: &str) {
    stage.send("ABC12345").await;
    stage.answer(sent(&named(uuid, Status::Pending)));
    stage.see("[role=status]", "Pending").await;
}

#[wasm_bindgen_test]
async fn a_status_is_asked_for_while_pending_and_until_answered() {
    let stage = Stage::open_refreshing(NOW, 10);
    stage.send("ABC12345").await;
    let pending = pending_until(NEXT_MONTH);
    stage.answer(sent(&pending));
    stage.see("[role=status]", "Pending").await;
    until("the first question", || stage.questions() == 1).await;
    stage.status(Ok(Connection {
        status: Status::Accepted,
        ..pending
    }));
    stage.see("[role=status]", "Accepted").await;
    assert!(stage.find_all("[role=timer]").is_empty());
    // By the same timers twice as long as a next question would take.
    clock::wait_ms(20_000).await;
    assert_eq!(stage.questions(), 1);
}

#[wasm_bindgen_test]
async fn one_question_follows_all_requests_of_an_account() {
    let first = Stage::open_refreshing(NOW, 20);
    send(&first, "one").await;
    let second = first.beside(20);
    send(&second, "two").await;
    until("the first question", || first.pages().len() == 1).await;
    assert_eq!(first.pages(), [Ask::page(Filter::default(), 1)]);
    first.page(page(&[
        named("two", Status::Denied),
        named("one", Status::Accepted),
    ]));
    first.see("[role=status]", "Accepted").await;
    second.see("[role=status]", "Denied").await;
    assert_eq!((first.questions(), first.pages().len()), (0, 1));
}

#[wasm_bindgen_test]
async fn a_request_that_the_list_does_not_name_is_asked_for_by_name() {
    let first = Stage::open_refreshing(NOW, 20);
    send(&first, "one").await;
    let second = first.beside(20);
    send(&second, "two").await;
    until("the first question", || first.pages().len() == 1).await;
    // The one who asked is told of neither, and so is the other one.
    first.page(page(&[]));
    for count in [1, 2] {
        until("a question by name", || first.questions() == count).await;
        let is_of_second = first.asked_for() == "two";
        let (uuid, of) = if is_of_second {
            ("two", &second)
        } else {
            ("one", &first)
        };
        first.status(Ok(named(uuid, Status::Accepted)));
        of.see("[role=status]", "Accepted").await;
    }
}

#[wasm_bindgen_test]
async fn without_a_list_each_is_asked_for_by_name() {
    let first = Stage::open_refreshing(NOW, 20);
    send(&first, "one").await;
    let second = first.beside(20);
    send(&second, "two").await;
    until("the first question", || first.pages().len() == 1).await;
    first.page(Err(Unanswered::NotOffered));
    until("a question by name", || first.questions() > 0).await;
    for uuid in ["one", "two"] {
        first.status(Ok(named(uuid, Status::Accepted)));
        let of = if uuid == "one" { &first } else { &second };
        of.see("[role=status]", "Accepted").await;
    }
    assert_eq!(first.pages().len(), 1);
}

#[wasm_bindgen_test]
async fn where_it_is_not_offered_it_is_asked_once() {
    let stage = Stage::open_refreshing(NOW, 10);
    send(&stage, "one").await;
    until("the first question", || stage.questions() == 1).await;
    stage.status(Err(Unanswered::NotOffered));
    stage.settle().await;
    // By the same timers twice as long as its next question would take.
    clock::wait_ms(20_000).await;
    assert_eq!(stage.questions(), 1);
}

#[wasm_bindgen_test]
async fn without_an_answer_it_waits_longer_each_time() {
    let stage = Stage::open_refreshing(NOW, 10);
    send(&stage, "one").await;
    for (count, why, waits_s) in [
        (1, Unanswered::Failed, 20),
        (2, Unanswered::Failed, 40),
        (3, Unanswered::TooMany { retry_after_s: 77 }, 77),
        (4, Unanswered::TooMany { retry_after_s: 1 }, 10),
    ] {
        until("a question", || stage.questions() == count).await;
        stage.status(Err(why));
        until("the next wait", || FastTimers::waited(waits_s * 1000)).await;
    }
    // Never sooner than it is asked usually.
    until("a question", || stage.questions() == 5).await;
    assert!(!FastTimers::waited(1000));
}
