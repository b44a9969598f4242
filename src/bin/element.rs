//! The module behind `<referral-connect>`: what its class, in `embed/`, calls.

// There is nothing to begin with, and nothing to clean up after it.
#![cfg_attr(target_arch = "wasm32", no_main)]

use std::rc::Rc;

use js_sys::{Array, Function};
use referral_connect::element::{Element, Host};
use referral_connect::view::words::Words;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// A widget in an element. To take it out, free it.
#[wasm_bindgen]
pub struct Widget(Element);

#[wasm_bindgen]
impl Widget {
    /// Puts a widget into `root`. See [`Host`] for the others.
    #[expect(
        clippy::too_many_arguments,
        reason = "JavaScript calls it, and an object of them would have to be taken apart"
    )]
    #[wasm_bindgen(constructor)]
    pub fn new(
        root: &HtmlElement,
        element: HtmlElement,
        text: String,
        texts: Array,
        locale: String,
        get_access_token: Function,
        stands: Function,
        ended: Function,
    ) -> Self {
        let host = Host {
            element,
            text,
            words: Rc::new(Words::given(texts, locale)),
            get_access_token,
            stands,
            ended,
        };
        Self(Element::mount(root, host))
    }

    /// Heeds what an attribute says by now.
    pub fn heed(&self, attribute: &str) {
        self.0.attribute_changed(attribute);
    }

    /// Speaks in these words from now on; see [`Words::given`].
    pub fn speak(&self, texts: Array, locale: String) {
        self.0.speak(Rc::new(Words::given(texts, locale)));
    }

    /// Shows a connection, in JSON.
    pub fn show(&self, json: &str) {
        self.0.show(json);
    }

    /// Does what a press of send does.
    pub fn submit(&self) {
        self.0.controls().submit();
    }

    /// Asks whether a request without a known outcome arrived.
    pub fn check(&self) {
        self.0.controls().check();
    }

    /// Forgets what was typed and what is shown.
    pub fn reset(&self) {
        self.0.controls().reset();
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
