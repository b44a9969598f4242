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

/// How long after its press a request whose page was closed may still be on its way to an answer, in
/// milliseconds: the time that a request is given, and two seconds.
const LONGEST_UNDER_WAY_MS: u32 = 22_000;

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
    /// When the requests were pressed that the API confirmed without naming them.
    unnamed: Vec<Timestamp>,
    attempts: u32,
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
}

/// What a press of send finds.
#[derive(Clone, Debug, PartialEq)]
pub struct Press {
    /// When, by the device's clock.
    pub now: Timestamp,
    /// The address of the API.
    pub endpoint: String,
    /// The account to act for, if one is chosen.
    pub account: Option<AccountUuid>,
    /// What happens to the letters of the code.
    pub key_case: KeyCase,
    /// The requests on record, those of other tabs among them.
    pub recorded: Vec<Pending>,
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
        Event::Checked {
            attempt,
            answer,
            now,
        } => state.checked(attempt, answer, now),
        Event::Picked(place) => state.picked(place),
        Event::SendAgainPressed => (state.in_unknown(|_| Check::Confirming), None),
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
        self.heed(&press.recorded);
        if let Some(locked) = self.unresolved.iter().rev().find(|past| past.is_for(&key)) {
            let pending = locked.clone();
            return match &self.stage {
                Stage::Unknown { pending: shown, .. } if shown.is_same(&pending) => {
                    let state = self.in_unknown(|check| match check {
                        Check::Offered | Check::Unanswered(_) | Check::NotYet => Check::Locked,
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
            endpoint: press.endpoint,
            key,
            account,
            since,
            known_uuids: self.known_uuids.clone(),
            has_ended: false,
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
                // Only one that we made was made just now.
                if let Some(connection) = &connection
                    && connection.direction == Direction::Sent
                    && let Some(created) = connection.created()
                {
                    self.clock_difference_ms = clock_difference_ms(created, pending.since, now);
                }
                self.sent(pending, connection)
            }
            Outcome::Unknown(doubt) => {
                let pending = self.ended(pending);
                self.doubt(pending, doubt, CHECK_BY_ITSELF_AFTER_MS)
            }
        }
    }

    fn ended(&mut self, mut pending: Pending) -> Pending {
        pending.has_ended = true;
        for other in &mut self.unresolved {
            other.has_ended |= other.is_same(&pending);
        }
        pending
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
        self.unresolved.retain(|other| !other.is_same(&pending));
        self.notice = Some(notice);
        let stage = self.stage_at_rest();
        let command = Command::Settle {
            settled: vec![pending],
            uuid: None,
        };
        (self.at(stage), Some(command))
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
        // A person who sent the same code again after a doubt has their answer to both.
        let is_answered =
            |other: &Pending| other.key == pending.key && other.account == pending.account;
        let (settled, unresolved) = std::mem::take(&mut self.unresolved)
            .into_iter()
            .partition(is_answered);
        self.unresolved = unresolved;
        let uuid = connection.as_ref().and_then(|c| c.uuid.clone());
        if uuid.is_none() {
            self.unnamed.push(pending.since);
        }
        if let Some(uuid) = &uuid {
            self.known_uuids.push(uuid.clone());
            for other in &mut self.unresolved {
                other.known_uuids.push(uuid.clone());
            }
        }
        if self
            .text
            .parse::<AdviserKey>()
            .is_ok_and(|typed| pending.is_for(&typed))
        {
            self.text.clear();
        }
        self.notice = None;
        let stage = Stage::Sent {
            connection,
            account: pending.account,
        };
        (self.at(stage), Some(Command::Settle { settled, uuid }))
    }

    /// Takes up requests that are on record. One that is no longer is kept all the same: another tab may have
    /// found that it was sent.
    fn heed(&mut self, recorded: &[Pending]) {
        for pending in recorded {
            if !self.unresolved.iter().any(|other| other.is_same(pending)) {
                self.unresolved.push(pending.clone());
            }
        }
    }

    fn restored(mut self, found: Vec<Pending>) -> (Self, Option<Command>) {
        self.heed(&found);
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

    /// Asks at once, also where the widget was about to ask by itself: the answer to come is the newer one's.
    fn check_pressed(self) -> (Self, Option<Command>) {
        match &self.stage {
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
        now: Timestamp,
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
        let may_be_under_way =
            !pending.has_ended && now.millis_since(pending.since) < i64::from(LONGEST_UNDER_WAY_MS);
        let pending = pending.clone();
        let mut candidates = match answer {
            Ok(listed) => self.candidates(&pending, listed),
            Err(why) => return (self.in_unknown(|_| Check::Unanswered(why)), None),
        };
        match candidates.len() {
            0 if may_be_under_way => (self.in_unknown(|_| Check::NotYet), None),
            0 => {
                let notice = Notice::NotArrived(pending.key.clone());
                self.came_to_nothing(pending, notice)
            }
            1 if !self.may_be_anothers(&pending) => {
                self.sent(pending, candidates.pop().map(Box::new))
            }
            _ => (self.in_unknown(|_| Check::Several(candidates)), None),
        }
    }

    /// Whether what a list holds since this request may be one with another code, for a list names no codes:
    /// one that is in doubt as well, or one that was confirmed without its UUID.
    fn may_be_anothers(&self, pending: &Pending) -> bool {
        let earliest = pending.since.plus_millis(-CLOCK_SLACK_MS);
        let is_in_doubt = |other: &Pending| !other.is_for(&pending.key);
        self.unresolved.iter().any(is_in_doubt)
            || self.unnamed.iter().any(|&pressed| pressed >= earliest)
    }

    /// The requests that may be the one in doubt: sent since its press and not known before it, nor as
    /// another's since. One without a readable date may be it as well.
    fn candidates(&self, pending: &Pending, listed: Vec<Connection>) -> Vec<Connection> {
        let earliest = self.corrected(pending.since).plus_millis(-CLOCK_SLACK_MS);
        let is_known =
            |uuid: &String| pending.known_uuids.contains(uuid) || self.known_uuids.contains(uuid);
        listed
            .into_iter()
            .filter(|connection| connection.direction != Direction::Received)
            .filter(|connection| {
                connection
                    .created()
                    .is_none_or(|created| created >= earliest)
            })
            .filter(|connection| !connection.uuid.as_ref().is_some_and(is_known))
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
