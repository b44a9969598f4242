//! What the browser gives besides the page and the network, one file for each thing.

use std::future::Future;
use std::pin::Pin;

pub mod chance;
pub mod clock;
pub mod intl;
pub mod locks;
pub mod storage;

/// A future that lives in one page, on its one thread.
pub type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// Does some work, whatever becomes of whoever began it.
pub fn spawn(work: LocalFuture<()>) {
    wasm_bindgen_futures::spawn_local(work);
}
