//! The only file that reads the clock, or waits.
//!
//! A browser's clock is the person's to set, and stands still for nobody: what is computed from it is
//! corrected elsewhere, by the API's. Everything below takes `now` as an argument, so that a test can say
//! what time it is.

use gloo_timers::callback::Timeout;
use js_sys::{Date, Object, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use crate::domain::timestamp::Timestamp;

/// A wait that ends when it is dropped.
pub struct Timer(#[expect(dead_code, reason = "kept for its Drop, which clears it")] Timeout);

/// Tells when the page is hidden or seen, until it is dropped.
pub struct VisibilityWatch {
    listener: Closure<dyn FnMut()>,
}

/// The device's time.
#[must_use]
pub fn now() -> Timestamp {
    // Whole milliseconds since the Unix epoch, within 8.64e15 of it: no float of that size loses anything.
    #[expect(clippy::cast_possible_truncation, reason = "see above")]
    Timestamp::from_millis(Date::now() as i64)
}

/// Calls `then` once after so many milliseconds, 24.8 days at most: browsers count them in 32 bits with a
/// sign, and what is more would be over at once.
#[must_use]
pub fn after_ms(delay_ms: u32, then: impl FnOnce() + 'static) -> Timer {
    Timer(Timeout::new(delay_ms.min(i32::MAX.cast_unsigned()), then))
}

/// Whether nobody can see the page.
#[must_use]
pub fn is_hidden() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .is_some_and(|document| document.hidden())
}

/// Calls `changed` when the page is hidden or seen again, and when it comes back out of the browser's
/// back/forward cache, in which time stood still for it.
#[must_use]
pub fn watch_visibility(changed: impl FnMut() + 'static) -> VisibilityWatch {
    let watch = VisibilityWatch {
        listener: Closure::new(changed),
    };
    let listener = watch.listener.as_ref().unchecked_ref();
    if let Some(window) = web_sys::window() {
        // The browser refuses no listener for an event of this name.
        let _ = window.add_event_listener_with_callback("pageshow", listener);
        if let Some(document) = window.document() {
            let _ = document.add_event_listener_with_callback("visibilitychange", listener);
        }
    }
    watch
}

impl Drop for VisibilityWatch {
    fn drop(&mut self) {
        let listener = self.listener.as_ref().unchecked_ref();
        if let Some(window) = web_sys::window() {
            let _ = window.remove_event_listener_with_callback("pageshow", listener);
            if let Some(document) = window.document() {
                let _ = document.remove_event_listener_with_callback("visibilitychange", listener);
            }
        }
    }
}

/// A date and time in full, as British English writes it, in the time zone of the device.
#[must_use]
pub fn full_date(at: Timestamp) -> String {
    let options = Object::new();
    for (name, value) in [("dateStyle", "full"), ("timeStyle", "short")] {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    #[expect(clippy::cast_precision_loss, reason = "see `now`")]
    let date = Date::new(&(at.as_millis() as f64).into());
    date.to_locale_string("en-GB", &options).into()
}
