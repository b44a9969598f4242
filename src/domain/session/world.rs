//! What comes back from the API, from earlier visits and from other tabs.

use super::super::account::AccountUuid;
use super::super::adviser_key::AdviserKey;
use super::super::connection::{Connection, Direction};
use super::super::outcome::{Doubt, Outcome, Reason, Timed};
use super::super::timestamp::Timestamp;
use super::{
    Attempt, CHECK_BY_ITSELF_AFTER_MS, Check, Command, Notice, Pending, Recorded, Stage, State,
};

impl State {
    pub(super) fn answered(
        &mut self,
        answered: Attempt,
        outcome: Timed<Outcome>,
        now: Timestamp,
    ) -> Option<Command> {
        let Stage::Sending { attempt, pending } = &self.stage else {
            return None;
        };
        if *attempt != answered {
            return None;
        }
        let pending = pending.clone();
        let created = just_created(&outcome.told);
        self.learn_time(created, outcome.api_now, pending.since, now);
        match outcome.told {
            Outcome::NotSent(why) => self.came_to_nothing(pending, Notice::NotSent(why)),
            Outcome::Rejected(rejection) => {
                let repeats = rejection.reason == Reason::Repeats;
                let notice = Notice::Rejected { rejection, at: now };
                let command = self.came_to_nothing(pending.clone(), notice);
                if repeats {
                    // Refused until the person has answered the question that stands before every second request.
                    self.stage = Stage::Unknown {
                        pending,
                        doubt: Doubt::Earlier,
                        check: Check::Confirming,
                    };
                }
                command
            }
            Outcome::Sent(connection) => self.sent(pending, connection),
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

    pub(super) fn doubt(
        &mut self,
        pending: Pending,
        doubt: Doubt,
        after_ms: u32,
    ) -> Option<Command> {
        let attempt = self.next_attempt();
        let command = Command::Check {
            attempt,
            pending: pending.clone(),
            after_ms,
        };
        self.stage = Stage::Unknown {
            pending,
            doubt,
            check: Check::Asking(attempt),
        };
        Some(command)
    }

    /// There is no email of this request. One before it may still be in doubt, and comes back to the screen.
    pub(super) fn came_to_nothing(&mut self, pending: Pending, notice: Notice) -> Option<Command> {
        self.unresolved.retain(|other| !other.is_same(&pending));
        self.notice = Some(notice);
        self.rest();
        Some(Command::Settle {
            settled: vec![pending],
            uuid: None,
        })
    }

    /// Shows what there is to show when nothing goes on: a request in doubt, if there is one.
    pub(super) fn rest(&mut self) {
        self.stage = match self.unresolved.last() {
            Some(pending) => Stage::Unknown {
                pending: pending.clone(),
                doubt: Doubt::Earlier,
                check: Check::Offered,
            },
            None => Stage::Idle,
        };
    }

    pub(super) fn sent(
        &mut self,
        pending: Pending,
        connection: Option<Box<Connection>>,
    ) -> Option<Command> {
        // A person who sent the same code again after a doubt has their answer to both.
        let is_answered =
            |other: &Pending| other.key == pending.key && other.account == pending.account;
        let mut settled = self.unresolved.clone();
        settled.retain(is_answered);
        self.unresolved.retain(|other| !is_answered(other));
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
        self.stage = Stage::Sent {
            connection,
            account: Some(pending.account),
        };
        Some(Command::Settle { settled, uuid })
    }

    /// Takes up requests that are on record, as far as they are `wanted`. One that is no longer is kept all the
    /// same: somebody may have emptied the storage.
    pub(super) fn heed(&mut self, recorded: &Recorded, wanted: impl Fn(&Pending) -> bool) {
        for pending in recorded.pending.iter().filter(|pending| wanted(pending)) {
            if !self.unresolved.iter().any(|other| other.is_same(pending)) {
                self.unresolved.push(pending.clone());
            }
        }
        self.has_unreadable_record = recorded.has_unreadable;
    }

    pub(super) fn restored(&mut self, recorded: &Recorded) -> Option<Command> {
        self.heed(recorded, |_| true);
        match (&self.stage, self.unresolved.last()) {
            (Stage::Idle, Some(latest)) => {
                let pending = latest.clone();
                if self.text.is_empty() {
                    self.text = pending.key.as_str().to_owned();
                }
                self.doubt(pending, Doubt::Earlier, 0)
            }
            // The page was put aside with this on its screen: time has passed, so it is worth another look.
            (
                Stage::Unknown {
                    check: Check::Offered | Check::Locked | Check::NotYet | Check::Unanswered(_),
                    ..
                },
                _,
            ) => self.check_pressed(),
            _ => None,
        }
    }

    /// Shows what a host has, but never in place of a request without a known outcome.
    pub(super) fn given(
        &mut self,
        connection: Option<Box<Connection>>,
        account: Option<AccountUuid>,
    ) {
        if !matches!(self.stage, Stage::Idle | Stage::Sent { .. }) {
            return;
        }
        self.notice = None;
        match connection {
            None => self.rest(),
            connection => {
                self.stage = Stage::Sent {
                    connection,
                    account,
                };
            }
        }
    }

    pub(super) fn refreshed(&mut self, later: Box<Connection>) {
        if let Stage::Sent {
            connection: Some(shown),
            ..
        } = &mut self.stage
            && shown.uuid == later.uuid
            && !later.is_older_than(shown)
        {
            *shown = later;
        }
    }
}

/// When the API dates a request that we have just made. One that was received was made some time ago, and one that
/// was made after its end was not made then.
fn just_created(outcome: &Outcome) -> Option<Timestamp> {
    match outcome {
        Outcome::Sent(Some(connection)) if connection.direction == Direction::Sent => {
            let is_before = |expires| connection.created() < Some(expires);
            let created = connection.created();
            created.filter(|_| connection.expires().is_none_or(is_before))
        }
        _ => None,
    }
}
