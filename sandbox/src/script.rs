//! What each referral code does: the table of the crate's documentation, as code.

use jiff::SignedDuration;

use crate::cast::{self, Persona};

/// What happens to a request with a given code.
pub(crate) enum Script {
    /// Nothing is recorded.
    Refuse(Refusal),
    /// A connection is recorded and an email written; then comes the reply.
    Record(Making, Reply),
}

#[derive(Clone, Copy)]
pub(crate) enum Refusal {
    UnknownCode,
    OwnCode,
    AlreadyConnected,
    TooManyAttempts,
    ServerError,
    Maintenance,
}

/// The connection that a code makes.
pub(crate) struct Making {
    /// The person on the other side.
    pub(crate) counterpart: &'static Persona,
    pub(crate) direction: Direction,
    /// The status it starts with.
    pub(crate) status: &'static str,
    /// The answer that arrives by itself, and how long after the request.
    pub(crate) settles: Option<(&'static str, SignedDuration)>,
    pub(crate) lasts: Lasting,
    pub(crate) form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Sent,
    Received,
}

/// How long the recipient has for an answer.
pub(crate) enum Lasting {
    /// Thirty days by the clock on the wall in London.
    ThirtyDays,
    TenSeconds,
}

/// How a connection is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Bare, strings for an account's fields, as a live server would.
    Plain,
    /// Bare, `{example, collection, description}` for an account's fields, as published.
    Documented,
    /// As published, within `{"data": …}`, with microseconds and `Z` in its times.
    Wrapped,
}

/// How the sandbox answers once the connection is recorded.
pub(crate) enum Reply {
    Ok,
    Created,
    /// The connection, after a long wait.
    Late,
    /// No byte at all: the connection is closed.
    HangUp,
    /// Half of the body, then the connection is closed.
    BreakOff,
    Html,
    Empty,
}

impl Script {
    /// The script for a code, case and all.
    pub(crate) fn of(code: &str) -> Self {
        use Refusal::*;
        match code {
            "ABC12345" => Self::Record(pending(&cast::ABC12345), Reply::Ok),
            "ACCEPTED" => Self::Record(answers(&cast::ACCEPTED, "accepted"), Reply::Ok),
            "DENIED00" => Self::Record(answers(&cast::DENIED00, "denied"), Reply::Ok),
            "EXPIRE10" => Self::Record(
                Making {
                    lasts: Lasting::TenSeconds,
                    ..pending(&cast::EXPIRE10)
                },
                Reply::Ok,
            ),
            "RECEIVED" => Self::Record(
                Making {
                    direction: Direction::Received,
                    ..pending(&cast::RECEIVED)
                },
                Reply::Ok,
            ),
            "DOCSHAPE" => Self::Record(
                Making {
                    form: Form::Documented,
                    ..pending(&cast::DOCSHAPE)
                },
                Reply::Ok,
            ),
            "WRAPPED1" => Self::Record(
                Making {
                    form: Form::Wrapped,
                    ..pending(&cast::WRAPPED1)
                },
                Reply::Created,
            ),
            "SLOW0030" => Self::Record(pending(&cast::SLOW0030), Reply::Late),
            "RESETCON" => Self::Record(pending(&cast::RESETCON), Reply::HangUp),
            "TRUNCATE" => Self::Record(pending(&cast::TRUNCATE), Reply::BreakOff),
            "NOTJSON0" => Self::Record(pending(&cast::NOTJSON0), Reply::Html),
            "NOBODY00" => Self::Record(pending(&cast::NOBODY00), Reply::Empty),
            "STRANGER" => Self::Record(
                Making {
                    status: "under_review",
                    ..pending(&cast::STRANGER)
                },
                Reply::Ok,
            ),
            "OWNCODE1" => Self::Refuse(OwnCode),
            "ALREADY1" => Self::Refuse(AlreadyConnected),
            "THROTTLE" => Self::Refuse(TooManyAttempts),
            "SERVER50" => Self::Refuse(ServerError),
            "MAINTAIN" => Self::Refuse(Maintenance),
            // NOTFOUND is such a code, and so is every other one.
            _ => Self::Refuse(UnknownCode),
        }
    }
}

fn pending(counterpart: &'static Persona) -> Making {
    Making {
        counterpart,
        direction: Direction::Sent,
        status: "pending",
        settles: None,
        lasts: Lasting::ThirtyDays,
        form: Form::Plain,
    }
}

fn answers(counterpart: &'static Persona, status: &'static str) -> Making {
    Making {
        settles: Some((status, SignedDuration::from_secs(5))),
        ..pending(counterpart)
    }
}

impl Direction {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
        }
    }
}

impl Form {
    /// The word for this form in the database.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Documented => "documented",
            Self::Wrapped => "wrapped",
        }
    }

    /// The form that a word in the database stands for; an unknown word is written plainly.
    pub(crate) fn from_word(word: &str) -> Self {
        match word {
            "documented" => Self::Documented,
            "wrapped" => Self::Wrapped,
            _ => Self::Plain,
        }
    }
}
