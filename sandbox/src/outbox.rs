//! What a person sees of the sandbox: the emails with their links, and what was received.
//!
//! None of this is part of the API, so none of it has CORS headers: another website can read nothing here.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};
use serde_json::{Value, json};

use crate::{
    App,
    api::{Failure, wants_json},
    store::{Answered, Connection, Email, Received},
    wire,
};

/// Nothing but the sandbox's own style sheet and forms.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// Every route under `/sandbox/`.
pub(crate) fn routes(app: &App) -> Router {
    let to_the_outbox = || async { Redirect::to("/sandbox/outbox") };
    Router::new()
        .route("/sandbox", get(to_the_outbox))
        .route("/sandbox/", get(to_the_outbox))
        .route("/sandbox/outbox", get(outbox))
        .route("/sandbox/outbox.json", get(outbox_json))
        .route("/sandbox/requests.json", get(requests_json))
        .route("/sandbox/emails/{id}/{answer}", get(answer))
        .route("/sandbox/reset", post(reset))
        .route("/sandbox/style.css", get(style))
        .with_state(app.clone())
}

/// A whole page of the sandbox.
pub(crate) fn document(status: StatusCode, title: &str, content: Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – Plannr sandbox" }
                link rel="stylesheet" href="/sandbox/style.css";
            }
            body {
                header { p { a href="/sandbox/outbox" { "Plannr sandbox" } } }
                main { h1 { (title) } (content) }
            }
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, page.into_string()).into_response()
}

/// For a path that nothing answers to.
pub(crate) fn not_found(headers: &HeaderMap, path: &str) -> Response {
    if wants_json(headers) {
        return Failure::NoSuchRoute(path.to_owned()).into_response();
    }
    document(
        StatusCode::NOT_FOUND,
        "There is nothing here",
        html! { p { "The emails are in the " a href="/sandbox/outbox" { "outbox" } "." } },
    )
}

async fn outbox(State(app): State<App>) -> Result<Response, Failure> {
    let now = app.clock.now();
    let emails = app.store.emails(now).await?;
    let content = html! {
        p {
            "Emails that the real service would have sent to the recipients, newest first. "
            a href="/sandbox/outbox" { "Look again" }
        }
        @if emails.is_empty() {
            p { "No email yet. One is written with every request that is accepted by the sandbox." }
        }
        @for email in &emails { (card(email, now)) }
        form method="post" action="/sandbox/reset" {
            button { "Forget every request and email" }
        }
    };
    Ok(document(StatusCode::OK, "Outbox", content))
}

fn card(email: &Email, now: Timestamp) -> Markup {
    let connection = &email.connection;
    let parties = &connection.parties;
    let recipient = &parties.recipient_account;
    html! {
        article aria-labelledby={ "subject-" (email.id) } {
            h2 id={ "subject-" (email.id) } { bdi { (subject(connection)) } }
            dl {
                dt { "To" }
                dd { bdi { (recipient.name) } ", " bdi { (parties.recipient_firm.name) } " <" bdi { (recipient.email) } ">" }
                dt { "Sent" }
                dd { (time(connection.created)) }
                dt { "Code" }
                dd { code { (connection.adviser_key) } }
                dt { "Status" }
                dd { (connection.status) }
                dt { "Open until" }
                dd { (time(connection.expires)) }
            }
            p {
                bdi { (parties.sender_account.name) } " of " bdi { (parties.sender_firm.name) }
                " would like to connect with you."
            }
            p.answers {
                a href=(path(email, Answer::Accept)) { "Accept" }
                a href=(path(email, Answer::Deny)) { "Deny" }
            }
            @if !waits(connection, now) {
                p { small { "This request no longer waits for an answer; the links say so." } }
            }
        }
    }
}

async fn outbox_json(State(app): State<App>) -> Result<Response, Failure> {
    let emails = app.store.emails(app.clock.now()).await?;
    Ok(listed(emails.iter().map(email_json).collect()))
}

fn email_json(email: &Email) -> Value {
    let connection = &email.connection;
    let recipient = &connection.parties.recipient_account;
    json!({
        "id": email.id,
        "sent_at": wire::in_utc(connection.created),
        "to": { "name": recipient.name, "email": recipient.email },
        "subject": subject(connection),
        "adviser_key": connection.adviser_key,
        "connection_uuid": connection.uuid,
        "status": connection.status,
        "accept_path": path(email, Answer::Accept),
        "deny_path": path(email, Answer::Deny),
    })
}

async fn requests_json(State(app): State<App>) -> Result<Response, Failure> {
    let received = app.store.kept().await?;
    Ok(listed(received.iter().map(received_json).collect()))
}

fn received_json(received: &Received) -> Value {
    json!({
        "received_at": received.at.to_string(),
        "method": received.method,
        "path": received.path,
        "headers": received.headers,
        "body": received.body,
    })
}

fn listed(entries: Vec<Value>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, json!({ "data": entries }).to_string()).into_response()
}

/// What the recipient says by a link.
#[derive(Clone, Copy)]
enum Answer {
    Accept,
    Deny,
}

impl Answer {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "accept" => Some(Self::Accept),
            "deny" => Some(Self::Deny),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Deny => "deny",
        }
    }

    fn status(self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Deny => "denied",
        }
    }
}

/// A click on a link in an email: a plain GET, as mail programs send it.
async fn answer(
    State(app): State<App>,
    Path((id, word)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let path = format!("/sandbox/emails/{id}/{word}");
    let Some(answer) = Answer::from_word(&word) else {
        return Ok(not_found(&headers, &path));
    };
    let Some(email) = app.store.email(&id, now).await? else {
        return Ok(not_found(&headers, &path));
    };
    // HEAD is how a scanner or a link preview looks without clicking.
    if method == Method::HEAD {
        return Ok(document(StatusCode::OK, "Referral request", html! {}));
    }
    let answered = app
        .store
        .answer(&email.connection.uuid, answer.status(), now)
        .await?;
    let title = match answered {
        Answered::Now => format!("Request {}", answer.status()),
        Answered::NotAnyMore => "Nothing was changed".to_owned(),
    };
    // What is said about an answer that did not count depends on what another click may just have done.
    let Some(email) = app.store.email(&id, now).await? else {
        return Ok(not_found(&headers, &path));
    };
    let content = html! {
        p { (outcome(&email.connection, answered, now)) }
        p { a href="/sandbox/outbox" { "Back to the outbox" } }
    };
    Ok(document(StatusCode::OK, &title, content))
}

fn outcome(connection: &Connection, answered: Answered, now: Timestamp) -> Markup {
    let sender = &connection.parties.sender_firm.name;
    html! {
        @match (answered, connection.status.as_str()) {
            (Answered::Now, status) => {
                "The request from " bdi { (sender) } " is now " (status) "."
            }
            (_, status @ ("accepted" | "denied")) => {
                "The request from " bdi { (sender) } " was answered already: it is " (status) "."
            }
            (_, _) if now >= connection.expires => {
                "The request from " bdi { (sender) } " expired on " (time(connection.expires)) "."
            }
            (_, status) => {
                "The request from " bdi { (sender) } " does not wait for an answer: its status is "
                bdi { (status) } "."
            }
        }
    }
}

/// Empties the sandbox; only for its own pages and for programs, not for other websites.
async fn reset(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failure> {
    if from_another_site(&headers) {
        return Err(Failure::Unauthorised);
    }
    app.store.empty().await?;
    app.throttle.reset();
    let from_a_form = headers.contains_key(header::CONTENT_TYPE) && !wants_json(&headers);
    Ok(match from_a_form {
        true => Redirect::to("/sandbox/outbox").into_response(),
        false => StatusCode::NO_CONTENT.into_response(),
    })
}

/// Whether a browser says that another site's page made it send this.
fn from_another_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    let foreign_fetch = !matches!(text("sec-fetch-site"), None | Some("same-origin" | "none"));
    let foreign_origin = text("origin").is_some_and(|origin| {
        origin.strip_prefix("http://") != Some(text("host").unwrap_or_default())
    });
    foreign_fetch || foreign_origin
}

async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, include_str!("outbox.css")).into_response()
}

fn subject(connection: &Connection) -> String {
    format!(
        "{} would like to connect with you",
        connection.parties.sender_firm.name
    )
}

fn path(email: &Email, answer: Answer) -> String {
    format!("/sandbox/emails/{}/{}", email.id, answer.word())
}

fn waits(connection: &Connection, now: Timestamp) -> bool {
    connection.status == "pending" && now < connection.expires
}

/// An instant for people, in London's time.
fn time(instant: Timestamp) -> Markup {
    let local = instant.to_zoned(wire::LONDON.clone());
    html! {
        time datetime=(instant) { (local.strftime("%-d %B %Y at %H:%M:%S")) }
    }
}
