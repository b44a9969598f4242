//! What the server of the page has to say: `<meta>` elements in its head, all of them optional.
//!
//! | name | content | default |
//! | --- | --- | --- |
//! | `referral-connect-endpoint` | the API's address, or a path on the page's own origin | Plannr's |
//! | `referral-connect-token` | an access token; for a sandbox's public ones alone, since the page is public | none |
//! | `referral-connect-refresh` | seconds between two questions for a pending status | 60 |
//! | `referral-connect-offline` | `off`: browsers do not keep the page for times without a network, and forget it where they do | they do |
//!
//! The service worker puts `referral-connect-copy` into the page that it keeps for times without a network.

use wasm_bindgen::JsCast;
use web_sys::HtmlMetaElement;

use super::offline::Origin;
use crate::api::endpoint::Endpoint;
use crate::view::widget::REFRESH_S;

/// Where the page starts.
pub(super) struct Setup {
    pub(super) endpoint: String,
    pub(super) token: String,
    pub(super) refresh_s: u32,
    pub(super) origin: Origin,
    pub(super) may_be_kept: bool,
}

pub(super) fn read() -> Setup {
    let endpoint = meta("endpoint").unwrap_or_else(|| Endpoint::default().as_str().to_owned());
    Setup {
        endpoint: in_full(endpoint),
        token: meta("token").unwrap_or_default(),
        refresh_s: meta("refresh")
            .and_then(|text| text.parse().ok())
            .unwrap_or(REFRESH_S),
        origin: match meta("copy") {
            Some(_) => Origin::Copy,
            None => Origin::Server,
        },
        may_be_kept: meta("offline").as_deref() != Some("off"),
    }
}

/// A path is shown with the page's origin before it: a person reads an address, not a slash.
fn in_full(endpoint: String) -> String {
    let Some(origin) = web_sys::window().and_then(|window| window.location().origin().ok()) else {
        return endpoint;
    };
    if !endpoint.starts_with('/') {
        return endpoint;
    }
    let full = format!("{origin}{}", endpoint.trim_end_matches('/'));
    match full.parse::<Endpoint>() {
        Ok(_) => full,
        Err(_) => endpoint,
    }
}

fn meta(name: &str) -> Option<String> {
    let document = web_sys::window()?.document()?;
    let selector = format!("meta[name='referral-connect-{name}']");
    // The selector is ours, and well formed.
    let found = document.query_selector(&selector).ok()??;
    let content = found.dyn_into::<HtmlMetaElement>().ok()?.content();
    (!content.is_empty()).then_some(content)
}
