//! What may be asked of the widget from outside.

use leptos::html;
use leptos::prelude::*;

use super::runner::Runner;
use super::widget::is_about_key;
use crate::domain::account::AccountUuid;
use crate::domain::adviser_key::KeyCase;
use crate::domain::connection::Connection;
use crate::domain::session::{Event, Press, Standing};

/// What may be asked of a widget from outside. Where the widget is gone, nothing happens.
#[derive(Clone, Copy)]
pub struct Controls {
    pub(super) runner: Runner,
    pub(super) account: Signal<Option<AccountUuid>>,
    pub(super) key_case: Signal<KeyCase>,
    pub(super) input: NodeRef<html::Input>,
}

impl Controls {
    /// Does what a press of send does. If there is something wrong with the code, the field gets the focus.
    pub fn submit(self) {
        if let Some(press) = self.press() {
            self.runner.dispatch(Event::Pressed(press));
        }
        let is_wrong = self
            .runner
            .peek(|state, _| is_about_key(state.notice.as_ref()));
        if is_wrong == Some(true) {
            self.focus();
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
        let account = self.account.try_get_untracked().flatten();
        self.runner.dispatch(Event::Given(connection, account));
    }

    /// How the widget stands, with the connection that it shows.
    #[must_use]
    pub fn standing(self) -> Memo<(Standing, Option<Connection>)> {
        let runner = self.runner;
        Memo::new(move |_| {
            let now = runner.now();
            runner
                .state()
                .with(|state| (state.standing(now), state.connection().cloned()))
        })
    }

    pub(super) fn confirm(self) {
        if let Some(press) = self.press() {
            self.runner.dispatch(Event::SendAgainConfirmed(press));
        }
    }

    pub(super) fn start_over(self) {
        self.runner.dispatch(Event::NewRequestPressed);
        self.focus();
    }

    fn press(self) -> Option<Press> {
        self.runner.press(
            self.account.try_get_untracked()?,
            self.key_case.try_get_untracked()?,
        )
    }

    fn focus(self) {
        if let Some(input) = self.input.try_get_untracked().flatten() {
            // A field that cannot be focused is no longer in the page.
            let _ = input.focus();
        }
    }
}
