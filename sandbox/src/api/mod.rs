//! The API's routes.

mod admission;
mod cors;
mod create;
mod laravel;
mod list;
mod logins;
mod record;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    middleware,
    response::Response,
    routing::get,
};

pub(crate) use self::{
    admission::Throttle,
    laravel::{Failure, wants_json},
};
use crate::{
    App,
    store::{Filters, Order, Window},
    wire,
};

/// Every route under `/api/`. An unknown path there is the fallback's business.
pub(crate) fn routes(app: &App) -> Router {
    let admission = || middleware::from_fn_with_state(app.clone(), admission::admit);
    let record = middleware::from_fn_with_state(app.clone(), record::record);
    Router::new()
        .route(
            "/api/v1/referral-connections",
            get(list::list)
                .post(create::create)
                .route_layer(admission())
                // Outermost, so that a refused request is on record as well.
                .route_layer(record)
                .fallback(laravel::other_method_than_get_or_post),
        )
        .route(
            "/api/v1/referral-connections/{uuid}",
            get(one)
                .route_layer(admission())
                .fallback(laravel::other_method_than_get),
        )
        .route(
            "/api/v1/logins",
            get(logins::logins)
                .route_layer(admission())
                .fallback(laravel::other_method_than_get),
        )
        .with_state(app.clone())
}

/// Adds what a stock Laravel adds to every answer under `/api/`, and the date to all.
pub(crate) fn with_manners(router: Router, app: &App) -> Router {
    // Around the router as a whole: within it, axum would add an Allow header to a preflight's answer.
    Router::new()
        .fallback_service(router)
        .layer(middleware::from_fn_with_state(
            app.clock.clone(),
            cors::manners,
        ))
}

/// `GET /api/v1/referral-connections/{uuid}`
async fn one(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let account = admission::acting_account(&headers)?;
    let filters = Filters {
        uuids: vec![uuid.to_ascii_lowercase()],
        ..Filters::default()
    };
    let window = Window {
        order: Order::NewestFirst,
        limit: 1,
        offset: 0,
    };
    let found = app
        .store
        .list(account.account_uuid, &filters, window, app.clock.now())
        .await?;
    match found.first() {
        Some(connection) => Ok(laravel::json(StatusCode::OK, &wire::resource(connection))),
        None => Err(Failure::NoSuchConnection(uuid)),
    }
}
