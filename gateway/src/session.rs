//! Who is signed in: the sign-in that a cookie, or what a frame holds in memory, leads to.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use headers::{Authorization, HeaderMapExt, authorization::Bearer as BearerToken};
use serde::{Deserialize, Serialize};
use tower_sessions::{
    Expiry, Session, SessionManagerLayer,
    cookie::SameSite,
    session::{Error, Id},
};
use uuid::Uuid;

use crate::{
    App,
    failure::Failure,
    guard::Caller,
    store::{Sessions, SignIn, Store},
};

/// Where pages say which account they act for.
const ACCOUNT: &str = "x-plannr-account-uuid";

/// `__Host-`: browsers take it only over TLS, for this very host and all of its paths, and no other host can set it.
pub(crate) const COOKIE: &str = "__Host-referral-connect";

const HELD: &str = "held";

/// What a session holds.
#[derive(Serialize, Deserialize)]
struct Held {
    sign_in: String,
    bearer: Bearer,
}

/// How a session's id comes to us. One that was given out for the one way does not count by the other.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Bearer {
    Cookie,
    Frame,
}

/// A signed-in person, as an argument of a handler.
pub(crate) struct SignedIn {
    pub(crate) sign_in: SignIn,
    pub(crate) session: Session,
}

/// The layer that keeps pages' sessions in a cookie.
pub(crate) fn layer(app: &App) -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(Sessions(app.store.clone()))
        .with_name(COOKIE)
        .with_path("/")
        .with_secure(true)
        .with_http_only(true)
        .with_same_site(SameSite::Strict)
        .with_expiry(expiry(app))
}

/// Has a page's session lead to a sign-in, under an id that nobody knew before.
pub(crate) async fn begin(session: &Session, sign_in: &str) -> Result<(), Failure> {
    // In this order: a cleared session would keep the id that the browser came with.
    session.cycle_id().await.map_err(broken)?;
    session.clear().await;
    let held = Held {
        sign_in: sign_in.to_owned(),
        bearer: Bearer::Cookie,
    };
    session.insert(HELD, held).await.map_err(broken)
}

/// Makes a session for a frame, and says what the frame has to send as its bearer.
pub(crate) async fn begin_in_frame(app: &App, sign_in: &str) -> Result<String, Failure> {
    let session = Session::new(None, sessions(&app.store), Some(expiry(app)));
    let held = Held {
        sign_in: sign_in.to_owned(),
        bearer: Bearer::Frame,
    };
    session.insert(HELD, held).await.map_err(broken)?;
    session.save().await.map_err(broken)?;
    session.id().map(|id| id.to_string()).ok_or(Failure::Broken)
}

/// The id of the sign-in that a page's session leads to, valid or not.
pub(crate) async fn sign_in_of(session: &Session) -> Result<Option<String>, Failure> {
    let held: Option<Held> = session.get(HELD).await.map_err(broken)?;
    Ok(held.map(|held| held.sign_in))
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let caller = parts.extensions.get().copied().unwrap_or(Caller::Frame);
        let (session, bearer) = match frame_session(&parts.headers)? {
            Some(id) => {
                let session = Session::new(Some(id), sessions(&app.store), Some(expiry(app)));
                (session, Bearer::Frame)
            }
            None if caller == Caller::Page => {
                let session = parts.extensions.get::<Session>().ok_or(Failure::Broken)?;
                (session.clone(), Bearer::Cookie)
            }
            None => return Err(Failure::SignedOut),
        };
        let held: Option<Held> = session.get(HELD).await.map_err(broken)?;
        let held = held
            .filter(|held| held.bearer == bearer)
            .ok_or(Failure::SignedOut)?;
        let sign_in = app
            .store
            .sign_in(&held.sign_in, app.settings.clock.now())
            .await?
            .ok_or(Failure::SignedOut)?;
        Ok(Self { sign_in, session })
    }
}

/// The account that a request acts for: the one that was chosen, which a page that names one has to name.
pub(crate) fn account<'a>(sign_in: &'a SignIn, headers: &HeaderMap) -> Result<&'a str, Failure> {
    let chosen = sign_in.account_uuid.as_str();
    let is_theirs = sign_in
        .kept
        .accounts
        .iter()
        .any(|account| account.uuid == chosen);
    if !is_theirs {
        return Err(Failure::NoAccount);
    }
    let mut named = headers.get_all(ACCOUNT).iter();
    let same = named.all(|named| {
        let named = named.to_str().ok().and_then(|text| text.parse().ok());
        named == chosen.parse::<Uuid>().ok()
    });
    match same {
        true => Ok(chosen),
        false => Err(Failure::OtherAccount),
    }
}

/// The same, for a request that makes an email: a page has to name the account, so that nobody sends for another one than
/// the one that they see.
pub(crate) fn account_to_send<'a>(
    sign_in: &'a SignIn,
    headers: &HeaderMap,
) -> Result<&'a str, Failure> {
    let chosen = account(sign_in, headers)?;
    match headers.contains_key(ACCOUNT) {
        true => Ok(chosen),
        false => Err(Failure::AccountUnnamed),
    }
}

/// The id of a session that a frame holds, if the request brings one.
fn frame_session(headers: &HeaderMap) -> Result<Option<Id>, Failure> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let id = match (given.next(), given.next()) {
        (None, _) => return Ok(None),
        (Some(_), None) => headers
            .typed_get::<Authorization<BearerToken>>()
            .and_then(|bearer| bearer.token().parse().ok()),
        _ => None,
    };
    id.map(Some).ok_or(Failure::SignedOut)
}

fn sessions(store: &Store) -> Arc<Sessions> {
    Arc::new(Sessions(store.clone()))
}

fn expiry(app: &App) -> Expiry {
    let lasts = time::Duration::try_from(app.settings.session_lasts);
    Expiry::OnInactivity(lasts.unwrap_or(time::Duration::HOUR))
}

fn broken(cause: Error) -> Failure {
    tracing::error!(%cause, "a session cannot be kept");
    Failure::Broken
}
