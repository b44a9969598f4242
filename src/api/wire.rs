//! The API's JSON.
//!
//! What is received is read field by field out of a JSON value rather than into a fixed shape: a field that
//! is missing, `null` or of another type than documented costs that field and no more. An adviser whose
//! request was sent should not be told otherwise because a date was a number.

use crate::domain::account::Account;
use crate::domain::adviser_key::AdviserKey;
use crate::domain::connection::{Connection, Direction, Firm, Status};
use crate::domain::history::Page;
use crate::domain::timestamp::Moment;
use crate::json::{self, Value};

/// The longest text taken from a reply to be shown, in characters.
const SHOWN_TEXT_MOST: usize = 500;

/// The longest UUID that is one, in bytes: a real one has 36, the published example's firms have 7.
const UUID_MOST_BYTES: usize = 100;

/// The body of the request that creates a referral connection.
#[must_use]
pub fn create_body(key: &AdviserKey) -> String {
    json::object(&[("adviser_key", json::quoted(key.as_str()))])
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
    let fields = bare(json.as_bytes())?;
    read_connection(&|name| {
        let in_events = match name {
            "sender_firm" => "senderFirm",
            "recipient_firm" => "recipientFirm",
            "created_at" => "createdAt",
            "updated_at" => "updatedAt",
            "expires_at" => "expiresAt",
            _ => name,
        };
        fields.get(in_events).or_else(|| fields.get(name))
    })
}

/// The connections of a list, `{"data": […]}` or bare; `None` if the body is no list. An entry that is no
/// connection is passed over.
#[must_use]
pub fn connections(body: &[u8]) -> Option<Vec<Connection>> {
    Some(page(body)?.connections)
}

/// The same with whether the API has more: Laravel's lists name the next page in their `links`.
#[must_use]
pub fn page(body: &[u8]) -> Option<Page> {
    let reply = Value::parse(body)?;
    let next = reply.get("links").and_then(|links| links.get("next"));
    Some(Page {
        connections: list(&reply)?.iter().filter_map(connection_of).collect(),
        has_more: next.is_some_and(|next| next.text().is_some()),
    })
}

/// The accounts of `GET /api/v1/logins`; `None` if the body is no list. A login whose account has no UUID is
/// passed over: nothing can be sent for it.
#[must_use]
pub fn accounts(body: &[u8]) -> Option<Vec<Account>> {
    let reply = Value::parse(body)?;
    Some(list(&reply)?.iter().filter_map(account_of).collect())
}

/// What a refusal says of the code: the first message about `adviser_key`, else the first about any field,
/// else its general message.
#[must_use]
pub fn refusal(body: &[u8]) -> Option<String> {
    let reply = Value::parse(body)?;
    let of_field = reply.get("errors").and_then(|errors| {
        let of_code = errors.get("adviser_key");
        match errors.values() {
            Some(fields) => {
                let of_code = of_code.as_ref().and_then(first_shown_text);
                of_code.or_else(|| fields.iter().find_map(first_shown_text))
            }
            None => first_shown_text(&errors),
        }
    });
    of_field.or_else(|| shown_text(reply.get("message")))
}

/// What a gateway says became of a request that it refuses.
#[must_use]
pub fn gateway_outcome(body: &[u8]) -> Option<String> {
    Value::parse(body)?.get("outcome")?.text()
}

/// The fields of an object, out of the `data` that it may be wrapped in.
fn bare(body: &[u8]) -> Option<Value> {
    let fields = Value::parse(body).filter(Value::is_object)?;
    let inner = fields.get("data").filter(Value::is_object);
    Some(inner.unwrap_or(fields))
}

fn list(reply: &Value) -> Option<Vec<Value>> {
    reply.entries().or_else(|| reply.get("data")?.entries())
}

fn connection_of(fields: &Value) -> Option<Connection> {
    read_connection(&|name| fields.get(name))
}

fn read_connection(field: &dyn Fn(&str) -> Option<Value>) -> Option<Connection> {
    let uuid = text(field("uuid")).filter(|uuid| uuid.len() <= UUID_MOST_BYTES);
    // A word that we do not know is shown.
    let status = shown_text(field("status"));
    // Any object at all may come with a 200. One that has neither of these is not about a connection.
    if uuid.is_none() && status.is_none() {
        return None;
    }
    let moment = |name| text(field(name)).map(Moment::new);
    Some(Connection {
        uuid,
        // The API answers a request of ours: unless it says otherwise, we sent it.
        direction: text(field("direction"))
            .map_or(Direction::Sent, |word| Direction::from(word.as_str())),
        status: status.map_or(Status::Other(String::new()), |word| {
            Status::from(word.as_str())
        }),
        sender_firm: firm(field("sender_firm")),
        recipient_firm: firm(field("recipient_firm")),
        created_at: moment("created_at"),
        updated_at: moment("updated_at"),
        expires_at: moment("expires_at"),
    })
}

fn firm(value: Option<Value>) -> Firm {
    Firm {
        uuid: value.as_ref().and_then(|firm| text(firm.get("uuid"))),
        name: value.as_ref().and_then(name),
    }
}

/// The name of a firm or an account.
fn name(of: &Value) -> Option<String> {
    shown_text(of.get("name"))
}

fn account_of(login: &Value) -> Option<Account> {
    let account = login.get("account")?;
    let uuid = text(account.get("uuid"))?;
    let preferred = text(login.get("preferred_account_uuid")).is_some_and(|other| other == uuid);
    Some(Account {
        uuid: uuid.parse().ok()?,
        name: name(&account),
        firm: account.get("firm").as_ref().and_then(name),
        role: shown_text(account.get("role")).or_else(|| shown_text(account.get("type"))),
        preferred,
    })
}

/// A text as it is, or in the `{"example": …}` object that the API's page shows in its place.
fn text(value: Option<Value>) -> Option<String> {
    let value = value?;
    let words = match value.text() {
        Some(words) => words,
        None => value.get("example")?.text()?,
    };
    let words = words.trim();
    (!words.is_empty()).then(|| words.to_owned())
}

/// A text that people read: no longer than [`SHOWN_TEXT_MOST`], and without white space where it was cut.
fn shown_text(value: Option<Value>) -> Option<String> {
    let mut words = text(value)?;
    if let Some((end, _)) = words.char_indices().nth(SHOWN_TEXT_MOST) {
        words.truncate(words[..end].trim_end().len());
    }
    Some(words)
}

fn first_shown_text(value: &Value) -> Option<String> {
    match value.entries() {
        Some(entries) => entries
            .into_iter()
            .find_map(|entry| shown_text(Some(entry))),
        None => shown_text(Some(value.clone())),
    }
}
