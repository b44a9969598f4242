//! Login, callback, logout, who-am-I and the choice of the account.

use std::time::Duration;

use axum::{
    Extension, Form, Json,
    extract::{Query, State, rejection::FormRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use html_escape::encode_double_quoted_attribute;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::timeout_at;
use tower_sessions::Session;
use uuid::Uuid;

use crate::{
    App, accounts,
    budget::Budget,
    clock::Instant,
    failure::Failure,
    oauth::{NoTokens, Tokens},
    origin,
    seal::{Purpose, hash},
    session::{self, SignedIn},
    store::{Kept, SignIn},
    ticket,
    upstream::Credentials,
};

/// What a browser keeps while its person is away to sign in. `Lax`, because it has to come along when they are sent
/// back from another site.
pub(crate) const LEAVING_COOKIE: &str = "__Host-referral-connect-leaving";

/// How long a person may take to sign in.
const AWAY_FOR: Duration = Duration::from_secs(600);

/// What is sealed in that cookie.
#[derive(Default, Serialize, Deserialize)]
struct Leaving {
    state: String,
    verifier: String,
    return_to: String,
    /// The fingerprints, the newest first, of the partner's user whose ticket brought the person here; none for a cookie
    /// session.
    frame_users: Vec<String>,
    /// The sign-in that this one takes the place of; empty if there is none. Known from here on, for the strict cookie
    /// does not come along when the person is sent back.
    instead_of: String,
    until_ms: i64,
}

#[derive(Deserialize)]
pub(crate) struct Login {
    return_to: Option<String>,
}

/// `GET /auth/login`
pub(crate) async fn login(
    State(app): State<App>,
    jar: CookieJar,
    session: Session,
    Query(asked): Query<Login>,
) -> Result<Response, Failure> {
    let return_to = asked.return_to.filter(|path| origin::is_own_path(path));
    let earlier = session::sign_in_of(&session).await?;
    let leaving = Leaving {
        return_to: return_to.unwrap_or_else(|| app.settings.after_sign_in.clone()),
        instead_of: earlier.unwrap_or_default(),
        ..Leaving::default()
    };
    depart(&app, jar, leaving)
}

#[derive(Deserialize)]
pub(crate) struct LoginForFrame {
    ticket: String,
}

/// `POST /auth/login`: for the user of a partner's whom a ticket names.
///
/// Only a form on the partner's own page can start it. With a link, somebody could have another person sign in for
/// their own ticket, and would act for that person from then on.
pub(crate) async fn login_for_frame(
    State(app): State<App>,
    headers: HeaderMap,
    jar: CookieJar,
    form: Result<Form<LoginForFrame>, FormRejection>,
) -> Result<Response, Failure> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let from_partner = origins.next().is_some_and(|from| {
        app.settings
            .frame_ancestors
            .iter()
            .any(|origin| from == origin)
    });
    if !from_partner || origins.next().is_some() {
        return Err(Failure::CrossSite);
    }
    let Form(asked) = form.map_err(|_| Failure::Ticket)?;
    let user = ticket::redeem(&app, &asked.ticket).await?;
    let leaving = Leaving {
        frame_users: app.store.seal().fingerprints(&user),
        ..Leaving::default()
    };
    depart(&app, jar, leaving)
}

/// Sends a browser away to sign in, with what it has to bring back.
fn depart(app: &App, jar: CookieJar, leaving: Leaving) -> Result<Response, Failure> {
    let departure = app.oauth.depart();
    let leaving = Leaving {
        state: departure.state,
        verifier: departure.verifier,
        until_ms: app.settings.clock.now().plus(AWAY_FOR).0,
        ..leaving
    };
    let jar = jar.add(leaving_cookie(sealed(app, &leaving)?, AWAY_FOR));
    let location = HeaderValue::try_from(departure.url.as_str()).map_err(|_| Failure::Broken)?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)], jar).into_response())
}

#[derive(Deserialize)]
pub(crate) struct Callback {
    code: Option<String>,
    state: Option<String>,
}

/// `GET /auth/callback`
pub(crate) async fn callback(
    State(app): State<App>,
    Extension(budget): Extension<Budget>,
    jar: CookieJar,
    session: Session,
    Query(back): Query<Callback>,
) -> Response {
    let leaving = jar
        .get(LEAVING_COOKIE)
        .and_then(|cookie| opened(&app, cookie.value()));
    // Used up, however this ends.
    let jar = jar.add(leaving_cookie(String::new(), Duration::ZERO));
    let outcome = match leaving {
        Some(leaving) => arrive(&app, &session, leaving, back, budget).await,
        None => Err(Mishap::Strayed),
    };
    let (word, page) = match outcome {
        Ok(Arrived::Page { return_to }) => ("signed-in", onward(&return_to)),
        Ok(Arrived::Frame) => ("signed-in", text(StatusCode::OK, SIGNED_IN_FOR_A_FRAME)),
        Err(mishap) => {
            let (status, words) = mishap.told();
            (mishap.word(), text(status, words))
        }
    };
    app.metrics.signed_in(word);
    (jar, page).into_response()
}

/// Where a sign-in that succeeded leads to.
enum Arrived {
    Page { return_to: String },
    Frame,
}

/// Why a sign-in failed.
#[derive(Debug, Clone, Copy)]
enum Mishap {
    /// The browser did not start here, or not lately, or brings another state.
    Strayed,
    /// The person, or Plannr, said no.
    Refused,
    Unanswered,
    Broken,
}

async fn arrive(
    app: &App,
    session: &Session,
    leaving: Leaving,
    back: Callback,
    budget: Budget,
) -> Result<Arrived, Mishap> {
    let now = app.settings.clock.now();
    // Compared as hashes, so that the time which it takes tells nothing.
    let same_state = back
        .state
        .is_some_and(|state| hash(state.as_bytes()) == hash(leaving.state.as_bytes()));
    if !same_state || now > Instant(leaving.until_ms) {
        return Err(Mishap::Strayed);
    }
    let code = back.code.ok_or(Mishap::Refused)?;
    let exchanged = timeout_at(
        budget.answer_by(),
        app.oauth.exchange(code, leaving.verifier),
    );
    let tokens = match exchanged.await.map_err(|_| Mishap::Unanswered)? {
        Ok(tokens) => tokens,
        Err(cause @ NoTokens::Refused) => {
            tracing::warn!(%cause, "a code was not exchanged");
            return Err(Mishap::Refused);
        }
        Err(cause @ NoTokens::Unanswered(_)) => {
            tracing::warn!(%cause, "a code was not exchanged");
            return Err(Mishap::Unanswered);
        }
    };
    let lasts = match leaving.frame_users.is_empty() {
        true => app.settings.session_lasts,
        false => app.settings.frame_sign_in_lasts,
    };
    let sign_in = keep(app, tokens, &leaving.frame_users, now.plus(lasts), budget).await?;
    if !sign_in.frame_user.is_empty() {
        return Ok(Arrived::Frame);
    }
    let broken = |_| Mishap::Broken;
    let earlier = app.store.remove_sign_in(&leaving.instead_of).await;
    earlier.map_err(|cause| broken(cause.into()))?;
    session::begin(session, &sign_in.id).await.map_err(broken)?;
    Ok(Arrived::Page {
        return_to: leaving.return_to,
    })
}

/// Asks which accounts the tokens are good for, and writes both down.
async fn keep(
    app: &App,
    tokens: Tokens,
    frame_users: &[String],
    expires: Instant,
    budget: Budget,
) -> Result<SignIn, Mishap> {
    let who = Credentials {
        access_token: &tokens.access,
        account_uuid: "",
    };
    let reply = app
        .upstream
        .get(&["logins"], &[], who, budget.answer_by())
        .await;
    let logins = reply
        .ok()
        .filter(|reply| reply.status == StatusCode::OK)
        .and_then(|reply| accounts::read(&reply.body.ok()?))
        .ok_or(Mishap::Unanswered)?;
    let sign_in = SignIn {
        id: Uuid::new_v4().to_string(),
        frame_user: frame_users.first().cloned().unwrap_or_default(),
        account_uuid: logins.preferred,
        access_expires: app.settings.clock.now().plus(tokens.lasts),
        kept: Kept {
            access_token: tokens.access,
            refresh_token: tokens.refresh,
            accounts: logins.accounts,
        },
        version: 1,
        expires,
    };
    let kept = app.store.add_sign_in(&sign_in, frame_users).await;
    kept.map_err(|cause| {
        tracing::error!(%cause, "a sign-in cannot be kept");
        Mishap::Broken
    })?;
    Ok(sign_in)
}

/// `POST /auth/logout`
pub(crate) async fn logout(
    State(app): State<App>,
    signed_in: Result<SignedIn, Failure>,
    jar: CookieJar,
) -> Result<Response, Failure> {
    match signed_in {
        Ok(SignedIn { sign_in, session }) => {
            app.store.remove_sign_in(&sign_in.id).await?;
            session.flush().await.map_err(|_| Failure::Broken)?;
        }
        Err(Failure::SignedOut) => {}
        Err(other) => return Err(other),
    }
    // Browsers drop a cookie with that prefix only if they are told so in its own manner.
    let gone = Cookie::build((session::COOKIE, ""))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Strict)
        .max_age(time::Duration::ZERO);
    Ok((StatusCode::NO_CONTENT, jar.add(gone)).into_response())
}

/// `GET /auth/me`
pub(crate) async fn me(signed_in: Result<SignedIn, Failure>) -> Result<Response, Failure> {
    let sign_in = match signed_in {
        Ok(signed_in) => signed_in.sign_in,
        Err(Failure::SignedOut) => return Ok(Json(json!({ "signed_in": false })).into_response()),
        Err(other) => return Err(other),
    };
    let chosen = Some(&sign_in.account_uuid).filter(|uuid| !uuid.is_empty());
    let body = json!({
        "signed_in": true,
        "account_uuid": chosen,
        "accounts": sign_in.kept.accounts,
    });
    Ok(Json(body).into_response())
}

#[derive(Deserialize)]
pub(crate) struct Choice {
    account_uuid: String,
}

/// `PUT /auth/account`
pub(crate) async fn choose(
    State(app): State<App>,
    SignedIn { sign_in, .. }: SignedIn,
    choice: Result<Json<Choice>, axum::extract::rejection::JsonRejection>,
) -> Result<StatusCode, Failure> {
    let Json(choice) = choice.map_err(|_| Failure::OtherAccount)?;
    let mut theirs = sign_in.kept.accounts.iter();
    let chosen = theirs
        .find(|account| account.uuid.eq_ignore_ascii_case(&choice.account_uuid))
        .ok_or(Failure::OtherAccount)?;
    app.store.choose_account(&sign_in.id, &chosen.uuid).await?;
    Ok(StatusCode::NO_CONTENT)
}

// Sealed as everything else is. axum-extra's jar for private cookies would bring a second cipher and a key of its own, and
// knows of no second key, so that a change of keys would break off whoever is signing in.
fn sealed(app: &App, leaving: &Leaving) -> Result<String, Failure> {
    let text = serde_json::to_vec(leaving).map_err(|_| Failure::Broken)?;
    let sealed = app.store.seal().close(Purpose::Leaving, &text);
    Ok(URL_SAFE_NO_PAD.encode(sealed.map_err(|_| Failure::Broken)?))
}

fn opened(app: &App, value: &str) -> Option<Leaving> {
    let sealed = URL_SAFE_NO_PAD.decode(value).ok()?;
    let text = app.store.seal().open(Purpose::Leaving, &sealed).ok()?;
    serde_json::from_slice(&text).ok()
}

fn leaving_cookie(value: String, lasts: Duration) -> Cookie<'static> {
    Cookie::build((LEAVING_COOKIE, value))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(time::Duration::try_from(lasts).unwrap_or(time::Duration::ZERO))
        .build()
}

/// A page that leads on by itself: after a redirect that began on another site, a browser would keep the strict
/// cookie to itself.
fn onward(return_to: &str) -> Response {
    let path = encode_double_quoted_attribute(return_to);
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Signed in</title>\
         <meta http-equiv=\"refresh\" content=\"0;url={path}\"></head>\
         <body><p>You are signed in. <a href=\"{path}\">Go on</a></p></body></html>"
    );
    Html(page).into_response()
}

fn text(status: StatusCode, words: &'static str) -> Response {
    (status, words).into_response()
}

const SIGNED_IN_FOR_A_FRAME: &str =
    "You are signed in. Close this window, and go on where you came from.";

impl Mishap {
    fn told(self) -> (StatusCode, &'static str) {
        match self {
            Self::Strayed => (
                StatusCode::BAD_REQUEST,
                "This sign-in was not started in this browser, or took too long. Go back, and sign in again.",
            ),
            Self::Refused => (
                StatusCode::FORBIDDEN,
                "Plannr did not let you in. Go back, and sign in again.",
            ),
            Self::Unanswered => (
                StatusCode::BAD_GATEWAY,
                "Plannr did not answer. Go back, and sign in again in a moment.",
            ),
            Self::Broken => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The gateway is out of order. Go back, and sign in again in a moment.",
            ),
        }
    }

    /// The word in metrics.
    fn word(self) -> &'static str {
        match self {
            Self::Strayed => "strayed",
            Self::Refused => "refused",
            Self::Unanswered => "unanswered",
            Self::Broken => "broken",
        }
    }
}
