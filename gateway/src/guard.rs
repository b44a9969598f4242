//! Who may ask: pages of the public origin, and frames that carry their session themselves.
//!
//! Three fences, each of which would do against a page of somebody else's: the session cookie is `SameSite=Strict`;
//! `Origin` and `Sec-Fetch-Site` have to name ourselves; and a header that no form and no link can send is required, so
//! that a browser asks first, and gets no permission, before it sends anything from elsewhere.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

use crate::{App, budget::BODY_LIMIT, failure::Failure};

/// The header that every request of a page has to bring, with any value.
pub(crate) const REQUIRED: HeaderName = HeaderName::from_static("x-referral-connect");

/// The longest body of a request that is read.
const LONGEST_BODY_BYTES: usize = 1024;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// What a frame may send, told to a browser that asks.
const FRAME_HEADERS: &str = "accept, authorization, content-type, idempotency-key, \
     x-plannr-account-uuid, x-referral-confirmed, x-referral-connect";

/// What a frame may read of an answer, besides its body and the few headers that anybody may.
const FRAME_READS: &str = "date, retry-after, idempotency-replayed, x-ratelimit-limit, \
     x-ratelimit-remaining, x-ratelimit-reset";

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A page of the public origin: its cookie counts.
    Page,
    /// A sandboxed frame, whose origin is `null` as that of many others: its cookie does not count.
    Frame,
}

/// Lets only pages and frames of our own ask.
pub(crate) async fn pages_only(
    State(app): State<App>,
    mut request: Request,
    next: Next,
) -> Response {
    let origin = app.settings.public_origin.as_str();
    let frames = match app.settings.ticket_secret {
        Some(_) => Frames::Taken,
        None => Frames::None,
    };
    if request.method() == Method::OPTIONS {
        return preflight(request.headers(), frames);
    }
    let Some(caller) = caller(request.method(), request.headers(), origin, frames) else {
        app.metrics.refused("cross-site");
        return Failure::CrossSite.into_response();
    };
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    if caller == Caller::Frame {
        let headers = response.headers_mut();
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("null"),
        );
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(FRAME_READS),
        );
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    response
}

/// Lets only a person go there: by a link or an address, in a window of its own and in no frame.
pub(crate) async fn navigation_only(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    if is_navigation(request.headers()) {
        return next.run(request).await;
    }
    app.metrics.refused("cross-site");
    Failure::CrossSite.into_response()
}

/// Hands a request on once all of it is there, which has to be little and soon.
pub(crate) async fn whole(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let limited = Limited::new(body, LONGEST_BODY_BYTES).collect();
    let body = match timeout(BODY_LIMIT, limited).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(cause)) if cause.is::<LengthLimitError>() => {
            return Failure::TooLong.into_response();
        }
        Ok(Err(_)) | Err(_) => return Failure::Slow.into_response(),
    };
    next.run(Request::from_parts(head, Body::from(body))).await
}

fn is_navigation(headers: &HeaderMap) -> bool {
    // The few browsers that do not say it yet are let through.
    let says = |name, word: &str| headers.get(name).is_none_or(|value| value == word);
    says(FETCH_MODE, "navigate") && says(FETCH_DEST, "document")
}

/// Whether frames with sessions of their own are served at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frames {
    Taken,
    None,
}

fn caller(
    method: &Method,
    headers: &HeaderMap,
    public_origin: &str,
    frames: Frames,
) -> Option<Caller> {
    headers.get(REQUIRED)?;
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let origin = origins.next();
    if origins.next().is_some() {
        return None;
    }
    let from_ourselves = match headers.get(FETCH_SITE) {
        None => true,
        Some(site) => site == "same-origin",
    };
    match origin {
        Some(origin) if origin == public_origin => from_ourselves.then_some(Caller::Page),
        Some(origin) if origin == "null" && frames == Frames::Taken => Some(Caller::Frame),
        Some(_) => None,
        // Browsers leave it out of questions to the own origin, and of nothing else.
        None => (method.is_safe() && from_ourselves).then_some(Caller::Page),
    }
}

/// Permission for a sandboxed frame to send its headers; nobody else gets one, and nobody gets one for cookies.
fn preflight(headers: &HeaderMap, frames: Frames) -> Response {
    let from_a_frame = headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin == "null");
    if frames == Frames::None || !from_a_frame {
        return Failure::Method.into_response();
    }
    let allowed = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "null"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, FRAME_HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
        (header::VARY, "Origin"),
    ];
    (StatusCode::NO_CONTENT, allowed).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://portal.example";

    fn asked(
        method: &Method,
        pairs: &[(&'static str, &'static str)],
        frames: Frames,
    ) -> Option<Caller> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        caller(method, &headers, OURS, frames)
    }

    /// Every combination of origin, site, method, required header and setting, against the rule in plain words.
    #[test]
    fn only_pages_of_the_public_origin_and_frames_may_ask() {
        let origins = [
            None,
            Some(OURS),
            Some("null"),
            Some("https://evil.example"),
            Some("http://portal.example"),
            Some("https://portal.example.evil.example"),
            Some("https://sub.portal.example"),
        ];
        let sites = [
            None,
            Some("same-origin"),
            Some("same-site"),
            Some("cross-site"),
            Some("none"),
        ];
        let methods = [Method::GET, Method::POST, Method::PUT, Method::DELETE];
        let mut admitted = 0;
        for origin in origins {
            for site in sites {
                for method in &methods {
                    for required in [true, false] {
                        for frames in [Frames::Taken, Frames::None] {
                            let mut pairs = Vec::new();
                            pairs.extend(origin.map(|value| ("origin", value)));
                            pairs.extend(site.map(|value| ("sec-fetch-site", value)));
                            if required {
                                pairs.push(("x-referral-connect", "1"));
                            }
                            let same = site.is_none() || site == Some("same-origin");
                            let from_a_page = match origin {
                                Some(origin) => origin == OURS && same,
                                None => *method == Method::GET && same,
                            };
                            let from_a_frame = origin == Some("null") && frames == Frames::Taken;
                            let expected = match required {
                                true if from_a_page => Some(Caller::Page),
                                true if from_a_frame => Some(Caller::Frame),
                                _ => None,
                            };
                            assert_eq!(
                                asked(method, &pairs, frames),
                                expected,
                                "{method} {pairs:?} {frames:?}"
                            );
                            admitted += usize::from(expected.is_some());
                        }
                    }
                }
            }
        }
        // 2 sites x 4 methods and 2 sites x 1 method, each with both settings; 5 sites x 4 methods for frames.
        assert_eq!(admitted, 16 + 4 + 20);
    }

    #[test]
    fn two_origins_are_none() {
        let pairs = [
            ("x-referral-connect", "1"),
            ("origin", OURS),
            ("origin", OURS),
        ];
        assert_eq!(asked(&Method::POST, &pairs, Frames::Taken), None);
    }
}
