//! Values that the host may change.

use std::rc::Rc;

use leptos::prelude::{Effect, Get, untrack};

/// A value that the host may change at any time. A signal of any kind becomes one.
#[derive(Clone)]
pub struct Given<T> {
    read: Rc<dyn Fn() -> Option<T>>,
    watch: Rc<Watch>,
}

/// Has a function called whenever something changes.
type Watch = dyn Fn(Box<dyn Fn()>);

impl<T> Given<T> {
    /// The value that `read` gives; `None` once whoever gave it is gone. Whoever changes it says so
    /// ([`Controls::wake`](super::controls::Controls::wake)).
    pub fn by(read: impl Fn() -> Option<T> + 'static) -> Self {
        Self {
            read: Rc::new(read),
            watch: Rc::new(|_| {}),
        }
    }

    /// The value as it is now; `None` once whoever gave it is gone.
    pub(super) fn get(&self) -> Option<T> {
        (self.read)()
    }

    /// Calls `changed` whenever it changes, for as long as the component is there that this is called in.
    pub(super) fn watch(&self, changed: impl Fn() + 'static) {
        (self.watch)(Box::new(changed));
    }
}

impl<T: Clone + 'static> Given<T> {
    /// A value that never changes.
    #[must_use]
    pub fn always(value: T) -> Self {
        Self::by(move || Some(value.clone()))
    }
}

impl<T, S: Get<Value = T> + Clone + 'static> From<S> for Given<T> {
    fn from(signal: S) -> Self {
        let followed = signal.clone();
        Self {
            // Who follows it is told by `watch`; elsewhere Leptos would warn of a reader who is not.
            read: Rc::new(move || untrack(|| signal.try_get())),
            watch: Rc::new(move |changed| {
                let followed = followed.clone();
                Effect::new(move |_: Option<()>| {
                    followed.try_get();
                    changed();
                });
            }),
        }
    }
}
