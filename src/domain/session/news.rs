//! What of a change a host is told.

use super::super::connection::{Connection, Status};
use super::super::outcome::{NotSent, Reason, Rejection, Unanswered};
use super::super::timestamp::Timestamp;
use super::{Check, Notice, Stage, State};

/// Something that a host is told.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The API confirmed a request; without details if its answer could not be read.
    Sent(Option<Box<Connection>>),
    /// The API definitely refused a request.
    Rejected(Rejection),
    /// A request pressed at this time, by the device's clock, may or may not have arrived.
    Unknown(Timestamp),
    /// The connection on the screen has another status than before.
    Status {
        /// As it is now.
        connection: Box<Connection>,
        /// What it was.
        previous: Status,
    },
    /// There is no usable token, or the API refused the one that there was and its successor.
    AuthRequired,
}

/// What there is to tell of the step from one state to the next.
#[must_use]
pub fn news(before: &State, after: &State) -> Vec<News> {
    let of_stage = match (&before.stage, &after.stage) {
        (
            Stage::Sent {
                connection: Some(earlier),
                ..
            },
            Stage::Sent {
                connection: Some(later),
                ..
            },
        ) => (earlier.status != later.status).then(|| News::Status {
            connection: later.clone(),
            previous: earlier.status.clone(),
        }),
        (Stage::Sent { .. }, Stage::Sent { .. }) => None,
        (_, Stage::Sent { connection, .. }) => Some(News::Sent(connection.clone())),
        (was, Stage::Unknown { pending, .. }) => {
            let was_being_made =
                matches!(was, Stage::Sending { pending: made, .. } if made.is_same(pending));
            let is_news = was_being_made || !before.is_in_doubt(pending);
            (is_news && after.is_in_doubt(pending)).then_some(News::Unknown(pending.since))
        }
        _ => None,
    };
    let mut news = Vec::new();
    news.extend(of_stage);
    news.extend(newly_rejected(before, after));
    if wants_sign_in(after) && !wants_sign_in(before) {
        news.push(News::AuthRequired);
    }
    news
}

/// A refusal ends a request, so it can only follow on one that was being made.
fn newly_rejected(before: &State, after: &State) -> Option<News> {
    match (&before.stage, &after.notice) {
        (Stage::Sending { .. }, Some(Notice::Rejected { rejection, .. })) => {
            Some(News::Rejected(rejection.clone()))
        }
        _ => None,
    }
}

fn wants_sign_in(state: &State) -> bool {
    let of_notice = match &state.notice {
        Some(Notice::NotSent(why)) => matches!(
            why,
            NotSent::NoToken | NotSent::UnusableToken | NotSent::TokenFailed
        ),
        Some(Notice::Rejected { rejection, .. }) => rejection.reason == Reason::Unauthenticated,
        Some(Notice::NotArrived(_)) | None => false,
    };
    let of_check = matches!(
        &state.stage,
        Stage::Unknown {
            check: Check::Unanswered(Unanswered::Unauthenticated),
            ..
        }
    );
    of_notice || of_check
}
