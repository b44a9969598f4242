//! When the screen has to change although nothing happens: the next second of a countdown, the next status.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use super::given::Given;
use super::runner::{Message, Runner};
use crate::browser::clock::{self, Happening, Timer};
use crate::browser::spawn;
use crate::domain::account::AccountUuid;
use crate::domain::connection::{Connection, Status};
use crate::domain::countdown::{Milestone, Window};
use crate::domain::outcome::Unanswered;
use crate::domain::session::{Event, Notice, Stage, State};
use crate::domain::timestamp::Timestamp;

/// The shortest time between two questions for a status, in seconds.
const REFRESH_LEAST_S: u32 = 10;

/// The longest time between two questions for a status that got no answer, in seconds.
const BACK_OFF_MOST_S: u32 = 600;

/// Begins all of it, for as long as the widget is there. `refresh_s` as a host gives it.
pub(super) fn begin(runner: Runner, refresh_s: Given<u32>) {
    tick_on_change(runner);
    refresh_while_pending(runner, refresh_s);
    note_milestones(runner);
    watch_page();
}

/// The end of the wait after too many requests.
pub(super) fn wait_window(state: &State) -> Option<Window> {
    match &state.notice {
        Some(Notice::Rejected { rejection, at }) => Some(Window {
            created: Some(*at),
            expires: at.plus_millis(i64::from(rejection.retry_after_s?) * 1000),
        }),
        _ => None,
    }
}

/// Heeds what happens to the page, for all widgets that there will ever be: each listener has to be paid for.
fn watch_page() {
    thread_local! {
        static IS_WATCHED: Cell<bool> = const { Cell::new(false) };
    }
    if IS_WATCHED.replace(true) {
        return;
    }
    std::mem::forget(clock::watch_page(|happening| {
        Runner::each(match happening {
            Happening::TimeLost => Runner::tick,
            // It looks at what happened meanwhile.
            Happening::Return => Runner::restore,
            // The records of requests without an outcome are kept, also when somebody else empties the storage.
            Happening::StorageChange => Runner::keep,
        });
    }));
}

/// Looks at the clock again when something that is shown reads otherwise, and never while the page is hidden.
fn tick_on_change(runner: Runner) {
    runner.follow(move || {
        let seen = runner.seen().filter(|_| !clock::is_hidden());
        let due = seen.and_then(|seen| {
            let of_connection = seen
                .state
                .connection()
                .and_then(|connection| connection.window()?.at(seen.now()));
            let of_wait = wait_window(&seen.state).and_then(|window| window.at(seen.device_now));
            let countdowns = [of_connection, of_wait].into_iter().flatten();
            let changes_in_ms = countdowns.map(|countdown| countdown.changes_in_ms).min()?;
            Some(seen.device_now.plus_millis(changes_in_ms.cast_signed()))
        });
        runner.wait(due);
    });
}

/// Notes the milestone that the countdown on the screen passes while it is shown.
fn note_milestones(runner: Runner) {
    let mut before: Option<(Option<Window>, Timestamp)> = None;
    runner.follow(move || {
        let Some(seen) = runner.seen() else {
            return;
        };
        let (now, noted) = (seen.now(), seen.milestone);
        let window = seen.state.connection().and_then(Connection::window);
        let milestone = match (before, window) {
            (Some((Some(same), earlier)), Some(window)) if same == window => {
                window.milestone_between(earlier, now).or(noted)
            }
            _ => None,
        };
        before = Some((window, now));
        if milestone != noted {
            runner.pass(milestone);
            if milestone == Some(Milestone::Expired) {
                tell_expired(runner);
            }
        }
    });
}

fn tell_expired(runner: Runner) {
    let seen = runner.seen();
    if let Some(connection) = seen.as_ref().and_then(|seen| seen.state.connection()) {
        runner.tell(Message::Expired(Box::new(connection.clone())));
    }
}

/// Asks for the status of the request on the screen while it is pending and the page can be seen, every
/// `every_s` seconds; 0 is never.
fn refresh_while_pending(runner: Runner, every_s: Given<u32>) {
    let rounds = Rc::new(Rounds::default());
    let mut before = None;
    let mut last_seen: Option<Timestamp> = None;
    runner.follow(move || {
        let seen = runner.by_now();
        let asked = seen.as_ref().and_then(|seen| pending_request(&seen.state));
        let now = (
            asked,
            every_s.get().unwrap_or_default(),
            !clock::is_hidden(),
        );
        if before.as_ref() == Some(&now) {
            return;
        }
        before = Some(now.clone());
        let since = last_seen.take();
        rounds.timer.take();
        rounds.round.set(rounds.round.get().wrapping_add(1));
        let (Some((account, uuid)), every_s, is_visible) = now else {
            return;
        };
        let Some(now) = seen.map(|seen| seen.device_now) else {
            return;
        };
        if every_s == 0 {
            return;
        }
        if !is_visible {
            last_seen = Some(now);
            return;
        }
        let every_s = every_s.max(REFRESH_LEAST_S);
        // Back from being hidden: what happened meanwhile is asked for at once, but not at every glance.
        let hidden_ms = since.map_or(0, |since| now.millis_since(since));
        let first_s = if hidden_ms >= i64::from(REFRESH_LEAST_S) * 1000 {
            0
        } else {
            every_s
        };
        Poll {
            runner,
            rounds: Rc::downgrade(&rounds),
            account,
            uuid,
            every_s,
            round: rounds.round.get(),
        }
        .schedule(first_s);
    });
}

/// The request that is worth asking about: its account and UUID.
fn pending_request(state: &State) -> Option<(AccountUuid, String)> {
    match &state.stage {
        Stage::Sent {
            connection: Some(connection),
            account: Some(account),
        } if connection.status == Status::Pending => {
            Some((account.clone(), connection.uuid.clone()?))
        }
        _ => None,
    }
}

/// The questions for a status: which round of them goes on, and the timer of the next.
#[derive(Default)]
struct Rounds {
    round: Cell<u32>,
    timer: RefCell<Option<Timer>>,
}

struct Poll {
    runner: Runner,
    /// Gone with the widget, and the timer with it.
    rounds: Weak<Rounds>,
    account: AccountUuid,
    uuid: String,
    every_s: u32,
    round: u32,
}

impl Poll {
    fn schedule(self, after_s: u32) {
        if let Some(rounds) = self.rounds.upgrade() {
            let timer = clock::after_ms(after_s.saturating_mul(1000), move || {
                spawn(Box::pin(self.ask(after_s)));
            });
            rounds.timer.replace(Some(timer));
        }
    }

    async fn ask(self, waited_s: u32) {
        let Some(answer) = self.runner.ask_one(self.account.clone(), self.uuid.clone()) else {
            return;
        };
        let next_s = match answer.await {
            Ok(connection) => {
                self.runner.dispatch(Event::Refreshed(Box::new(connection)));
                self.every_s
            }
            Err(Unanswered::NotOffered) => return,
            Err(Unanswered::TooMany { retry_after_s }) => retry_after_s.max(self.every_s),
            Err(_) => waited_s
                .max(self.every_s)
                .saturating_mul(2)
                .min(BACK_OFF_MOST_S.max(self.every_s)),
        };
        // Seen again, a hidden page starts over by itself; so does one whose period was changed.
        let is_current = self
            .rounds
            .upgrade()
            .is_some_and(|rounds| rounds.round.get() == self.round);
        if is_current && self.is_still_pending() && !clock::is_hidden() {
            self.schedule(next_s);
        }
    }

    /// By the clock as well: once the date has passed and the API was asked once more, it is over.
    fn is_still_pending(&self) -> bool {
        let wanted = (self.account.clone(), self.uuid.clone());
        self.runner.by_now().is_some_and(|seen| {
            let connection = seen.state.connection();
            pending_request(&seen.state) == Some(wanted)
                && connection.is_some_and(|one| one.status_at(seen.now()) == Status::Pending)
        })
    }
}
