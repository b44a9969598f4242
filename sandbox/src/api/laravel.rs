//! Errors in a stock Laravel's words.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Requests that one user may make in a minute.
pub(crate) const REQUESTS_A_MINUTE: u32 = 500;

/// Why a request under `/api/` is refused.
pub(crate) enum Failure {
    /// 400: a filter or sort that the list does not have.
    BadQuery(String),
    /// 401
    Unauthenticated,
    /// 403
    Unauthorised,
    /// 404: no such path.
    NoSuchRoute(String),
    /// 404: no connection with this UUID that the account may see.
    NoSuchConnection(String),
    /// 405, with the methods that the path does have.
    MethodNotAllowed {
        method: Method,
        path: String,
        allowed: &'static [&'static str],
    },
    /// 409
    AlreadyConnected,
    /// 413
    TooLarge,
    /// 422: what is wrong with `adviser_key`.
    AdviserKey(KeyFault),
    /// 429
    TooManyAttempts {
        retry_after_s: i64,
        resets: Timestamp,
    },
    /// 500, with the cause when it is the sandbox's own trouble.
    Server(Option<String>),
}

/// What is wrong with the code in a request.
#[derive(Clone, Copy)]
pub(crate) enum KeyFault {
    Missing,
    NotText,
    Not8Characters,
    Unknown,
    /// The one whose message stands in `errors` as a string instead of a list.
    Own,
}

impl KeyFault {
    fn message(self) -> &'static str {
        match self {
            Self::Missing => "The adviser key field is required.",
            Self::NotText => "The adviser key field must be a string.",
            Self::Not8Characters => "The adviser key field must be 8 characters.",
            Self::Unknown => "The selected adviser key is invalid.",
            Self::Own => "You cannot send a referral connection request to yourself.",
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let message = |status, text: &str| json(status, &json!({ "message": text }));
        match self {
            Self::BadQuery(text) => message(StatusCode::BAD_REQUEST, &text),
            Self::Unauthenticated => message(StatusCode::UNAUTHORIZED, "Unauthenticated."),
            Self::Unauthorised => message(StatusCode::FORBIDDEN, "This action is unauthorized."),
            Self::NoSuchRoute(path) => message(
                StatusCode::NOT_FOUND,
                &format!("The route {} could not be found.", route(&path)),
            ),
            Self::NoSuchConnection(uuid) => message(
                StatusCode::NOT_FOUND,
                &format!("No query results for model [App\\Models\\ReferralConnection] {uuid}"),
            ),
            Self::MethodNotAllowed {
                method,
                path,
                allowed,
            } => {
                let allowed = allowed.join(", ");
                let text = format!(
                    "The {method} method is not supported for route {}. Supported methods: {allowed}.",
                    route(&path)
                );
                let mut response = message(StatusCode::METHOD_NOT_ALLOWED, &text);
                set(&mut response, header::ALLOW, &allowed);
                response
            }
            Self::AlreadyConnected => message(
                StatusCode::CONFLICT,
                "A referral connection with this adviser already exists.",
            ),
            Self::TooLarge => message(StatusCode::PAYLOAD_TOO_LARGE, "The POST data is too large."),
            Self::AdviserKey(fault) => {
                let text = fault.message();
                let errors = match fault {
                    KeyFault::Own => json!(text),
                    _ => json!([text]),
                };
                json(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    &json!({ "message": text, "errors": { "adviser_key": errors } }),
                )
            }
            Self::TooManyAttempts {
                retry_after_s,
                resets,
            } => {
                let mut response = message(StatusCode::TOO_MANY_REQUESTS, "Too Many Attempts.");
                set(
                    &mut response,
                    header::RETRY_AFTER,
                    &retry_after_s.to_string(),
                );
                set(
                    &mut response,
                    HeaderName::from_static("x-ratelimit-reset"),
                    &resets.as_second().to_string(),
                );
                set_rate_limit(&mut response, 0);
                response
            }
            Self::Server(None) => message(StatusCode::INTERNAL_SERVER_ERROR, "Server Error"),
            Self::Server(Some(exception)) => json(
                StatusCode::INTERNAL_SERVER_ERROR,
                &json!({ "message": "Server Error", "exception": exception }),
            ),
        }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(cause: sqlx::Error) -> Self {
        Self::Server(Some(format!("the sandbox's database: {cause}")))
    }
}

/// An answer in JSON.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

/// Writes the two headers that every admitted request gets.
pub(crate) fn set_rate_limit(response: &mut Response, remaining: u32) {
    set(
        response,
        HeaderName::from_static("x-ratelimit-limit"),
        &REQUESTS_A_MINUTE.to_string(),
    );
    set(
        response,
        HeaderName::from_static("x-ratelimit-remaining"),
        &remaining.to_string(),
    );
}

/// Whether an error outside of `/api/` is wanted as JSON: Laravel looks at the first type in `Accept`.
pub(crate) fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .and_then(|accept| accept.split([',', ';']).next())
        .is_some_and(says_json)
}

/// Whether a media type is JSON's.
pub(crate) fn says_json(media_type: &str) -> bool {
    media_type.contains("/json") || media_type.contains("+json")
}

/// For a path that has only `GET`.
pub(crate) async fn other_method_than_get(method: Method, uri: Uri) -> Response {
    other_method(method, &uri, &["GET", "HEAD"])
}

/// For a path that has `GET` and `POST`.
pub(crate) async fn other_method_than_get_or_post(method: Method, uri: Uri) -> Response {
    other_method(method, &uri, &["GET", "HEAD", "POST"])
}

/// `OPTIONS` that is no preflight gets the list of methods, anything else is refused with it.
fn other_method(method: Method, uri: &Uri, allowed: &'static [&'static str]) -> Response {
    if method == Method::OPTIONS {
        let mut response = StatusCode::OK.into_response();
        set(&mut response, header::ALLOW, &allowed.join(","));
        return response;
    }
    Failure::MethodNotAllowed {
        method,
        path: uri.path().to_owned(),
        allowed,
    }
    .into_response()
}

/// A path as Laravel names it: without its outer slashes.
fn route(path: &str) -> &str {
    match path.trim_matches('/') {
        "" => "/",
        route => route,
    }
}

/// Sets a header whose value is made of letters and digits of our own.
fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
