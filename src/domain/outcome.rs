//! The four ways in which a request can end, and what is known of each.

use super::adviser_key::KeyProblem;
use super::connection::Connection;
use super::timestamp::Timestamp;

/// How one request ended.
///
/// Each request makes the API email a person. So these are told apart by one question alone: what do we know
/// of that email?
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// No byte left: there is no email.
    NotSent(NotSent),
    /// The API refused it: there is no email.
    Rejected(Rejection),
    /// The API confirmed it. The details are missing if its answer could not be read.
    Sent(Option<Box<Connection>>),
    /// The request left and no answer settled it: there may be an email.
    Unknown(Doubt),
}

/// Something that the API said, with what its clock showed then.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed<T> {
    /// What it said.
    pub told: T,
    /// Its time, where the browser lets us read it.
    pub api_now: Option<Timestamp>,
}

/// Why a request never left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// What was typed is no referral code.
    Key(KeyProblem),
    /// No account to act for is chosen.
    NoAccount,
    /// The address of the API cannot be used.
    BadEndpoint,
    /// There is no access token.
    NoToken,
    /// The access token holds characters that no header can carry.
    UnusableToken,
    /// The host's function gave no token: it failed, or took longer than it may.
    TokenFailed,
    /// The browser says that it is offline.
    Offline,
    /// The page around the widget called it off.
    CalledOff,
    /// The browser would not make the request.
    Refused,
    /// A gateway has not reached the API, or has found that nothing arrived there.
    OutOfReach,
    /// Another widget, perhaps in another tab, is making a request with this code, or made one a moment ago.
    MadeElsewhere,
}

/// A definite refusal by the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Its meaning.
    pub reason: Reason,
    /// The HTTP status.
    pub status: u16,
    /// What the API says of the field, as plain text.
    pub message: Option<String>,
    /// Seconds to wait before another try, from 1 to 300; only when there were too many.
    pub retry_after_s: Option<u32>,
}

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// 401: the token is not, or no longer, good.
    Unauthenticated,
    /// 403: the account may not do this.
    Forbidden,
    /// 404, 405, 410 or 415: nothing at that address takes such a request.
    WrongAddress,
    /// 409: the firms are connected already, or a request is waiting.
    Conflict,
    /// 409 of a gateway: the code was sent to lately, or may have been, and nobody confirmed that it shall be again.
    Repeats,
    /// 422: the API does not accept the code.
    KeyRefused,
    /// 429: too many requests in a short time.
    TooMany,
    /// Another status from 400 to 499.
    Other,
}

/// Why it is not known whether a request arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The connection failed, or the browser kept the answer from us.
    ConnectionLost,
    /// No answer in the time that was given.
    TimedOut,
    /// The API answered that it failed, or moved the request elsewhere: this status.
    Status(u16),
    /// It was made earlier, perhaps by a page that was closed since, and no answer to it was seen.
    Earlier,
}

/// Why a question that changes nothing (a list, a status) got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// There is no usable token, or the API refused it.
    Unauthenticated,
    /// The account may not ask this: 403.
    Forbidden,
    /// Nothing was sent: the browser says that it is offline.
    Offline,
    /// Nothing was sent: the address of the API cannot be used.
    BadEndpoint,
    /// Nothing was sent: the request in question went to another address than the one in use now.
    OtherEndpoint,
    /// The API does not offer this: 404 or 405.
    NotOffered,
    /// Too many requests: wait this many seconds, from 1 to 300.
    TooMany {
        /// The wait.
        retry_after_s: u32,
    },
    /// Anything else that may pass.
    Failed,
}

impl Outcome {
    /// Whether it is now known if there is an email.
    #[must_use]
    pub fn is_definite(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

impl Reason {
    /// The meaning of a status from 400 to 499, 408 excepted: after a 408 nothing is known.
    #[must_use]
    pub fn of_status(status: u16) -> Option<Self> {
        match status {
            401 => Some(Self::Unauthenticated),
            403 => Some(Self::Forbidden),
            404 | 405 | 410 | 415 => Some(Self::WrongAddress),
            408 => None,
            409 => Some(Self::Conflict),
            422 => Some(Self::KeyRefused),
            429 => Some(Self::TooMany),
            400..=499 => Some(Self::Other),
            _ => None,
        }
    }
}
