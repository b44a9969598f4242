//! What comes out differently each time.

use wasm_bindgen::prelude::*;

/// A UUID of version 4. Empty where a page gets none, which is one that came over an unencrypted connection: no gateway
/// has a session with that either.
#[must_use]
pub fn uuid() -> String {
    random_uuid().unwrap_or_default()
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = randomUUID)]
    fn random_uuid() -> Result<String, JsValue>;
}
