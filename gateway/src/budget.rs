//! How long a request may take, all told. One deadline for each, set once it has arrived whole, that everything done for
//! it keeps to.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::{Instant, timeout_at};

use crate::{App, Settings, failure::Failure, store, upstream::Trouble};

/// How long a browser may take to send a request's body.
pub(crate) const BODY_LIMIT: Duration = Duration::from_secs(10);
/// How long the database may take over a request, besides the API.
const DATABASE_LIMIT: Duration = Duration::from_secs(5);

/// The longest a request can be under way: its body, the API's answer, and writing down what became of it, which goes on
/// when nobody waits for it any more.
pub(crate) fn longest(answer_limit: Duration) -> Duration {
    BODY_LIMIT + answer_limit + store::PERSISTENCE.max(DATABASE_LIMIT)
}

/// When the parts of a request have to be done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    start: Instant,
    answer_limit: Duration,
}

impl Budget {
    pub(crate) fn from_now(settings: &Settings) -> Self {
        Self {
            start: Instant::now(),
            answer_limit: settings.answer_limit,
        }
    }

    /// Tokens have to be renewed by then, so that at least half of the time is left for what they are needed for.
    pub(crate) fn tokens_by(self) -> Instant {
        self.start + self.answer_limit / 2
    }

    /// What makes an email has to leave by then, or not at all: later its answer would hardly come in time.
    pub(crate) fn leave_by(self) -> Instant {
        self.start + self.answer_limit * 3 / 4
    }

    /// The API has to have answered by then.
    pub(crate) fn answer_by(self) -> Instant {
        self.start + self.answer_limit
    }

    /// The browser has to be answered by then, whatever is known.
    pub(crate) fn all_by(self) -> Instant {
        self.answer_by() + DATABASE_LIMIT
    }
}

/// Gives a request its budget, and answers it when that is used up.
pub(crate) async fn keep(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let budget = Budget::from_now(&app.settings);
    request.extensions_mut().insert(budget);
    let overdue = match request.method().is_safe() {
        true => Failure::Unanswered(Trouble::TimedOut),
        false => Failure::Broken,
    };
    let answer = timeout_at(budget.all_by(), next.run(request)).await;
    answer.unwrap_or_else(|_| {
        tracing::error!("a request took longer than it may");
        overdue.into_response()
    })
}
