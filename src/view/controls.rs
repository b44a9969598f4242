//! What may be asked of the widget from outside.

use std::rc::Rc;

use web_sys::wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

use super::runner::Runner;
use super::widget::is_about_key;
use crate::domain::connection::Connection;
use crate::domain::history::{Change, DIRECTIONS, Filter, STATUSES};
use crate::domain::session::{Event, Standing, State};

/// What may be asked of a widget from outside. Where the widget is gone, nothing happens.
#[derive(Clone, Copy)]
pub struct Controls {
    pub(super) runner: Runner,
}

impl Controls {
    /// Does what a press of send does. If there is something wrong with the code, the field gets the focus.
    pub fn submit(self) {
        if let Some(press) = self.runner.press() {
            self.runner.dispatch(Event::Pressed(press));
        }
        let seen = self.runner.seen();
        if seen.is_some_and(|seen| is_about_key(seen.state.notice.as_ref())) {
            self.focus("input");
        }
    }

    /// Asks whether a request without a known outcome arrived. Without such a request it does nothing.
    pub fn check(self) {
        self.runner.dispatch(Event::CheckPressed);
    }

    /// Forgets what was typed and what is shown. Does nothing while a request is being made, and forgets none whose
    /// outcome is not known.
    pub fn reset(self) {
        self.runner.dispatch(Event::Reset);
    }

    /// Shows a connection that the host has already, without a request; `None` shows it no longer. Does nothing while
    /// a request is being made or its outcome is not known.
    pub fn show(self, connection: Option<Box<Connection>>) {
        let account = self.runner.account();
        self.runner.dispatch(Event::Given(connection, account));
    }

    /// Says how the widget stands, with the connection that it shows, once it is in the page and whenever that changes.
    pub fn each_standing(self, mut say: impl FnMut(Standing, Option<&Connection>) + 'static) {
        let mut said: Option<(Standing, Rc<State>)> = None;
        self.runner.follow(move || {
            let Some(seen) = self.runner.seen() else {
                return;
            };
            let standing = seen.state.standing(seen.now());
            let connection = seen.state.connection();
            let is_said = said.as_ref().is_some_and(|(before, state)| {
                *before == standing && state.connection() == connection
            });
            if !is_said {
                say(standing, connection);
                said = Some((standing, seen.state));
            }
        });
    }

    /// Says that something changed that was [given](super::given::Given) to the widget.
    pub fn wake(self) {
        self.runner.wake();
    }

    /// Asks for the list of recent requests anew, where it is shown.
    pub fn relist(self) {
        self.runner.change(Change::Wanted);
    }

    /// Lists what the person has chosen to see.
    pub(super) fn filter(self) {
        let chosen = |selector: &str, words: &[&'static str]| {
            let found = self.runner.root()?.query_selector(selector).ok()??;
            // Both kinds of fields have a value; we pay for the bindings of one.
            let value = found.unchecked_ref::<HtmlInputElement>().value();
            words.iter().find(|word| **word == value).copied()
        };
        self.runner.change(Change::Filtered(Filter {
            status: chosen("[name=status]", &STATUSES),
            direction: chosen("[name=direction]", &DIRECTIONS),
        }));
    }

    pub(super) fn confirm(self) {
        if let Some(press) = self.runner.press() {
            self.runner.dispatch(Event::SendAgainConfirmed(press));
        }
    }

    pub(super) fn start_over(self) {
        self.runner.dispatch(Event::NewRequestPressed);
        self.focus("input");
    }

    /// Puts the focus on the first element of the widget that `selector` means.
    pub(super) fn focus(self, selector: &str) {
        let found = self.runner.root().map(|root| root.query_selector(selector));
        // The selectors are our own. What cannot be focused is no longer in the page.
        if let Some(Ok(Some(found))) = found {
            let _ = found.unchecked_ref::<HtmlElement>().focus();
        }
    }
}
