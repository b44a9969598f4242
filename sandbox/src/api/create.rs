//! `POST /api/v1/referral-connections`

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use http_body_util::BodyExt;
use hyper::body::Frame;
use jiff::{SignedDuration, Timestamp, ToSpan, Unit};
use serde_json::Value;
use tokio::time;

use super::{Failure, admission, cors::FromAProxy, laravel, laravel::KeyFault};
use crate::{
    App, cast,
    cast::Persona,
    script::{Direction, Form, Lasting, Making, Refusal, Reply, Script},
    server::{Line, stopped},
    store::{Connection, NewConnection},
    wire,
};

pub(super) async fn create(
    State(app): State<App>,
    Extension(line): Extension<Line>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    let account = admission::acting_account(&headers)?;
    let code = adviser_key(&headers, &body)?;
    let (making, reply) = match Script::of(&code) {
        Script::Record(making, reply) => (making, reply),
        Script::Refuse(refusal) => return refuse(refusal, app.clock.now()),
    };
    let new = new_connection(account, &code, making, app.clock.now());
    let connection = app.store.record(new).await?;
    Ok(match reply {
        Reply::Ok => shown(StatusCode::OK, &connection),
        Reply::Created => shown(StatusCode::CREATED, &connection),
        Reply::Late => {
            tokio::select! {
                () = time::sleep(app.slow_answer_after) => shown(StatusCode::OK, &connection),
                () = stopped(app.stopping) => match line.hang_up().await {},
            }
        }
        Reply::HangUp => match line.hang_up().await {},
        Reply::BreakOff => broken_off(&connection),
        Reply::Html => Html(NOT_JSON).into_response(),
        Reply::Empty => StatusCode::NO_CONTENT.into_response(),
    })
}

/// The code in a request, by Laravel's rules `required|string|size:8`, after it has trimmed all input.
fn adviser_key(headers: &HeaderMap, body: &[u8]) -> Result<String, Failure> {
    let says_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(laravel::says_json);
    // Laravel reads what it cannot decode as no input at all.
    let input: Value = match says_json {
        true => serde_json::from_slice(body).unwrap_or_default(),
        false => Value::Null,
    };
    let fault = match input.get("adviser_key") {
        None | Some(Value::Null) => KeyFault::Missing,
        Some(Value::String(key)) => match key.trim() {
            "" => KeyFault::Missing,
            key if key.chars().count() == 8 => return Ok(key.to_owned()),
            _ => KeyFault::Not8Characters,
        },
        Some(Value::Array(list)) if list.is_empty() => KeyFault::Missing,
        Some(_) => KeyFault::NotText,
    };
    Err(Failure::AdviserKey(fault))
}

fn refuse(refusal: Refusal, now: Timestamp) -> Result<Response, Failure> {
    Err(match refusal {
        Refusal::UnknownCode => Failure::AdviserKey(KeyFault::Unknown),
        Refusal::OwnCode => Failure::AdviserKey(KeyFault::Own),
        Refusal::AlreadyConnected => Failure::AlreadyConnected,
        Refusal::TooManyAttempts => Failure::TooManyAttempts {
            retry_after_s: 5,
            resets: later(now, SignedDuration::from_secs(5)),
        },
        Refusal::ServerError => Failure::Server(None),
        Refusal::Maintenance => return Ok(maintenance()),
    })
}

/// A connection that is to be made now.
fn new_connection<'a>(
    account: &'a Persona,
    code: &'a str,
    making: Making,
    now: Timestamp,
) -> NewConnection<'a> {
    // Laravel keeps whole seconds, cut rather than rounded, unless a table says otherwise.
    let created = match making.form {
        Form::Wrapped => now,
        Form::Plain | Form::Documented => cut_to_second(now),
    };
    let expires = match making.lasts {
        Lasting::TenSeconds => later(created, SignedDuration::from_secs(10)),
        Lasting::ThirtyDays => created
            .to_zoned(wire::LONDON.clone())
            .saturating_add(30.days())
            .timestamp(),
    };
    let parties = match making.direction {
        Direction::Sent => cast::parties(account, making.counterpart),
        Direction::Received => cast::parties(making.counterpart, account),
    };
    NewConnection {
        account_uuid: account.account_uuid,
        adviser_key: code,
        direction: making.direction,
        status: making.status,
        settles: making
            .settles
            .map(|(status, after)| (status, later(now, after))),
        form: making.form,
        created,
        expires,
        parties,
    }
}

fn cut_to_second(instant: Timestamp) -> Timestamp {
    let rounding = jiff::TimestampRound::new()
        .smallest(Unit::Second)
        .mode(jiff::RoundMode::Floor);
    // Rounding fails beyond the last instant alone, where there is nothing to cut to.
    instant.round(rounding).unwrap_or(instant)
}

fn later(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn shown(status: StatusCode, connection: &Connection) -> Response {
    laravel::json(status, &wire::resource(connection))
}

/// What a proxy says while the application behind it is away.
fn maintenance() -> Response {
    let headers = [(header::RETRY_AFTER, "120")];
    let mut response =
        (StatusCode::SERVICE_UNAVAILABLE, headers, Html(MAINTENANCE)).into_response();
    response.extensions_mut().insert(FromAProxy);
    response
}

/// An answer that announces JSON and loses its connection half way through it.
fn broken_off(connection: &Connection) -> Response {
    let mut text = wire::resource(connection).to_string().into_bytes();
    text.truncate(text.len() / 2);
    let body = Body::new(BrokenOff::Unsent(text.into()).map_err(axum::Error::new));
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// A body that sends something and then fails.
enum BrokenOff {
    Unsent(Bytes),
    /// The server writes to the socket while the body has nothing for it, so there is a pause here.
    Sent,
    Over,
}

impl hyper::body::Body for BrokenOff {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match std::mem::replace(&mut *self, Self::Over) {
            Self::Unsent(half) => {
                *self = Self::Sent;
                Poll::Ready(Some(Ok(Frame::data(half))))
            }
            Self::Sent => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Over => Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into()))),
        }
    }
}

const MAINTENANCE: &str = "<!DOCTYPE html>
<html lang=\"en\"><head><title>Service Unavailable</title></head>
<body><h1>503 Service Unavailable</h1><p>We will be back shortly.</p></body></html>
";

const NOT_JSON: &str = "<!DOCTYPE html>
<html lang=\"en\"><head><title>Welcome</title></head>
<body><h1>Welcome</h1><p>This page is not what was asked for.</p></body></html>
";
