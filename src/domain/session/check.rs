//! What a look at the API's list says of a request in doubt.

use super::super::connection::{Connection, Direction};
use super::super::countdown::clock_difference_ms;
use super::super::outcome::{Timed, Unanswered};
use super::super::timestamp::Timestamp;
use super::{Attempt, Check, Command, Notice, Pending, Recorded, Stage, State, Witness};

/// How long after its press a request whose page was closed may still be on its way to an answer, in
/// milliseconds: the time that a request is given, and two seconds.
const LONGEST_UNDER_WAY_MS: i64 = 22_000;

/// How much earlier than the press a request may be dated and still be the one, in milliseconds: the clocks
/// of the device and the API differ.
const CLOCK_SLACK_MS: i64 = 2 * 60 * 1000;

/// How far wrong a clock is taken to be at most that nothing vouches for, in milliseconds: a day, and the two
/// hours of a wrong zone or season on top of it.
const WRONG_CLOCK_MOST_MS: i64 = 26 * 60 * 60 * 1000;

/// How many requests a person is asked to choose from. A list is newest first, so the likely ones are there.
const CHOICES_MOST: usize = 10;

/// What the list holds.
enum Found {
    /// No request that can be the one.
    Nothing,
    /// The one.
    One(Box<Connection>),
    /// Several, each of which may be the one.
    Several(Vec<Connection>),
    /// Some that are the one only if the device's clock is wrong.
    Unclear(Vec<Connection>),
}

impl State {
    /// Asks at once, also where the widget was about to ask by itself: the answer to come is the newer one's.
    pub(super) fn check_pressed(&mut self) -> Option<Command> {
        match &self.stage {
            Stage::Unknown { pending, doubt, .. } => {
                let (pending, doubt) = (pending.clone(), *doubt);
                self.doubt(pending, doubt, 0)
            }
            _ => None,
        }
    }

    pub(super) fn checked(
        &mut self,
        answered: Attempt,
        answer: Result<Timed<Vec<Connection>>, Unanswered>,
        recorded: &Recorded,
        now: Timestamp,
    ) -> Option<Command> {
        let Stage::Unknown {
            pending,
            check: Check::Asking(attempt),
            ..
        } = &self.stage
        else {
            return None;
        };
        if *attempt != answered {
            return None;
        }
        let pending = pending.clone();
        let listed = match answer {
            Ok(listed) => listed,
            Err(why) => return self.now(Check::Unanswered(why)),
        };
        self.learn_time(None, listed.api_now, now, now);
        match self.look_for(&pending, listed.told, recorded, now) {
            Found::Nothing if may_be_under_way(&pending, now) => self.now(Check::NotYet),
            Found::Nothing => {
                let notice = Notice::NotArrived(pending.key.clone());
                self.came_to_nothing(pending, notice)
            }
            Found::One(connection) => self.sent(pending, Some(connection)),
            Found::Several(choices) => self.now(Check::Several(choices)),
            Found::Unclear(choices) => self.now(Check::Unclear(choices)),
        }
    }

    pub(super) fn picked(&mut self, place: usize) -> Option<Command> {
        let Stage::Unknown {
            pending,
            check: Check::Several(choices) | Check::Unclear(choices),
            ..
        } = &self.stage
        else {
            return None;
        };
        let connection = choices.get(place)?.clone();
        let pending = pending.clone();
        self.sent(pending, Some(Box::new(connection)))
    }

    /// Takes note of the API's time, as far as something tells it: the date of a request just made, and the time
    /// that came with a reply. A countdown goes by the first, for it is to a date of the same source.
    pub(super) fn learn_time(
        &mut self,
        created: Option<Timestamp>,
        api_now: Option<Timestamp>,
        asked: Timestamp,
        answered: Timestamp,
    ) {
        let behind_ms = |api_time| clock_difference_ms(api_time, asked, answered);
        if let Some(created) = created {
            self.clock_difference_ms = behind_ms(created);
        } else if let (Some(api_now), Witness::Nobody) = (api_now, self.witness) {
            self.clock_difference_ms = behind_ms(api_now);
        }
        self.witness = match (created, api_now, self.witness) {
            (_, Some(api_now), _) => Witness::Api(behind_ms(api_now)),
            (Some(created), None, Witness::Nobody | Witness::Created(_)) => {
                Witness::Created(behind_ms(created))
            }
            (_, None, known) => known,
        };
    }

    /// What of a list can be the request in doubt: sent since its press, and not known before it, nor as
    /// another's since. One without a readable date may be it as well.
    fn look_for(
        &self,
        pending: &Pending,
        listed: Vec<Connection>,
        recorded: &Recorded,
        now: Timestamp,
    ) -> Found {
        let (behind_ms, is_vouched_for) = match self.witness {
            Witness::Api(behind_ms) => (behind_ms, true),
            Witness::Created(0) => (0, true),
            Witness::Created(_) | Witness::Nobody => (0, false),
        };
        let now = now.plus_millis(behind_ms);
        let pressed = pending.since.plus_millis(behind_ms);
        let newest = listed.iter().filter_map(Connection::created).max();
        // What another tab learned of other requests since is noted in the record of this one.
        let is_noted = |uuid: &String| {
            let holds =
                |other: &Pending| other.is_same(pending) && other.known_uuids.contains(uuid);
            recorded.pending.iter().any(holds)
        };
        let is_known = |uuid: &String| {
            pending.known_uuids.contains(uuid) || self.known_uuids.contains(uuid) || is_noted(uuid)
        };
        let mut unknown = listed;
        unknown.retain(|connection| {
            connection.direction != Direction::Received
                && !connection.uuid.as_ref().is_some_and(is_known)
        });
        let earliest = pressed.plus_millis(-CLOCK_SLACK_MS);
        // No request is made in the future: then the device's clock is behind, by this or more.
        let future_ms = newest.map_or(0, |newest| newest.millis_since(now));
        if future_ms > CLOCK_SLACK_MS {
            return Found::unclear(since(unknown, earliest.plus_millis(future_ms)));
        }
        if let Witness::Created(hinted_ms) = self.witness
            && hinted_ms != 0
        {
            return Found::unclear(since(unknown, earliest.plus_millis(hinted_ms.min(0))));
        }
        // Pressed in the future: the clock was set back since.
        let is_certain = is_vouched_for && now.millis_since(pressed) >= -CLOCK_SLACK_MS;
        let mut candidates = since(unknown.clone(), earliest);
        match candidates.len() {
            0 if is_certain => Found::Nothing,
            0 => Found::unclear(since(unknown, earliest.plus_millis(-WRONG_CLOCK_MOST_MS))),
            1 if !self.may_be_anothers(pending, recorded) => candidates
                .pop()
                .map_or(Found::Nothing, |one| Found::One(Box::new(one))),
            _ => Found::Several(at_most(candidates)),
        }
    }

    /// Whether what a list holds since this request may be one with another code, for a list names no codes:
    /// one that is in doubt as well, or one that was confirmed without its UUID.
    fn may_be_anothers(&self, pending: &Pending, recorded: &Recorded) -> bool {
        let earliest = pending.since.plus_millis(-CLOCK_SLACK_MS);
        let is_in_doubt = |other: &Pending| !other.is_for(&pending.key);
        self.unresolved.iter().any(is_in_doubt)
            || recorded.pending.iter().any(is_in_doubt)
            || self.unnamed.iter().any(|&pressed| pressed >= earliest)
    }
}

impl Found {
    fn unclear(choices: Vec<Connection>) -> Self {
        if choices.is_empty() {
            Self::Nothing
        } else {
            Self::Unclear(at_most(choices))
        }
    }
}

/// Whether a request that nobody saw end may still be on its way. By a clock that was set back a day it would
/// be for a day.
fn may_be_under_way(pending: &Pending, now: Timestamp) -> bool {
    !pending.has_ended
        && (-CLOCK_SLACK_MS..LONGEST_UNDER_WAY_MS).contains(&now.millis_since(pending.since))
}

fn since(mut connections: Vec<Connection>, earliest: Timestamp) -> Vec<Connection> {
    connections.retain(|connection| {
        connection
            .created()
            .is_none_or(|created| created >= earliest)
    });
    connections
}

fn at_most(mut choices: Vec<Connection>) -> Vec<Connection> {
    choices.truncate(CHOICES_MOST);
    choices
}
