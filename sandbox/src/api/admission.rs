//! Who is let in, and how often.

use std::sync::{Mutex, PoisonError};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    Failure,
    cors::FromAProxy,
    laravel::{REQUESTS_A_MINUTE, set_rate_limit},
};
use crate::{
    App,
    cast::{self, Persona},
};

/// The token that is always let in. Anybody may know it.
const TOKEN: &str = "sandbox-token";

/// A token that was once good. It is refused like any other; it has a name so that tests can say what they mean.
const EXPIRED_TOKEN: &str = "sandbox-expired";

/// Checks the token and counts the request. In Laravel's order: authentication comes first, so an
/// unauthenticated answer says nothing of the rate limit.
pub(super) async fn admit(State(app): State<App>, request: Request, next: Next) -> Response {
    let admitted = token(request.headers())
        .is_some_and(|token| token == TOKEN || app.issued.admits(token, app.clock.now()));
    if !admitted {
        return Failure::Unauthenticated.into_response();
    }
    match app.throttle.count(app.clock.now()) {
        Turn::Go { remaining } => {
            let mut response = next.run(request).await;
            // A 429 of the code THROTTLE has brought its own.
            let counted = response.headers().contains_key("x-ratelimit-remaining");
            let from_laravel = response.extensions().get::<FromAProxy>().is_none();
            if from_laravel && !counted {
                set_rate_limit(&mut response, remaining);
            }
            response
        }
        Turn::Wait {
            retry_after_s,
            resets,
        } => Failure::TooManyAttempts {
            retry_after_s,
            resets,
        }
        .into_response(),
    }
}

/// The account that a request wants to act for, if it belongs to the user.
pub(super) fn acting_account(headers: &HeaderMap) -> Result<&'static Persona, Failure> {
    headers
        .get("x-plannr-account-uuid")
        .and_then(|value| value.to_str().ok())
        .and_then(|uuid| cast::own_account(uuid.trim()))
        .ok_or(Failure::Unauthorised)
}

/// Whether a token is one of the sandbox's own, which are no secret.
pub(super) fn is_public(token: &str) -> bool {
    [TOKEN, EXPIRED_TOKEN].contains(&token)
}

/// The bearer token of a request.
pub(super) fn token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

/// Counts the user's requests, a minute at a time: Laravel's fixed window, which starts with its first request.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<Option<Minute>>);

#[derive(Clone, Copy)]
struct Minute {
    ends: Timestamp,
    requests: u32,
}

enum Turn {
    Go {
        remaining: u32,
    },
    Wait {
        retry_after_s: i64,
        resets: Timestamp,
    },
}

impl Throttle {
    /// Forgets what was counted.
    pub(crate) fn reset(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn count(&self, now: Timestamp) -> Turn {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut minute = match *current {
            Some(minute) if now < minute.ends => minute,
            _ => Minute {
                ends: now
                    .checked_add(SignedDuration::from_mins(1))
                    .unwrap_or(Timestamp::MAX),
                requests: 0,
            },
        };
        if minute.requests >= REQUESTS_A_MINUTE {
            return Turn::Wait {
                retry_after_s: (minute.ends.duration_since(now).as_millis() as i64 + 999) / 1000,
                resets: minute.ends,
            };
        }
        minute.requests += 1;
        *current = Some(minute);
        Turn::Go {
            remaining: REQUESTS_A_MINUTE - minute.requests,
        }
    }
}
