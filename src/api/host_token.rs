//! Tokens from a function of the host's JavaScript.

use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::client::{GetToken, TokenFor};

/// Asks `(reason: "first" | "refresh") => string | Promise<string>`.
///
/// Whatever the host does is no more than a missing token: a function that throws or whose promise is rejected
/// has failed, and one that answers `null` or `undefined` has no token. What it threw is not looked at, for it
/// may hold the token.
#[must_use]
pub fn from_js(get_access_token: Function) -> GetToken {
    Rc::new(move |wanted_for| {
        let reason = match wanted_for {
            TokenFor::First => "first",
            TokenFor::Refresh => "refresh",
        };
        let called = get_access_token.call1(&JsValue::UNDEFINED, &reason.into());
        Box::pin(async move {
            // Resolving takes plain values, promises, and anything else with a `then`.
            let given = JsFuture::from(Promise::resolve(&called.ok()?)).await.ok()?;
            if given.is_null() || given.is_undefined() {
                return Some(String::new());
            }
            given.as_string()
        })
    })
}
