//! Keeps two widgets, in two tabs perhaps, from doing the same thing at once.
//!
//! Browsers have Web Locks for it (W3C Web Locks API). They are missing on pages that are not secure contexts,
//! and in old browsers; there a claim is written into the storage, and whoever claimed first goes first.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::clock::{self, Watch};
use super::{LocalFuture, storage};
use crate::domain::digits::digits;

/// How long a claim stands before it counts, in milliseconds: one process's writes reach the others within a
/// few, and within some tens on a busy machine.
const CLAIM_STANDS_MS: u32 = 200;

/// How long a claim is heeded, in milliseconds: its tab may have been closed. Twice a request and a new token
/// between them take 60 s at most.
const CLAIM_HEEDED_MS: i64 = 90_000;

thread_local! {
    /// What is held a while longer, by name.
    static LINGERING: RefCell<Vec<(String, Rc<Hold>)>> = const { RefCell::new(Vec::new()) };
}

/// Something that nobody else holds until this is dropped, or the page is left: a page that the browser only
/// puts aside would keep it from everybody for as long as it is kept.
pub struct Hold {
    kind: Rc<RefCell<Option<Kind>>>,
    _watch: Watch,
}

enum Kind {
    Lock(#[expect(dead_code, reason = "kept for its Drop")] WebLock),
    Claim(#[expect(dead_code, reason = "kept for its Drop")] Claim),
}

impl Hold {
    fn new(kind: Kind) -> Self {
        let kind = Rc::new(RefCell::new(Some(kind)));
        let held = Rc::clone(&kind);
        Self {
            kind,
            _watch: clock::watch_leaving(move || drop(held.take())),
        }
    }
}

/// Whether somebody else waits for what somebody holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Queue {
    /// It is had at once, or not at all.
    IfFree,
    /// It is had when it is free.
    InTurn,
}

/// Takes hold of what `name` stands for, unless somebody else holds it: then `None`.
pub async fn hold(name: &str) -> Option<Hold> {
    if let Some(hold) = take_back(name) {
        return Some(hold);
    }
    match lock(name, Queue::IfFree).await {
        Answer::Granted(lock) => Some(Hold::new(Kind::Lock(lock))),
        Answer::Taken => None,
        Answer::NoLocks => claim(name).await.map(Kind::Claim).map(Hold::new),
    }
}

/// Waits until nobody else has a turn of this name, and keeps it until it is dropped. Without Web Locks it is had all
/// the same. It is asked for at once, and not only when it is waited for.
pub fn turn(name: &str) -> impl Future<Output = Turn> + use<> {
    let lock = lock(name, Queue::InTurn);
    async { Turn { _lock: lock.await } }
}

/// Work that takes no time, while nobody else does work of this name.
pub struct Turn {
    _lock: Answer,
}

/// Keeps others from a hold for so many milliseconds more. This page itself may have it back at once.
pub fn linger(name: &str, hold: Hold, millis: u32) {
    let hold = Rc::new(hold);
    let ours = Rc::downgrade(&hold);
    LINGERING.with_borrow_mut(|lingering| lingering.push((name.to_owned(), hold)));
    spawn_local(async move {
        clock::wait_ms(millis).await;
        LINGERING.with_borrow_mut(|lingering| {
            lingering.retain(|(_, hold)| !Weak::ptr_eq(&Rc::downgrade(hold), &ours));
        });
    });
}

fn take_back(name: &str) -> Option<Hold> {
    LINGERING.with_borrow_mut(|lingering| {
        let place = lingering.iter().position(|(held, _)| held == name)?;
        Rc::into_inner(lingering.swap_remove(place).1).filter(|hold| hold.kind.borrow().is_some())
    })
}

enum Answer {
    Granted(WebLock),
    Taken,
    NoLocks,
}

/// Held, or asked for, until it is dropped.
struct WebLock(Asked);

impl Drop for WebLock {
    fn drop(&mut self) {
        self.0.release();
    }
}

/// In a box, for whoever waits for it would else hold all that it consists of.
fn lock(name: &str, queue: Queue) -> LocalFuture<Answer> {
    // From here on dropped means released: also when the browser grants it after we have given up.
    let lock = WebLock(ask(name, queue == Queue::IfFree));
    // Listened to at once, for a page hears of refusals that nobody listens to.
    let granted = JsFuture::from(lock.0.granted());
    Box::pin(async move {
        match granted.await {
            Ok(granted) if granted.is_truthy() => Answer::Granted(lock),
            Ok(_) => Answer::Taken,
            Err(_) => Answer::NoLocks,
        }
    })
}

#[wasm_bindgen(module = "/src/browser/locks.js")]
extern "C" {
    fn ask(name: &str, is_only_if_free: bool) -> Asked;

    /// What was asked of the browser.
    type Asked;

    #[wasm_bindgen(method, getter)]
    fn granted(this: &Asked) -> Promise;

    #[wasm_bindgen(method)]
    fn release(this: &Asked);
}

/// Drops out of the storage when it is dropped.
struct Claim {
    name: String,
    mark: String,
}

impl Drop for Claim {
    fn drop(&mut self) {
        storage::withdraw_claim(&self.name, &self.mark);
    }
}

/// The oldest claim counts; of two of one moment, that with the smaller mark. All claims that matter were
/// written before this one has stood for its time.
async fn claim(name: &str) -> Option<Claim> {
    let claim = Claim {
        name: name.to_owned(),
        mark: digits(js_sys::Math::random().to_bits().cast_signed()),
    };
    let made = clock::now();
    storage::make_claim(name, &claim.mark, made);
    clock::wait_ms(CLAIM_STANDS_MS).await;
    let is_first = storage::claims(name)
        .into_iter()
        .filter(|(_, at)| made.millis_since(*at) < CLAIM_HEEDED_MS)
        .all(|(mark, at)| (made, &claim.mark) <= (at, &mark));
    is_first.then_some(claim)
}
