//! Frame tickets: a partner's backend vouches for its user, for a minute and for once.
//!
//! A ticket is a JSON Web Token (RFC 7519), signed by HS256 with the shared secret. `sub` is the partner's own name for
//! the user, `jti` something random, and `exp` at most a minute away. One with an audience is meant for somebody else.

use std::time::Duration;

use axum::{Json, extract::State};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{App, clock::Instant, failure::Failure, hs256, session};

/// How long a ticket may last.
const LONGEST: Duration = Duration::from_secs(60);
/// How much the partner's clock may be ahead of ours.
const SKEW: Duration = Duration::from_secs(5);
/// The longest ticket that is looked at.
const LONGEST_BYTES: usize = 1024;

#[derive(Deserialize)]
pub(crate) struct Claims {
    pub(crate) sub: String,
    jti: String,
    exp: i64,
}

/// Uses a ticket up, and says whom it vouches for.
pub(crate) async fn redeem(app: &App, ticket: &str) -> Result<String, Failure> {
    let secret = app.settings.ticket_secret.as_deref();
    let now = app.settings.clock.now();
    let claims = secret
        .and_then(|secret| read(ticket, secret, now))
        .ok_or(Failure::Ticket)?;
    // Kept until nobody would take it any more.
    let unused = app
        .store
        .use_ticket(&claims.jti, now.plus(LONGEST + SKEW))
        .await?;
    match unused {
        true => Ok(claims.sub),
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

pub(crate) fn read(ticket: &str, secret: &[u8], now: Instant) -> Option<Claims> {
    if ticket.len() > LONGEST_BYTES {
        return None;
    }
    hs256::provide();
    let mut rules = Validation::new(Algorithm::HS256);
    // By our clock, below, and for a minute at most.
    rules.validate_exp = false;
    rules.set_required_spec_claims(&["sub", "exp"]);
    let claims: Claims = decode(ticket, &DecodingKey::from_secret(secret), &rules)
        .ok()?
        .claims;
    let expires = Instant(claims.exp.saturating_mul(1000));
    let in_time = expires > now && expires <= now.plus(LONGEST + SKEW);
    let named = !claims.sub.is_empty() && !claims.jti.is_empty();
    (in_time && named).then_some(claims)
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    use super::*;

    const SECRET: &[u8] = b"a secret of at least 32 characters";
    const NOW: Instant = Instant(1_800_000_000_000);

    /// As RFC 7515 has it, and not by the library that reads it.
    fn signed(header: &Value, claims: &Value, secret: &[u8]) -> String {
        let [header, claims] =
            [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let text = format!("{header}.{claims}");
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(text.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        format!("{text}.{signature}")
    }

    fn ticket(claims: &Value, secret: &[u8]) -> String {
        signed(&json!({ "alg": "HS256", "typ": "JWT" }), claims, secret)
    }

    fn good(expires_s: i64) -> Value {
        json!({ "sub": "u1", "jti": "random", "exp": expires_s })
    }

    /// The example of RFC 7515, appendix A.1: another's reading and writing of the same format.
    #[test]
    fn the_standards_own_token_is_read() {
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9\
            .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
            .dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let secret = URL_SAFE_NO_PAD.decode(secret).unwrap();
        hs256::provide();
        let mut rules = Validation::new(Algorithm::HS256);
        rules.validate_exp = false;
        let read = |token: &str| decode::<Value>(token, &DecodingKey::from_secret(&secret), &rules);
        assert_eq!(read(token).unwrap().claims["iss"], "joe");
        assert!(read(&token.replace("dBjf", "dBjg")).is_err());
    }

    #[test]
    fn no_other_algorithm_counts() {
        for algorithm in ["none", "None", "HS384", "HS512", "RS256", "ES256", ""] {
            let header = json!({ "alg": algorithm, "typ": "JWT" });
            let forged = signed(&header, &good(1_800_000_060), SECRET);
            assert!(read(&forged, SECRET, NOW).is_none(), "{algorithm}");
            let (unsigned, _) = forged.rsplit_once('.').unwrap();
            assert!(read(&format!("{unsigned}."), SECRET, NOW).is_none());
        }
        let elsewhere = json!({ "sub": "u1", "jti": "x", "exp": 1_800_000_060, "aud": "another" });
        assert!(read(&ticket(&elsewhere, SECRET), SECRET, NOW).is_none());
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
            json!({ "sub": "", "jti": "x", "exp": 1_800_000_060 }),
            json!({ "sub": "u", "jti": "", "exp": 1_800_000_060 }),
            json!({ "sub": "u", "exp": 1_800_000_060 }),
            json!({ "sub": "u", "jti": "x" }),
            json!({ "jti": "x", "exp": 1_800_000_060 }),
            json!([]),
        ] {
            assert!(
                read(&ticket(&payload, SECRET), SECRET, NOW).is_none(),
                "{payload}"
            );
        }
    }
}
