//! Asks how pending requests stand by now, while somebody can see the page.
//!
//! The request on a card and a list of requests are polls of their own, each in its period. What one of them asks counts
//! for all others of the same account on the page: those wait, and only who was not told of its request asks for itself.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use super::given::Given;
use super::runner::{Runner, Seen};
use crate::browser::clock::{self, Timer};
use crate::browser::spawn;
use crate::domain::account::AccountUuid;
use crate::domain::connection::{Connection, Status};
use crate::domain::history::{Ask, Filter};
use crate::domain::outcome::Unanswered;
use crate::domain::session::Stage;
use crate::domain::timestamp::Timestamp;

/// The shortest time between two questions, in seconds.
const LEAST_S: u32 = 10;

/// The longest time between two questions that get no answer, in seconds.
const BACK_OFF_MOST_S: u32 = 600;

/// How long a listed request is asked about after its end, in milliseconds.
const LAST_LOOK_MS: i64 = 120_000;

/// Timers are early by a moment.
const SLACK_MS: i64 = 500;

/// Begins it, for as long as the widget is there. `every_s` as a host gives it; 0 is never.
pub(super) fn begin(runner: Runner, every_s: Given<u32>) {
    watch(runner, every_s.clone(), of_card);
    watch(runner, every_s, of_list);
}

/// What is to be asked about: of which account, and the UUID of a request, or `None` for the list.
type Wish = Option<(AccountUuid, Option<String>)>;

fn of_card(seen: &Seen) -> Wish {
    match &seen.state.stage {
        Stage::Sent {
            connection: Some(connection),
            account: Some(account),
        } if connection.status == Status::Pending => {
            Some((account.clone(), Some(connection.uuid.clone()?)))
        }
        _ => None,
    }
}

fn of_list(seen: &Seen) -> Wish {
    let history = seen.history.as_ref()?.borrow();
    let account = history.account.clone()?;
    // One that has just lapsed may have been answered in its last moment.
    let a_while_ago = seen.now().plus_millis(-LAST_LOOK_MS);
    history.has_pending(a_while_ago).then_some((account, None))
}

fn watch(runner: Runner, every_s: Given<u32>, wish: fn(&Seen) -> Wish) {
    let rounds = Rc::new(Rounds::default());
    let mut before = None;
    let mut last_seen: Option<Timestamp> = None;
    runner.follow(move || {
        let Some(wished) = runner.seen().map(|seen| wish(&seen)) else {
            return;
        };
        // Most widgets wish for nothing most of the time.
        if wished.is_none() && before.is_none() {
            return;
        }
        let every_s = every_s.get().unwrap_or_default();
        let now = (wished, every_s, clock::is_hidden());
        if before.as_ref() == Some(&now) {
            return;
        }
        before = now.0.is_some().then(|| now.clone());
        let Some(seen) = runner.by_now() else {
            return;
        };
        let since = last_seen.take();
        rounds.timer.take();
        rounds.round.set(rounds.round.get().wrapping_add(1));
        let (Some((account, uuid)), 1.., is_hidden) = now else {
            return;
        };
        if is_hidden {
            last_seen = Some(seen.device_now);
            return;
        }
        let every_s = every_s.max(LEAST_S);
        // Back from being hidden: what happened meanwhile is asked for at once, but not at every glance.
        let hidden_ms = since.map_or(0, |since| seen.device_now.millis_since(since));
        let first_ms = match hidden_ms >= i64::from(LEAST_S) * 1000 {
            true => 0,
            false => i64::from(every_s) * 1000,
        };
        let poll = Poll {
            runner,
            rounds: Rc::downgrade(&rounds),
            place: Place::take(account),
            wish,
            uuid,
            every_s,
            round: rounds.round.get(),
        };
        schedule(Box::new(poll), first_ms);
    });
}

/// The questions of one poll: which round of them goes on, and the timer of the next.
#[derive(Default)]
struct Rounds {
    round: Cell<u32>,
    timer: RefCell<Option<Timer>>,
}

struct Poll {
    runner: Runner,
    /// Gone with the widget, and the timer with it.
    rounds: Weak<Rounds>,
    place: Place,
    wish: fn(&Seen) -> Wish,
    uuid: Option<String>,
    every_s: u32,
    round: u32,
}

/// What a poll does when its time has come.
enum Turn {
    /// Asks for the list, for all polls of the account.
    List,
    /// Asks for its own request, and is alone.
    One,
    /// Asks for its own request, for nobody told it of that.
    OneBesides,
    /// Waits for so many milliseconds: somebody else asks, or has asked.
    Wait(i64),
}

fn schedule(poll: Box<Poll>, after_ms: i64) {
    if let Some(rounds) = poll.rounds.upgrade() {
        let after_ms = u32::try_from(after_ms).unwrap_or(u32::MAX);
        let timer = clock::after_ms(after_ms, move || {
            spawn(Box::pin(poll.ask()));
        });
        rounds.timer.replace(Some(timer));
    }
}

impl Poll {
    async fn ask(self: Box<Self>) {
        let Some(seen) = self.runner.by_now() else {
            return;
        };
        let turn = self.turn(seen.device_now);
        let ask = match (&turn, &self.uuid) {
            (Turn::Wait(wait_ms), _) => return schedule(self, *wait_ms),
            (Turn::One | Turn::OneBesides, Some(uuid)) => Ask::One(uuid.clone()),
            _ => Ask::page(Filter::default(), 1),
        };
        let Some(asked) = self.runner.ask(self.place.account.clone(), ask) else {
            return;
        };
        let answer = asked.await;
        let Some(seen) = self.runner.by_now() else {
            return;
        };
        let mut next_ms = 0;
        let mut is_over = false;
        self.place.share(&mut |shared| {
            let mut next_s = self.every_s;
            let longest_s = shared.failed_s.max(next_s).saturating_mul(2);
            match &answer {
                Ok(_) => {}
                Err(Unanswered::NotOffered) => {
                    // Each request may be offered all the same.
                    let is_list = matches!(turn, Turn::List);
                    shared.has_list &= !is_list;
                    is_over = !is_list || self.uuid.is_none();
                    next_s = 0;
                }
                Err(Unanswered::TooMany { retry_after_s }) => {
                    next_s = next_s.max(*retry_after_s);
                }
                Err(_) => next_s = longest_s.min(BACK_OFF_MOST_S.max(next_s)),
            }
            shared.failed_s = if answer.is_ok() { 0 } else { next_s };
            next_ms = i64::from(next_s) * 1000;
            if !matches!(turn, Turn::OneBesides) {
                shared.is_answered = answer.is_ok();
                shared.until = seen.device_now.plus_millis(next_ms);
            }
        });
        if let Ok(answer) = &answer {
            let (account, told) = (&self.place.account, &answer.told.connections);
            Runner::each(|runner| runner.hear(account, told));
        }
        // Seen again, a hidden page starts over by itself; so does one whose period was changed.
        let is_current = self
            .rounds
            .upgrade()
            .is_some_and(|rounds| rounds.round.get() == self.round);
        if is_current && !is_over && self.is_still_pending() && !clock::is_hidden() {
            schedule(self, next_ms);
        }
    }

    fn turn(&self, now: Timestamp) -> Turn {
        let told_at = self.runner.told_at();
        let number = self.place.number;
        let period_ms = i64::from(self.every_s) * 1000;
        let mut turn = Turn::OneBesides;
        self.place.share(&mut |shared| {
            let is_untold = shared.is_answered && told_at < Some(shared.asked_at);
            if self.uuid.is_some() && (is_untold || !shared.has_list) {
                return;
            }
            let mut until = shared.until;
            // Whoever asks less often than another one waits no longer for that.
            if shared.is_answered {
                until = until.min(shared.asked_at.plus_millis(period_ms));
            }
            let wait_ms = until.millis_since(now);
            if shared.asker == number || wait_ms <= SLACK_MS {
                shared.asker = number;
                shared.asked_at = now;
                shared.until = now.plus_millis(period_ms);
                shared.is_answered = false;
                turn = match shared.polls == 1 && self.uuid.is_some() {
                    true => Turn::One,
                    false => Turn::List,
                };
            } else {
                turn = Turn::Wait(wait_ms);
            }
        });
        turn
    }

    /// By the clock as well: once the date has passed and the API was asked once more, it is over.
    fn is_still_pending(&self) -> bool {
        let Some(seen) = self.runner.by_now() else {
            return false;
        };
        let Some((account, uuid)) = (self.wish)(&seen) else {
            return false;
        };
        let shown = seen.state.connection();
        let is_pending = |one: &Connection| one.status_at(seen.now()) == Status::Pending;
        account == self.place.account
            && uuid == self.uuid
            && (uuid.is_none() || shown.is_some_and(is_pending))
    }
}

/// What all polls of one account on the page know of each other.
struct Shared {
    account: AccountUuid,
    polls: u32,
    /// Who asked last, when, and until when that is enough.
    asker: u32,
    asked_at: Timestamp,
    until: Timestamp,
    is_answered: bool,
    /// How long the wait after the last failure is, in seconds; 0 after an answer.
    failed_s: u32,
    /// Whether the API has a list.
    has_list: bool,
}

/// A poll's place among those of its account.
struct Place {
    account: AccountUuid,
    number: u32,
}

thread_local! {
    static SHARED: RefCell<Vec<Shared>> = const { RefCell::new(Vec::new()) };

    /// How many places there have been.
    static PLACES: Cell<u32> = const { Cell::new(0) };
}

impl Place {
    fn take(account: AccountUuid) -> Self {
        let number = PLACES.get().wrapping_add(1);
        PLACES.set(number);
        let place = Self { account, number };
        place.share(&mut |shared| shared.polls += 1);
        place
    }

    fn share(&self, act: &mut dyn FnMut(&mut Shared)) {
        SHARED.with_borrow_mut(|all| {
            let known = all.iter().position(|one| one.account == self.account);
            let place = known.unwrap_or(all.len());
            if known.is_none() {
                all.push(Shared {
                    account: self.account.clone(),
                    polls: 0,
                    asker: 0,
                    asked_at: Timestamp::from_millis(0),
                    until: Timestamp::from_millis(0),
                    is_answered: false,
                    failed_s: 0,
                    has_list: true,
                });
            }
            act(&mut all[place]);
            // A failure is not forgotten while nobody looks.
            if all[place].polls == 0 && all[place].is_answered && all[place].has_list {
                all.swap_remove(place);
            }
        });
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.share(&mut |shared| shared.polls -= 1);
    }
}
