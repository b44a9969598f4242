//! A request as data and a reply as an outcome: everything about the API that needs no network.
//!
//! Source of the rules: the API's page on creating a referral connection, and for the error bodies Laravel,
//! which the API is built on.

use super::credentials::Token;
use super::endpoint::Endpoint;
use super::wire;
use crate::domain::account::{Account, AccountUuid};
use crate::domain::digits::digits;
use crate::domain::history::{Ask, Page};
use crate::domain::outcome::{Doubt, NotSent, Outcome, Reason, Rejection, Unanswered};
use crate::domain::session::Pending;
use crate::domain::timestamp::Timestamp;

/// What a refusal for too many requests makes people wait if it does not say, in seconds.
const RETRY_AFTER_DEFAULT_S: u32 = 60;

/// The longest that a refusal can make people wait, in seconds.
const RETRY_AFTER_MOST_S: u32 = 300;

/// A request, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The whole address, or a path on the page's own origin.
    pub url: String,
    /// Names and values. One of them holds the token, so a request has no `Debug`.
    pub headers: Vec<(&'static str, String)>,
    /// JSON, if there is a body.
    pub body: Option<String>,
    /// Whether the browser adds the cookies of the page's own origin.
    pub cookies: Cookies,
}

/// Whether a request carries cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookies {
    /// None: the token says who asks.
    Omit,
    /// Those of the page's own origin: they say who asks.
    SameOrigin,
}

/// The HTTP methods that we use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Changes nothing and may be repeated.
    Get,
    /// Makes the API email a person: never repeated by itself.
    Post,
}

/// A reply whose status line arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status; 0 for a redirect, which the browser does not let us see.
    pub status: u16,
    /// Whether it has not one header that may be read. Servers send some; without any, the status may be the
    /// browser's own: Chromium makes 200 of half a status line, and Firefox of any bytes at all.
    pub is_bare: bool,
    /// The body, or as much of it as arrived and may be read.
    pub body: Vec<u8>,
    /// The `Retry-After` header, where it is there and the browser lets us read it.
    pub retry_after: Option<String>,
    /// The `Date` header, likewise.
    pub date: Option<String>,
}

/// Why there is no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The browser refused to make the request: nothing left.
    Refused,
    /// The connection failed, at a moment that the browser does not tell.
    ConnectionLost,
    /// No reply in time.
    TimedOut,
}

/// Creates a referral connection request. Without a token, here and below, a cookie session is meant.
///
/// A gateway is told which press this is, and of one that sends a code `in_doubt` once more, that the person has confirmed
/// it: there is no other way to such a press.
#[must_use]
pub fn create(
    endpoint: &Endpoint,
    token: Option<&Token>,
    pending: &Pending,
    in_doubt: &[Pending],
) -> Request {
    let mut headers = headers(token, Some(&pending.account));
    headers.push(("Content-Type", "application/json".to_owned()));
    if is_for_gateway(token) {
        headers.push(("Idempotency-Key", pending.idempotency_key.clone()));
        if in_doubt.iter().any(|past| past.is_for(&pending.key)) {
            headers.push(("X-Referral-Confirmed", "1".to_owned()));
        }
    }
    Request {
        method: Method::Post,
        url: endpoint.url("referral-connections"),
        headers,
        body: Some(wire::create_body(&pending.key)),
        cookies: cookies(token),
    }
}

/// Asks for connections.
#[must_use]
pub fn ask(
    endpoint: &Endpoint,
    token: Option<&Token>,
    account: &AccountUuid,
    ask: &Ask,
) -> Request {
    let path = match ask {
        Ask::One(uuid) => ["referral-connections/", &escaped(uuid)].concat(),
        Ask::Page {
            filter,
            page,
            per_page,
        } => {
            let given = |name: &'static str, value: Option<&'static str>| match value {
                // All that a filter can be needs no escaping.
                Some(value) => [name, value],
                None => ["", ""],
            };
            let [direction, wanted] = given("&filter%5Bdirection%5D=", filter.direction);
            let [status, wished] = given("&filter%5Bstatus%5D=", filter.status);
            let per_page = digits((*per_page).into());
            let page = digits((*page).into());
            let first = "referral-connections?per_page=";
            [
                first, &per_page, direction, wanted, status, wished, "&page=", &page,
            ]
            .concat()
        }
    };
    get(endpoint.url(&path), token, Some(account))
}

/// Asks which accounts the token may act for.
#[must_use]
pub fn logins(endpoint: &Endpoint, token: Option<&Token>) -> Request {
    get(endpoint.url("logins"), token, None)
}

/// What the reply to [`create`] says of the email. `now` gives a meaning to a `Retry-After` that is a date.
#[must_use]
pub fn interpret_create(reply: Result<Reply, Failure>, now: Timestamp) -> Outcome {
    let reply = match reply {
        Ok(reply) => reply,
        Err(Failure::Refused) => return Outcome::NotSent(NotSent::Refused),
        Err(Failure::ConnectionLost) => return Outcome::Unknown(Doubt::ConnectionLost),
        Err(Failure::TimedOut) => return Outcome::Unknown(Doubt::TimedOut),
    };
    if (200..300).contains(&reply.status) {
        let made = wire::connection(&reply.body);
        if reply.status == 200 && reply.is_bare && made.is_none() {
            return Outcome::Unknown(Doubt::ConnectionLost);
        }
        return Outcome::Sent(made.map(Box::new));
    }
    let Some(mut reason) = Reason::of_status(reply.status) else {
        return Outcome::Unknown(Doubt::Status(reply.status));
    };
    let of_gateway = wire::gateway_outcome(&reply.body);
    match (reply.status, of_gateway.as_deref()) {
        // By another press, or by this one whose answer was lost on the way.
        (409, Some("under-way")) => return Outcome::Unknown(Doubt::Status(409)),
        (409, Some("repeats")) => reason = Reason::Repeats,
        (424, Some(_)) => return Outcome::NotSent(NotSent::OutOfReach),
        _ => {}
    }
    // Other refusals have a message as well, but it may hold the names of the server's classes. A gateway's has none, and
    // says how long to wait where that is longer than is counted down.
    let message = match reason {
        Reason::KeyRefused | Reason::Conflict => wire::refusal(&reply.body),
        Reason::TooMany if of_gateway.is_some() => wire::refusal(&reply.body),
        _ => None,
    };
    Outcome::Rejected(Rejection {
        reason,
        status: reply.status,
        message,
        retry_after_s: (reason == Reason::TooMany)
            .then(|| retry_after_s(reply.retry_after.as_deref(), now)),
    })
}

/// What the reply to [`ask`] has: to a question for one connection, a page of it alone.
///
/// # Errors
/// [`Unanswered`] unless the reply is what was asked for.
pub fn interpret_ask(
    ask: &Ask,
    reply: Result<Reply, Failure>,
    now: Timestamp,
) -> Result<Page, Unanswered> {
    let body = answered(reply, now)?;
    let page = match ask {
        Ask::Page { .. } => wire::page(&body),
        Ask::One(_) => wire::connection(&body).map(|one| Page {
            connections: vec![one],
            has_more: false,
        }),
    };
    page.ok_or(Unanswered::Failed)
}

/// The accounts that a token may act for, in the API's order.
///
/// # Errors
/// [`Unanswered`] unless the reply is a list.
pub fn interpret_logins(
    reply: Result<Reply, Failure>,
    now: Timestamp,
) -> Result<Vec<Account>, Unanswered> {
    answered(reply, now).and_then(|body| wire::accounts(&body).ok_or(Unanswered::Failed))
}

/// The API's time, as its reply tells it: to the second (RFC 9110, section 6.6.1).
#[must_use]
pub fn api_now(reply: &Result<Reply, Failure>) -> Option<Timestamp> {
    Timestamp::parse_http_date(reply.as_ref().ok()?.date.as_deref()?.trim())
}

/// Whether a reply says that the token is not, or no longer, good.
#[must_use]
pub fn wants_another_token(reply: &Result<Reply, Failure>) -> bool {
    matches!(reply, Ok(Reply { status: 401, .. }))
}

fn get(url: String, token: Option<&Token>, account: Option<&AccountUuid>) -> Request {
    Request {
        method: Method::Get,
        url,
        headers: headers(token, account),
        body: None,
        cookies: cookies(token),
    }
}

fn cookies(token: Option<&Token>) -> Cookies {
    match token {
        Some(_) => Cookies::Omit,
        None => Cookies::SameOrigin,
    }
}

/// Whether a gateway of the host's takes the request, and not Plannr itself (`docs/gateway.md`).
fn is_for_gateway(token: Option<&Token>) -> bool {
    token.is_none_or(Token::is_of_gateway)
}

fn headers(token: Option<&Token>, account: Option<&AccountUuid>) -> Vec<(&'static str, String)> {
    let mut headers = vec![("Accept", "application/json".to_owned())];
    if let Some(token) = token {
        headers.push(("Authorization", token.authorization()));
    }
    // Plannr knows of no such header, and may be told none: browsers would ask it first.
    if is_for_gateway(token) {
        headers.push(("X-Referral-Connect", "1".to_owned()));
    }
    if let Some(account) = account {
        headers.push(("X-PLANNR-ACCOUNT-UUID", account.as_str().to_owned()));
    }
    headers
}

/// A UUID comes from the API and is put into an address: only what cannot change the path goes in as it is.
fn escaped(segment: &str) -> String {
    segment.bytes().fold(String::new(), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            path.push(char::from(byte));
        } else {
            path.push('%');
            for digit in [byte >> 4, byte & 15] {
                path.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
        path
    })
}

fn answered(reply: Result<Reply, Failure>, now: Timestamp) -> Result<Vec<u8>, Unanswered> {
    match reply {
        Ok(reply) => match reply.status {
            200..=299 => Ok(reply.body),
            401 => Err(Unanswered::Unauthenticated),
            403 => Err(Unanswered::Forbidden),
            404 | 405 => Err(Unanswered::NotOffered),
            429 => Err(Unanswered::TooMany {
                retry_after_s: retry_after_s(reply.retry_after.as_deref(), now),
            }),
            _ => Err(Unanswered::Failed),
        },
        Err(Failure::Refused) => Err(Unanswered::BadEndpoint),
        Err(Failure::ConnectionLost | Failure::TimedOut) => Err(Unanswered::Failed),
    }
}

/// RFC 9110, section 10.2.3: seconds or a date.
fn retry_after_s(header: Option<&str>, now: Timestamp) -> u32 {
    let header = header.map(str::trim).unwrap_or_default();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are more than the most.
        let seconds = header.parse().unwrap_or(RETRY_AFTER_MOST_S);
        return seconds.clamp(1, RETRY_AFTER_MOST_S);
    }
    match Timestamp::parse_http_date(header) {
        Some(at) => {
            let seconds = at.millis_since(now).saturating_add(999) / 1000;
            let most = i64::from(RETRY_AFTER_MOST_S);
            u32::try_from(seconds.clamp(1, most)).unwrap_or(RETRY_AFTER_DEFAULT_S)
        }
        None => RETRY_AFTER_DEFAULT_S,
    }
}
