//! What the API says when nothing is wrong with it.

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::backend::{ACCOUNT_UUID, CONNECTIONS_PATH, OWN_FIRM};

/// The firm that every request goes to.
pub const RECIPIENT: &str = "Faultline & Daughters Limited";

/// How long a request can be answered.
const WINDOW: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A connection that was made just now: the `number`th of this server.
pub(super) fn connection(number: usize) -> Result<Value> {
    let now = Timestamp::now().round(jiff::Unit::Second)?;
    Ok(json!({
        "uuid": format!("7f3a1c52-0d6e-4b8a-9c41-{number:012}"),
        "status": "pending",
        "direction": "sent",
        "created_at": now.to_string(),
        "updated_at": now.to_string(),
        "expires_at": (now + WINDOW).to_string(),
        "sender_firm": {"uuid": "b2c4d6e8-1f3a-4c5e-8a7b-000000000001", "name": OWN_FIRM},
        "recipient_firm": {"uuid": "b2c4d6e8-1f3a-4c5e-8a7b-000000000002", "name": RECIPIENT},
    }))
}

/// The body for a path with its query, if the API has something there. `connections` are in the order in which they
/// were made.
pub(super) fn body(target: &str, connections: &[Value]) -> Option<Value> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path == "/api/v1/logins" {
        return Some(logins());
    }
    let uuid = path.strip_prefix(CONNECTIONS_PATH)?;
    if let Some(uuid) = uuid.strip_prefix('/') {
        return connections
            .iter()
            .find(|connection| connection["uuid"] == uuid)
            .cloned();
    }
    let listed: Vec<&Value> = connections
        .iter()
        .rev()
        .filter(|connection| passes(connection, query))
        .collect();
    uuid.is_empty()
        .then(|| json!({"data": listed, "links": {}, "meta": {}}))
}

/// Whether a connection passes every `filter[name]=value` of a query.
fn passes(connection: &Value, query: &str) -> bool {
    let query = query.replace("%5B", "[").replace("%5D", "]");
    query
        .split('&')
        .filter_map(|part| part.strip_prefix("filter[")?.split_once("]="))
        .all(|(name, value)| connection[name] == value)
}

fn logins() -> Value {
    json!({"data": [{
        "uuid": "5d0c6a1e-93b7-4f28-b6a4-000000000003",
        "preferred_account_uuid": ACCOUNT_UUID,
        "account": {
            "uuid": ACCOUNT_UUID,
            "name": "Morgan Ashdown",
            "role": "adviser",
            "firm": {"name": OWN_FIRM},
        },
    }]})
}
