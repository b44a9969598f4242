//! What reads what comes from outside, as functions of texts alone: for the fuzz target in `fuzz/`, and the test that
//! replays what it found worth keeping. It is no part of the interface.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::{
    accounts,
    clock::Instant,
    list::{self, List},
    origin, relay, send, ticket,
};

/// The key and the code of a request to send, if it is one.
#[must_use]
pub fn press(key: &[u8], content_type: &[u8], body: &[u8]) -> Option<(String, String)> {
    let mut headers = HeaderMap::new();
    for (name, value) in [(send::KEY, key), (header::CONTENT_TYPE, content_type)] {
        headers.insert(name, HeaderValue::from_bytes(value).ok()?);
    }
    Some((send::key(&headers)?, send::code(&headers, body).ok()?))
}

/// What is asked of the list, if it may be.
#[must_use]
pub fn query(text: &str) -> Option<Vec<(String, String)>> {
    relay::allowed(text)
}

/// The user that a ticket names, if the secret made it and the time, in milliseconds since 1970, has not run out.
#[must_use]
pub fn ticket(text: &str, secret: &[u8], now_ms: i64) -> Option<String> {
    ticket::read(text, secret, Instant(now_ms)).map(|claims| claims.sub)
}

/// The UUIDs in the API's list of connections, if all of it can be read.
#[must_use]
pub fn connections(body: &[u8]) -> Option<Vec<String>> {
    List::read(body).map(List::into_uuids)
}

/// The UUID of the connection in the API's answer to a request; empty if there is none.
#[must_use]
pub fn connection(body: &[u8]) -> String {
    list::uuid_in(body)
}

/// The accounts in the API's list of logins, and the preferred one, which may be empty.
#[must_use]
pub fn accounts(body: &[u8]) -> Option<(Vec<String>, String)> {
    let logins = accounts::read(body)?;
    let uuids = logins.accounts.into_iter().map(|account| account.uuid);
    Some((uuids.collect(), logins.preferred))
}

/// Whether people may be led there after they have signed in.
#[must_use]
pub fn is_own_path(text: &str) -> bool {
    origin::is_own_path(text)
}
