//! The only file that reads the clock, or waits; but for a lock that never comes, which `locks.js` does not wait for.
//!
//! A browser's clock is the person's to set, and stands still for nobody: what is computed from it is
//! corrected elsewhere, by the API's. Everything below takes `now` as an argument, so that a test can say
//! what time it is.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use gloo_timers::callback::Timeout;
use js_sys::{Date, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::domain::timestamp::Timestamp;

/// A wait that ends when it is dropped.
pub struct Timer(#[expect(dead_code, reason = "kept for its Drop, which clears it")] Timeout);

/// Tells of events of the page, until it is dropped.
pub struct Watch {
    events: &'static [(Target, &'static str)],
    listener: Closure<dyn FnMut(JsValue)>,
}

/// What happens to a page that nobody does in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// Time may have passed unnoticed: the page is hidden or seen again, or a device that slept with it in view is used
    /// again. Timers stand still meanwhile, and there is no event for it; but the window is focused again, or the network
    /// comes back.
    TimeLost,
    /// It comes back out of the browser's back/forward cache: as it was, in a world that went on.
    Return,
    /// Another page of the same origin changed what the browser stores.
    StorageChange,
}

#[derive(Clone, Copy)]
enum Target {
    Window,
    Document,
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
    // One function for all that may follow: each kind of closure that JavaScript calls has to be paid for.
    fn boxed(delay_ms: u32, then: Box<dyn FnOnce()>) -> Timer {
        Timer(Timeout::new(delay_ms.min(i32::MAX.cast_unsigned()), then))
    }
    boxed(delay_ms, Box::new(then))
}

/// Ends after so many milliseconds.
pub async fn wait_ms(delay_ms: u32) {
    let waiting = Rc::new(RefCell::new(Some(None)));
    let over = Rc::clone(&waiting);
    let _timer = after_ms(delay_ms, move || {
        let waker: Option<Waker> = over.take().flatten();
        if let Some(waker) = waker {
            waker.wake();
        }
    });
    poll_fn(|context| match &mut *waiting.borrow_mut() {
        Some(waker) => {
            *waker = Some(context.waker().clone());
            Poll::Pending
        }
        None => Poll::Ready(()),
    })
    .await;
}

/// What comes of `work`, or `None` if it takes longer than so many milliseconds.
pub async fn within<T>(limit_ms: u32, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut limit = pin!(wait_ms(limit_ms));
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Some(done));
        }
        limit.as_mut().poll(context).map(|()| None)
    })
    .await
}

/// Whether nobody can see the page.
#[must_use]
pub fn is_hidden() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .is_some_and(|document| document.hidden())
}

/// Calls `heed` whenever something happens to the page that nobody does in it.
#[must_use]
pub fn watch_page(heed: impl Fn(Happening) + 'static) -> Watch {
    let events = &[
        (Target::Window, "pageshow"),
        (Target::Window, "focus"),
        (Target::Window, "online"),
        (Target::Window, "storage"),
        (Target::Document, "visibilitychange"),
    ];
    let heard = move |event: JsValue| {
        let is_persisted = Reflect::get(&event, &"persisted".into());
        heed(
            if is_persisted.is_ok_and(|persisted| persisted.is_truthy()) {
                Happening::Return
            } else if event.unchecked_ref::<web_sys::Event>().type_() == "storage" {
                Happening::StorageChange
            } else {
                Happening::TimeLost
            },
        );
    };
    Watch::new(events, Box::new(heard))
}

/// Calls `leaving` when the page is closed, left or put aside.
#[must_use]
pub fn watch_leaving(mut leaving: impl FnMut() + 'static) -> Watch {
    Watch::new(
        &[(Target::Window, "pagehide")],
        Box::new(move |_| leaving()),
    )
}

impl Watch {
    fn new(events: &'static [(Target, &'static str)], heard: Box<dyn FnMut(JsValue)>) -> Self {
        let watch = Self {
            events,
            listener: Closure::wrap(heard),
        };
        watch.each(|target, event, listener| {
            // The browser refuses no listener for an event of such a name.
            let _ = target.add_event_listener_with_callback(event, listener);
        });
        watch
    }

    fn each(&self, act: fn(&web_sys::EventTarget, &str, &js_sys::Function)) {
        let Some(window) = web_sys::window() else {
            return;
        };
        let listener = self.listener.as_ref().unchecked_ref();
        for (target, event) in self.events {
            match target {
                Target::Window => act(&window, event, listener),
                Target::Document => {
                    if let Some(document) = window.document() {
                        act(&document, event, listener);
                    }
                }
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.each(|target, event, listener| {
            let _ = target.remove_event_listener_with_callback(event, listener);
        });
    }
}

/// An instant as RFC 3339 has it, in UTC; `None` beyond what JavaScript's dates can hold.
#[must_use]
pub fn rfc3339(at: Timestamp) -> Option<String> {
    // 100 million days on either side of 1970 (ECMAScript, "Time Values and Time Range").
    const FARTHEST_MS: u64 = 8_640_000_000_000_000;
    if at.as_millis().unsigned_abs() > FARTHEST_MS {
        return None;
    }
    Some(date(at).to_iso_string().into())
}

fn date(at: Timestamp) -> Date {
    #[expect(clippy::cast_precision_loss, reason = "see `now`")]
    let millis = at.as_millis() as f64;
    Date::new(&millis.into())
}
