//! How the widget stands, in the few words that a host needs.

use super::super::connection::Status;
use super::super::timestamp::Timestamp;
use super::{Notice, Stage, State};

/// How the widget stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits for a code.
    Idle,
    /// A request is being made.
    Sending,
    /// The API refused the last request.
    Rejected,
    /// It shows a request that was sent, or one that the host gave it.
    Sent,
    /// The same, and the time to answer it is over.
    Expired,
    /// It may or may not have sent a request.
    Unknown,
}

impl Standing {
    /// Its name, as in `:state(…)` and the element's `state`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Sending => "sending",
            Self::Rejected => "rejected",
            Self::Sent => "sent",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
        }
    }
}

impl State {
    /// How the widget stands at this time by the API's clock.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        match &self.stage {
            Stage::Sending { .. } => Standing::Sending,
            Stage::Unknown { pending, .. } if self.is_in_doubt(pending) => Standing::Unknown,
            Stage::Sent {
                connection: Some(connection),
                ..
            } if connection.status_at(now) == Status::Expired => Standing::Expired,
            Stage::Sent { .. } => Standing::Sent,
            // Where a gateway asks before a second request, the first one was refused.
            _ if matches!(self.notice, Some(Notice::Rejected { .. })) => Standing::Rejected,
            _ => Standing::Idle,
        }
    }
}
