//! The state machine of one widget: what is on the screen, and what may happen next.
//!
//! [`update`] is the only way to a new [`State`]. It does nothing itself: where the world has to be asked, it
//! gives back a [`Command`], and what comes of that returns as an [`Event`]. An answer names the attempt that
//! it belongs to, and a stale one changes nothing. [`news`] says what of a change hosts are told.

mod check;
mod news;
mod person;
mod standing;
mod world;

pub use self::news::{News, news};
pub use self::standing::Standing;

use super::account::AccountUuid;
use super::adviser_key::{AdviserKey, KeyCase};
use super::connection::Connection;
use super::outcome::{Doubt, NotSent, Outcome, Rejection, Timed, Unanswered};
use super::timestamp::Timestamp;

/// How long after an outcome became unknown the widget checks by itself, in milliseconds.
pub const CHECK_BY_ITSELF_AFTER_MS: u32 = 2000;

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
    /// How far the device's clock is taken to be behind the API's, in milliseconds; negative: ahead.
    pub clock_difference_ms: i64,
    witness: Witness,
    /// Whether this browser holds a record that cannot be read: of a request of which nothing is known.
    pub has_unreadable_record: bool,
    known_uuids: Vec<String>,
    /// When the requests were pressed that the API confirmed without naming them.
    unnamed: Vec<Timestamp>,
    attempts: u32,
}

/// What has told of the device's clock, and how far that is behind the API's by it, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Witness {
    /// Nothing.
    #[default]
    Nobody,
    /// The date that the API gave to a request just made. One reply may be wrong: what it rules out is asked.
    Created(i64),
    /// The API's own time, as it came with a reply.
    Api(i64),
}

/// A request that leaves, or has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The address of the API that it goes to: another one's list would say nothing of it.
    pub endpoint: String,
    /// The code it names.
    pub key: AdviserKey,
    /// The account it is made for.
    pub account: AccountUuid,
    /// When it was pressed, by the device's clock.
    pub since: Timestamp,
    /// The UUIDs of the requests that were known before it, so that none of them is taken for it.
    pub known_uuids: Vec<String>,
    /// What a gateway knows this press by: a UUID of its own.
    pub idempotency_key: String,
    /// Whether this page saw it end, be it in doubt: then it is no longer on its way to the API. A page that
    /// finds a record of an earlier one cannot know.
    pub has_ended: bool,
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
        /// The account that it was made for; `None` if a host showed it and no account is chosen.
        account: Option<AccountUuid>,
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
    /// The list holds requests that are this one only if the device's clock is wrong.
    Unclear(Vec<Connection>),
    /// The list does not hold it, but so soon after the press it may still be under way.
    NotYet,
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
        outcome: Timed<Outcome>,
        /// When.
        now: Timestamp,
    },
    /// Records were found on starting, or on coming back to a page that the browser had put aside.
    Restored(Recorded),
    /// Check was pressed.
    CheckPressed,
    /// A check was answered with the requests that the account has sent, newest first.
    Checked {
        /// Which check.
        attempt: Attempt,
        /// What came of it.
        answer: Result<Timed<Vec<Connection>>, Unanswered>,
        /// What is on record by now: other tabs go on meanwhile.
        recorded: Recorded,
        /// When, by the device's clock.
        now: Timestamp,
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
    /// The host has a connection already and wants it shown, on behalf of this account; or no longer.
    Given(Option<Box<Connection>>, Option<AccountUuid>),
    /// The host wants the form as it was in the beginning.
    Reset,
}

/// What a press of send finds.
#[derive(Clone, Debug, PartialEq)]
pub struct Press {
    /// When, by the device's clock.
    pub now: Timestamp,
    /// The address of the API.
    pub endpoint: String,
    /// A UUID that no other press has.
    pub idempotency_key: String,
    /// The account to act for, if one is chosen.
    pub account: Option<AccountUuid>,
    /// What happens to the letters of the code.
    pub key_case: KeyCase,
    /// What is on record, that of other tabs included.
    pub recorded: Recorded,
    /// Something that keeps every request from leaving just now.
    pub obstacle: Option<NotSent>,
}

/// What this browser keeps of requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// Those whose outcome is not known, oldest first.
    pub pending: Vec<Pending>,
    /// The UUIDs of those that were confirmed lately: none of them is taken for one in doubt.
    pub known_uuids: Vec<String>,
    /// Whether there is something that cannot be read.
    pub has_unreadable: bool,
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
        /// What the person knows to be in doubt. Another record with the same code, made by another tab in this
        /// very moment, keeps it from leaving.
        in_doubt: Vec<Pending>,
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
    /// The outcome of these requests is known now: their records are no longer needed.
    Settle {
        /// Which.
        settled: Vec<Pending>,
        /// The UUID that the API gave to what came of them, so that no other request is taken for it.
        uuid: Option<String>,
    },
}

/// The state that follows, and what there is to do.
#[must_use]
pub fn update(mut state: State, event: Event) -> (State, Option<Command>) {
    let command = change(&mut state, event);
    (state, command)
}

fn change(state: &mut State, event: Event) -> Option<Command> {
    match event {
        Event::Typed(text) => state.typed(text),
        Event::Pressed(press) => return state.pressed(press),
        Event::Answered {
            attempt,
            outcome,
            now,
        } => return state.answered(attempt, outcome, now),
        Event::Restored(recorded) => return state.restored(&recorded),
        Event::CheckPressed => return state.check_pressed(),
        Event::Checked {
            attempt,
            answer,
            recorded,
            now,
        } => return state.checked(attempt, answer, &recorded, now),
        Event::Picked(place) => return state.picked(place),
        Event::SendAgainPressed => return state.now(Check::Confirming),
        Event::SendAgainCancelled => state.think_better(),
        Event::SendAgainConfirmed(press) => return state.send_again(press),
        Event::Refreshed(connection) => state.refreshed(connection),
        Event::NewRequestPressed => state.new_request(),
        Event::Given(connection, account) => state.given(connection, account),
        Event::Reset => state.reset(),
    }
    None
}

fn is_among(requests: &[Pending], pending: &Pending) -> bool {
    requests.iter().any(|other| other.is_same(pending))
}

impl Pending {
    /// Whether this is that request. What is known besides it grows, and is left out.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.since == other.since && self.key == other.key && self.account == other.account
    }

    /// Whether it names this code. Nobody says whether case matters in one, so a code in doubt is locked in
    /// any.
    #[must_use]
    pub fn is_for(&self, key: &AdviserKey) -> bool {
        self.key.as_str().eq_ignore_ascii_case(key.as_str())
    }
}

impl State {
    /// A state with this text in the field.
    #[must_use]
    pub fn with_text(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// The connection on the screen.
    #[must_use]
    pub fn connection(&self) -> Option<&Connection> {
        match &self.stage {
            Stage::Sent { connection, .. } => connection.as_deref(),
            _ => None,
        }
    }

    /// Whether a request with this code is in doubt.
    #[must_use]
    pub fn is_locked(&self, key: &AdviserKey) -> bool {
        self.unresolved.iter().any(|past| past.is_for(key))
    }

    /// The requests that were pressed here and have no outcome, oldest first.
    #[must_use]
    pub fn made_here(&self) -> Vec<Pending> {
        let is_under_way = |past: &Pending| matches!(&self.stage, Stage::Sending { pending, .. } if pending.is_same(past));
        let mut made = self.unresolved.clone();
        made.retain(|past| past.has_ended || is_under_way(past));
        made
    }

    /// The device's time corrected to the API's.
    #[must_use]
    pub fn corrected(&self, device_now: Timestamp) -> Timestamp {
        device_now.plus_millis(self.clock_difference_ms)
    }

    /// Whether there may be an email of this request.
    fn is_in_doubt(&self, pending: &Pending) -> bool {
        is_among(&self.unresolved, pending)
    }

    fn next_attempt(&mut self) -> Attempt {
        self.attempts = self.attempts.wrapping_add(1);
        Attempt(self.attempts)
    }

    /// What is being done about a request in doubt, if there is one.
    fn check(&mut self) -> Option<&mut Check> {
        match &mut self.stage {
            Stage::Unknown { check, .. } => Some(check),
            _ => None,
        }
    }

    fn now(&mut self, next: Check) -> Option<Command> {
        if let Some(check) = self.check() {
            *check = next;
        }
        None
    }

    /// Sends nothing again after all. Where a gateway asked, there is nothing in doubt to go back to.
    fn think_better(&mut self) {
        if let Stage::Unknown {
            pending,
            check: check @ Check::Confirming,
            ..
        } = &mut self.stage
        {
            if is_among(&self.unresolved, pending) {
                *check = Check::Offered;
            } else {
                self.rest();
            }
        }
    }
}
