//! The built page, element and frame, for those who want them from the same place.

use std::path::Path;

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower_http::services::ServeDir;

use crate::{Settings, failure::Failure};

/// Serves the files of the folder in the settings, under the policy that they are made for.
pub(crate) fn routes(settings: &Settings, folder: &Path) -> Router {
    let headers = headers(settings);
    Router::new()
        .fallback_service(ServeDir::new(folder))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            let headers = headers.clone();
            async move { served(request, next, headers).await }
        }))
}

async fn served(request: Request, next: Next, headers: Vec<(HeaderName, HeaderValue)>) -> Response {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return Failure::NoSuchRoute.into_response();
    }
    let mut response = next.run(request).await;
    if response.status().is_client_error() {
        return Failure::NoSuchRoute.into_response();
    }
    response.headers_mut().extend(headers);
    response
}

fn headers(settings: &Settings) -> Vec<(HeaderName, HeaderValue)> {
    // By its name rather than 'self': in a sandboxed frame a document has no self.
    let own = &settings.public_origin;
    let ancestors = match settings.frame_ancestors.as_slice() {
        [] => "'none'".to_owned(),
        origins => origins.join(" "),
    };
    let policy = format!(
        "default-src 'none'; script-src {own} 'wasm-unsafe-eval'; style-src {own}; img-src {own}; connect-src {own}; \
         base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    );
    let policy =
        HeaderValue::try_from(policy).map(|policy| (header::CONTENT_SECURITY_POLICY, policy));
    let fixed = [
        // Asked for anew each time; what has not changed is not sent again.
        (header::CACHE_CONTROL, "no-cache"),
        // A sandboxed frame is another origin to its own files.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    fixed
        .into_iter()
        .map(|(name, value)| (name, HeaderValue::from_static(value)))
        .chain(policy)
        .collect()
}
