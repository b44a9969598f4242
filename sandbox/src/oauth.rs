//! The OAuth pages: a person lets an application in, and the application gets tokens for it.
//!
//! As Laravel Passport does it, which the real service is visibly built with: the authorization code grant with PKCE,
//! refresh tokens that count once, errors in RFC 6749's words. Any application is known, as long as it lives on this
//! machine. Codes and tokens are kept in memory: after a restart everybody has to sign in again.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Form, Json, Router,
    extract::{Query, RawQuery, State},
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use form_urlencoded::Serializer;
use jiff::{SignedDuration, Timestamp};
use maud::html;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{App, outbox::document};

/// How long a code waits to be exchanged.
const CODE_LASTS: Duration = Duration::from_secs(60);

/// Every route under `/oauth/`.
pub(crate) fn routes(app: &App) -> Router {
    Router::new()
        .route("/oauth/authorize", get(ask))
        .route("/oauth/allow", get(allow))
        .route("/oauth/deny", get(deny))
        .route("/oauth/token", post(token))
        .with_state(app.clone())
}

/// Codes and tokens that were given out.
#[derive(Default)]
pub(crate) struct Issued(Mutex<Lists>);

#[derive(Default)]
struct Lists {
    codes: HashMap<String, Code>,
    access: HashMap<String, Timestamp>,
    refresh: HashMap<String, String>,
}

/// A code that can be exchanged once, by whoever knows what its challenge was made from.
struct Code {
    client_id: String,
    redirect_uri: String,
    challenge: String,
    until: Timestamp,
}

impl Issued {
    /// Whether an access token was given out and is still good.
    pub(crate) fn admits(&self, token: &str, now: Timestamp) -> bool {
        self.lists()
            .access
            .get(token)
            .is_some_and(|until| now < *until)
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an application asks a person for.
#[derive(Deserialize)]
struct Asked {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    #[serde(default)]
    state: String,
    code_challenge: String,
    code_challenge_method: String,
}

impl Asked {
    /// What is wrong with it, for the person to read.
    fn fault(&self) -> Option<&'static str> {
        match self {
            _ if self.response_type != "code" => Some("It does not ask for a code."),
            _ if self.code_challenge_method != "S256" || self.code_challenge.len() != 43 => {
                Some("It brings no PKCE challenge of the kind S256.")
            }
            _ if !on_this_machine(&self.redirect_uri) => {
                Some("It is not on this machine, and the sandbox lets nobody else in.")
            }
            _ => None,
        }
    }

    /// Back to the application, with an answer.
    fn back(&self, name: &str, value: &str) -> Response {
        let answer = Serializer::new(String::new())
            .append_pair(name, value)
            .append_pair("state", &self.state)
            .finish();
        let mark = if self.redirect_uri.contains('?') {
            '&'
        } else {
            '?'
        };
        match HeaderValue::try_from(format!("{}{mark}{answer}", self.redirect_uri)) {
            Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
            Err(_) => refusal("Its address cannot be gone back to."),
        }
    }
}

/// The page that asks the person.
async fn ask(Query(asked): Query<Asked>, RawQuery(query): RawQuery) -> Response {
    if let Some(fault) = asked.fault() {
        return refusal(fault);
    }
    let query = query.unwrap_or_default();
    let content = html! {
        p {
            "The application " strong { bdi { (asked.client_id) } }
            " would like to send referral connection requests in your name, and see those that you have sent."
        }
        p { a href={ "/oauth/allow?" (query) } { "Allow" } }
        p { a href={ "/oauth/deny?" (query) } { "Deny" } }
    };
    document(StatusCode::OK, "Sign in with Plannr", content)
}

async fn allow(State(app): State<App>, Query(asked): Query<Asked>) -> Response {
    if let Some(fault) = asked.fault() {
        return refusal(fault);
    }
    let code = random();
    app.issued.lists().codes.insert(
        code.clone(),
        Code {
            client_id: asked.client_id.clone(),
            redirect_uri: asked.redirect_uri.clone(),
            challenge: asked.code_challenge.clone(),
            until: later(app.clock.now(), CODE_LASTS),
        },
    );
    asked.back("code", &code)
}

async fn deny(Query(asked): Query<Asked>) -> Response {
    match asked.fault() {
        Some(fault) => refusal(fault),
        None => asked.back("error", "access_denied"),
    }
}

/// What an application sends for tokens.
#[derive(Deserialize)]
struct Exchange {
    grant_type: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    code_verifier: String,
    #[serde(default)]
    refresh_token: String,
}

/// RFC 6749, section 5.2.
struct Refused(&'static str);

async fn token(
    State(app): State<App>,
    Form(exchange): Form<Exchange>,
) -> Result<Json<Value>, Refused> {
    let now = app.clock.now();
    let mut lists = app.issued.lists();
    match exchange.grant_type.as_str() {
        "authorization_code" => {
            // Taken out, so that it counts once whatever comes of it.
            let code = lists.codes.remove(&exchange.code);
            let code = code.filter(|code| now < code.until);
            let code = code.ok_or(Refused("invalid_grant"))?;
            let digest = Sha256::digest(exchange.code_verifier.as_bytes());
            let proven = URL_SAFE_NO_PAD.encode(digest) == code.challenge;
            let same_application =
                code.client_id == exchange.client_id && code.redirect_uri == exchange.redirect_uri;
            if !proven || !same_application {
                return Err(Refused("invalid_grant"));
            }
        }
        "refresh_token" => {
            let owner = lists.refresh.remove(&exchange.refresh_token);
            if owner != Some(exchange.client_id.clone()) {
                return Err(Refused("invalid_grant"));
            }
        }
        _ => return Err(Refused("unsupported_grant_type")),
    }
    let (access, refresh) = (random(), random());
    lists
        .access
        .insert(access.clone(), later(now, app.oauth_token_lasts));
    lists.refresh.insert(refresh.clone(), exchange.client_id);
    Ok(Json(json!({
        "token_type": "Bearer",
        "expires_in": app.oauth_token_lasts.as_secs(),
        "access_token": access,
        "refresh_token": refresh,
    })))
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.0, "message": "The sandbox does not take that." });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    }
}

fn refusal(fault: &'static str) -> Response {
    let content = html! { p { "An application wants to be let in. " (fault) } };
    document(
        StatusCode::BAD_REQUEST,
        "This application cannot be let in",
        content,
    )
}

fn on_this_machine(address: &str) -> bool {
    let Ok(uri) = address.parse::<Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = host
        .parse::<IpAddr>()
        .is_ok_and(|address| address.is_loopback());
    matches!(uri.scheme_str(), Some("http" | "https")) && (loopback || host == "localhost")
}

/// Something that nobody guesses.
fn random() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}
