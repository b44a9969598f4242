//! The list of recent requests.

use referral_connect::domain::history::{Ask, Filter, Page};
use referral_connect::domain::outcome::Unanswered;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlSelectElement;

use super::*;

const LIST: &str = "[part~=history]";

fn row(uuid: &str, firm_name: &str) -> Connection {
    Connection {
        uuid: Some(uuid.to_owned()),
        recipient_firm: firm(firm_name),
        ..pending_until("2026-02-19T12:00:00Z")
    }
}

fn page(connections: &[Connection], has_more: bool) -> Result<Page, Unanswered> {
    Ok(Page {
        connections: connections.to_vec(),
        has_more,
    })
}

async fn listed(connections: &[Connection], has_more: bool) -> Stage {
    let stage = Stage::open_listing(NOW, 0);
    until("the first question", || stage.pages().len() == 1).await;
    stage.page(page(connections, has_more));
    stage.see(LIST, "Requests shown").await;
    stage
}

fn rows(stage: &Stage) -> Vec<String> {
    let rows = stage.find_all("[part~=history] li bdi:first-child");
    let texts = rows.iter().filter_map(|row| row.text_content());
    texts.collect()
}

fn choose(stage: &Stage, name: &str, value: &str) {
    let select: HtmlSelectElement = stage.find(&format!("[name={name}]")).unchecked_into();
    select.set_value(value);
    stage::happen(&select, "input");
}

#[wasm_bindgen_test]
async fn it_is_there_only_where_a_host_wants_it() {
    let stage = Stage::open(NOW);
    stage.settle().await;
    assert!(stage.find_all(LIST).is_empty());
    assert!(stage.pages().is_empty());
}

#[wasm_bindgen_test]
async fn it_shows_each_request_with_its_badge_and_time() {
    let denied = Connection {
        status: Status::Denied,
        direction: Direction::Received,
        sender_firm: firm("Asking Ltd"),
        ..row("two", "Ours")
    };
    let stage = listed(&[row("one", "Larkspur"), denied], false).await;
    assert_eq!(stage.pages(), [Ask::page(Filter::default(), 1)]);
    let text = stage.text(LIST);
    for part in [
        "Recent requests",
        "Request sent to Larkspur",
        "30 days 0 hours",
        "Asking Ltd asked to connect",
        "Requests shown: 2",
    ] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    assert_eq!(
        stage.text("[part~=history] [part~=badge]"),
        "Pending Denied"
    );
    assert!(!text.contains("Load more"), "{text}");
    assert!(
        stage.find_all("[role=timer]").is_empty(),
        "one for each would be read out"
    );
}

#[wasm_bindgen_test]
async fn a_row_expires_while_it_is_shown() {
    let short = pending_until("2026-01-20T12:00:03Z");
    let stage = listed(&[short], false).await;
    stage.see(LIST, "3 seconds").await;
    stage.advance_ms(1000);
    stage.see(LIST, "2 seconds").await;
    stage.advance_ms(2000);
    stage.see(LIST, "Expired").await;
    assert!(!stage.text(LIST).contains("Time left"));
}

#[wasm_bindgen_test]
async fn what_was_just_sent_is_on_top_without_a_question() {
    let stage = listed(&[row("one", "Larkspur")], false).await;
    stage.send("ABC12345").await;
    stage.answer(sent(&row("two", "Wren")));
    stage.see(LIST, "Request sent to Wren").await;
    assert_eq!(rows(&stage), ["Wren", "Larkspur"]);
    assert_eq!(stage.pages().len(), 1);
}

#[wasm_bindgen_test]
async fn what_was_sent_without_details_is_asked_for() {
    let stage = listed(&[row("one", "Larkspur")], false).await;
    stage.send("ABC12345").await;
    stage.answer(Outcome::Sent(None));
    until("the list to be asked for", || stage.pages().len() == 2).await;
    stage.page(page(&[row("two", "Wren"), row("one", "Larkspur")], false));
    stage.see(LIST, "Request sent to Wren").await;
}

#[wasm_bindgen_test]
async fn filters_ask_for_other_requests() {
    let stage = listed(&[row("one", "Larkspur")], false).await;
    choose(&stage, "status", "accepted");
    until("the other list", || stage.pages().len() == 2).await;
    choose(&stage, "direction", "received");
    until("a third one", || stage.pages().len() == 3).await;
    let filter = |status, direction| Ask::page(Filter { status, direction }, 1);
    assert_eq!(stage.pages()[1], filter(Some("accepted"), None));
    assert_eq!(stage.pages()[2], filter(Some("accepted"), Some("received")));
    stage.see(LIST, "Loading recent requests…").await;
    assert!(rows(&stage).is_empty());
    // Both questions are open still: what comes of the one before means nothing any more.
    stage.page_for(1, page(&[row("two", "Wren")], false));
    stage.settle().await;
    assert!(rows(&stage).is_empty());
    stage.page_for(2, page(&[], false));
    stage.see(LIST, "No request fits this choice.").await;
    assert_eq!(stage.input().value(), "", "choosing is not typing");
}

#[wasm_bindgen_test]
async fn another_account_never_sees_what_was_asked_for_the_one_before() {
    let stage = Stage::open_listing(NOW, 0);
    until("the first question", || stage.pages().len() == 1).await;
    stage.act_for(ACCOUNT);
    until("a question for the other one", || stage.pages().len() == 2).await;
    // Both are the first questions of their lists.
    stage.page_for(0, page(&[row("one", "Larkspur")], false));
    stage.settle().await;
    assert!(rows(&stage).is_empty(), "{}", stage.text(LIST));
    stage.page_for(1, page(&[row("two", "Wren")], false));
    stage.see(LIST, "Requests shown: 1").await;
    assert_eq!(rows(&stage), ["Wren"]);
}

#[wasm_bindgen_test]
async fn what_is_chosen_stays_chosen_for_another_account() {
    let stage = listed(&[row("one", "Larkspur")], false).await;
    choose(&stage, "direction", "received");
    until("the other list", || stage.pages().len() == 2).await;
    stage.page(page(&[], false));
    stage.act_for(ACCOUNT);
    until("that of the other account", || stage.pages().len() == 3).await;
    assert_eq!(stage.pages()[2], stage.pages()[1]);
}

#[wasm_bindgen_test]
async fn what_was_sent_for_another_account_is_not_listed() {
    let stage = listed(&[row("one", "Larkspur")], false).await;
    stage.send("ABC12345").await;
    stage.act_for(ACCOUNT);
    until("that of the other account", || stage.pages().len() == 2).await;
    stage.page(page(&[row("two", "Wren")], false));
    stage.see(LIST, "Requests shown: 1").await;
    stage.answer(sent(&row("three", "Holt")));
    stage.see("[part~=card]", "Request sent to Holt").await;
    stage.settle().await;
    assert_eq!(rows(&stage), ["Wren"]);
}

#[wasm_bindgen_test]
async fn more_is_loaded_and_the_focus_is_not_lost() {
    let stage = listed(&[row("one", "Larkspur")], true).await;
    stage.button("Load more").focus().unwrap();
    stage.press("Load more");
    stage.press("Load more");
    until("the second page", || stage.pages().len() == 2).await;
    assert_eq!(stage.pages()[1], Ask::page(Filter::default(), 2));
    stage.page(page(&[row("one", "Larkspur"), row("two", "Wren")], false));
    stage.see(LIST, "Requests shown: 2").await;
    assert_eq!(rows(&stage), ["Larkspur", "Wren"]);
    assert!(
        stage
            .find_all("button")
            .iter()
            .all(|one| one.text_content().unwrap() != "Load more")
    );
    assert!(
        stage.has_focus(&stage.find(LIST)),
        "the button is gone, its group is not"
    );
}

#[wasm_bindgen_test]
async fn what_went_wrong_is_told_and_can_be_tried_again() {
    for (why, words) in [
        (
            Unanswered::Failed,
            "Plannr's list of requests did not arrive. Refresh the list.",
        ),
        (
            Unanswered::Unauthenticated,
            "sign in to Plannr or enter an access token",
        ),
        (Unanswered::Forbidden, "This account may not see requests."),
        (Unanswered::Offline, "This device is offline."),
        (
            Unanswered::BadEndpoint,
            "Plannr's address is not set up correctly.",
        ),
        (
            Unanswered::NotOffered,
            "Plannr's list of requests is not available here.",
        ),
        (
            Unanswered::TooMany { retry_after_s: 5 },
            "Refresh the list in 5 seconds.",
        ),
    ] {
        let stage = Stage::open_listing(NOW, 0);
        until("the first question", || stage.pages().len() == 1).await;
        stage.page(Err(why));
        stage.see(LIST, words).await;
        stage.press("Refresh list");
        until("another question", || stage.pages().len() == 2).await;
        stage.page(page(&[row("one", "Larkspur")], false));
        stage.see(LIST, "Request sent to Larkspur").await;
    }
}

#[wasm_bindgen_test]
async fn an_empty_list_says_so() {
    let stage = Stage::open_listing(NOW, 0);
    until("the first question", || stage.pages().len() == 1).await;
    stage.page(page(&[], false));
    stage.see(LIST, "There are no requests yet.").await;
}

#[wasm_bindgen_test]
async fn a_listed_request_is_followed_and_the_card_says_the_same() {
    let stage = Stage::open_listing(NOW, 10);
    until("the first question", || stage.pages().len() == 1).await;
    stage.page(page(&[], false));
    stage.see(LIST, "There are no requests yet.").await;
    stage.send("ABC12345").await;
    stage.answer(sent(&row("one", "Larkspur")));
    stage.see(LIST, "Pending").await;
    until("the next question", || stage.pages().len() == 2).await;
    let accepted = Connection {
        status: Status::Accepted,
        ..row("one", "Larkspur")
    };
    stage.page(page(&[accepted], false));
    stage.see(LIST, "Accepted").await;
    stage.see("[part~=card]", "Accepted").await;
    assert_eq!(stage.questions(), 0, "one question for both");
}
