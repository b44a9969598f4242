//! A referral connection as the API describes it.

use super::countdown::Window;
use super::timestamp::{Moment, Timestamp};

/// A request to connect two firms, or the connection that came of it.
///
/// Every part may be missing: a reply that lacks one is still a reply, and what it does say is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The API's name for it. Without one its status cannot be asked for again.
    pub uuid: Option<String>,
    /// Who asked whom.
    pub direction: Direction,
    /// As last told by the API; see [`Connection::status_at`] for what holds now.
    pub status: Status,
    /// The firm that asked.
    pub sender_firm: Firm,
    /// The firm that was asked.
    pub recipient_firm: Firm,
    /// When the request was made.
    pub created_at: Option<Moment>,
    /// When the API last changed it.
    pub updated_at: Option<Moment>,
    /// When the request lapses if nobody answers.
    pub expires_at: Option<Moment>,
}

/// A firm of advisers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Firm {
    /// The API's name for it. Not always in the shape of a UUID.
    pub uuid: Option<String>,
    /// What people call it.
    pub name: Option<String>,
}

/// Who asked whom, seen from the account's own firm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Direction {
    /// This firm asked.
    Sent,
    /// This firm was asked.
    Received,
    /// A word that the API's page does not list.
    Other(String),
}

/// How far a request has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Waiting for the recipient.
    Pending,
    /// The recipient agreed.
    Accepted,
    /// The recipient declined.
    Denied,
    /// Nobody answered in time.
    Expired,
    /// A word that the API's page does not list.
    Other(String),
}

impl From<&str> for Direction {
    fn from(word: &str) -> Self {
        match word {
            "sent" => Self::Sent,
            "received" => Self::Received,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Direction {
    /// The API's word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for Status {
    fn from(word: &str) -> Self {
        match word {
            "pending" => Self::Pending,
            "accepted" => Self::Accepted,
            "denied" => Self::Denied,
            "expired" => Self::Expired,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Status {
    /// The API's word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Other(word) => word,
        }
    }
}

impl Connection {
    /// The status that holds at `now`: a pending request past its date has expired, whether or not the API
    /// has noticed yet.
    #[must_use]
    pub fn status_at(&self, now: Timestamp) -> Status {
        match (&self.status, self.expires()) {
            (Status::Pending, Some(expires)) if expires <= now => Status::Expired,
            (status, _) => status.clone(),
        }
    }

    /// The time in which the request can be answered; `None` unless it is pending and its end is readable.
    #[must_use]
    pub fn window(&self) -> Option<Window> {
        if self.status != Status::Pending {
            return None;
        }
        Some(Window {
            created: self.created(),
            expires: self.expires()?,
        })
    }

    /// Whether it is what the API said before it said `other` of the same one. Two answers may overtake each other.
    #[must_use]
    pub fn is_older_than(&self, other: &Self) -> bool {
        let updated = |one: &Self| one.updated_at.as_ref().and_then(Moment::at);
        let (ours, others) = (updated(self), updated(other));
        ours.is_some() && ours < others
    }

    /// When it was made, if that is readable.
    #[must_use]
    pub fn created(&self) -> Option<Timestamp> {
        self.created_at.as_ref().and_then(Moment::at)
    }

    /// When it lapses, if that is readable.
    #[must_use]
    pub fn expires(&self) -> Option<Timestamp> {
        self.expires_at.as_ref().and_then(Moment::at)
    }
}
