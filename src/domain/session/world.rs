//! What comes back from the API, from earlier visits and from other tabs.

use super::super::adviser_key::AdviserKey;
use super::super::connection::{Connection, Direction};
use super::super::countdown::clock_difference_ms;
use super::super::outcome::{Doubt, Outcome, Unanswered};
use super::super::timestamp::Timestamp;
use super::{Attempt, CHECK_BY_ITSELF_AFTER_MS, Check, Command, Notice, Pending, Stage, State};

/// How long after its press a request whose page was closed may still be on its way to an answer, in
/// milliseconds: the time that a request is given, and two seconds.
const LONGEST_UNDER_WAY_MS: u32 = 22_000;

/// How much earlier than the press a request may be dated and still be the one, in milliseconds: the clocks
/// of the device and the API differ.
const CLOCK_SLACK_MS: i64 = 2 * 60 * 1000;

impl State {
    pub(super) fn answered(
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

    pub(super) fn stage_at_rest(&self) -> Stage {
        match self.unresolved.last() {
            Some(pending) => Stage::Unknown {
                pending: pending.clone(),
                doubt: Doubt::Earlier,
                check: Check::Offered,
            },
            None => Stage::Idle,
        }
    }

    pub(super) fn sent(
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
    pub(super) fn heed(&mut self, recorded: &[Pending]) {
        for pending in recorded {
            if !self.unresolved.iter().any(|other| other.is_same(pending)) {
                self.unresolved.push(pending.clone());
            }
        }
    }

    pub(super) fn restored(mut self, found: Vec<Pending>) -> (Self, Option<Command>) {
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
    pub(super) fn check_pressed(self) -> (Self, Option<Command>) {
        match &self.stage {
            Stage::Unknown { pending, doubt, .. } => {
                let (pending, doubt) = (pending.clone(), *doubt);
                self.doubt(pending, doubt, 0)
            }
            _ => (self, None),
        }
    }

    pub(super) fn checked(
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

    pub(super) fn picked(self, place: usize) -> (Self, Option<Command>) {
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

    pub(super) fn refreshed(mut self, later: Box<Connection>) -> Self {
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
}
