//! Frame tickets: a partner's backend vouches for its user, for a minute and for once.
//!
//! A ticket is `PAYLOAD.SIGNATURE`, both in base64url without padding. The payload is JSON, `{"user": …, "id": …,
//! "expires": …}`: the partner's own name for the user, something random, and a time in seconds since 1970 that is at
//! most a minute away. The signature is the HMAC-SHA256 of the payload's text under the shared secret.

use std::time::Duration;

use axum::{Json, extract::State};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{App, clock::Instant, failure::Failure, session};

/// How long a ticket may last.
const LONGEST: Duration = Duration::from_secs(60);
/// How much the partner's clock may be ahead of ours.
const SKEW: Duration = Duration::from_secs(5);
/// The longest ticket that is looked at.
const LONGEST_BYTES: usize = 1024;

#[derive(Deserialize)]
pub(crate) struct Payload {
    pub(crate) user: String,
    id: String,
    expires: i64,
}

/// Uses a ticket up, and says whom it vouches for.
pub(crate) async fn redeem(app: &App, ticket: &str) -> Result<String, Failure> {
    let secret = app.settings.ticket_secret.as_deref();
    let now = app.settings.clock.now();
    let payload = secret
        .and_then(|secret| read(ticket, secret, now))
        .ok_or(Failure::Ticket)?;
    // Kept until nobody would take it any more.
    let unused = app
        .store
        .use_ticket(&payload.id, now.plus(LONGEST + SKEW))
        .await?;
    match unused {
        true => Ok(payload.user),
        false => Err(Failure::Ticket),
    }
}

#[derive(Deserialize)]
pub(crate) struct Exchange {
    ticket: String,
}

/// `POST /auth/frame-session`
pub(crate) async fn exchange(
    State(app): State<App>,
    given: Result<Json<Exchange>, axum::extract::rejection::JsonRejection>,
) -> Result<Json<Value>, Failure> {
    let Json(given) = given.map_err(|_| Failure::Ticket)?;
    let user = redeem(&app, &given.ticket).await?;
    let fingerprints = app.store.seal().fingerprints(&user);
    let sign_in = app
        .store
        .sign_in_of_frame_user(&fingerprints, app.settings.clock.now())
        .await?
        .ok_or(Failure::TicketSignedOut)?;
    let session = session::begin_in_frame(&app, &sign_in.id).await?;
    let chosen = Some(&sign_in.account_uuid).filter(|uuid| !uuid.is_empty());
    Ok(Json(json!({
        "session": session,
        "lasts_s": app.settings.session_lasts.as_secs(),
        "account_uuid": chosen,
    })))
}

pub(crate) fn read(ticket: &str, secret: &[u8], now: Instant) -> Option<Payload> {
    if ticket.len() > LONGEST_BYTES {
        return None;
    }
    let (payload, signature) = ticket.split_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(payload.as_bytes());
    mac.verify_slice(&signature).ok()?;
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let payload: Payload = serde_json::from_slice(&payload).ok()?;
    let expires = Instant(payload.expires.saturating_mul(1000));
    let in_time = expires > now && expires <= now.plus(LONGEST + SKEW);
    let named = !payload.user.is_empty() && !payload.id.is_empty();
    (in_time && named).then_some(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"a secret of at least 32 characters";
    const NOW: Instant = Instant(1_800_000_000_000);

    fn ticket(payload: &Value, secret: &[u8]) -> String {
        let payload = URL_SAFE_NO_PAD.encode(payload.to_string());
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(payload.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        format!("{payload}.{signature}")
    }

    fn good(expires_s: i64) -> Value {
        json!({ "user": "u1", "id": "random", "expires": expires_s })
    }

    #[test]
    fn a_ticket_counts_for_a_minute() {
        let taken = |expires_s| read(&ticket(&good(expires_s), SECRET), SECRET, NOW).is_some();
        assert!(taken(1_800_000_060));
        assert!(taken(1_800_000_001));
        assert!(!taken(1_800_000_000), "expired this second");
        assert!(!taken(1_800_000_066), "lasts too long");
        assert!(!taken(i64::MAX));
        assert!(!taken(i64::MIN));
    }

    #[test]
    fn nothing_but_the_secret_makes_a_ticket() {
        let good = ticket(&good(1_800_000_060), SECRET);
        assert!(read(&good, SECRET, NOW).is_some());
        assert!(read(&good, b"another secret, as long as the other", NOW).is_none());
        for index in 0..good.len() {
            let mut bytes = good.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            let damaged = String::from_utf8(bytes).unwrap();
            assert!(read(&damaged, SECRET, NOW).is_none(), "{index}");
            assert!(read(&good[..index], SECRET, NOW).is_none(), "{index}");
        }
        for other in ["", ".", "a.b", &format!("{good}.x"), &"a".repeat(5000)] {
            assert!(read(other, SECRET, NOW).is_none(), "{other}");
        }
    }

    #[test]
    fn a_ticket_names_a_user_and_is_unique() {
        for payload in [
            json!({ "user": "", "id": "x", "expires": 1_800_000_060 }),
            json!({ "user": "u", "id": "", "expires": 1_800_000_060 }),
            json!({ "user": "u", "expires": 1_800_000_060 }),
            json!({ "user": "u", "id": "x" }),
            json!([]),
        ] {
            assert!(
                read(&ticket(&payload, SECRET), SECRET, NOW).is_none(),
                "{payload}"
            );
        }
    }
}
