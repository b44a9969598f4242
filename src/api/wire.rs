//! The API's JSON.
//!
//! What is received is read field by field out of a JSON value rather than into a fixed shape: a field that
//! is missing, `null` or of another type than documented costs that field and no more. An adviser whose
//! request was sent should not be told otherwise because a date was a number.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::account::Account;
use crate::domain::adviser_key::AdviserKey;
use crate::domain::connection::{Connection, Direction, Firm, Status};
use crate::domain::timestamp::Moment;

/// The longest text taken from a reply to be shown, in characters.
const SHOWN_TEXT_MOST: usize = 500;

/// The longest UUID that is one, in bytes: a real one has 36, the published example's firms have 7.
const UUID_MOST_BYTES: usize = 100;

#[derive(Serialize)]
struct CreateBody<'a> {
    adviser_key: &'a str,
}

/// The body of the request that creates a referral connection.
#[must_use]
pub fn create_body(key: &AdviserKey) -> String {
    // A struct of one string always serialises.
    serde_json::to_string(&CreateBody {
        adviser_key: key.as_str(),
    })
    .unwrap_or_default()
}

/// A connection, bare as on the API's page or wrapped in `data` as Laravel's resources are; `None` if the body
/// holds nothing that says it is one.
#[must_use]
pub fn connection(body: &[u8]) -> Option<Connection> {
    connection_of(&bare(body)?)
}

/// A connection that a host has, in the API's JSON or in the shape of our events; `None` if it is none.
#[must_use]
pub fn given_connection(json: &str) -> Option<Connection> {
    let mut fields = bare(json.as_bytes())?;
    for (in_events, in_api) in [
        ("senderFirm", "sender_firm"),
        ("recipientFirm", "recipient_firm"),
        ("createdAt", "created_at"),
        ("updatedAt", "updated_at"),
        ("expiresAt", "expires_at"),
    ] {
        if let Some(value) = fields.remove(in_events) {
            fields.insert(in_api.to_owned(), value);
        }
    }
    connection_of(&fields)
}

/// The connections of a list, `{"data": […]}` or bare; `None` if the body is no list. An entry that is no
/// connection is passed over.
#[must_use]
pub fn connections(body: &[u8]) -> Option<Vec<Connection>> {
    let listed = list(body)?;
    Some(
        listed
            .iter()
            .filter_map(Value::as_object)
            .filter_map(connection_of)
            .collect(),
    )
}

/// The accounts of `GET /api/v1/logins`; `None` if the body is no list. A login whose account has no UUID is
/// passed over: nothing can be sent for it.
#[must_use]
pub fn accounts(body: &[u8]) -> Option<Vec<Account>> {
    let listed = list(body)?;
    Some(
        listed
            .iter()
            .filter_map(Value::as_object)
            .filter_map(account_of)
            .collect(),
    )
}

/// What a refusal says of the code: the first message about `adviser_key`, else the first about any field,
/// else its general message.
#[must_use]
pub fn refusal(body: &[u8]) -> Option<String> {
    let Value::Object(reply) = parse(body)? else {
        return None;
    };
    let of_field = reply.get("errors").and_then(|errors| match errors {
        Value::Object(fields) => fields
            .get("adviser_key")
            .and_then(first_shown_text)
            .or_else(|| fields.values().find_map(first_shown_text)),
        other => first_shown_text(other),
    });
    of_field.or_else(|| shown_text(reply.get("message")))
}

fn parse(body: &[u8]) -> Option<Value> {
    const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
    serde_json::from_slice(body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body)).ok()
}

/// The fields of an object, out of the `data` that it may be wrapped in.
fn bare(body: &[u8]) -> Option<Map<String, Value>> {
    let Value::Object(mut fields) = parse(body)? else {
        return None;
    };
    Some(match fields.remove("data") {
        Some(Value::Object(inner)) => inner,
        _ => fields,
    })
}

fn list(body: &[u8]) -> Option<Vec<Value>> {
    match parse(body)? {
        Value::Array(entries) => Some(entries),
        Value::Object(mut reply) => match reply.remove("data") {
            Some(Value::Array(entries)) => Some(entries),
            _ => None,
        },
        _ => None,
    }
}

fn connection_of(fields: &Map<String, Value>) -> Option<Connection> {
    let uuid = text(fields.get("uuid")).filter(|uuid| uuid.len() <= UUID_MOST_BYTES);
    // A word that we do not know is shown.
    let status = shown_text(fields.get("status"));
    // Any object at all may come with a 200. One that has neither of these is not about a connection.
    if uuid.is_none() && status.is_none() {
        return None;
    }
    let moment = |name| text(fields.get(name)).map(Moment::new);
    Some(Connection {
        uuid,
        // The API answers a request of ours: unless it says otherwise, we sent it.
        direction: text(fields.get("direction"))
            .map_or(Direction::Sent, |word| Direction::from(word.as_str())),
        status: status.map_or(Status::Other(String::new()), |word| {
            Status::from(word.as_str())
        }),
        sender_firm: firm(fields.get("sender_firm")),
        recipient_firm: firm(fields.get("recipient_firm")),
        created_at: moment("created_at"),
        updated_at: moment("updated_at"),
        expires_at: moment("expires_at"),
    })
}

fn firm(value: Option<&Value>) -> Firm {
    Firm {
        uuid: value.and_then(|firm| text(firm.get("uuid"))),
        name: name(value),
    }
}

/// The name of a firm or an account.
fn name(of: Option<&Value>) -> Option<String> {
    shown_text(of?.get("name"))
}

fn account_of(login: &Map<String, Value>) -> Option<Account> {
    let account = login.get("account")?;
    let uuid = text(account.get("uuid"))?;
    let preferred = text(login.get("preferred_account_uuid")).is_some_and(|other| other == uuid);
    Some(Account {
        uuid: uuid.parse().ok()?,
        name: name(Some(account)),
        firm: name(account.get("firm")),
        role: shown_text(account.get("role")).or_else(|| shown_text(account.get("type"))),
        preferred,
    })
}

/// A text as it is, or in the `{"example": …}` object that the API's page shows in its place.
fn text(value: Option<&Value>) -> Option<String> {
    let words = match value? {
        Value::String(words) => words,
        Value::Object(wrapper) => wrapper.get("example")?.as_str()?,
        _ => return None,
    };
    let words = words.trim();
    (!words.is_empty()).then(|| words.to_owned())
}

/// A text that people read: no longer than [`SHOWN_TEXT_MOST`], and without white space where it was cut.
fn shown_text(value: Option<&Value>) -> Option<String> {
    let cut: String = text(value)?.chars().take(SHOWN_TEXT_MOST).collect();
    Some(cut.trim_end().to_owned())
}

fn first_shown_text(value: &Value) -> Option<String> {
    match value {
        Value::Array(entries) => entries.iter().find_map(|entry| shown_text(Some(entry))),
        other => shown_text(Some(other)),
    }
}
