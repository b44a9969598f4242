//! When the screen has to change although nothing happens: the next second of a countdown, the next status.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::runner::{Message, Runner};
use crate::browser::clock::{self, Timer, Watch};
use crate::domain::account::AccountUuid;
use crate::domain::connection::Status;
use crate::domain::countdown::{Milestone, Window};
use crate::domain::outcome::Unanswered;
use crate::domain::session::{Event, Notice, Stage, State};
use crate::domain::timestamp::Timestamp;

/// The shortest time between two questions for a status, in seconds.
const REFRESH_LEAST_S: u32 = 10;

/// The longest time between two questions for a status that got no answer, in seconds.
const BACK_OFF_MOST_S: u32 = 600;

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

/// Looks at the clock again just when something that is shown reads otherwise, and never while the page is
/// hidden.
pub(super) fn tick_on_change(runner: Runner) {
    let timer: StoredValue<Option<Timer>, LocalStorage> = StoredValue::new_local(None);
    Effect::new(move || {
        let (now, device_now) = (runner.now(), runner.device_now());
        let next_ms = runner.state().with(|state| {
            let of_connection = state
                .connection()
                .and_then(|connection| connection.window()?.at(now));
            let of_wait = wait_window(state).and_then(|window| window.at(device_now));
            [of_connection, of_wait]
                .into_iter()
                .flatten()
                .map(|countdown| countdown.changes_in_ms)
                .min()
        });
        timer.set_value(match next_ms {
            Some(next_ms) if !clock::is_hidden() => {
                let delay_ms = u32::try_from(next_ms).unwrap_or(u32::MAX);
                Some(clock::after_ms(delay_ms, move || runner.tick()))
            }
            _ => None,
        });
    });
    keep(clock::watch_time_lost(move || runner.tick()));
}

/// The milestone that the countdown on the screen passed last while it was shown.
pub(super) fn milestone(runner: Runner) -> Signal<Option<Milestone>> {
    let passed = RwSignal::new(None);
    Effect::new(move |before: Option<(Option<Window>, Timestamp)>| {
        let now = runner.now();
        let window = runner.state().with(|state| {
            state
                .connection()
                .and_then(|connection| connection.window())
        });
        match (before, window) {
            (Some((Some(same), earlier)), Some(window)) if same == window => {
                if let Some(milestone) = window.milestone_between(earlier, now) {
                    passed.set(Some(milestone));
                    if milestone == Milestone::Expired {
                        tell_expired(runner);
                    }
                }
            }
            _ => passed.set(None),
        }
        (window, now)
    });
    passed.into()
}

fn tell_expired(runner: Runner) {
    let shown = runner.peek(|state, _| state.connection().cloned());
    if let Some(connection) = shown.flatten() {
        runner.tell(Message::Expired(Box::new(connection)));
    }
}

/// Asks for the status of the request on the screen while it is pending and the page can be seen, every
/// `every_s` seconds; 0 is never.
pub(super) fn refresh_while_pending(runner: Runner, every_s: Signal<u32>) {
    let timer: StoredValue<Option<Timer>, LocalStorage> = StoredValue::new_local(None);
    let rounds = StoredValue::new(0_u32);
    let asked = Memo::new(move |_| runner.state().with(pending_request));
    let visible = RwSignal::new(!clock::is_hidden());
    keep(clock::watch_visibility(move || {
        visible.set(!clock::is_hidden());
    }));
    Effect::new(move |last_seen: Option<Option<Timestamp>>| {
        let (asked, every_s, visible) = (asked.get(), every_s.get(), visible.get());
        timer.set_value(None);
        rounds.update_value(|round| *round = round.wrapping_add(1));
        let (account, uuid) = asked?;
        if every_s == 0 {
            return None;
        }
        let now = runner.clock()?;
        if !visible {
            return Some(now);
        }
        let every_s = every_s.max(REFRESH_LEAST_S);
        // Back from being hidden: what happened meanwhile is asked for at once, but not at every glance.
        let hidden_ms = last_seen
            .flatten()
            .map_or(0, |since| now.millis_since(since));
        let first_s = if hidden_ms >= i64::from(REFRESH_LEAST_S) * 1000 {
            0
        } else {
            every_s
        };
        Poll {
            runner,
            timer,
            account,
            uuid,
            every_s,
            rounds,
            round: rounds.get_value(),
        }
        .schedule(first_s);
        None
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

#[derive(Clone)]
struct Poll {
    runner: Runner,
    timer: StoredValue<Option<Timer>, LocalStorage>,
    account: AccountUuid,
    uuid: String,
    every_s: u32,
    rounds: StoredValue<u32>,
    round: u32,
}

impl Poll {
    fn schedule(self, after_s: u32) {
        let slot = self.timer;
        let timer = clock::after_ms(after_s.saturating_mul(1000), move || {
            spawn_local(self.ask(after_s));
        });
        // Nothing to do where the widget is gone.
        let _ = slot.try_set_value(Some(timer));
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
        let is_current = self.rounds.try_get_value() == Some(self.round);
        if is_current && self.is_still_pending() && !clock::is_hidden() {
            self.schedule(next_s);
        }
    }

    /// By the clock as well: once the date has passed and the API was asked once more, it is over.
    fn is_still_pending(&self) -> bool {
        let wanted = (self.account.clone(), self.uuid.clone());
        self.runner.peek(|state, now| {
            pending_request(state) == Some(wanted)
                && state
                    .connection()
                    .is_some_and(|connection| connection.status_at(now) == Status::Pending)
        }) == Some(true)
    }
}

/// A page that was put aside, and comes back as it was, looks at what happened meanwhile.
pub(super) fn restore_on_return(runner: Runner) {
    keep(clock::watch_return(move || runner.restore()));
}

/// Keeps the records of requests without an outcome, also when somebody else empties the browser's storage.
pub(super) fn keep_records(runner: Runner) {
    keep(clock::watch_storage(move || runner.keep()));
}

fn keep(watch: Watch) {
    let kept = StoredValue::new_local(Some(watch));
    on_cleanup(move || drop(kept.try_update_value(Option::take)));
}
