//! Two at once: with Web Locks, and in browsers that have none or broken ones.

use std::cell::RefCell;
use std::rc::Rc;

use referral_connect::browser::locks::{self, Hold};
use wasm_bindgen_futures::spawn_local;

use super::*;

/// What browsers may have in the place of locks.
const BROKEN: [&str; 5] = [
    "undefined",
    "{}",
    "{ request: 7 }",
    "{ request() { throw new Error('no') } }",
    "{ request() { return Promise.reject(new DOMException('no', 'SecurityError')) } }",
];

/// Replaces `navigator.locks` until it is dropped.
struct Broken;

impl Broken {
    fn locks(value: &str) -> Self {
        stage::script(&format!(
            "Object.defineProperty(navigator, 'locks', {{ value: {value}, configurable: true }});"
        ));
        Self
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        stage::script("delete navigator.locks;");
    }
}

/// Takes hold of the same thing several times at once; how many got it, with their holds.
async fn together(name: &'static str, count: usize) -> Vec<Hold> {
    let answers: Rc<RefCell<Vec<Option<Hold>>>> = Rc::default();
    for _ in 0..count {
        let answers = Rc::clone(&answers);
        spawn_local(async move {
            let hold = locks::hold(name).await;
            answers.borrow_mut().push(hold);
        });
    }
    until("all to be answered", || answers.borrow().len() == count).await;
    answers.take().into_iter().flatten().collect()
}

#[wasm_bindgen_test]
async fn of_several_at_once_one_gets_it_and_the_next_when_it_is_free() {
    let held = together("one", 5).await;
    assert_eq!(held.len(), 1);
    assert!(locks::hold("one").await.is_none());
    assert!(locks::hold("another").await.is_some());
    drop(held);
    // The browser frees it in a turn of its own.
    let free = Rc::new(RefCell::new(None));
    until_held("one", &free).await;
}

fn claims() -> u32 {
    let count =
        "return Object.keys(localStorage).filter((name) => name.includes('.claim.')).length";
    stage::script(count).as_f64().unwrap() as u32
}

/// Tries until it is had.
async fn until_held(name: &'static str, kept: &Rc<RefCell<Option<Hold>>>) {
    for _ in 0..100 {
        if let Some(hold) = locks::hold(name).await {
            *kept.borrow_mut() = Some(hold);
            return;
        }
        stage::settle().await;
    }
    panic!("{name} is not freed");
}

#[wasm_bindgen_test]
async fn without_locks_the_first_claim_counts() {
    let _fast = FastTimers::new();
    for (number, value) in BROKEN.iter().enumerate() {
        let _broken = Broken::locks(value);
        let held = together("claimed", 3).await;
        assert_eq!(held.len(), 1, "{number}: {value}");
        assert!(locks::hold("claimed").await.is_none(), "{value}");
        assert_eq!(claims(), 1, "{value}");
        drop(held);
        assert!(locks::hold("claimed").await.is_some(), "{value}");
        assert_eq!(claims(), 0, "{value}");
    }
}

#[wasm_bindgen_test]
async fn locks_that_never_answer_are_not_waited_for() {
    let _fast = FastTimers::new();
    let _broken = Broken::locks("{ request() { return new Promise(() => {}) } }");
    assert_eq!(together("silent", 2).await.len(), 1);
    drop(locks::turn("silent").await);
}

#[wasm_bindgen_test]
async fn a_lock_that_is_granted_too_late_is_freed_at_once() {
    let _fast = FastTimers::new();
    let late = "{ request(name, options, callback) { \
        globalThis.isFreed = false; \
        globalThis.grantLate = () => callback({}).then(() => { isFreed = true; }); \
        return new Promise(() => {}); } }";
    let broken = Broken::locks(late);
    drop(locks::turn("late").await);
    stage::script("grantLate();");
    until("the lock to be freed", || {
        stage::script("return isFreed").is_truthy()
    })
    .await;
    drop(broken);
}

#[wasm_bindgen_test]
async fn a_claim_of_a_tab_that_is_gone_is_heeded_for_a_minute_and_a_half() {
    let _broken = Broken::locks("undefined");
    let claim = |age_ms: u32| {
        stage::script(&format!(
            "localStorage.setItem('referral-connect.claim.gone.0', String(Date.now() - {age_ms}))"
        ));
    };
    claim(80_000);
    assert!(locks::hold("gone").await.is_none());
    claim(91_000);
    assert!(locks::hold("gone").await.is_some());
    stage::remove("referral-connect.claim.gone.0");
}

#[wasm_bindgen_test]
async fn a_hold_that_lingers_keeps_others_away_and_comes_back_to_its_own_page() {
    // Another tab's request for the same lock, in the browser's own words.
    let ask = "globalThis.answer = 'none yet'; \
        navigator.locks.request('lingering', { ifAvailable: true }, (lock) => { \
            answer = lock ? 'granted' : 'taken'; });";
    let answered = async |expected: &str| {
        stage::script(ask);
        until("an answer", || stage::script("return answer") != "none yet").await;
        stage::script("return answer") == expected
    };
    let hold = locks::hold("lingering").await.unwrap();
    locks::linger("lingering", hold, 60_000);
    assert!(answered("taken").await);
    let hold = locks::hold("lingering").await.unwrap();
    assert!(locks::hold("lingering").await.is_none());
    locks::linger("lingering", hold, 50);
    for _ in 0..100 {
        if answered("granted").await {
            return;
        }
    }
    panic!("it is held for ever");
}

#[wasm_bindgen_test]
async fn a_page_that_is_left_holds_nothing() {
    for (value, is_broken) in [("", false), ("undefined", true)] {
        let _broken = is_broken.then(|| Broken::locks(value));
        let hold = locks::hold("left").await.unwrap();
        assert!(locks::hold("left").await.is_none());
        stage::script("window.dispatchEvent(new Event('pagehide'))");
        let free = Rc::new(RefCell::new(None));
        until_held("left", &free).await;
        drop(hold);
        assert!(locks::hold("left").await.is_none(), "the new one stands");
    }
}

#[wasm_bindgen_test]
async fn what_lingers_does_not_come_back_to_a_page_that_was_left() {
    let hold = locks::hold("lingered").await.unwrap();
    locks::linger("lingered", hold, 60_000);
    stage::script("window.dispatchEvent(new Event('pagehide'))");
    let free = Rc::new(RefCell::new(None));
    until_held("lingered", &free).await;
    assert!(locks::hold("lingered").await.is_none());
}
