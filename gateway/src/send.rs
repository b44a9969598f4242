//! `POST /api/v1/referral-connections`: one press, at most one request to the API.
//!
//! What is about to leave is written down first, durably; then it leaves, once, on a task that outlives the browser's
//! connection; then the outcome is written down. So whatever dies in between, the ledger says no less than what may
//! have happened, and a key that is in it never leaves again.

use axum::{
    Extension,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use crate::{
    App,
    budget::Budget,
    failure::Failure,
    list::uuid_in,
    relay, renewal,
    session::{self, SignedIn},
    settle,
    store::{
        self, Confirmation, Doubt, Known, NewSend, Outcome, Permission, Rules, SendId, SignIn,
        State as Ledger, StoreError,
    },
    upstream::{Credentials, Reply, Trouble},
};

pub(crate) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const CONFIRMED: HeaderName = HeaderName::from_static("x-referral-confirmed");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

pub(crate) async fn create(
    State(app): State<App>,
    Extension(budget): Extension<Budget>,
    SignedIn { sign_in, .. }: SignedIn,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    let pressed = press(&app, budget, sign_in, &headers, &body);
    let pressed = timeout_at(budget.all_by(), pressed).await;
    // It may be on its way, on its own task; and nothing of what broke off here left anything half done.
    pressed.unwrap_or(Err(Failure::UnknownInTime))
}

async fn press(
    app: &App,
    budget: Budget,
    sign_in: SignIn,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Failure> {
    let id = SendId {
        account_uuid: session::account_to_send(&sign_in, headers)?.to_owned(),
        key: key(headers).ok_or(Failure::Key)?,
    };
    let code = code(headers, body)?;
    // A sign-in that cannot be renewed sends nothing. But what the ledger knows of the key comes first: another copy of
    // this press may have been sent.
    let renewed = renewal::fresh(app, sign_in.clone(), budget).await;
    let new = NewSend {
        id: &id,
        sign_in: &sign_in.id,
        code: &code,
        confirmation: match headers.get(CONFIRMED) {
            Some(word) if word == "1" => Confirmation::Given,
            _ => Confirmation::Missing,
        },
    };
    // Without the database nobody knows whether another copy was sent.
    let mut permission = permit(app, &new).await?;
    if let (Permission::Repeats { doubts }, Ok(sign_in)) = (&permission, &renewed)
        && settled(app, sign_in, doubts, budget).await?
    {
        permission = permit(app, &new).await?;
    }
    match permission {
        Permission::Go => {}
        Permission::Known(known) => return recall(app, sign_in, &id, known, budget).await,
        Permission::Busy => return Err(Failure::UnderWay),
        Permission::Repeats { .. } => return Err(Failure::Repeats),
        Permission::TooMany { retry_after } => return Err(Failure::TooMany { retry_after }),
        Permission::SignedOut => return Err(Failure::SignedOut),
    }
    // A task of its own: a browser that goes away takes nothing with it.
    let sending = app
        .tasks
        .spawn(send(app.clone(), renewed, id, code, budget));
    sending.await.unwrap_or(Err(Failure::Unknown))
}

async fn permit(app: &App, new: &NewSend<'_>) -> Result<Permission, StoreError> {
    let clock = &app.settings.clock;
    app.store.permit(new, rules(app), clock).await
}

/// Looks up in the API's list what stands between a person and another request to the same code, and says whether that
/// settled any of it. Where nothing arrived, the code may be sent again without a question.
async fn settled(
    app: &App,
    sign_in: &SignIn,
    doubts: &[Doubt],
    budget: Budget,
) -> Result<bool, Failure> {
    let mut any = false;
    for Doubt { id, started } in doubts {
        let known = Known {
            same_code: true,
            state: Ledger::Unknown,
            status: 0,
            body: Vec::new(),
            started: *started,
        };
        let known = settle::settle(app, sign_in.clone(), id, known, budget).await?;
        any |= known.state != Ledger::Unknown;
    }
    Ok(any)
}

/// What the ledger goes by.
pub(crate) fn rules(app: &App) -> Rules {
    Rules {
        sends_per_hour: app.settings.sends_per_hour,
        repeat_guard: app.settings.repeat_guard,
        // Somewhat longer than the longest answer, which is written down then.
        under_way_for: app.settings.answer_limit + app.settings.answer_limit / 4,
    }
}

async fn send(
    app: App,
    renewed: Result<SignIn, Failure>,
    id: SendId,
    code: String,
    budget: Budget,
) -> Result<Response, Failure> {
    let sign_in = match renewed {
        Ok(sign_in) if Instant::now() <= budget.leave_by() => sign_in,
        otherwise => {
            write_down(&app, &id, &without_answer(Ledger::NotSent)).await;
            let cause = otherwise.err().unwrap_or(Failure::NotSent);
            return Err(nothing_was_sent(cause));
        }
    };
    let who = Credentials {
        access_token: &sign_in.kept.access_token,
        account_uuid: &id.account_uuid,
    };
    let body = json!({ "adviser_key": code }).to_string().into_bytes();
    let reply = app
        .upstream
        .post(&["referral-connections"], body, who, budget.answer_by())
        .await;
    let outcome = outcome(&reply);
    write_down(&app, &id, &outcome).await;
    app.metrics.sent(outcome.state, outcome.status);
    if outcome.status == StatusCode::UNAUTHORIZED.as_u16()
        && let Err(cause) = app.store.distrust_token(&sign_in).await
    {
        tracing::warn!(%cause, "a refused token is not marked");
    }
    match reply {
        Err(Trouble::NeverConnected) => Err(Failure::NotSent),
        Err(Trouble::TimedOut) => Err(Failure::UnknownInTime),
        Err(Trouble::Lost | Trouble::TooLong) => Err(Failure::Unknown),
        Ok(reply) => Ok(answer(outcome, relay::passed_on(&reply.headers))),
    }
}

/// What a reply says of the request, and what of it is worth keeping.
fn outcome(reply: &Result<Reply, Trouble>) -> Outcome {
    let reply = match reply {
        Err(Trouble::NeverConnected) => return without_answer(Ledger::NotSent),
        Err(_) => return without_answer(Ledger::Unknown),
        Ok(reply) => reply,
    };
    let status = reply.status.as_u16();
    let body = relay::json(reply).map(<[u8]>::to_vec).unwrap_or_default();
    Outcome {
        state: match status {
            408 => Ledger::Unknown,
            // A success settles it even if its body is lost, and a refusal likewise.
            200..300 | 400..500 => Ledger::Answered,
            _ => Ledger::Unknown,
        },
        connection_uuid: match status {
            200..300 => uuid_in(&body),
            _ => String::new(),
        },
        status,
        body,
    }
}

fn without_answer(state: Ledger) -> Outcome {
    Outcome {
        state,
        status: 0,
        body: Vec::new(),
        connection_uuid: String::new(),
    }
}

async fn write_down(app: &App, id: &SendId, outcome: &Outcome) {
    let written = store::persist(|| app.store.conclude(id, outcome)).await;
    if written.is_none() {
        // It stays started, counts as unknown after a while, and is then looked up in the API's list.
        tracing::error!("an outcome could not be written down");
    }
}

/// The answer to a request whose key was used before.
async fn recall(
    app: &App,
    sign_in: SignIn,
    id: &SendId,
    known: Known,
    budget: Budget,
) -> Result<Response, Failure> {
    if !known.same_code {
        return Err(Failure::KeyOfAnother);
    }
    let age = app.settings.clock.now().since(known.started);
    let known = match known.state {
        Ledger::Started if age < rules(app).under_way_for => return Err(Failure::UnderWay),
        Ledger::Started | Ledger::Unknown => {
            settle::settle(app, sign_in, id, known, budget).await?
        }
        _ => known,
    };
    app.metrics.recalled(known.state);
    let mut response = match known.state {
        Ledger::Started | Ledger::Unknown => return Err(Failure::Unknown),
        Ledger::NotSent => return Err(Failure::NotSent),
        Ledger::NotArrived => return Err(Failure::NotArrived),
        Ledger::Answered | Ledger::Found => {
            let outcome = Outcome {
                state: known.state,
                status: known.status,
                body: known.body,
                connection_uuid: String::new(),
            };
            answer(outcome, HeaderMap::new())
        }
    };
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// The API's answer, for a browser.
fn answer(outcome: Outcome, headers: HeaderMap) -> Response {
    let Outcome {
        state,
        status,
        body,
        ..
    } = outcome;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    match (state, body.is_empty()) {
        (_, false) if !status.is_redirection() => relay::in_json(status, headers, body),
        // Sent, and no details to tell.
        (Ledger::Answered | Ledger::Found, _) if status.is_success() => {
            (status, headers).into_response()
        }
        (Ledger::Unknown | Ledger::Started, _) => {
            let mut response = Failure::Unknown.into_response();
            if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
                *response.status_mut() = status;
            }
            response.headers_mut().extend(headers);
            response
        }
        _ => {
            let words = json!({ "message": Failure::Unfit.message(), "outcome": "rejected" });
            relay::in_json(status, headers, words.to_string().into_bytes())
        }
    }
}

/// A key as the draft of the header's standard writes it, in quotes, or bare.
pub(crate) fn key(headers: &HeaderMap) -> Option<String> {
    let mut given = headers.get_all(KEY).iter();
    let text = given.next()?.to_str().ok()?.trim();
    if given.next().is_some() {
        return None;
    }
    let bare = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(text);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let fits = (16..=64).contains(&bare.len()) && bare.bytes().all(plain);
    fits.then(|| bare.to_owned())
}

#[derive(Deserialize)]
struct Asked {
    adviser_key: String,
}

/// The code in a request's body.
pub(crate) fn code(headers: &HeaderMap, body: &[u8]) -> Result<String, Failure> {
    if !relay::says_json(headers) {
        return Err(Failure::NotJson);
    }
    // Of what it passes over, serde_json does not look whether it is text at all.
    let text = std::str::from_utf8(body).map_err(|_| Failure::Body)?;
    let asked: Asked = serde_json::from_str(text).map_err(|_| Failure::Body)?;
    let code = asked.adviser_key;
    let fits = code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_graphic());
    match fits {
        true => Ok(code),
        false => Err(Failure::Body),
    }
}

/// What goes wrong before anything leaves is no doubt about what became of it.
fn nothing_was_sent(failure: Failure) -> Failure {
    match failure {
        Failure::SignedOut => failure,
        _ => Failure::NotSent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_plain_and_long_enough() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(KEY, HeaderValue::from_str(value).unwrap());
            key(&headers)
        };
        let good = "0123456789abcdef";
        assert_eq!(of(good).as_deref(), Some(good));
        assert_eq!(of(&format!("\"{good}\"")).as_deref(), Some(good));
        assert!(of("8e03978e-40d5-43dd-bc93-6894a57f9324").is_some());
        assert!(of(&"a".repeat(64)).is_some());
        let bad = [
            "",
            "short",
            "\"0123456789abcdef",
            "0123456789abcdef ü",
            &"a".repeat(65),
            "0123456789abcdef;x",
        ];
        for bad in bad {
            assert_eq!(of(bad), None, "{bad}");
        }
        let mut twice = HeaderMap::new();
        twice.append(KEY, HeaderValue::from_static("0123456789abcdef"));
        twice.append(KEY, HeaderValue::from_static("0123456789abcdef"));
        assert_eq!(key(&twice), None);
        assert_eq!(key(&HeaderMap::new()), None);
    }

    #[test]
    fn a_reply_settles_a_request_or_does_not() {
        let of = |status: u16| {
            let reply = Reply {
                status: StatusCode::from_u16(status).unwrap(),
                headers: HeaderMap::new(),
                body: Err(Trouble::Lost),
            };
            outcome(&Ok(reply)).state
        };
        for settled in [200, 201, 204, 401, 403, 404, 405, 409, 410, 415, 422, 429] {
            assert_eq!(of(settled), Ledger::Answered, "{settled}");
        }
        for open in [301, 302, 307, 408, 500, 502, 503, 504, 599] {
            assert_eq!(of(open), Ledger::Unknown, "{open}");
        }
        assert_eq!(
            outcome(&Err(Trouble::NeverConnected)).state,
            Ledger::NotSent
        );
        assert_eq!(outcome(&Err(Trouble::Lost)).state, Ledger::Unknown);
        assert_eq!(outcome(&Err(Trouble::TimedOut)).state, Ledger::Unknown);
    }
}
