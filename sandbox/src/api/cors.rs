//! Cross-origin requests as a stock Laravel answers them (`config/cors.php` untouched: paths `api/*`, any
//! origin, method and header, no credentials, nothing exposed, max age 0), in the words of php-cors.
//!
//! tower-http's layer cannot be made to say the same: it adds an `Origin` to `Vary` and has no `Max-Age: 0`
//! together with a mirrored method.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use jiff::fmt::rfc2822::DateTimePrinter;

use crate::Clock;

/// Put into an answer's extensions by a handler whose answer stands for one from a proxy in front of Laravel.
#[derive(Clone)]
pub(crate) struct FromAProxy;

/// Answers preflights, and adds to every other answer what Laravel adds.
pub(crate) async fn manners(State(clock): State<Clock>, request: Request, next: Next) -> Response {
    let in_api = request.uri().path().starts_with("/api/");
    let options = request.method() == Method::OPTIONS;
    let asked_method = request
        .headers()
        .get(header::ACCESS_CONTROL_REQUEST_METHOD)
        .cloned();
    let mut response = match asked_method {
        Some(method) if in_api && options => preflight(&request, method),
        _ => next.run(request).await,
    };
    let from_laravel = response.extensions().get::<FromAProxy>().is_none();
    let headers = response.headers_mut();
    if in_api && from_laravel {
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        );
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-cache, private"),
        );
        if options && !headers.contains_key(header::VARY) {
            headers.insert(
                header::VARY,
                HeaderValue::from_static("Access-Control-Request-Method"),
            );
        }
    }
    // The sandbox's own clock rather than the server's, so that a page sees one time everywhere.
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&clock.now());
    if let Some(date) = date.ok().and_then(|text| HeaderValue::try_from(text).ok()) {
        headers.insert(header::DATE, date);
    }
    response
}

fn preflight(request: &Request, method: HeaderValue) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let asked_headers = request
        .headers()
        .get(header::ACCESS_CONTROL_REQUEST_HEADERS)
        .cloned();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value| headers.insert(name, value);
    set(header::ACCESS_CONTROL_ALLOW_METHODS, method);
    if let Some(asked) = asked_headers {
        set(header::ACCESS_CONTROL_ALLOW_HEADERS, asked);
    }
    set(
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("0"),
    );
    set(
        header::VARY,
        HeaderValue::from_static("Access-Control-Request-Method, Access-Control-Request-Headers"),
    );
    response
}
