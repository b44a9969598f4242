//! What hosts are told, and what they may say to it.

use referral_connect::domain::session::News;
use referral_connect::view::runner::Message;

use super::*;

#[wasm_bindgen_test]
async fn a_host_hears_of_a_request_before_it_leaves_and_of_what_came_of_it() {
    let stage = Stage::open(NOW);
    stage.send("ABC12345").await;
    let key = "ABC12345".parse().unwrap();
    assert_eq!(stage.told(), [Message::Submit(key)]);
    let made = pending_until("2026-01-20T12:00:05Z");
    stage.answer(sent(&made));
    stage.see("[role=status]", "Pending").await;
    let news = News::Sent(Some(Box::new(made.clone())));
    assert_eq!(stage.told()[1..], [Message::News(news)]);
    stage.advance_ms(5000);
    stage.see("[role=status]", "Expired").await;
    until("the end to be told", || stage.told().len() == 3).await;
    assert_eq!(stage.told()[2], Message::Expired(Box::new(made)));
}

#[wasm_bindgen_test]
async fn a_host_may_call_a_request_off() {
    let stage = Stage::open(NOW);
    stage.call_off();
    stage.type_code("ABC12345");
    stage.press("Send request");
    stage
        .see(
            "[role=alert]",
            "Nothing was sent: the page that you are on called it off.",
        )
        .await;
    assert_eq!(stage.sends(), 0);
    assert_eq!(stage.kept(), []);
    assert_eq!(stage.input().value(), "ABC12345");
}
