//! Panics of the gateway's own, wherever they happen: tokio catches those of tasks, so that a connection just ends.

use std::{
    panic,
    sync::{Mutex, Once},
};

static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Notes panics from now on.
pub(crate) fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // What a test finds wrong panics as well, and fails that test by itself.
            let is_a_tests = info
                .location()
                .is_some_and(|place| place.file().contains("tests/gateway/"));
            if !is_a_tests {
                SEEN.lock().unwrap().push(info.to_string());
            }
            before(info);
        }));
    });
}

/// Fails if there was one, in whichever test.
#[track_caller]
pub(crate) fn assert_none() {
    let seen = SEEN.lock().unwrap();
    assert!(seen.is_empty(), "{seen:#?}");
}
