//! Runs the state machine: events in, commands out into the world, answers back in.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::Element;

use crate::browser::LocalFuture;
use crate::browser::clock::{self, Timer};
use crate::browser::storage::Kept;
use crate::domain::account::AccountUuid;
use crate::domain::adviser_key::{AdviserKey, KeyCase};
use crate::domain::connection::Connection;
use crate::domain::outcome::{NotSent, Outcome, Timed, Unanswered};
use crate::domain::session::{
    Attempt, Command, Event, News, Pending, Press, Recorded, State, news, update,
};
use crate::domain::timestamp::Timestamp;

/// What the widget asks of the world. Whoever composes it decides how.
#[derive(Clone)]
pub struct Calls {
    /// Makes a request, at most once, with a record of it kept before it leaves.
    pub send: Rc<dyn Fn(Departure) -> LocalFuture<Timed<Outcome>>>,
    /// Lists the requests that the account of this one has sent, newest first.
    pub list_sent: Rc<dyn Fn(Pending) -> Answer<Timed<Vec<Connection>>>>,
    /// Asks for one connection as it is now.
    pub one: Rc<dyn Fn(AccountUuid, String) -> Answer<Connection>>,
    /// Says where requests go.
    pub endpoint: Rc<dyn Fn() -> String>,
    /// Says what keeps every request from leaving just now.
    pub obstacle: Rc<dyn Fn() -> Option<NotSent>>,
    /// Reads what is on record of requests, those of other tabs included.
    pub recorded: Rc<dyn Fn() -> Recorded>,
    /// Keeps the records of requests that this page made and that have no outcome, where they are missing.
    pub keep: Rc<dyn Fn(Vec<Pending>) -> LocalFuture<Kept>>,
    /// Forgets the records of requests whose outcome is known, and notes the UUID of what came of them.
    pub settle: Rc<Settle>,
    /// Tells whoever put the widget into the page; whether it may go on.
    pub tell: Rc<Tell>,
    /// Tells the time by the device's clock.
    pub now: Rc<dyn Fn() -> Timestamp>,
}

/// A request that is to leave.
pub struct Departure {
    /// Which.
    pub pending: Pending,
    /// What the person knows to be in doubt. Any other record with the same code keeps it from leaving.
    pub in_doubt: Vec<Pending>,
    /// Called with what became of its record, right before it leaves.
    pub recorded: Box<dyn FnOnce(Kept)>,
}

/// What a host is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// A request with this code is about to leave.
    Submit(AdviserKey),
    /// Something came of a request.
    News(News),
    /// The time to answer this request is over.
    Expired(Box<Connection>),
}

/// What a host says to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// It has nothing against it.
    Given,
    /// It calls the request off.
    Refused,
}

/// Settles the records of requests.
pub type Settle = dyn Fn(&[Pending], Option<&str>);

/// Tells the host something, from the widget's root element.
pub type Tell = dyn Fn(&Element, Message) -> Consent;

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
    /// The request whose record was kept last. One that has not left has no record that anybody may see.
    left: StoredValue<Option<Pending>>,
    root: NodeRef<html::Div>,
}

impl Runner {
    /// `root` is the element that hosts hear of everything from. `text` is what the field holds to begin with.
    pub(super) fn new(calls: Calls, root: NodeRef<html::Div>, text: String) -> Self {
        Self {
            state: RwSignal::new(State::with_text(text)),
            device_now: RwSignal::new((calls.now)()),
            kept: RwSignal::new(Kept::Stored),
            calls: StoredValue::new_local(calls),
            check_timer: StoredValue::new_local(None),
            left: StoredValue::new(None),
            root,
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
        // A host needs not be told what it said itself.
        let is_from_host = matches!(event, Event::Given(..));
        let (next, command) = update(state.clone(), event);
        let news = match is_from_host {
            true => Vec::new(),
            false => news(&state, &next),
        };
        let _ = self.state.try_set(next);
        if let Some(command) = command {
            self.run(command);
        }
        // Last, for a host may do anything now, taking the widget away included.
        for news in news {
            self.tell(Message::News(news));
        }
    }

    /// Tells the host. Without an element in the page there is nobody to tell, and nobody who refuses.
    pub(super) fn tell(self, message: Message) -> Consent {
        let root = self.root.try_get_untracked().flatten();
        match (self.calls.try_get_value(), root) {
            (Some(calls), Some(root)) => (calls.tell)(&root, message),
            _ => Consent::Given,
        }
    }

    /// Somebody else changed what the browser stores, and may have emptied it: what this page made and does not know
    /// the outcome of has to be there.
    pub(super) fn keep(self) {
        let left = self.left.try_get_value().flatten();
        let mut made = self.peek(|state, _| state.made_here()).unwrap_or_default();
        made.retain(|pending| {
            pending.has_ended || left.as_ref().is_some_and(|left| left.is_same(pending))
        });
        let Some(calls) = self.calls.try_get_value() else {
            return;
        };
        if !made.is_empty() {
            spawn_local(async move {
                let kept = (calls.keep)(made).await;
                let _ = self.kept.try_set(kept);
            });
        }
    }

    /// Takes up what is on record by now.
    pub(super) fn restore(self) {
        if let Some(calls) = self.calls.try_get_value() {
            self.dispatch(Event::Restored((calls.recorded)()));
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
            Command::Send {
                attempt,
                pending,
                in_doubt,
            } => spawn_local(self.send(calls, attempt, pending, in_doubt)),
            Command::Check {
                attempt,
                pending,
                after_ms,
            } => {
                let timer = clock::after_ms(after_ms, move || {
                    spawn_local(async move {
                        let answer = (calls.list_sent)(pending).await;
                        self.dispatch(Event::Checked {
                            attempt,
                            answer,
                            recorded: (calls.recorded)(),
                            now: (calls.now)(),
                        });
                    });
                });
                let _ = self.check_timer.try_set_value(Some(timer));
            }
            Command::Settle { settled, uuid } => (calls.settle)(&settled, uuid.as_deref()),
        }
    }

    async fn send(self, calls: Calls, attempt: Attempt, pending: Pending, in_doubt: Vec<Pending>) {
        let outcome = match self.tell(Message::Submit(pending.key.clone())) {
            Consent::Given => {
                let leaving = pending.clone();
                (calls.send)(Departure {
                    pending: pending.clone(),
                    in_doubt,
                    recorded: Box::new(move |kept| {
                        let _ = self.left.try_set_value(Some(leaving));
                        let _ = self.kept.try_set(kept);
                    }),
                })
                .await
            }
            Consent::Refused => Timed {
                told: Outcome::NotSent(NotSent::CalledOff),
                api_now: None,
            },
        };
        // Here and not by the state machine, which is gone if the widget is.
        if outcome.told.is_definite() {
            (calls.settle)(&[pending], None);
        } else {
            let kept = (calls.keep)(vec![pending]).await;
            let _ = self.kept.try_set(kept);
        }
        let now = (calls.now)();
        self.dispatch(Event::Answered {
            attempt,
            outcome,
            now,
        });
    }
}
