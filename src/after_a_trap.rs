//! What a person is told when this instance of the module traps, by a panic or by anything else that ends it: that it
//! stopped, what is known of a request under way, and what they had typed.
//!
//! A trapped instance runs on as soon as the browser calls it, in whatever state it was left. So it is destroyed, and
//! JavaScript speaks for it. Two things tell of a trap: the panic hook, right inside of it; and for those that run no
//! hook (memory, stack, tables) the errors that nobody caught, if they came out of this instance.
//!
//! Not wasm-bindgen's abort handler: that is a function in the very instance that broke, found through its memory.

use std::sync::Once;

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;
use web_sys::Element;

use crate::browser::storage::PENDING_ENTRY;
use crate::view::words::Words;

/// Watches over an element that this instance fills, until it is dropped.
pub struct Watch(Element);

impl Watch {
    /// When the instance traps, a panel takes the place of all that `root` holds. With an `ended`, a root that was not
    /// the last one used and shows no request is left as it is, for a widget of a fresh instance. `ended` is called with
    /// whether that is so.
    ///
    /// Installs the panic hook, so that this is for whoever owns the whole instance.
    #[must_use]
    pub fn over(root: &Element, words: &Words, ended: Option<&Function>) -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            std::panic::set_hook(Box::new(|info| {
                leave(&wasm_bindgen::exports(), &info.to_string());
            }));
        });
        URL.with(|url| {
            let exports = wasm_bindgen::exports();
            take_care(root, &exports, url, PENDING_ENTRY, words.texts(), ended);
        });
        Self(root.clone())
    }

    /// What the panel says, if it comes to that, is said in these words.
    pub fn speak(&self, words: &Words) {
        speak(&self.0, words.texts());
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        leave_alone(&self.0);
    }
}

/// How high the stack in the instance's memory stands: lower than at rest, if a trap kept functions from returning.
#[wasm_bindgen]
#[must_use]
pub fn stack_height() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}

#[wasm_bindgen(module = "/src/after_a_trap.js")]
extern "C" {
    #[wasm_bindgen(js_name = watch)]
    fn take_care(
        root: &Element,
        exports: &JsValue,
        url: &JsValue,
        entry: &str,
        texts: &Array,
        ended: Option<&Function>,
    );
    #[wasm_bindgen(js_name = unwatch)]
    fn leave_alone(root: &Element);
    fn speak(root: &Element, texts: &Array);
    fn leave(exports: &JsValue, message: &str);
}

#[wasm_bindgen]
extern "C" {
    /// Of the glue code, which stands in the stack of a trap.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static URL: JsValue;
}
