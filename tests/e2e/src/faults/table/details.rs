//! 200 with a connection that is odd: what can be read of it is shown.

use serde_json::{Value, json};

use super::ok;
use crate::faults::api::RECIPIENT;
use crate::faults::expected::{Also, Countdown, Details, Expected, Row};

/// The most characters of a name that are shown.
const NAME_MOST: usize = 500;

/// Every odd connection.
#[must_use]
pub fn rows() -> Vec<Row> {
    let mut rows = names();
    rows.extend(times());
    rows.extend(shapes());
    rows
}

/// The connection with one field replaced.
fn with(name: &str, field: &'static str, value: Value, expected: Expected) -> Row {
    let change = move |connection: &Value| {
        let mut changed = connection.clone();
        changed[field] = value.clone();
        changed.to_string().into_bytes()
    };
    ok(name, change, expected)
}

fn without(name: &str, field: &'static str, expected: Expected) -> Row {
    let change = move |connection: &Value| {
        let mut changed = connection.clone();
        if let Some(fields) = changed.as_object_mut() {
            fields.remove(field);
        }
        changed.to_string().into_bytes()
    };
    ok(name, change, expected)
}

fn shown(recipient: &str, badge: &'static str, countdown: Countdown) -> Expected {
    Expected::Sent(Details::Shown {
        recipient: recipient.to_owned(),
        badge,
        countdown,
    })
}

fn names() -> Vec<Row> {
    let firm = |name: &str, called: &str, read: &str| {
        let value = json!({"uuid": "f", "name": called});
        with(
            name,
            "recipient_firm",
            value,
            shown(read, "Pending", Countdown::Shown),
        )
    };
    let markup = "<img src=x onerror=alert(1)><iframe srcdoc=x></iframe>{{7*7}}";
    let bidi = "\u{202e}detimiL eniltluaF\u{202e}";
    let unnamed = || shown("Unnamed firm", "Pending", Countdown::Shown);
    vec![
        firm(
            "a name of 10 kB",
            &"n".repeat(10_240),
            &"n".repeat(NAME_MOST),
        ),
        firm("a name with markup", markup, markup)
            .also(Also::NoElement("img"))
            .also(Also::NoElement("iframe")),
        firm("a name with overrides of direction", bidi, bidi),
        firm("a name of white space", " \t\n", "Unnamed firm"),
        firm(
            "a name with line breaks and nulls",
            "Fault\nline\u{0}!",
            "Fault line\u{0}!",
        ),
        with(
            "a firm that is null",
            "recipient_firm",
            Value::Null,
            unnamed(),
        ),
        with(
            "a firm without a name",
            "recipient_firm",
            json!({"uuid": "f"}),
            unnamed(),
        ),
        without("no firm at all", "recipient_firm", unnamed()),
    ]
}

fn times() -> Vec<Row> {
    let pending = || shown(RECIPIENT, "Pending", Countdown::Absent);
    vec![
        with(
            "expires_at in the past",
            "expires_at",
            json!("2020-01-01T00:00:00+00:00"),
            shown(RECIPIENT, "Expired", Countdown::Absent),
        ),
        with(
            "expires_at in the year 9999",
            "expires_at",
            json!("9999-12-31T23:59:59+00:00"),
            Expected::shown(),
        ),
        without("no expires_at", "expires_at", pending()),
        with("expires_at null", "expires_at", Value::Null, pending()),
        with("expires_at soon", "expires_at", json!("soon"), pending()),
        with(
            "expires_at a number",
            "expires_at",
            json!(1_800_000_000),
            pending(),
        ),
        with(
            "created_at in the year 9999",
            "created_at",
            json!("9999-12-31T23:59:59+00:00"),
            Expected::shown(),
        ),
    ]
}

fn shapes() -> Vec<Row> {
    let twice = |connection: &Value| {
        let fields = connection.to_string();
        let fields = fields.strip_prefix('{').unwrap_or_default();
        format!(r#"{{"status": "denied", "status": "accepted", {fields}"#).into_bytes()
    };
    let only_uuid = |connection: &Value| {
        json!({
            "uuid": connection["uuid"],
            "status": 7,
            "direction": ["sent"],
            "created_at": {},
            "updated_at": [],
            "expires_at": 1,
            "sender_firm": "x",
            "recipient_firm": [[]],
        })
        .to_string()
        .into_bytes()
    };
    vec![
        // The last one counts, as in every browser's own JSON.parse.
        ok("a status given three times", twice, Expected::shown()),
        ok(
            "a UUID and else wrong types",
            only_uuid,
            shown("Unnamed firm", "Unknown status", Countdown::Absent),
        ),
        with(
            "a status that nobody knows",
            "status",
            json!("under_review"),
            shown(RECIPIENT, "Under review", Countdown::Absent),
        ),
        with(
            "a direction that nobody knows",
            "direction",
            json!("sideways"),
            Expected::shown(),
        ),
        with(
            "a UUID of 10 kB",
            "uuid",
            json!("7".repeat(10_240)),
            Expected::shown(),
        ),
    ]
}
