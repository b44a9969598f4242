//! Values that the host may change.

use std::rc::Rc;

use leptos::prelude::Get;

/// A value that the host may change at any time. Read while something is drawn or followed, it is followed too.
///
/// A signal of any kind becomes one. The widget pays for the one way to read it, and not for all that a
/// [`Signal`](leptos::prelude::Signal) may be.
#[derive(Clone)]
pub struct Given<T>(Rc<dyn Fn() -> Option<T>>);

impl<T> Given<T> {
    /// The value that `read` gives; `None` once whoever gave it is gone.
    pub fn by(read: impl Fn() -> Option<T> + 'static) -> Self {
        Self(Rc::new(read))
    }

    /// The value as it is now; `None` once whoever gave it is gone.
    pub(super) fn get(&self) -> Option<T> {
        (self.0)()
    }
}

impl<T: Clone + 'static> Given<T> {
    /// A value that never changes.
    #[must_use]
    pub fn always(value: T) -> Self {
        Self::by(move || Some(value.clone()))
    }
}

impl<T, S: Get<Value = T> + 'static> From<S> for Given<T> {
    fn from(signal: S) -> Self {
        Self::by(move || signal.try_get())
    }
}
