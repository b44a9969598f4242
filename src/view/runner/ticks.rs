//! One timer for all widgets of a page.

use std::cell::RefCell;
use std::rc::Rc;

use super::{DESKS, Runner};
use crate::browser::clock::{self, Timer};
use crate::domain::beat;
use crate::domain::timestamp::Timestamp;

thread_local! {
    /// The next moment at which any of them looks at the clock, and what waits for it.
    static NEXT: RefCell<Option<(Timestamp, Timer)>> = const { RefCell::new(None) };
}

impl Runner {
    /// Looks at the clock again at `due` or less than a second after it, at a moment of all others on the page; in the
    /// place of whatever it waited for before.
    pub(in crate::view) fn wait(self, due: Option<Timestamp>) {
        if let Some(desk) = self.desk() {
            let phase = NEXT.with_borrow(|next| next.as_ref().map(|&(moment, _)| moment));
            let moment = due.map(|due| beat::moment(phase.unwrap_or(due), due));
            desk.due.set(moment);
            schedule();
        }
    }
}

/// Has the timer wait for the earliest moment that any of them waits for.
fn schedule() {
    let first = DESKS.with_borrow(|desks| {
        let waiting = desks
            .iter()
            .filter_map(|(_, desk)| Some((desk.due.get()?, desk)));
        let first = waiting.min_by_key(|&(due, _)| due);
        first.map(|(due, desk)| (due, Rc::clone(desk)))
    });
    NEXT.with_borrow_mut(|next| {
        if next.as_ref().map(|&(moment, _)| moment) != first.as_ref().map(|&(due, _)| due) {
            *next = first.map(|(due, desk)| {
                let wait_ms = due.millis_since((desk.calls.now)()).max(0);
                let wait_ms = u32::try_from(wait_ms).unwrap_or(u32::MAX);
                (due, clock::after_ms(wait_ms, move || come(due)))
            });
        }
    });
}

/// This moment has come: all who are due by now look at the clock in one task, so that the page is drawn once.
fn come(moment: Timestamp) {
    NEXT.take();
    Runner::each(|runner| {
        if let Some(desk) = runner.desk() {
            // Browsers are late, or early by a moment.
            let now = (desk.calls.now)().max(moment);
            if desk.due.get().is_some_and(|due| due <= now) {
                desk.due.take();
                runner.tick();
            }
        }
    });
    schedule();
}
