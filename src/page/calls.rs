//! What the page asks of the browser where an old one, or one that does not trust the page's address, has nothing to
//! answer with. In JavaScript (`calls.js`), for Rust's bindings take for granted that it has.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/page/calls.js")]
extern "C" {
    /// The languages of the person's choice, the dearest first, separated by commas.
    pub(super) fn languages() -> String;

    /// What the page's address says under this name; empty where it says nothing.
    pub(super) fn asked(name: &str) -> String;

    /// The page's address, saying nothing but this.
    #[wasm_bindgen(js_name = linkSaying)]
    pub(super) fn link_saying(name: &str, value: &str) -> String;

    /// Whether a text could be put into the clipboard, as a boolean.
    pub(super) async fn copied(text: &str) -> JsValue;

    /// Has the browser keep the page for times without a network, or no longer do so.
    #[wasm_bindgen(js_name = keepForOffline)]
    pub(super) fn keep_for_offline(is_wanted: bool);
}
