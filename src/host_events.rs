//! What hosts are told: DOM events, dispatched from the widget's root element, bubbling and composed.
//!
//! | event | when | detail |
//! | --- | --- | --- |
//! | `referral-submit` | before a request; cancelable, and cancelled nothing is sent | `{adviserKey}` |
//! | `referral-sent` | the API confirmed it | `{connection}`, `null` if its answer could not be read |
//! | `referral-rejected` | the API definitely refused it | `{reason, status, message}` |
//! | `referral-unknown` | it may or may not have arrived | `{since}`: when it was pressed, RFC 3339 |
//! | `referral-status` | a refresh found another status | `{connection, previous}` |
//! | `referral-expired` | the countdown reached zero while pending | `{connection}` |
//! | `referral-auth-required` | no usable token, or 401 after one refresh | `{}` |
//!
//! A detail is frozen, and holds no token and no email address. `reason` is one of `unauthenticated`,
//! `forbidden`, `wrong-address`, `conflict`, `key-refused`, `too-many` and `other`.

use wasm_bindgen::prelude::*;
use web_sys::Element;

use crate::browser::clock;
use crate::domain::connection::{Connection, Firm};
use crate::domain::digits::digits;
use crate::domain::outcome::Reason;
use crate::domain::session::News;
use crate::domain::timestamp::Moment;
use crate::json::{self, quoted};
use crate::view::runner::{Consent, Message};

/// Dispatches the event for a message. Listeners run before this returns, and may do anything.
pub(crate) fn dispatch(root: &Element, message: Message) -> Consent {
    let (name, detail) = match message {
        Message::Submit(key) => (
            "referral-submit",
            json::object(&[("adviserKey", quoted(key.as_str()))]),
        ),
        Message::Expired(shown) => (
            "referral-expired",
            json::object(&[("connection", in_json(&shown))]),
        ),
        Message::News(news) => of_news(news),
    };
    let is_cancelable = name == "referral-submit";
    match by_browser::dispatch(root, name, &detail, is_cancelable) {
        true => Consent::Given,
        false => Consent::Refused,
    }
}

/// A connection as the events tell of it.
pub(crate) fn connection(connection: &Connection) -> JsValue {
    by_browser::frozen(&in_json(connection))
}

fn in_json(connection: &Connection) -> String {
    let time = |moment: &Option<Moment>| optional(moment.as_ref().map(Moment::text));
    json::object(&[
        ("uuid", optional(connection.uuid.as_deref())),
        ("direction", quoted(connection.direction.as_str())),
        ("status", quoted(connection.status.as_str())),
        ("senderFirm", firm(&connection.sender_firm)),
        ("recipientFirm", firm(&connection.recipient_firm)),
        ("createdAt", time(&connection.created_at)),
        ("updatedAt", time(&connection.updated_at)),
        ("expiresAt", time(&connection.expires_at)),
    ])
}

fn of_news(news: News) -> (&'static str, String) {
    match news {
        News::Sent(made) => {
            let made = made.map_or_else(|| NULL.to_owned(), |made| in_json(&made));
            ("referral-sent", json::object(&[("connection", made)]))
        }
        News::Rejected(rejection) => (
            "referral-rejected",
            json::object(&[
                ("reason", quoted(reason(rejection.reason))),
                ("status", digits(rejection.status.into())),
                ("message", optional(rejection.message.as_deref())),
            ]),
        ),
        News::Unknown(since) => (
            "referral-unknown",
            json::object(&[("since", optional(clock::rfc3339(since).as_deref()))]),
        ),
        News::Status {
            connection: later,
            previous,
        } => (
            "referral-status",
            json::object(&[
                ("connection", in_json(&later)),
                ("previous", quoted(previous.as_str())),
            ]),
        ),
        News::AuthRequired => ("referral-auth-required", json::object(&[])),
    }
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Unauthenticated => "unauthenticated",
        Reason::Forbidden => "forbidden",
        Reason::WrongAddress => "wrong-address",
        Reason::Conflict | Reason::Repeats => "conflict",
        Reason::KeyRefused => "key-refused",
        Reason::TooMany => "too-many",
        Reason::Other => "other",
    }
}

fn firm(firm: &Firm) -> String {
    json::object(&[
        ("uuid", optional(firm.uuid.as_deref())),
        ("name", optional(firm.name.as_deref())),
    ])
}

const NULL: &str = "null";

fn optional(text: Option<&str>) -> String {
    text.map_or_else(|| NULL.to_owned(), quoted)
}

mod by_browser {
    use super::{Element, JsValue, wasm_bindgen};

    #[wasm_bindgen(module = "/src/host_events.js")]
    extern "C" {
        pub(super) fn frozen(json: &str) -> JsValue;
        pub(super) fn dispatch(root: &Element, name: &str, json: &str, is_cancelable: bool)
        -> bool;
    }
}
