//! When the screen has to change although nothing happens: with the next second of a countdown.

use std::cell::Cell;

use super::runner::{Message, Runner};
use crate::browser::clock::{self, Happening};
use crate::domain::connection::Connection;
use crate::domain::countdown::{Milestone, Window};
use crate::domain::session::{Notice, State};
use crate::domain::timestamp::Timestamp;

/// Begins all of it, for as long as the widget is there.
pub(super) fn begin(runner: Runner) {
    tick_on_change(runner);
    note_milestones(runner);
    watch_page();
}

/// The end of the wait after too many requests.
pub(super) fn wait_window(state: &State) -> Option<Window> {
    match &state.notice {
        Some(Notice::Rejected { rejection, at }) => Some(Window {
            created: Some(*at),
            expires: at.plus_millis(i64::from(rejection.retry_after_s?) * 1000),
        }),
        _ => None,
    }
}

/// Heeds what happens to the page, for all widgets that there will ever be: each listener has to be paid for.
fn watch_page() {
    thread_local! {
        static IS_WATCHED: Cell<bool> = const { Cell::new(false) };
    }
    if IS_WATCHED.replace(true) {
        return;
    }
    std::mem::forget(clock::watch_page(|happening| {
        Runner::each(match happening {
            Happening::TimeLost => Runner::tick,
            // It looks at what happened meanwhile.
            Happening::Return => Runner::restore,
            // The records of requests without an outcome are kept, also when somebody else empties the storage.
            Happening::StorageChange => Runner::keep,
        });
    }));
}

/// Looks at the clock again when something that is shown reads otherwise, and never while the page is hidden.
fn tick_on_change(runner: Runner) {
    runner.follow(move || {
        let seen = runner.seen().filter(|_| !clock::is_hidden());
        let due = seen.and_then(|seen| {
            let (device_now, now) = (seen.device_now, seen.now());
            let mut soonest_ms = None;
            let mut watch = |window: Option<Window>, now| {
                if let Some(countdown) = window.and_then(|window| window.at(now)) {
                    let least_ms = soonest_ms.unwrap_or(countdown.changes_in_ms);
                    soonest_ms = Some(countdown.changes_in_ms.min(least_ms));
                }
            };
            watch(wait_window(&seen.state), device_now);
            watch(seen.state.connection().and_then(Connection::window), now);
            if let Some(history) = &seen.history {
                for row in &history.borrow().rows {
                    watch(row.window(), now);
                }
            }
            Some(device_now.plus_millis(soonest_ms?.cast_signed()))
        });
        runner.wait(due);
    });
}

/// Notes the milestone that the countdown on the screen passes while it is shown.
fn note_milestones(runner: Runner) {
    let mut before: Option<(Option<Window>, Timestamp)> = None;
    runner.follow(move || {
        let Some(seen) = runner.seen() else {
            return;
        };
        let (now, noted) = (seen.now(), seen.milestone);
        let window = seen.state.connection().and_then(Connection::window);
        let milestone = match (before, window) {
            (Some((Some(same), earlier)), Some(window)) if same == window => {
                window.milestone_between(earlier, now).or(noted)
            }
            _ => None,
        };
        before = Some((window, now));
        if milestone != noted {
            runner.pass(milestone);
            if milestone == Some(Milestone::Expired) {
                tell_expired(runner);
            }
        }
    });
}

fn tell_expired(runner: Runner) {
    let seen = runner.seen();
    if let Some(connection) = seen.as_ref().and_then(|seen| seen.state.connection()) {
        runner.tell(Message::Expired(Box::new(connection.clone())));
    }
}
