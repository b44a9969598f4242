//! Runs the state machine: events in, commands out into the world, answers back in.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use web_sys::Element;

use super::given::Given;
use crate::browser::clock::{self, Timer};
use crate::browser::storage::Kept;
use crate::browser::{LocalFuture, spawn};
use crate::domain::account::AccountUuid;
use crate::domain::adviser_key::{AdviserKey, KeyCase};
use crate::domain::connection::Connection;
use crate::domain::countdown::Milestone;
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
    seen: RwSignal<Seen>,
    desk: StoredValue<Rc<Desk>, LocalStorage>,
}

/// Everything that the screen is a function of: in one signal, since each type that a signal holds has to be paid for.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) state: State,
    /// The device's time, as it was when something last happened or a countdown last changed.
    pub(super) device_now: Timestamp,
    /// Whether the records of requests under way outlive the page.
    pub(super) kept: Kept,
    /// The milestone that the countdown on the screen passed last while it was shown.
    pub(super) milestone: Option<Milestone>,
}

/// What the widget works with, and does not show.
struct Desk {
    calls: Calls,
    account: Given<Option<AccountUuid>>,
    key_case: Given<KeyCase>,
    check_timer: RefCell<Option<Timer>>,
    /// The request whose record was kept last. One that has not left has no record that anybody may see.
    left: RefCell<Option<Pending>>,
    /// The element that hosts hear of everything from.
    root: RefCell<Option<Element>>,
}

impl Seen {
    /// The API's time.
    pub(super) fn now(&self) -> Timestamp {
        self.state.corrected(self.device_now)
    }
}

impl Runner {
    /// `text` is what the field holds to begin with.
    pub(super) fn new(
        calls: Calls,
        account: Given<Option<AccountUuid>>,
        key_case: Given<KeyCase>,
        text: String,
    ) -> Self {
        Self {
            seen: RwSignal::new(Seen {
                state: State::with_text(text),
                device_now: (calls.now)(),
                kept: Kept::Stored,
                milestone: None,
            }),
            desk: StoredValue::new_local(Rc::new(Desk {
                calls,
                account,
                key_case,
                check_timer: RefCell::default(),
                left: RefCell::default(),
                root: RefCell::default(),
            })),
        }
    }

    /// Names the element that hosts hear of everything from.
    pub(super) fn stand_in(self, root: Element) {
        if let Some(desk) = self.desk() {
            desk.root.replace(Some(root));
        }
    }

    /// The element that hosts hear of everything from.
    pub(super) fn root(self) -> Option<Element> {
        self.desk()?.root.borrow().clone()
    }

    /// Looks at what the screen is a function of, and follows it; `None` if the widget is gone.
    pub(super) fn see<T>(self, look: impl FnOnce(&Seen) -> T) -> Option<T> {
        once(look, |look| {
            self.seen.try_with(look);
        })
    }

    /// Looks at it, and at the API's time by now, once; `None` if the widget is gone.
    pub(super) fn peek<T>(self, look: impl FnOnce(&State, Timestamp) -> T) -> Option<T> {
        let device_now = self.clock()?;
        let look = |seen: &Seen| look(&seen.state, seen.state.corrected(device_now));
        once(look, |look| {
            self.seen.try_with_untracked(look);
        })
    }

    /// Looks at the clock.
    pub(super) fn tick(self) {
        if let Some(now) = self.clock() {
            self.change(&mut |seen| seen.device_now = now);
        }
    }

    /// Notes the milestone that the countdown passed last.
    pub(super) fn pass(self, milestone: Option<Milestone>) {
        self.change(&mut |seen| seen.milestone = milestone);
    }

    /// A press of send: what it finds.
    pub(super) fn press(self) -> Option<Press> {
        let desk = self.desk()?;
        let calls = &desk.calls;
        Some(Press {
            now: (calls.now)(),
            endpoint: (calls.endpoint)(),
            account: desk.account.get()?,
            key_case: desk.key_case.get()?,
            recorded: (calls.recorded)(),
            obstacle: (calls.obstacle)(),
        })
    }

    /// The account to act for.
    pub(super) fn account(self) -> Option<AccountUuid> {
        self.desk()?.account.get().flatten()
    }

    /// Changes the state and does what follows from it.
    pub(super) fn dispatch(self, event: Event) {
        self.tick();
        let Some(state) = self.peek(|state, _| state.clone()) else {
            return;
        };
        // A host needs not be told what it said itself.
        let is_from_host = matches!(event, Event::Given(..));
        let (next, command) = update(state.clone(), event);
        let news = match is_from_host {
            true => Vec::new(),
            false => news(&state, &next),
        };
        let mut next = Some(next);
        self.change(&mut |seen| {
            if let Some(next) = next.take() {
                seen.state = next;
            }
        });
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
        match (self.desk(), self.root()) {
            (Some(desk), Some(root)) => (desk.calls.tell)(&root, message),
            _ => Consent::Given,
        }
    }

    /// Somebody else changed what the browser stores, and may have emptied it: what this page made and does not know
    /// the outcome of has to be there.
    pub(super) fn keep(self) {
        let Some(desk) = self.desk() else {
            return;
        };
        let left = desk.left.borrow().clone();
        let mut made = self.peek(|state, _| state.made_here()).unwrap_or_default();
        made.retain(|pending| {
            pending.has_ended || left.as_ref().is_some_and(|left| left.is_same(pending))
        });
        if !made.is_empty() {
            spawn(Box::pin(self.keep_all(desk, made)));
        }
    }

    /// Takes up what is on record by now.
    pub(super) fn restore(self) {
        if let Some(desk) = self.desk() {
            self.dispatch(Event::Restored((desk.calls.recorded)()));
        }
    }

    /// Asks for a connection as it is now.
    pub(super) fn ask_one(self, account: AccountUuid, uuid: String) -> Option<Answer<Connection>> {
        Some((self.desk()?.calls.one)(account, uuid))
    }

    /// The device's time at this moment; `None` if the widget is gone.
    pub(super) fn clock(self) -> Option<Timestamp> {
        Some((self.desk()?.calls.now)())
    }

    fn desk(self) -> Option<Rc<Desk>> {
        self.desk.try_get_value()
    }

    /// Nothing changes where the widget is gone.
    fn change(self, change: &mut dyn FnMut(&mut Seen)) {
        let _ = self.seen.try_update(change);
    }

    fn run(self, command: Command) {
        let Some(desk) = self.desk() else {
            return;
        };
        match command {
            Command::Send {
                attempt,
                pending,
                in_doubt,
            } => spawn(Box::pin(self.send(desk, attempt, pending, in_doubt))),
            Command::Check {
                attempt,
                pending,
                after_ms,
            } => {
                let timer = clock::after_ms(after_ms, move || {
                    spawn(Box::pin(self.check(attempt, pending)));
                });
                desk.check_timer.replace(Some(timer));
            }
            Command::Settle { settled, uuid } => (desk.calls.settle)(&settled, uuid.as_deref()),
        }
    }

    async fn send(
        self,
        desk: Rc<Desk>,
        attempt: Attempt,
        pending: Pending,
        in_doubt: Vec<Pending>,
    ) {
        let calls = &desk.calls;
        let outcome = match self.tell(Message::Submit(pending.key.clone())) {
            Consent::Given => {
                let leaving = pending.clone();
                let desk = Rc::clone(&desk);
                (calls.send)(Departure {
                    pending: pending.clone(),
                    in_doubt,
                    recorded: Box::new(move |kept| {
                        desk.left.replace(Some(leaving));
                        self.change(&mut |seen| seen.kept = kept);
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
            self.keep_all(Rc::clone(&desk), vec![pending]).await;
        }
        let now = (calls.now)();
        self.dispatch(Event::Answered {
            attempt,
            outcome,
            now,
        });
    }

    async fn check(self, attempt: Attempt, pending: Pending) {
        let Some(desk) = self.desk() else {
            return;
        };
        let calls = &desk.calls;
        let answer = (calls.list_sent)(pending).await;
        self.dispatch(Event::Checked {
            attempt,
            answer,
            recorded: (calls.recorded)(),
            now: (calls.now)(),
        });
    }

    async fn keep_all(self, desk: Rc<Desk>, made: Vec<Pending>) {
        let kept = (desk.calls.keep)(made).await;
        self.change(&mut |seen| seen.kept = kept);
    }
}

/// Does `act` once the page is drawn, and again after whatever it has read of signals has changed.
pub(super) fn follow(act: impl FnMut() + 'static) {
    fn follow(mut act: Box<dyn FnMut()>) {
        Effect::new(move |_: Option<()>| act());
    }
    follow(Box::new(act));
}

/// Has one function look for all kinds of answers.
fn once<T>(look: impl FnOnce(&Seen) -> T, show: impl FnOnce(&mut dyn FnMut(&Seen))) -> Option<T> {
    let mut look = Some(look);
    let mut found = None;
    show(&mut |seen| found = look.take().map(|look| look(seen)));
    found
}
