//! What the browser keeps, or does not: each kind of storage that a page may find.

use referral_connect::browser::clock;
use referral_connect::browser::storage::{self, Kept};

use super::*;

const PENDING: &str = "referral-connect.pending";
const CONFIRMED: &str = "referral-connect.confirmed";

fn record(code: &str) -> Pending {
    Pending {
        endpoint: "https://api.example".to_owned(),
        key: code.parse().unwrap(),
        account: ACCOUNT.parse().unwrap(),
        since: at(NOW),
        idempotency_key: "8e03978e-40d5-43dd-bc93-6894a57f9324".to_owned(),
        known_uuids: vec!["known".to_owned()],
        has_ended: false,
    }
}

/// Replaces a part of the browser's storage until it is dropped.
struct Hostile;

impl Hostile {
    /// `code` has `define(object, name, value)` to replace a property with.
    fn new(code: &str) -> Self {
        let prelude = "globalThis.undo = []; \
            const define = (object, name, descriptor) => { \
                const before = Object.getOwnPropertyDescriptor(object, name); \
                undo.push(() => before ? Object.defineProperty(object, name, before) : delete object[name]); \
                Object.defineProperty(object, name, { configurable: true, ...descriptor }); \
            };";
        stage::script(&format!("{prelude} {code}"));
        Self
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        stage::script("for (const step of undo.reverse()) step();");
    }
}

/// Without a trace for the next test.
fn forget(pending: &[Pending]) {
    // What is in memory goes with the first writing that succeeds.
    storage::settle_pending(pending, Some("made"), clock::now());
    stage::remove(PENDING);
    stage::remove(CONFIRMED);
}

#[wasm_bindgen_test]
fn a_record_survives_storage_and_is_removed_when_settled() {
    let (first, second) = (record("ABC12345"), record("\"'<>&\\/~"));
    assert_eq!(storage::keep_pending(&first), Kept::Stored);
    assert_eq!(storage::keep_pending(&second), Kept::Stored);
    assert_eq!(storage::keep_pending(&second), Kept::Stored);
    assert_eq!(storage::recorded().pending, [first.clone(), second.clone()]);
    storage::settle_pending(std::slice::from_ref(&first), Some("new"), at(NOW));
    let known_uuids = vec!["known".to_owned(), "new".to_owned()];
    let recorded = storage::recorded();
    assert_eq!(
        recorded.pending,
        [Pending {
            known_uuids,
            ..second.clone()
        }]
    );
    assert_eq!(recorded.known_uuids, ["new"]);
    storage::settle_pending(&[second], None, at(NOW));
    assert_eq!(stage::stored(PENDING), None);
    forget(&[]);
}

#[wasm_bindgen_test]
fn confirmed_requests_are_remembered_for_two_days_and_a_hundred_of_them() {
    storage::settle_pending(&[], Some("old"), at("2026-01-18T12:00:00Z"));
    storage::settle_pending(&[], Some("new"), at("2026-01-20T11:59:59Z"));
    assert_eq!(storage::recorded().known_uuids, ["old", "new"]);
    storage::settle_pending(&[], Some("new"), at(NOW));
    assert_eq!(storage::recorded().known_uuids, ["new"]);
    for number in 0..120 {
        storage::settle_pending(&[], Some(&number.to_string()), at(NOW));
    }
    let known = storage::recorded().known_uuids;
    assert_eq!((known.len(), known[99].as_str()), (100, "119"));
    forget(&[]);
}

#[wasm_bindgen_test]
fn garbage_is_mentioned_and_what_is_good_beside_it_is_read() {
    let huge = format!("[{}]", "1,".repeat(200_000));
    let good = r#"{"endpoint":"https://api.example","key":"ABC12345",
        "account":"11111111-2222-4333-8444-555555555555","since_ms":1768910400000,"known_uuids":["known"]}"#;
    let far = good.replace("1768910400000", "9000000000000000");
    for garbage in [
        "",
        "{",
        "null",
        "7",
        "[1]",
        "[{}]",
        r#"[{"key":"x"}]"#,
        &good.replace("1768910400000", "1e308"),
        &format!("[{far}]"),
        &format!("[{}]", good.replace("ABC12345", "ABC")),
        huge.as_str(),
    ] {
        stage::store(PENDING, garbage);
        let recorded = storage::recorded();
        assert_eq!(recorded.pending, [], "{garbage}");
        assert!(recorded.has_unreadable, "{garbage}");
        stage::store("plannr.account_uuid", garbage);
        assert_eq!(storage::account(), None, "{garbage}");
        stage::store(CONFIRMED, garbage);
        assert_eq!(storage::recorded().known_uuids, [""; 0], "{garbage}");
    }
    stage::store(PENDING, &format!("[null,{good},{{\"a\":[]}}]"));
    let recorded = storage::recorded();
    // One of a version that gave presses no keys.
    let good = Pending {
        idempotency_key: String::new(),
        ..record("ABC12345")
    };
    assert_eq!(recorded.pending, [good]);
    assert!(recorded.has_unreadable);
    stage::store("plannr.account_uuid", ACCOUNT);
    assert_eq!(storage::account(), ACCOUNT.parse().ok());
    stage::remove("plannr.account_uuid");
    forget(&[]);
    assert!(!storage::recorded().has_unreadable);
}

#[wasm_bindgen_test]
fn what_cannot_be_read_stays_until_a_request_leaves() {
    stage::store(PENDING, "{");
    storage::settle_pending(&[record("ABC12345")], None, at(NOW));
    assert_eq!(stage::stored(PENDING).as_deref(), Some("{"));
    assert_eq!(storage::keep_pending(&record("ABC12345")), Kept::Stored);
    let recorded = storage::recorded();
    assert_eq!(recorded.pending, [record("ABC12345")]);
    assert!(!recorded.has_unreadable);
    forget(&recorded.pending);
}

#[wasm_bindgen_test]
fn storage_that_fails_is_replaced_by_memory() {
    let throws = "throw new DOMException('no', 'QuotaExceededError')";
    let kinds = [
        format!("define(window, 'localStorage', {{ get() {{ {throws} }} }});"),
        "define(window, 'localStorage', { value: null });".to_owned(),
        "define(window, 'localStorage', { value: undefined });".to_owned(),
        "define(window, 'localStorage', { value: { getItem: 7 } });".to_owned(),
        "define(window, 'localStorage', { value: { getItem: () => 7, setItem() {}, removeItem() {} } });"
            .to_owned(),
        format!("define(Storage.prototype, 'setItem', {{ value() {{ {throws} }} }});"),
        "define(Storage.prototype, 'setItem', { value() {} });".to_owned(),
        format!("define(Storage.prototype, 'getItem', {{ value() {{ {throws} }} }});"),
    ];
    for (number, kind) in kinds.iter().enumerate() {
        let hostile = Hostile::new(kind);
        let record = record(&format!("MEMORY{number:02}"));
        assert_eq!(storage::keep_pending(&record), Kept::InMemory, "{kind}");
        assert_eq!(storage::recorded().pending, [record.clone()], "{kind}");
        let account = ACCOUNT.parse().unwrap();
        assert_eq!(storage::keep_account(&account), Kept::InMemory, "{kind}");
        assert_eq!(storage::account(), Some(account), "{kind}");
        storage::settle_pending(std::slice::from_ref(&record), Some("made"), at(NOW));
        assert_eq!(storage::recorded().pending, [], "{kind}");
        assert_eq!(storage::recorded().known_uuids, ["made"], "{kind}");
        drop(hostile);
        assert_eq!(
            storage::keep_account(&ACCOUNT.parse().unwrap()),
            Kept::Stored
        );
        stage::remove("plannr.account_uuid");
        forget(&[]);
    }
}

#[wasm_bindgen_test]
fn a_record_that_cannot_be_removed_is_settled_all_the_same() {
    let stuck = record("STUCK123");
    assert_eq!(storage::keep_pending(&stuck), Kept::Stored);
    {
        let _hostile = Hostile::new(
            "define(Storage.prototype, 'removeItem', { value() { throw new Error('no') } });",
        );
        storage::settle_pending(std::slice::from_ref(&stuck), None, at(NOW));
        assert!(stage::stored(PENDING).is_some());
        assert_eq!(storage::recorded().pending, []);
    }
    forget(&[]);
}

#[wasm_bindgen_test]
fn what_another_tab_wrote_is_seen_beside_what_is_in_memory() {
    let ours = record("ABC12345");
    {
        let _hostile = Hostile::new("define(Storage.prototype, 'setItem', { value() {} });");
        assert_eq!(storage::keep_pending(&ours), Kept::InMemory);
    }
    let good = r#"[{"endpoint":"","key":"XYZ98765",
        "account":"11111111-2222-4333-8444-555555555555","since_ms":1768910400001}]"#;
    stage::store(PENDING, good);
    let codes: Vec<String> = storage::recorded()
        .pending
        .iter()
        .map(|pending| pending.key.to_string())
        .collect();
    assert_eq!(codes, ["ABC12345", "XYZ98765"]);
    assert_eq!(storage::keep_pending(&ours), Kept::Stored);
    let all = storage::recorded().pending;
    assert_eq!(all.len(), 2);
    forget(&all);
}

#[wasm_bindgen_test]
async fn a_record_that_cannot_be_read_is_told_of() {
    let stage = Stage::open(NOW);
    stage.spoil_a_record();
    stage.type_code("ABC12345");
    stage.press("Send request");
    stage
        .see(
            "[role=status]",
            "a note of an earlier request that cannot be read",
        )
        .await;
    until("the request to leave", || stage.sends() == 1).await;
}

#[wasm_bindgen_test]
async fn what_left_is_put_back_on_record_when_another_tab_changes_the_storage() {
    let change = || stage::script("window.dispatchEvent(new Event('storage'))");
    let stage = Stage::open(NOW);
    change();
    stage.send("ABC12345").await;
    assert_eq!(stage.put_back(), []);
    change();
    until("the record to be put back", || stage.put_back().len() == 1).await;
    assert_eq!(stage.put_back(), stage.kept());
    stage
        .see("[role=status]", "This browser does not let us keep a note")
        .await;
    stage.answer(sent(&pending_until("2026-02-19T12:00:00Z")));
    stage.see("[role=status]", "Request sent").await;
    change();
    stage.settle().await;
    assert_eq!(stage.put_back().len(), 1);
}

#[wasm_bindgen_test]
async fn a_request_in_doubt_is_put_back_on_record_at_once() {
    let stage = Stage::open(NOW);
    stage.send("ABC12345").await;
    stage.answer(Outcome::Unknown(Doubt::ConnectionLost));
    until("the record to be put back", || stage.put_back().len() == 1).await;
}
