//! Keeps two widgets, in two tabs perhaps, from doing the same thing at once.
//!
//! Browsers have Web Locks for it (W3C Web Locks API). They are missing on pages that are not secure contexts,
//! and in old browsers; there a claim is written into the storage, and whoever claimed first goes first.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::clock::{self, Watch};
use super::{LocalFuture, storage};
use crate::domain::digits::digits;

/// How long a browser may take to say whether a lock is free, in milliseconds. It takes 1 to 5, and more on a
/// machine out of breath; one that says nothing has no working locks.
const PATIENCE_MS: u32 = 3000;

/// How long a claim stands before it counts, in milliseconds: one process's writes reach the others within a
/// few, and within some tens on a busy machine.
const CLAIM_STANDS_MS: u32 = 200;

/// How long a claim is heeded, in milliseconds: its tab may have been closed. Twice a request and a new token
/// between them take 60 s at most.
const CLAIM_HEEDED_MS: i64 = 90_000;

thread_local! {
    /// What is held a while longer, by name.
    static LINGERING: RefCell<Vec<(String, Rc<Hold>)>> = const { RefCell::new(Vec::new()) };

    /// The browser's lock manager, if it was asked for a lock and said nothing: it is not waited for again.
    static SILENT: RefCell<JsValue> = const { RefCell::new(JsValue::UNDEFINED) };
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

/// A lock is held for as long as a promise that the browser was given is open; this settles it.
struct WebLock {
    release: Rc<RefCell<Option<Function>>>,
}

impl Drop for WebLock {
    fn drop(&mut self) {
        if let Some(release) = self.release.borrow_mut().take() {
            // A promise's own function does not throw.
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// In a box, for whoever waits for it would else hold all that it consists of.
fn lock(name: &str, queue: Queue) -> LocalFuture<Answer> {
    let asked = ask_for_lock(name, queue);
    Box::pin(async move {
        let Some(asked) = asked.filter(|asked| !is_silent(&asked.manager)) else {
            return Answer::NoLocks;
        };
        match clock::within(PATIENCE_MS, JsFuture::from(asked.granted)).await {
            Some(Ok(granted)) if granted.is_truthy() => Answer::Granted(asked.lock),
            Some(Ok(_)) => Answer::Taken,
            Some(Err(_)) => Answer::NoLocks,
            None => {
                SILENT.replace(asked.manager);
                Answer::NoLocks
            }
        }
    })
}

/// What was asked of a lock manager.
struct Asked {
    manager: JsValue,
    /// Tells whether it is granted.
    granted: Promise,
    lock: WebLock,
}

fn ask_for_lock(name: &str, queue: Queue) -> Option<Asked> {
    let (manager, request) = lock_manager()?;
    let release = Rc::new(RefCell::new(None));
    let held = Promise::new(&mut |resolve, _| {
        *release.borrow_mut() = Some(resolve);
    });
    // From here on dropped means released: also when the browser grants it after we have given up.
    let lock = WebLock { release };
    let options = Object::new();
    // Setting a property of a plain object cannot fail.
    let _ = Reflect::set(
        &options,
        &"ifAvailable".into(),
        &(queue == Queue::IfFree).into(),
    );
    let granted = Promise::new(&mut |resolve, reject| {
        let held = held.clone();
        let granted = Closure::once_into_js(move |lock: JsValue| {
            let is_granted = !lock.is_null();
            let _ = resolve.call1(&JsValue::UNDEFINED, &is_granted.into());
            if is_granted {
                held.into()
            } else {
                JsValue::UNDEFINED
            }
        });
        let requested = request.call3(&manager, &name.into(), &options, &granted);
        // A request that is refused is refused by its promise, which nobody else listens to.
        let refused = requested.and_then(|requested| {
            let promise: Promise = requested.dyn_into()?;
            let on_refusal: Function = reject.clone().unchecked_into();
            Reflect::get(&promise, &"catch".into())?
                .dyn_into::<Function>()?
                .call1(&promise, &on_refusal)
        });
        if let Err(error) = refused {
            let _ = reject.call1(&JsValue::UNDEFINED, &error);
        }
    });
    Some(Asked {
        manager,
        granted,
        lock,
    })
}

fn lock_manager() -> Option<(JsValue, Function)> {
    let navigator = web_sys::window()?.navigator();
    let manager = Reflect::get(&navigator, &"locks".into()).ok()?;
    if !manager.is_object() || is_silent(&manager) {
        return None;
    }
    let request = Reflect::get(&manager, &"request".into()).ok()?;
    Some((manager, request.dyn_into().ok()?))
}

fn is_silent(manager: &JsValue) -> bool {
    SILENT.with_borrow(|silent| silent == manager)
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
