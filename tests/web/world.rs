//! What is around the widgets of a test: a clock, a host, a browser's storage, and an API that waits for the test's answers.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use referral_connect::browser::storage::Kept;
use referral_connect::domain::connection::Connection;
use referral_connect::domain::history::{Ask, Page};
use referral_connect::domain::outcome::{Outcome, Timed, Unanswered};
use referral_connect::domain::session::{Pending, Recorded};
use referral_connect::domain::timestamp::Timestamp;
use referral_connect::view::runner::{Calls, Consent, Departure, Message};
use web_sys::Element;

use super::stage::pause;

pub type Listed = Result<Vec<Connection>, Unanswered>;

#[derive(Default)]
pub struct World {
    pub account: String,
    pub now_ms: Cell<i64>,
    pub sends: Cell<usize>,
    pub checks: Cell<usize>,
    pub outcome: RefCell<Option<Outcome>>,
    pub listed: RefCell<Option<Listed>>,
    pub questions: Cell<usize>,
    pub status: RefCell<Option<Result<Connection, Unanswered>>>,
    /// The UUID that was asked for last.
    pub asked_for: RefCell<String>,
    pub pages: RefCell<Vec<Ask>>,
    /// Answers to questions for the list, by the place of the question.
    pub page: RefCell<Vec<(usize, Result<Page, Unanswered>)>>,
    pub kept: RefCell<Vec<Pending>>,
    pub put_back: RefCell<Vec<Pending>>,
    pub has_unreadable: Cell<bool>,
    pub told: RefCell<Vec<Message>>,
    pub consent: Cell<Option<Consent>>,
    pub forgotten: RefCell<Vec<Pending>>,
}

impl World {
    /// One with an account of its own: polls of one account know of each other.
    pub fn apart(now: &str) -> Rc<Self> {
        thread_local! {
            static WORLDS: Cell<u32> = const { Cell::new(0) };
        }
        WORLDS.set(WORLDS.get() + 1);
        Self::at(
            now,
            format!("{:08x}-2222-4333-8444-555555555555", WORLDS.get()),
        )
    }

    pub fn at(now: &str, account: String) -> Rc<Self> {
        let world = Self {
            account,
            ..Self::default()
        };
        world.now_ms.set(Timestamp::parse(now).unwrap().as_millis());
        Rc::new(world)
    }
}

pub fn calls(world: &Rc<World>) -> Calls {
    let with = || Rc::clone(world);
    Calls {
        send: {
            let world = with();
            Rc::new(move |departure: Departure| {
                let world = Rc::clone(&world);
                world.kept.borrow_mut().push(departure.pending);
                (departure.recorded)(Kept::Stored);
                world.sends.set(world.sends.get() + 1);
                Box::pin(async move { untimed(given(|| world.outcome.borrow_mut().take()).await) })
            })
        },
        ask: {
            let world = with();
            Rc::new(move |_, ask| {
                let world = Rc::clone(&world);
                Box::pin(async move {
                    let of = |connections| Page {
                        connections,
                        has_more: false,
                    };
                    let page = match ask {
                        Ask::One(uuid) => {
                            world.asked_for.replace(uuid);
                            world.questions.set(world.questions.get() + 1);
                            given(|| world.status.borrow_mut().take())
                                .await
                                .map(|one| of(vec![one]))
                        }
                        ask if ask == Ask::sent() => {
                            world.checks.set(world.checks.get() + 1);
                            given(|| world.listed.borrow_mut().take()).await.map(of)
                        }
                        ask => {
                            let place = world.pages.borrow().len();
                            world.pages.borrow_mut().push(ask);
                            let take = || {
                                let mut pages = world.page.borrow_mut();
                                let found = pages.iter().position(|(to, _)| *to == place)?;
                                Some(pages.swap_remove(found).1)
                            };
                            given(take).await
                        }
                    };
                    page.map(untimed)
                })
            })
        },
        endpoint: Rc::new(|| "https://api.example".to_owned()),
        obstacle: Rc::new(|| None),
        recorded: {
            let world = with();
            Rc::new(move || Recorded {
                pending: world.kept.borrow().clone(),
                has_unreadable: world.has_unreadable.get(),
                ..Recorded::default()
            })
        },
        keep: {
            let world = with();
            Rc::new(move |made: Vec<Pending>| {
                world.put_back.borrow_mut().extend(made);
                Box::pin(async { Kept::InMemory })
            })
        },
        tell: {
            let world = with();
            Rc::new(move |_: &Element, message| {
                world.told.borrow_mut().push(message);
                world.consent.get().unwrap_or(Consent::Given)
            })
        },
        settle: {
            let world = with();
            Rc::new(move |settled: &[Pending], _: Option<&str>| {
                let mut forgotten = world.forgotten.borrow_mut();
                let is_settled = |kept: &Pending| settled.iter().any(|one| one.is_same(kept));
                world.kept.borrow_mut().retain(|kept| !is_settled(kept));
                for pending in settled {
                    if !forgotten.contains(pending) {
                        forgotten.push(pending.clone());
                    }
                }
            })
        },
        now: {
            let world = with();
            Rc::new(move || Timestamp::from_millis(world.now_ms.get()))
        },
    }
}

/// What the API said, without its time.
fn untimed<T>(told: T) -> Timed<T> {
    Timed {
        told,
        api_now: None,
    }
}

async fn given<T>(take: impl Fn() -> Option<T>) -> T {
    loop {
        if let Some(given) = take() {
            return given;
        }
        pause().await;
    }
}
