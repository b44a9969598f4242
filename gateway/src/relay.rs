//! Questions: the lists and the single connection, passed on as they are.

use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use headers::{ContentType, HeaderMapExt};
use mime::Mime;
use serde::de::IgnoredAny;
use url::form_urlencoded;
use uuid::Uuid;

use crate::{
    App, accounts,
    budget::Budget,
    failure::Failure,
    renewal,
    session::{self, SignedIn},
    store::{Kept, SignIn},
    upstream::{Credentials, Reply, Trouble},
};

/// What may be asked of the list.
const QUERY: [&str; 7] = [
    "filter[uuid]",
    "filter[status]",
    "filter[direction]",
    "filter[recipient_uuid]",
    "sort",
    "page",
    "per_page",
];
/// The longest query that is passed on.
const LONGEST_QUERY_BYTES: usize = 1024;

/// The headers of the API's answers that reach a browser; its body's type and length are written anew.
const PASSED_ON: [HeaderName; 5] = [
    header::DATE,
    header::RETRY_AFTER,
    HeaderName::from_static("x-ratelimit-limit"),
    HeaderName::from_static("x-ratelimit-remaining"),
    HeaderName::from_static("x-ratelimit-reset"),
];

/// `GET /api/v1/referral-connections`
pub(crate) async fn list(
    State(app): State<App>,
    Extension(budget): Extension<Budget>,
    SignedIn { sign_in, .. }: SignedIn,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = allowed(query.as_deref().unwrap_or_default()).ok_or(Failure::Query)?;
    let account = session::account(&sign_in, &headers)?.to_owned();
    let (_, reply) = ask(
        &app,
        sign_in,
        &["referral-connections"],
        &query,
        &account,
        budget,
    )
    .await?;
    answer(reply)
}

/// `GET /api/v1/referral-connections/{uuid}`
pub(crate) async fn one(
    State(app): State<App>,
    Extension(budget): Extension<Budget>,
    Path(uuid): Path<String>,
    SignedIn { sign_in, .. }: SignedIn,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let uuid: Uuid = uuid.parse().map_err(|_| Failure::NoSuchRoute)?;
    let account = session::account(&sign_in, &headers)?.to_owned();
    let path = ["referral-connections", &uuid.to_string()];
    let (_, reply) = ask(&app, sign_in, &path, &[], &account, budget).await?;
    answer(reply)
}

/// `GET /api/v1/logins`
pub(crate) async fn logins(
    State(app): State<App>,
    Extension(budget): Extension<Budget>,
    SignedIn { sign_in, .. }: SignedIn,
) -> Result<Response, Failure> {
    let (sign_in, reply) = ask(&app, sign_in, &["logins"], &[], "", budget).await?;
    if let (StatusCode::OK, Ok(body)) = (reply.status, &reply.body)
        && let Some(logins) = accounts::read(body)
        && logins.accounts != sign_in.kept.accounts
    {
        let kept = Kept {
            accounts: logins.accounts,
            ..sign_in.kept.clone()
        };
        let now = app.settings.clock.now();
        app.store.replace_accounts(&sign_in, &kept, now).await?;
    }
    answer(reply)
}

/// Asks the API in a person's name, as often as that may be. A token that it refuses is renewed before the next request.
pub(crate) async fn ask(
    app: &App,
    sign_in: SignIn,
    path: &[&str],
    query: &[(String, String)],
    account_uuid: &str,
    budget: Budget,
) -> Result<(SignIn, Reply), Failure> {
    if let Err(retry_after) = app.pace.ask(&sign_in.id, app.settings.clock.now()) {
        app.metrics.refused("too-many-questions");
        return Err(Failure::TooManyQuestions { retry_after });
    }
    let sign_in = renewal::fresh(app, sign_in, budget).await?;
    let who = Credentials {
        access_token: &sign_in.kept.access_token,
        account_uuid,
    };
    let reply = app.upstream.get(path, query, who, budget.answer_by()).await;
    app.metrics.asked(&reply);
    let reply = reply.map_err(Failure::Unanswered)?;
    if reply.status == StatusCode::UNAUTHORIZED {
        app.store.distrust_token(&sign_in).await?;
    }
    Ok((sign_in, reply))
}

/// The headers of a reply that a browser may see.
pub(crate) fn passed_on(headers: &HeaderMap) -> HeaderMap {
    PASSED_ON
        .iter()
        .filter_map(|name| Some((name.clone(), headers.get(name)?.clone())))
        .collect()
}

/// The body of a reply, if it is what the API sends: JSON, and all of it.
pub(crate) fn json(reply: &Reply) -> Result<&[u8], Failure> {
    let body = match &reply.body {
        Ok(body) => body,
        Err(trouble @ (Trouble::TimedOut | Trouble::Lost)) => {
            return Err(Failure::Unanswered(*trouble));
        }
        Err(_) => return Err(Failure::Unfit),
    };
    let is_json = std::str::from_utf8(body)
        .is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    match says_json(&reply.headers) && is_json {
        true => Ok(body),
        false => Err(Failure::Unfit),
    }
}

/// Whether a body says of itself that it is JSON.
pub(crate) fn says_json(headers: &HeaderMap) -> bool {
    headers
        .typed_get::<ContentType>()
        .is_some_and(|kind| Mime::from(kind).essence_str() == "application/json")
}

/// JSON from the API, for a browser.
pub(crate) fn in_json(status: StatusCode, headers: HeaderMap, body: Vec<u8>) -> Response {
    let mut response = (status, headers, body).into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

fn answer(reply: Reply) -> Result<Response, Failure> {
    let status = reply.status;
    let headers = passed_on(&reply.headers);
    let is_error = status.is_client_error() || status.is_server_error();
    match json(&reply) {
        Ok(_) if !status.is_success() && !is_error => Err(Failure::Unfit),
        Ok(body) => Ok(in_json(status, headers, body.to_vec())),
        // What a proxy says in HTML is not for a page; the status is what counts.
        Err(_) if is_error => {
            let mut response = Failure::Unfit.into_response();
            *response.status_mut() = status;
            response.headers_mut().extend(headers);
            Ok(response)
        }
        Err(failure) => Err(failure),
    }
}

pub(crate) fn allowed(query: &str) -> Option<Vec<(String, String)>> {
    if query.len() > LONGEST_QUERY_BYTES {
        return None;
    }
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .map(|(name, value)| QUERY.contains(&name.as_str()).then_some((name, value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_asked_nothing_but_what_it_knows() {
        assert_eq!(allowed(""), Some(Vec::new()));
        let asked = allowed("filter%5Bdirection%5D=sent&per_page=50").unwrap();
        assert_eq!(asked.len(), 2);
        assert_eq!(
            asked[0],
            ("filter[direction]".to_owned(), "sent".to_owned())
        );
        for query in [
            "include=account",
            "filter[uuid][]=x",
            "x",
            &"page=1&".repeat(200),
        ] {
            assert_eq!(allowed(query), None, "{query}");
        }
    }
}
