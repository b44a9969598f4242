//! Runs the state machine: events in, commands out into the world, answers back in.

use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::LocalFuture;
use crate::browser::clock::{self, Timer};
use crate::browser::storage::Kept;
use crate::domain::account::AccountUuid;
use crate::domain::adviser_key::KeyCase;
use crate::domain::connection::Connection;
use crate::domain::outcome::{NotSent, Outcome, Unanswered};
use crate::domain::session::{Attempt, Command, Event, Pending, Press, State, update};
use crate::domain::timestamp::Timestamp;

/// What the widget asks of the world. Whoever composes it decides how.
#[derive(Clone)]
pub struct Calls {
    /// Makes a request, at most once; calls the function that it is given right before the request leaves.
    pub send: Rc<dyn Fn(Pending, Departs) -> LocalFuture<Outcome>>,
    /// Lists the requests that the account of this one has sent, newest first.
    pub list_sent: Rc<dyn Fn(Pending) -> Answer<Vec<Connection>>>,
    /// Asks for one connection as it is now.
    pub one: Rc<dyn Fn(AccountUuid, String) -> Answer<Connection>>,
    /// Says where requests go.
    pub endpoint: Rc<dyn Fn() -> String>,
    /// Says what keeps every request from leaving just now.
    pub obstacle: Rc<dyn Fn() -> Option<NotSent>>,
    /// Reads the records of requests whose outcome is not known, those of other tabs among them.
    pub recorded: Rc<dyn Fn() -> Vec<Pending>>,
    /// Keeps the record of a request that is about to leave.
    pub keep: Rc<dyn Fn(&Pending) -> Kept>,
    /// Forgets the records of requests whose outcome is known, and notes the UUID of what came of them.
    pub settle: Rc<Settle>,
    /// Tells the time by the device's clock.
    pub now: Rc<dyn Fn() -> Timestamp>,
}

/// Called at the last moment at which a request has not left.
pub type Departs = Box<dyn FnOnce()>;

/// Settles the records of requests.
pub type Settle = dyn Fn(&[Pending], Option<&str>);

/// What comes of a question that changes nothing.
pub type Answer<T> = LocalFuture<Result<T, Unanswered>>;

/// The widget's state and the way to change it.
///
/// The widget may be taken out of the page at any moment, also from inside something that it calls; what
/// comes after that changes nothing on a screen, but still settles the record of a request.
#[derive(Clone, Copy)]
pub(super) struct Runner {
    state: RwSignal<State>,
    device_now: RwSignal<Timestamp>,
    kept: RwSignal<Kept>,
    calls: StoredValue<Calls, LocalStorage>,
    check_timer: StoredValue<Option<Timer>, LocalStorage>,
}

impl Runner {
    pub(super) fn new(calls: Calls) -> Self {
        Self {
            state: RwSignal::new(State::default()),
            device_now: RwSignal::new((calls.now)()),
            kept: RwSignal::new(Kept::Stored),
            calls: StoredValue::new_local(calls),
            check_timer: StoredValue::new_local(None),
        }
    }

    /// The state, for views to read.
    pub(super) fn state(self) -> ReadSignal<State> {
        self.state.read_only()
    }

    /// The API's time, as it was when something last happened or a countdown last changed.
    pub(super) fn now(self) -> Timestamp {
        let device_now = self.device_now.get();
        self.state.with(|state| state.corrected(device_now))
    }

    /// The device's time, likewise.
    pub(super) fn device_now(self) -> Timestamp {
        self.device_now.get()
    }

    /// Whether the records of requests under way outlive the page.
    pub(super) fn kept(self) -> Kept {
        self.kept.get()
    }

    /// Looks at the clock.
    pub(super) fn tick(self) {
        if let Some(now) = self.clock() {
            // Nothing to do where the widget is gone.
            let _ = self.device_now.try_set(now);
        }
    }

    /// A press of send: what it finds.
    pub(super) fn press(self, account: Option<AccountUuid>, key_case: KeyCase) -> Option<Press> {
        let calls = self.calls.try_get_value()?;
        Some(Press {
            now: (calls.now)(),
            endpoint: (calls.endpoint)(),
            account,
            key_case,
            recorded: (calls.recorded)(),
            obstacle: (calls.obstacle)(),
        })
    }

    /// Changes the state and does what follows from it.
    pub(super) fn dispatch(self, event: Event) {
        self.tick();
        let Some(state) = self.state.try_get_untracked() else {
            return;
        };
        let (next, command) = update(state, event);
        let _ = self.state.try_set(next);
        if let Some(command) = command {
            self.run(command);
        }
    }

    /// Asks for a connection as it is now.
    pub(super) fn ask_one(self, account: AccountUuid, uuid: String) -> Option<Answer<Connection>> {
        let calls = self.calls.try_get_value()?;
        Some((calls.one)(account, uuid))
    }

    /// The device's time at this moment; `None` if the widget is gone.
    pub(super) fn clock(self) -> Option<Timestamp> {
        self.calls.try_with_value(|calls| (calls.now)())
    }

    /// Looks at the state and at the API's time once; `None` if the widget is gone.
    pub(super) fn peek<T>(self, look: impl FnOnce(&State, Timestamp) -> T) -> Option<T> {
        let device_now = self.clock()?;
        self.state
            .try_with_untracked(|state| look(state, state.corrected(device_now)))
    }

    fn run(self, command: Command) {
        let Some(calls) = self.calls.try_get_value() else {
            return;
        };
        match command {
            Command::Send { attempt, pending } => spawn_local(self.send(calls, attempt, pending)),
            Command::Check {
                attempt,
                pending,
                after_ms,
            } => {
                let timer = clock::after_ms(after_ms, move || {
                    spawn_local(async move {
                        let answer = (calls.list_sent)(pending).await;
                        let now = (calls.now)();
                        self.dispatch(Event::Checked {
                            attempt,
                            answer,
                            now,
                        });
                    });
                });
                let _ = self.check_timer.try_set_value(Some(timer));
            }
            Command::Settle { settled, uuid } => (calls.settle)(&settled, uuid.as_deref()),
        }
    }

    async fn send(self, calls: Calls, attempt: Attempt, pending: Pending) {
        let keep = {
            let (calls, pending) = (calls.clone(), pending.clone());
            move || {
                let kept = (calls.keep)(&pending);
                let _ = self.kept.try_set(kept);
            }
        };
        let outcome = (calls.send)(pending.clone(), Box::new(keep)).await;
        if outcome.is_definite() {
            // Here and not only by the state machine, which is gone if the widget is.
            (calls.settle)(&[pending], None);
        }
        let now = (calls.now)();
        self.dispatch(Event::Answered {
            attempt,
            outcome,
            now,
        });
    }
}
