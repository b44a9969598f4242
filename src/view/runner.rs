//! Runs the state machine: events in, commands out into the world, answers back in.

mod listing;
mod ticks;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use web_sys::Element;

use super::given::Given;
use super::words::Words;
use crate::browser::chance;
use crate::browser::clock::{self, Timer};
use crate::browser::storage::Kept;
use crate::browser::{LocalFuture, spawn};
use crate::domain::account::AccountUuid;
use crate::domain::adviser_key::{AdviserKey, KeyCase};
use crate::domain::connection::Connection;
use crate::domain::countdown::Milestone;
use crate::domain::history::{Ask, Change, History, Page};
use crate::domain::outcome::{NotSent, Outcome, Timed, Unanswered};
use crate::domain::session::{
    Attempt, Command, Event, News, Pending, Press, Recorded, Stage, State, news, update,
};
use crate::domain::timestamp::Timestamp;

/// What the widget asks of the world. Whoever composes it decides how.
#[derive(Clone)]
pub struct Calls {
    /// Makes a request, at most once, with a record of it kept before it leaves.
    pub send: Rc<dyn Fn(Departure) -> LocalFuture<Timed<Outcome>>>,
    /// Asks for connections of an account.
    pub ask: Rc<dyn Fn(AccountUuid, Ask) -> Answer<Timed<Page>>>,
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
pub(super) struct Runner(u32);

thread_local! {
    /// The desks of the widgets that there are, by the number of each.
    static DESKS: RefCell<Vec<(u32, Rc<Desk>)>> = const { RefCell::new(Vec::new()) };

    /// How many there have been.
    static WIDGETS: Cell<u32> = const { Cell::new(0) };
}

/// Everything that the screen is a function of.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) state: Rc<State>,
    /// The device's time, as it was when something last happened or a countdown last changed.
    pub(super) device_now: Timestamp,
    /// Whether the records of requests under way outlive the page.
    pub(super) kept: Kept,
    /// The milestone that the countdown on the screen passed last while it was shown.
    pub(super) milestone: Option<Milestone>,
    /// The recent requests, where they are shown.
    pub(super) history: Option<Rc<RefCell<History>>>,
}

/// What the widget works with. It goes with the widget, and with it all that it keeps.
///
/// Not in signals, which stand at the widget's border: inside, whatever changes is drawn anew by one function, and each
/// kind of signal, memo and effect has to be paid for (see `docs/size.md`).
struct Desk {
    seen: RefCell<Seen>,
    calls: Calls,
    account: Given<Option<AccountUuid>>,
    key_case: Given<KeyCase>,
    words: Given<Rc<Words>>,
    check_timer: RefCell<Option<Timer>>,
    /// When it looks at the clock again.
    due: Cell<Option<Timestamp>>,
    /// When it was last told of the request on the card.
    told_at: Cell<Option<Timestamp>>,
    /// The request whose record was kept last. One that has not left has no record that anybody may see.
    left: RefCell<Option<Pending>>,
    /// The element that hosts hear of everything from.
    root: RefCell<Option<Element>>,
    followers: RefCell<Vec<Box<dyn FnMut()>>>,
    is_awake: Cell<bool>,
    kept: RefCell<Vec<Box<dyn Any>>>,
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
        words: Given<Rc<Words>>,
        text: String,
    ) -> Self {
        let desk = Rc::new(Desk {
            seen: RefCell::new(Seen {
                state: Rc::new(State::with_text(text)),
                device_now: (calls.now)(),
                kept: Kept::Stored,
                milestone: None,
                history: None,
            }),
            calls,
            account,
            key_case,
            words,
            check_timer: RefCell::default(),
            due: Cell::default(),
            told_at: Cell::default(),
            left: RefCell::default(),
            root: RefCell::default(),
            followers: RefCell::default(),
            is_awake: Cell::new(false),
            kept: RefCell::default(),
        });
        let number = WIDGETS.get();
        WIDGETS.set(number.wrapping_add(1));
        DESKS.with_borrow_mut(|desks| desks.push((number, desk)));
        Self(number)
    }

    /// The widget is taken out of the page.
    pub(super) fn end(self) {
        // Taken out first, and dropped when nothing is borrowed: what it keeps may look for other desks.
        drop(DESKS.with_borrow_mut(|desks| {
            let place = desks.iter().position(|(known, _)| *known == self.0)?;
            Some(desks.swap_remove(place))
        }));
    }

    /// Has each of the widgets that there are do something.
    pub(super) fn each(act: impl Fn(Self)) {
        // Whatever is done may take any of them away.
        let all = DESKS
            .with_borrow(|desks| -> Vec<u32> { desks.iter().map(|&(number, _)| number).collect() });
        for number in all {
            act(Self(number));
        }
    }

    /// Tells the widgets of one page apart.
    pub(super) fn number(self) -> u32 {
        self.0
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

    /// Keeps something for as long as the widget is there.
    pub(super) fn hold(self, thing: Box<dyn Any>) {
        if let Some(desk) = self.desk() {
            desk.kept.borrow_mut().push(thing);
        }
    }

    /// Does `act` in a moment, and again after each change.
    pub(super) fn follow(self, act: impl FnMut() + 'static) {
        if let Some(desk) = self.desk() {
            desk.followers.borrow_mut().push(Box::new(act));
            self.wake();
        }
    }

    /// Has those who follow look in a moment: something has changed, and more may in this same task.
    pub(super) fn wake(self) {
        let Some(desk) = self.desk() else {
            return;
        };
        if !desk.is_awake.replace(true) {
            drop(desk);
            spawn(Box::pin(async move {
                if let Some(desk) = self.desk() {
                    desk.is_awake.set(false);
                    // Whoever is called may make somebody follow, or take the widget away.
                    let mut followers = desk.followers.take();
                    for follower in &mut followers {
                        follower();
                    }
                    followers.append(&mut desk.followers.borrow_mut());
                    desk.followers.replace(followers);
                }
            }));
        }
    }

    /// What the screen is a function of, by now; `None` if the widget is gone.
    pub(super) fn seen(self) -> Option<Seen> {
        Some(self.desk()?.seen.borrow().clone())
    }

    /// The same, at the time by now.
    pub(super) fn by_now(self) -> Option<Seen> {
        let desk = self.desk()?;
        let device_now = (desk.calls.now)();
        let mut seen = desk.seen.borrow().clone();
        seen.device_now = device_now;
        Some(seen)
    }

    /// Looks at the clock.
    pub(super) fn tick(self) {
        if let Some(desk) = self.desk() {
            let now = (desk.calls.now)();
            desk.seen.borrow_mut().device_now = now;
            self.wake();
        }
    }

    /// Notes the milestone that the countdown passed last.
    pub(super) fn pass(self, milestone: Option<Milestone>) {
        if let Some(desk) = self.desk() {
            desk.seen.borrow_mut().milestone = milestone;
            self.wake();
        }
    }

    /// A press of send: what it finds.
    pub(super) fn press(self) -> Option<Press> {
        let desk = self.desk()?;
        let calls = &desk.calls;
        Some(Press {
            now: (calls.now)(),
            endpoint: (calls.endpoint)(),
            idempotency_key: chance::uuid(),
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

    /// The words in which the widget speaks.
    pub(super) fn words(self) -> Option<Rc<Words>> {
        self.desk()?.words.get()
    }

    /// Changes the state and does what follows from it.
    pub(super) fn dispatch(self, event: Event) {
        self.tick();
        let Some(desk) = self.desk() else {
            return;
        };
        // A host needs not be told what it said itself.
        let is_from_host = matches!(event, Event::Given(..));
        let before = Rc::clone(&desk.seen.borrow().state);
        let (after, command) = update(State::clone(&before), event);
        let news = match is_from_host {
            true => Vec::new(),
            false => news(&before, &after),
        };
        let whose = match &after.stage {
            Stage::Sent { account, .. } => account.clone(),
            _ => None,
        };
        desk.seen.borrow_mut().state = Rc::new(after);
        if let Some(command) = command {
            self.run(&desk, command);
        }
        drop(desk);
        for news in &news {
            let change = match news {
                News::Sent(Some(made)) => Change::Made(made.clone()),
                // It is in the API's list, and nowhere else.
                News::Sent(None) => Change::Wanted,
                News::Status { connection, .. } => {
                    Change::Seen(vec![Connection::clone(connection)])
                }
                _ => continue,
            };
            self.note(whose.as_ref(), change);
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
        let mut made = desk.seen.borrow().state.made_here();
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

    fn desk(self) -> Option<Rc<Desk>> {
        DESKS.with_borrow(|desks| {
            let found = desks.iter().find(|(known, _)| *known == self.0);
            found.map(|(_, desk)| Rc::clone(desk))
        })
    }

    fn run(self, desk: &Rc<Desk>, command: Command) {
        match command {
            Command::Send {
                attempt,
                pending,
                in_doubt,
            } => spawn(Box::pin(self.send(
                Rc::clone(desk),
                attempt,
                pending,
                in_doubt,
            ))),
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
                        self.stored(&desk, kept);
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
        let endpoint = (calls.endpoint)();
        // Another API's list would say nothing of it. Without an address, the question says so itself.
        let answer = if endpoint.is_empty() || endpoint == pending.endpoint {
            let answer = (calls.ask)(pending.account, Ask::sent()).await;
            answer.map(|Timed { told, api_now }| Timed {
                told: told.connections,
                api_now,
            })
        } else {
            Err(Unanswered::OtherEndpoint)
        };
        self.dispatch(Event::Checked {
            attempt,
            answer,
            recorded: (calls.recorded)(),
            now: (calls.now)(),
        });
    }

    async fn keep_all(self, desk: Rc<Desk>, made: Vec<Pending>) {
        let kept = (desk.calls.keep)(made).await;
        self.stored(&desk, kept);
    }

    fn stored(self, desk: &Desk, kept: Kept) {
        desk.seen.borrow_mut().kept = kept;
        self.wake();
    }
}
