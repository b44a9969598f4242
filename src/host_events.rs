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

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event};

use crate::browser::clock;
use crate::domain::connection::{Connection, Firm};
use crate::domain::outcome::Reason;
use crate::domain::session::News;
use crate::domain::timestamp::Moment;
use crate::view::runner::{Consent, Message};

/// Dispatches the event for a message. Listeners run before this returns, and may do anything.
pub(crate) fn dispatch(root: &Element, message: Message) -> Consent {
    let (name, detail) = match message {
        Message::Submit(key) => (
            "referral-submit",
            frozen(&[("adviserKey", key.as_str().into())]),
        ),
        Message::Expired(shown) => (
            "referral-expired",
            frozen(&[("connection", connection(&shown))]),
        ),
        Message::News(news) => of_news(news),
    };
    let is_cancelable = name == "referral-submit";
    match event(name, &detail, is_cancelable) {
        Some(event) => match root.dispatch_event(&event) {
            Ok(false) => Consent::Refused,
            // It throws only for an event that is being dispatched already.
            Ok(true) | Err(_) => Consent::Given,
        },
        None => Consent::Given,
    }
}

/// A connection as the events tell of it.
pub(crate) fn connection(connection: &Connection) -> JsValue {
    let time = |moment: &Option<Moment>| optional(moment.as_ref().map(Moment::text));
    frozen(&[
        ("uuid", optional(connection.uuid.as_deref())),
        ("direction", connection.direction.as_str().into()),
        ("status", connection.status.as_str().into()),
        ("senderFirm", firm(&connection.sender_firm)),
        ("recipientFirm", firm(&connection.recipient_firm)),
        ("createdAt", time(&connection.created_at)),
        ("updatedAt", time(&connection.updated_at)),
        ("expiresAt", time(&connection.expires_at)),
    ])
}

fn of_news(news: News) -> (&'static str, JsValue) {
    match news {
        News::Sent(made) => {
            let made = made.map_or(JsValue::NULL, |made| connection(&made));
            ("referral-sent", frozen(&[("connection", made)]))
        }
        News::Rejected(rejection) => (
            "referral-rejected",
            frozen(&[
                ("reason", reason(rejection.reason).into()),
                ("status", rejection.status.into()),
                ("message", optional(rejection.message.as_deref())),
            ]),
        ),
        News::Unknown(since) => (
            "referral-unknown",
            frozen(&[("since", optional(clock::rfc3339(since).as_deref()))]),
        ),
        News::Status {
            connection: later,
            previous,
        } => (
            "referral-status",
            frozen(&[
                ("connection", connection(&later)),
                ("previous", previous.as_str().into()),
            ]),
        ),
        News::AuthRequired => ("referral-auth-required", frozen(&[])),
    }
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Unauthenticated => "unauthenticated",
        Reason::Forbidden => "forbidden",
        Reason::WrongAddress => "wrong-address",
        Reason::Conflict => "conflict",
        Reason::KeyRefused => "key-refused",
        Reason::TooMany => "too-many",
        Reason::Other => "other",
    }
}

fn firm(firm: &Firm) -> JsValue {
    frozen(&[
        ("uuid", optional(firm.uuid.as_deref())),
        ("name", optional(firm.name.as_deref())),
    ])
}

fn optional(text: Option<&str>) -> JsValue {
    text.map_or(JsValue::NULL, JsValue::from_str)
}

fn frozen(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    Object::freeze(&object).into()
}

/// `None` in a browser without `CustomEvent`, which no browser with WebAssembly is.
fn event(name: &str, detail: &JsValue, is_cancelable: bool) -> Option<Event> {
    let options = Object::new();
    for (name, value) in [
        ("detail", detail),
        ("bubbles", &JsValue::TRUE),
        ("composed", &JsValue::TRUE),
        ("cancelable", &is_cancelable.into()),
    ] {
        let _ = Reflect::set(&options, &name.into(), value);
    }
    let constructor: Function = Reflect::get(&js_sys::global(), &"CustomEvent".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let arguments = Array::of2(&name.into(), &options);
    Reflect::construct(&constructor, &arguments)
        .ok()?
        .dyn_into()
        .ok()
}
