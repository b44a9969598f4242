//! The routes, and what every answer has in common.

use std::time::Instant;

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post, put},
};

use crate::{App, budget, failure::Failure, guard, pages, relay, send, session, sign_in, ticket};

/// Nothing that a browser could run, load or show in a frame is in an answer.
const POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The headers of every answer that does not bring its own.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Everything that the gateway answers to the public.
pub(crate) fn public(app: &App) -> Router {
    let pages_only = middleware::from_fn_with_state(app.clone(), guard::pages_only);
    let navigation_only = middleware::from_fn_with_state(app.clone(), guard::navigation_only);
    let in_time = middleware::from_fn_with_state(app.clone(), budget::keep);
    let connections = "/api/v1/referral-connections";
    let for_pages = Router::new()
        .route(connections, get(relay::list).post(send::create))
        .route(&format!("{connections}/{{uuid}}"), get(relay::one))
        .route("/api/v1/logins", get(relay::logins))
        .route("/auth/me", get(sign_in::me))
        .route("/auth/account", put(sign_in::choose))
        .route("/auth/logout", post(sign_in::logout))
        .route("/auth/frame-session", post(ticket::exchange))
        .method_not_allowed_fallback(no_such_method)
        .layer(session::layer(app))
        .layer(in_time.clone())
        .layer(middleware::from_fn(guard::whole))
        .route_layer(pages_only);
    let for_people = Router::new()
        .route(
            "/auth/login",
            get(sign_in::login).post(sign_in::login_for_frame),
        )
        .route("/auth/callback", get(sign_in::callback))
        .method_not_allowed_fallback(no_such_method)
        .layer(session::layer(app))
        .layer(in_time)
        .layer(middleware::from_fn(guard::whole))
        .route_layer(navigation_only);
    let ours = Router::new()
        .merge(for_pages)
        .merge(for_people)
        .route("/health", get(health))
        .with_state(app.clone());
    let ours = match &app.settings.pages {
        Some(folder) => ours.fallback_service(pages::routes(&app.settings, folder)),
        None => ours.fallback(no_such_route),
    };
    let router = match app.settings.base_path.as_str() {
        "" => ours,
        path => {
            let index = Redirect::to(&format!("{path}/index.html"));
            let below = Router::new().nest(path, ours).fallback(no_such_route);
            match app.settings.pages {
                // What is nested at a path does not take the path with a slash.
                Some(_) => below.route(&format!("{path}/"), get(|| async { index })),
                None => below,
            }
        }
    };
    router
        .layer(middleware::from_fn_with_state(app.clone(), watched))
        .layer(middleware::map_response(with_headers))
}

/// What the gateway answers to those who watch it.
pub(crate) fn private(app: &App) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/health", get(health))
        .fallback(no_such_route)
        .layer(middleware::map_response(with_headers))
        .with_state(app.clone())
}

/// `GET /health`: 200 if requests can be answered.
async fn health(State(app): State<App>) -> Response {
    match app.store.answers().await {
        Ok(()) => (StatusCode::OK, "ok\n").into_response(),
        Err(cause) => {
            tracing::error!(%cause, "not healthy");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            )
                .into_response()
        }
    }
}

/// `GET /metrics`
async fn metrics(State(app): State<App>) -> Response {
    const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match app.metrics.text() {
        Some(text) => ([(header::CONTENT_TYPE, TYPE)], text).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn no_such_route() -> Failure {
    Failure::NoSuchRoute
}

async fn no_such_method() -> Failure {
    Failure::Method
}

/// Counts a request, and writes one line about it: neither its address, which may hold a code, nor who made it.
async fn watched(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = match request.method().as_str() {
        known @ ("GET" | "POST" | "PUT" | "HEAD" | "OPTIONS") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let route = match request.extensions().get::<MatchedPath>() {
        Some(path) => path.as_str().to_owned(),
        None => "none".to_owned(),
    };
    app.metrics.started();
    let mut counted = Counted {
        app: &app,
        started,
        method,
        route,
        // As others write it who count what a browser did not wait for.
        status: 499,
    };
    let response = next.run(request).await;
    counted.status = response.status().as_u16();
    let outcome = response.extensions().get::<Failure>();
    tracing::info!(
        method = %counted.method,
        route = %counted.route,
        status = counted.status,
        ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        outcome = outcome.map_or("answered", |failure| failure.outcome()),
        "request"
    );
    response
}

/// A request that is under way until this is dropped: with its answer, or with its connection.
struct Counted<'app> {
    app: &'app App,
    started: Instant,
    method: String,
    route: String,
    status: u16,
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.app.metrics.answered(
            &self.method,
            &self.route,
            self.status,
            self.started.elapsed(),
        );
    }
}

async fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}
