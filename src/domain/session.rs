//! The state machine of one widget: what is on the screen, and what may happen next.
//!
//! [`update`] is the only way to a new [`State`]. It does nothing itself: where the world has to be asked, it
//! gives back a [`Command`], and what comes of that returns as an [`Event`]. An answer names the attempt that
//! it belongs to, and a stale one changes nothing.

use super::account::AccountUuid;
use super::adviser_key::{AdviserKey, KeyCase};
use super::connection::{Connection, Direction};
use super::countdown::clock_difference_ms;
use super::outcome::{Doubt, NotSent, Outcome, Rejection, Unanswered};
use super::timestamp::Timestamp;

/// How long after an outcome became unknown the widget checks by itself, in milliseconds.
pub const CHECK_BY_ITSELF_AFTER_MS: u32 = 2000;

/// How much earlier than the press a request may be dated and still be the one, in milliseconds: the clocks
/// of the device and the API differ.
const CLOCK_SLACK_MS: i64 = 2 * 60 * 1000;

/// Everything that the screen is a function of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// What is in the field, as typed.
    pub text: String,
    /// Why the last press did not lead to a request that the API took.
    pub notice: Option<Notice>,
    /// How far the latest request is.
    pub stage: Stage,
    /// Requests that left and whose outcome is not known, oldest first.
    pub unresolved: Vec<Pending>,
    /// How far the device's clock is behind the API's, in milliseconds.
    pub clock_difference_ms: i64,
    known_uuids: Vec<String>,
    attempts: u32,
}

/// A request that leaves, or has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The code it names.
    pub key: AdviserKey,
    /// The account it is made for.
    pub account: AccountUuid,
    /// When it was pressed, by the device's clock.
    pub since: Timestamp,
    /// The UUIDs of the requests that were known before it, so that none of them is taken for it.
    pub known_uuids: Vec<String>,
}

/// Tells one request, or one check, from those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt(u32);

/// How far the latest request is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Stage {
    /// There is none on the screen.
    #[default]
    Idle,
    /// A request is being made.
    Sending {
        /// Which.
        attempt: Attempt,
        /// What it is.
        pending: Pending,
    },
    /// A request left and its outcome is not known.
    Unknown {
        /// What it is.
        pending: Pending,
        /// Why.
        doubt: Doubt,
        /// What is being done about it.
        check: Check,
    },
    /// The API confirmed a request.
    Sent {
        /// The details, if its answer could be read.
        connection: Option<Box<Connection>>,
        /// The account that it was made for.
        account: AccountUuid,
    },
}

/// Why the last press did not lead to a request that the API took.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Nothing left.
    NotSent(NotSent),
    /// The API refused it, at this time by the device's clock.
    Rejected {
        /// Why.
        rejection: Rejection,
        /// When.
        at: Timestamp,
    },
    /// A check found that the request never arrived.
    NotArrived(AdviserKey),
}

/// What is being done about an unknown outcome.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// The person may check, or send again.
    Offered,
    /// The person pressed send for a code that may have been sent.
    Locked,
    /// The list is to be asked, or is being asked.
    Asking(Attempt),
    /// The list could not be had.
    Unanswered(Unanswered),
    /// The list holds several requests that may be this one.
    Several(Vec<Connection>),
    /// The person wants to send again and is asked whether they mean it.
    Confirming,
}

/// What the person or the world did.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The field's text changed.
    Typed(String),
    /// Send was pressed.
    Pressed(Press),
    /// The answer to a request came, or it failed, at this time by the device's clock.
    Answered {
        /// To which.
        attempt: Attempt,
        /// What came of it.
        outcome: Outcome,
        /// When.
        now: Timestamp,
    },
    /// Records of requests without an outcome were found on starting.
    Restored(Vec<Pending>),
    /// Check was pressed.
    CheckPressed,
    /// A check was answered with the requests that the account has sent, newest first.
    Checked {
        /// Which check.
        attempt: Attempt,
        /// What came of it.
        answer: Result<Vec<Connection>, Unanswered>,
    },
    /// Of several requests that may be the one, the person picked the one at this place.
    Picked(usize),
    /// Send again was pressed.
    SendAgainPressed,
    /// The person meant it.
    SendAgainConfirmed(Press),
    /// The person thought better of it.
    SendAgainCancelled,
    /// A later status of the connection shown arrived.
    Refreshed(Box<Connection>),
    /// New request was pressed.
    NewRequestPressed,
}

/// What a press of send finds.
#[derive(Clone, Debug, PartialEq)]
pub struct Press {
    /// When, by the device's clock.
    pub now: Timestamp,
    /// The account to act for, if one is chosen.
    pub account: Option<AccountUuid>,
    /// What happens to the letters of the code.
    pub key_case: KeyCase,
    /// Something that keeps every request from leaving just now.
    pub obstacle: Option<NotSent>,
}

/// What the widget has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Make this request, once.
    Send {
        /// To be named by the answer.
        attempt: Attempt,
        /// What to send.
        pending: Pending,
    },
    /// Ask which requests the account has sent.
    Check {
        /// To be named by the answer.
        attempt: Attempt,
        /// The request to look for.
        pending: Pending,
        /// How long to wait first, in milliseconds.
        after_ms: u32,
    },
    /// These requests' outcomes are known now: their records are no longer needed.
    Settle(Vec<Pending>),
}

/// The state that follows, and what there is to do.
#[must_use]
pub fn update(state: State, event: Event) -> (State, Option<Command>) {
    match event {
        Event::Typed(text) => (state.typed(text), None),
        Event::Pressed(press) => state.pressed(press),
        Event::Answered {
            attempt,
            outcome,
            now,
        } => state.answered(attempt, outcome, now),
        Event::Restored(pending) => state.restored(pending),
        Event::CheckPressed => state.check_pressed(),
        Event::Checked { attempt, answer } => state.checked(attempt, answer),
        Event::Picked(place) => state.picked(place),
        Event::SendAgainPressed => (
            state.in_unknown(|check| match check {
                Check::Asking(_) => check,
                _ => Check::Confirming,
            }),
            None,
        ),
        Event::SendAgainCancelled => (
            state.in_unknown(|check| match check {
                Check::Confirming => Check::Offered,
                other => other,
            }),
            None,
        ),
        Event::SendAgainConfirmed(press) => state.send_again(press),
        Event::Refreshed(connection) => (state.refreshed(connection), None),
        Event::NewRequestPressed => (state.new_request(), None),
    }
}

impl State {
    /// The connection on the screen.
    #[must_use]
    pub fn connection(&self) -> Option<&Connection> {
        match &self.stage {
            Stage::Sent { connection, .. } => connection.as_deref(),
            _ => None,
        }
    }

    /// The device's time corrected to the API's.
    #[must_use]
    pub fn corrected(&self, device_now: Timestamp) -> Timestamp {
        device_now.plus_millis(self.clock_difference_ms)
    }

    fn at(mut self, stage: Stage) -> Self {
        self.stage = stage;
        self
    }

    fn next_attempt(&mut self) -> Attempt {
        self.attempts = self.attempts.wrapping_add(1);
        Attempt(self.attempts)
    }

    fn in_unknown(mut self, change: impl FnOnce(Check) -> Check) -> Self {
        if let Stage::Unknown { check, .. } = &mut self.stage {
            let before = std::mem::replace(check, Check::Offered);
            *check = change(before);
        }
        self
    }

    fn typed(mut self, text: String) -> Self {
        if !matches!(self.stage, Stage::Sending { .. }) && self.text != text {
            // What was said was said of the text before.
            self.notice = None;
            self.text = text;
        }
        self
    }

    fn pressed(mut self, press: Press) -> (Self, Option<Command>) {
        if matches!(self.stage, Stage::Sending { .. }) {
            return (self, None);
        }
        self.notice = None;
        let key = match self.text.parse::<AdviserKey>() {
            Ok(key) => key.in_case(press.key_case),
            Err(problem) => return (self.refuse(NotSent::Key(problem)), None),
        };
        if let Some(locked) = self.unresolved.iter().rev().find(|past| past.key == key) {
            let pending = locked.clone();
            return match &self.stage {
                Stage::Unknown { pending: shown, .. } if *shown == pending => {
                    let state = self.in_unknown(|check| match check {
                        Check::Offered | Check::Unanswered(_) => Check::Locked,
                        other => other,
                    });
                    (state, None)
                }
                _ => {
                    let stage = Stage::Unknown {
                        pending,
                        doubt: Doubt::Earlier,
                        check: Check::Locked,
                    };
                    (self.at(stage), None)
                }
            };
        }
        self.send(key, press)
    }

    fn send(mut self, key: AdviserKey, press: Press) -> (Self, Option<Command>) {
        if let Some(obstacle) = press.obstacle {
            return (self.refuse(obstacle), None);
        }
        let Some(account) = press.account else {
            return (self.refuse(NotSent::NoAccount), None);
        };
        let attempt = self.next_attempt();
        // Requests are told apart by their moment, so no two have the same, whatever the clock does.
        let since = self
            .unresolved
            .iter()
            .map(|past| past.since.plus_millis(1))
            .fold(press.now, Ord::max);
        let pending = Pending {
            key,
            account,
            since,
            known_uuids: self.known_uuids.clone(),
        };
        self.unresolved.push(pending.clone());
        let command = Command::Send {
            attempt,
            pending: pending.clone(),
        };
        (self.at(Stage::Sending { attempt, pending }), Some(command))
    }

    /// A press that leads nowhere says why, and leaves the rest of the screen as it is.
    fn refuse(mut self, why: NotSent) -> Self {
        self.notice = Some(Notice::NotSent(why));
        self.in_unknown(|check| match check {
            Check::Confirming => Check::Offered,
            other => other,
        })
    }

    fn answered(
        mut self,
        answered: Attempt,
        outcome: Outcome,
        now: Timestamp,
    ) -> (Self, Option<Command>) {
        let Stage::Sending { attempt, pending } = &self.stage else {
            return (self, None);
        };
        if *attempt != answered {
            return (self, None);
        }
        let pending = pending.clone();
        match outcome {
            Outcome::NotSent(why) => self.came_to_nothing(pending, Notice::NotSent(why)),
            Outcome::Rejected(rejection) => {
                self.came_to_nothing(pending, Notice::Rejected { rejection, at: now })
            }
            Outcome::Sent(connection) => {
                if let Some(created) = connection.as_ref().and_then(|c| c.created()) {
                    self.clock_difference_ms = clock_difference_ms(created, pending.since, now);
                }
                self.sent(pending, connection)
            }
            Outcome::Unknown(doubt) => self.doubt(pending, doubt, CHECK_BY_ITSELF_AFTER_MS),
        }
    }

    fn doubt(mut self, pending: Pending, doubt: Doubt, after_ms: u32) -> (Self, Option<Command>) {
        let attempt = self.next_attempt();
        let command = Command::Check {
            attempt,
            pending: pending.clone(),
            after_ms,
        };
        let stage = Stage::Unknown {
            pending,
            doubt,
            check: Check::Asking(attempt),
        };
        (self.at(stage), Some(command))
    }

    /// There is no email of this request. One before it may still be in doubt, and comes back to the screen.
    fn came_to_nothing(mut self, pending: Pending, notice: Notice) -> (Self, Option<Command>) {
        self.unresolved.retain(|other| *other != pending);
        self.notice = Some(notice);
        let stage = self.stage_at_rest();
        (self.at(stage), Some(Command::Settle(vec![pending])))
    }

    fn stage_at_rest(&self) -> Stage {
        match self.unresolved.last() {
            Some(pending) => Stage::Unknown {
                pending: pending.clone(),
                doubt: Doubt::Earlier,
                check: Check::Offered,
            },
            None => Stage::Idle,
        }
    }

    fn sent(
        mut self,
        pending: Pending,
        connection: Option<Box<Connection>>,
    ) -> (Self, Option<Command>) {
        if let Some(uuid) = connection.as_ref().and_then(|c| c.uuid.clone()) {
            self.known_uuids.push(uuid);
        }
        let is_of_this_request = self
            .text
            .parse::<AdviserKey>()
            .is_ok_and(|typed| typed.as_str().eq_ignore_ascii_case(pending.key.as_str()));
        if is_of_this_request {
            self.text.clear();
        }
        // A person who sent the same code again after a doubt has their answer to both.
        let is_answered =
            |other: &Pending| other.key == pending.key && other.account == pending.account;
        let (answered, unresolved) = std::mem::take(&mut self.unresolved)
            .into_iter()
            .partition(is_answered);
        self.unresolved = unresolved;
        self.notice = None;
        let stage = Stage::Sent {
            connection,
            account: pending.account,
        };
        (self.at(stage), Some(Command::Settle(answered)))
    }

    fn restored(mut self, found: Vec<Pending>) -> (Self, Option<Command>) {
        for pending in found {
            if !self.unresolved.contains(&pending) {
                self.unresolved.push(pending);
            }
        }
        match (&self.stage, self.unresolved.last()) {
            (Stage::Idle, Some(latest)) => {
                let pending = latest.clone();
                if self.text.is_empty() {
                    self.text = pending.key.to_string();
                }
                self.doubt(pending, Doubt::Earlier, 0)
            }
            _ => (self, None),
        }
    }

    fn check_pressed(self) -> (Self, Option<Command>) {
        match &self.stage {
            Stage::Unknown {
                check: Check::Asking(_),
                ..
            } => (self, None),
            Stage::Unknown { pending, doubt, .. } => {
                let (pending, doubt) = (pending.clone(), *doubt);
                self.doubt(pending, doubt, 0)
            }
            _ => (self, None),
        }
    }

    fn checked(
        self,
        answered: Attempt,
        answer: Result<Vec<Connection>, Unanswered>,
    ) -> (Self, Option<Command>) {
        let Stage::Unknown {
            pending,
            check: Check::Asking(attempt),
            ..
        } = &self.stage
        else {
            return (self, None);
        };
        if *attempt != answered {
            return (self, None);
        }
        let pending = pending.clone();
        let mut candidates = match answer {
            Ok(listed) => self.candidates(&pending, listed),
            Err(why) => return (self.in_unknown(|_| Check::Unanswered(why)), None),
        };
        match candidates.len() {
            0 => {
                let notice = Notice::NotArrived(pending.key.clone());
                self.came_to_nothing(pending, notice)
            }
            1 => self.sent(pending, candidates.pop().map(Box::new)),
            _ => (self.in_unknown(|_| Check::Several(candidates)), None),
        }
    }

    /// The requests that may be the one in doubt: sent since its press and not known before it. One without
    /// a readable date may be it as well.
    fn candidates(&self, pending: &Pending, listed: Vec<Connection>) -> Vec<Connection> {
        let earliest = self.corrected(pending.since).plus_millis(-CLOCK_SLACK_MS);
        listed
            .into_iter()
            .filter(|connection| connection.direction != Direction::Received)
            .filter(|connection| {
                connection
                    .created()
                    .is_none_or(|created| created >= earliest)
            })
            .filter(|connection| match &connection.uuid {
                Some(uuid) => !pending.known_uuids.contains(uuid),
                None => true,
            })
            .collect()
    }

    fn picked(self, place: usize) -> (Self, Option<Command>) {
        let Stage::Unknown {
            pending,
            check: Check::Several(candidates),
            ..
        } = &self.stage
        else {
            return (self, None);
        };
        let Some(connection) = candidates.get(place).cloned() else {
            return (self, None);
        };
        let pending = pending.clone();
        self.sent(pending, Some(Box::new(connection)))
    }

    /// The only way from a request in doubt to another one for the same code. The one in doubt stays on
    /// record until the new one's outcome is known, so that nothing that stops the new one forgets it.
    fn send_again(self, press: Press) -> (Self, Option<Command>) {
        let Stage::Unknown {
            pending,
            check: Check::Confirming,
            ..
        } = &self.stage
        else {
            return (self, None);
        };
        let key = pending.key.clone();
        self.send(key, press)
    }

    fn refreshed(mut self, later: Box<Connection>) -> Self {
        if let Stage::Sent {
            connection: Some(shown),
            ..
        } = &mut self.stage
            && shown.uuid == later.uuid
        {
            *shown = later;
        }
        self
    }

    fn new_request(mut self) -> Self {
        if !matches!(self.stage, Stage::Sent { .. }) {
            return self;
        }
        self.notice = None;
        let stage = self.stage_at_rest();
        self.at(stage)
    }
}
