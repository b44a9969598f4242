//! What goes over the wire, in the API's names.

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{script::Form, store::Connection};

/// A firm, as in `sender_firm`.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Firm {
    pub(crate) name: String,
    pub(crate) uuid: String,
}

/// An account as a live server writes it: the published fields as strings.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) role: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) uuid: String,
    pub(crate) email: String,
    pub(crate) last_name: String,
    pub(crate) photo_url: String,
    pub(crate) created_at: String,
    pub(crate) first_name: String,
    pub(crate) updated_at: String,
    pub(crate) external_references: Vec<String>,
}

/// Both sides of a connection.
#[derive(Serialize, Deserialize)]
pub(crate) struct Parties {
    pub(crate) sender_firm: Firm,
    pub(crate) recipient_firm: Firm,
    pub(crate) sender_account: Account,
    pub(crate) recipient_account: Account,
}

/// A connection as an answer's whole body.
pub(crate) fn resource(connection: &Connection) -> Value {
    match connection.form {
        Form::Wrapped => json!({ "data": item(connection) }),
        Form::Plain | Form::Documented => item(connection),
    }
}

/// A connection as one of a list.
pub(crate) fn item(connection: &Connection) -> Value {
    let time = match connection.form {
        Form::Wrapped => with_microseconds,
        Form::Plain | Form::Documented => in_utc,
    };
    let expires_at = match connection.form {
        Form::Wrapped => with_microseconds(connection.expires),
        Form::Plain | Form::Documented => in_london(connection.expires),
    };
    let account = match connection.form {
        Form::Plain => |account: &Account| json!(account),
        Form::Documented | Form::Wrapped => documented,
    };
    let parties = &connection.parties;
    json!({
        "uuid": connection.uuid,
        "status": connection.status,
        "direction": connection.direction,
        "created_at": time(connection.created),
        "expires_at": expires_at,
        "updated_at": time(connection.updated),
        "sender_firm": parties.sender_firm,
        "recipient_firm": parties.recipient_firm,
        "sender_account": account(&parties.sender_account),
        "recipient_account": account(&parties.recipient_account),
    })
}

/// `2026-01-20T17:51:29+00:00`
pub(crate) fn in_utc(instant: Timestamp) -> String {
    instant
        .to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

/// London's time: `2026-04-19T13:25:15+01:00`, or `+00:00` in winter.
fn in_london(instant: Timestamp) -> String {
    instant
        .to_zoned(LONDON.clone())
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

/// `2026-01-20T17:51:29.123456Z`
fn with_microseconds(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

/// Where Plannr is at home: its published example of a spring month ends in `+01:00`.
pub(crate) static LONDON: TimeZone = jiff::tz::get!("Europe/London");

/// An account as the documentation publishes it: each field an object about itself.
fn documented(account: &Account) -> Value {
    let field = |example: &str, description: &str| json!({ "example": example, "collection": false, "description": description });
    json!({
        "name": field(&account.name, "Name"),
        "role": field(&account.role, "Account role"),
        "type": field(&account.kind, "Account type"),
        "uuid": field(&account.uuid, "The UUID of the resource."),
        "email": field(
            &account.email,
            "(Deprecated - Please use the primary email of the account instead). The email of the account.",
        ),
        "last_name": field(&account.last_name, "Last name"),
        "photo_url": field(&account.photo_url, "The photo URL of the client"),
        "created_at": field(
            &account.created_at,
            "The timestamp of when the resource was created.",
        ),
        "first_name": field(&account.first_name, "First name"),
        "updated_at": field(
            &account.updated_at,
            "The timestamp of when the resource was updated.",
        ),
        "external_references": {
            "example": "App\\Http\\Resources\\ExternalReferenceResource",
            "collection": true,
            "description": "The external references that have been added to the client.",
        },
    })
}
