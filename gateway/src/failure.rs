//! Why a request is not answered as it wished, in words for people and in words for programs.

use std::{borrow::Cow, time::Duration};

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{store::StoreError, upstream::Trouble};

/// Why a request is refused, or remains without the API's answer.
///
/// `outcome` in the body says for a send what became of it. A status from 400 to 499 other than 408 means that this
/// request made no email, unless it says "under-way"; 5xx that one may have been made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It does not come from a page of the public origin, or not as a page's own request.
    CrossSite,
    SignedOut,
    NoAccount,
    OtherAccount,
    /// 400: a request to send that does not say for which account.
    AccountUnnamed,
    /// 404
    NoSuchRoute,
    /// 405
    Method,
    /// 400: a query that the list does not have.
    Query,
    /// 400, 413, 415, 422: a body that is no request.
    Slow,
    TooLong,
    NotJson,
    Body,
    /// 400: no `Idempotency-Key`, or one that is none.
    Key,
    /// 422: a key that was used for another code.
    KeyOfAnother,
    /// 409: this key, or this code, is being sent right now.
    UnderWay,
    /// 409: the code was sent to before.
    Repeats,
    /// 429: requests to send.
    TooMany {
        retry_after: Duration,
    },
    /// 429: questions.
    TooManyQuestions {
        retry_after: Duration,
    },
    /// 424: nothing left.
    NotSent,
    /// 424: it left without an answer, and the API's list does not have it.
    NotArrived,
    /// 502: it left, and nothing settles it.
    Unknown,
    /// 504: it left, and there was no answer in time.
    UnknownInTime,
    /// 502, 504: a question without an answer.
    Unanswered(Trouble),
    /// 502: an answer that is none of the API's.
    Unfit,
    /// 403: a frame ticket that is none, or no longer one.
    Ticket,
    /// 409: the ticket's user has not signed in yet, or not here.
    TicketSignedOut,
    /// 503: the gateway itself.
    Broken,
}

impl Failure {
    fn status(self) -> StatusCode {
        match self {
            Self::CrossSite | Self::NoAccount | Self::OtherAccount | Self::Ticket => {
                StatusCode::FORBIDDEN
            }
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::NoSuchRoute => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Query | Self::Key | Self::AccountUnnamed => StatusCode::BAD_REQUEST,
            Self::Slow => StatusCode::BAD_REQUEST,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Body | Self::KeyOfAnother => StatusCode::UNPROCESSABLE_ENTITY,
            Self::UnderWay | Self::Repeats | Self::TicketSignedOut => StatusCode::CONFLICT,
            Self::TooMany { .. } | Self::TooManyQuestions { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NotSent | Self::NotArrived => StatusCode::FAILED_DEPENDENCY,
            Self::Unknown | Self::Unfit => StatusCode::BAD_GATEWAY,
            Self::UnknownInTime => StatusCode::GATEWAY_TIMEOUT,
            Self::Unanswered(Trouble::TimedOut) => StatusCode::GATEWAY_TIMEOUT,
            Self::Unanswered(_) => StatusCode::BAD_GATEWAY,
            Self::Broken => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    pub(crate) fn message(self) -> Cow<'static, str> {
        let fixed = match self {
            Self::CrossSite => "Only pages of this site can do that.",
            Self::SignedOut => "You are signed out. Sign in, and try again.",
            Self::NoAccount => "Choose the account to act for first.",
            Self::OtherAccount => {
                "This page acts for another account than the one you chose. Reload it."
            }
            Self::AccountUnnamed => "Say with X-PLANNR-ACCOUNT-UUID which account this is for.",
            Self::NoSuchRoute => "There is nothing at this address.",
            Self::Method => "This address does not take that method.",
            Self::Query => "The list cannot be asked that.",
            Self::Slow => "The request did not arrive whole.",
            Self::TooLong => "The request is longer than 1 KiB.",
            Self::NotJson => "Send the request as application/json.",
            Self::Body => "The adviser key has to be 8 characters.",
            Self::Key => "Give the request an Idempotency-Key of 16 to 64 letters, digits, - or _.",
            Self::KeyOfAnother => "This Idempotency-Key was used for another code.",
            Self::UnderWay => "This request is being sent right now. Check it in a moment.",
            Self::Repeats => {
                "You have sent a request to this code before. Confirm that it shall be sent again."
            }
            // With the time in words: what counts `Retry-After` down may count from five minutes at most.
            Self::TooMany { retry_after } => {
                let wait = in_words(retry_after);
                let message = format!(
                    "You have sent as many requests as you may in an hour. Nothing was sent. Send the next one in {wait}."
                );
                return message.into();
            }
            Self::TooManyQuestions { retry_after } => {
                let wait = in_words(retry_after);
                return format!("There were too many questions. Ask again in {wait}.").into();
            }
            Self::NotSent => "Plannr cannot be reached. Nothing was sent.",
            Self::NotArrived => "The request did not arrive. It can be sent again.",
            Self::Unknown | Self::UnknownInTime => {
                "It is not known whether the request arrived. Check before you send it again."
            }
            Self::Unanswered(Trouble::NeverConnected) => "Plannr cannot be reached.",
            Self::Unanswered(_) => "Plannr did not answer.",
            Self::Unfit => "Plannr's answer cannot be used.",
            Self::Ticket => "This ticket is used up or too old. Get another one.",
            Self::TicketSignedOut => "Sign in with Plannr first.",
            Self::Broken => "The gateway is out of order. Try again in a moment.",
        };
        fixed.into()
    }

    /// What a program can tell it by. For a send: what became of it.
    pub(crate) fn outcome(self) -> &'static str {
        match self {
            Self::UnderWay => "under-way",
            Self::Repeats => "repeats",
            Self::NotArrived => "not-arrived",
            Self::Unknown | Self::UnknownInTime | Self::Broken => "unknown",
            Self::Unanswered(_) | Self::Unfit | Self::TooManyQuestions { .. } => "unanswered",
            _ => "not-sent",
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let message = self.message();
        let body = match self {
            Self::Body => json!({
                "message": message,
                "outcome": self.outcome(),
                "errors": { "adviser_key": [message] },
            }),
            _ => json!({ "message": message, "outcome": self.outcome() }),
        };
        let mut response = (self.status(), Json(body)).into_response();
        if let Self::TooMany { retry_after } | Self::TooManyQuestions { retry_after } = self {
            let seconds = retry_after.as_millis().div_ceil(1000).max(1).to_string();
            if let Ok(value) = HeaderValue::try_from(seconds) {
                response.headers_mut().insert(header::RETRY_AFTER, value);
            }
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A wait, never shorter than it is.
fn in_words(wait: Duration) -> String {
    match wait.as_millis().div_ceil(1000).max(1) {
        1 => "1 second".to_owned(),
        seconds @ 2..=120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

impl From<StoreError> for Failure {
    fn from(cause: StoreError) -> Self {
        tracing::error!(%cause, "the store failed");
        Self::Broken
    }
}
