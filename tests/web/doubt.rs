//! A request that may have been sent: what is told, and what it takes to send it again.

use super::*;

/// A request that may have been sent, and a list that cannot be had.
async fn unchecked_doubt() -> Stage {
    let stage = Stage::open(NOW);
    stage.send("ABC12345").await;
    stage.answer(Outcome::Unknown(Doubt::TimedOut));
    until("the check by itself", || stage.checks() == 1).await;
    stage.list(Err(Unanswered::Failed));
    stage.see("[role=status]", "We could not check").await;
    stage
}

#[wasm_bindgen_test]
async fn a_doubt_is_told_and_checked_by_itself_and_found() {
    let stage = Stage::open(NOW);
    stage.send("ABC12345").await;
    stage.answer(Outcome::Unknown(Doubt::ConnectionLost));
    stage.see("[role=status]", "may have been sent").await;
    until("the check by itself", || stage.checks() == 1).await;
    stage.list(Ok(vec![pending_until("2026-02-19T12:00:00Z")]));
    stage
        .see("[role=status]", "Request sent to Theirs Ltd")
        .await;
    assert_eq!(stage.sends(), 1);
}

#[wasm_bindgen_test]
async fn sending_again_takes_two_presses_and_a_double_click_is_one() {
    let stage = unchecked_doubt().await;
    stage.press("Send request");
    stage.see("[role=status]", "Not sent a second time").await;
    stage.press("Send again");
    stage.see("[role=status]", "Send a second request?").await;
    stage.click_as_second_of_a_double("Send again");
    stage.settle().await;
    assert_eq!(stage.sends(), 1);
    stage.press("Send again");
    until("the second request", || stage.sends() == 2).await;
}

#[wasm_bindgen_test]
async fn buttons_that_go_take_the_focus_no_farther_than_the_card() {
    let stage = unchecked_doubt().await;
    let button = stage.button("Send again");
    button.focus().unwrap();
    button.click();
    stage.see("[role=status]", "Send a second request?").await;
    until("the card to have the focus", || {
        stage.has_focus(&stage.find(".referral-card"))
    })
    .await;
}

#[wasm_bindgen_test]
async fn of_several_requests_the_person_picks_theirs() {
    let stage = Stage::open(NOW);
    stage.send("ABC12345").await;
    stage.answer(Outcome::Unknown(Doubt::ConnectionLost));
    until("the check by itself", || stage.checks() == 1).await;
    let other = Connection {
        uuid: Some("two".to_owned()),
        recipient_firm: firm("Others plc"),
        ..pending_until("2026-02-19T12:00:00Z")
    };
    stage.list(Ok(vec![pending_until("2026-02-19T12:00:00Z"), other]));
    stage
        .see("[role=status]", "Press the one that is yours.")
        .await;
    stage.find_all(".referral-choice")[1].dyn_click();
    stage
        .see("[role=status]", "Request sent to Others plc")
        .await;
}

#[wasm_bindgen_test]
async fn a_page_that_comes_back_to_a_record_checks_and_says_when_there_is_none() {
    let record = Pending {
        endpoint: "https://api.example".to_owned(),
        key: "ABC12345".parse().unwrap(),
        account: ACCOUNT.parse().unwrap(),
        since: at(NOW),
        idempotency_key: String::new(),
        known_uuids: Vec::new(),
        has_ended: false,
    };
    let stage = Stage::open_with(NOW, vec![record.clone()]);
    stage.see("[role=status]", "may have been sent").await;
    until("the check", || stage.checks() == 1).await;
    stage.list(Ok(Vec::new()));
    stage
        .see("[role=status]", "it may still be on its way")
        .await;
    assert_eq!(stage.forgotten(), []);
    stage.advance_ms(22_000);
    stage.press("Check");
    until("the second check", || stage.checks() == 2).await;
    stage.list(Ok(Vec::new()));
    stage.see("[role=status]", "It did not arrive").await;
    assert_eq!(stage.input().value(), "ABC12345");
    assert_eq!(stage.forgotten(), [record]);
}

#[wasm_bindgen_test]
async fn a_record_is_kept_before_a_request_leaves_and_settled_without_a_widget() {
    let stage = Stage::open(NOW);
    stage.send("ABC12345").await;
    assert_eq!(stage.kept().len(), 1);
    let record = stage.kept()[0].clone();
    let answer = stage.close();
    answer.send(Outcome::Unknown(Doubt::ConnectionLost));
    stage::settle().await;
    assert_eq!(answer.forgotten(), []);

    let stage = Stage::open(NOW);
    stage.send("ABC12345").await;
    let answer = stage.close();
    answer.send(sent(&pending_until("2026-02-19T12:00:00Z")));
    until(
        "the record to be settled",
        || matches!(answer.forgotten().as_slice(), [one] if one.is_same(&record)),
    )
    .await;
}
