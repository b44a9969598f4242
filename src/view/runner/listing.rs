//! The list of recent requests, and what is asked for it.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Answer, Message, Runner};
use crate::browser::spawn;
use crate::domain::account::AccountUuid;
use crate::domain::connection::Connection;
use crate::domain::history::{Ask, Change, History, Page, Question};
use crate::domain::outcome::{Timed, Unanswered};
use crate::domain::session::{Event, News, Stage};
use crate::domain::timestamp::Timestamp;

impl Runner {
    /// Shows this list from now on, or none.
    pub(in crate::view) fn list(self, mut history: Option<History>) {
        if let Some(desk) = self.desk() {
            let before = desk.seen.borrow().history.clone();
            // What is chosen on the screen stays chosen.
            if let (Some(history), Some(before)) = (&mut history, before) {
                history.filter = before.borrow().filter;
            }
            desk.seen.borrow_mut().history = history.map(|history| Rc::new(RefCell::new(history)));
            self.wake();
            self.change(Change::Wanted);
        }
    }

    /// Changes the list, where there is one, and does what follows from it.
    pub(in crate::view) fn change(self, change: Change) {
        let Some(desk) = self.desk() else {
            return;
        };
        let Some(history) = desk.seen.borrow().history.clone() else {
            return;
        };
        let question = history.borrow_mut().update(change);
        self.wake();
        if let Some(question) = question {
            spawn(Box::pin(self.answer(history, question)));
        }
    }

    /// Takes up what the API says by now of requests of this account.
    pub(in crate::view) fn hear(self, account: &AccountUuid, connections: &[Connection]) {
        self.refresh(account, connections);
        self.note(Some(account), Change::Seen(connections.to_vec()));
    }

    /// Changes the list if it is that of this account.
    pub(super) fn note(self, account: Option<&AccountUuid>, change: Change) {
        let history = self.seen().and_then(|seen| seen.history);
        if history.is_some_and(|history| history.borrow().account.as_ref() == account) {
            self.change(change);
        }
    }

    /// When it was last told of the request on the card.
    pub(in crate::view) fn told_at(self) -> Option<Timestamp> {
        self.desk()?.told_at.get()
    }

    /// Where its requests go.
    pub(in crate::view) fn endpoint(self) -> Option<String> {
        Some((self.desk()?.calls.endpoint)())
    }

    /// Asks for connections.
    pub(in crate::view) fn ask(
        self,
        account: AccountUuid,
        ask: Ask,
    ) -> Option<Answer<Timed<Page>>> {
        Some((self.desk()?.calls.ask)(account, ask))
    }

    fn refresh(self, account: &AccountUuid, connections: &[Connection]) {
        let (Some(desk), Some(seen)) = (self.desk(), self.seen()) else {
            return;
        };
        // Another account may see the same request from its other side.
        let shown = match &seen.state.stage {
            Stage::Sent {
                connection: Some(shown),
                account: Some(whose),
            } if whose == account => shown.uuid.as_ref(),
            _ => None,
        };
        let is_shown = |one: &&Connection| shown.is_some() && one.uuid.as_ref() == shown;
        if let Some(found) = connections.iter().find(is_shown) {
            desk.told_at.set(Some((desk.calls.now)()));
            drop(desk);
            self.dispatch(Event::Refreshed(Box::new(found.clone())));
        }
    }

    /// Asks, and has the list take the answer up that asked; another one may be shown by then, of another account.
    async fn answer(self, history: Rc<RefCell<History>>, question: Question) {
        let account = question.account;
        let Some(asked) = self.ask(account.clone(), question.ask) else {
            return;
        };
        let answer = asked.await;
        if matches!(answer, Err(Unanswered::Unauthenticated)) {
            self.tell(Message::News(News::AuthRequired));
        }
        // The card must not say otherwise than the list.
        if let Ok(answer) = &answer {
            self.refresh(&account, &answer.told.connections);
        }
        history.borrow_mut().update(Change::Answered {
            round: question.round,
            answer: answer.map(|answer| answer.told),
        });
        self.wake();
    }
}
