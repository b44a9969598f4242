//! An API that answers at once, and always the same: what is measured is who stands before it.

use std::net::SocketAddr;

use axum::{
    Json, Router,
    extract::Query,
    http::StatusCode,
    response::Redirect,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::Outcome;

const ACCOUNT: &str = "be1403f4-9cdc-4904-9bd7-63d2619a01c6";
/// As many connections as the API lists unless it is asked for more.
const LISTED: usize = 15;

pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Upstream {
    pub(crate) async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let list = json!({ "data": vec![connection(); LISTED] }).to_string();
        let list = move || {
            let list = list.clone();
            async move { ([("content-type", "application/json")], list) }
        };
        let connections = get(list).post(async || (StatusCode::CREATED, Json(connection())));
        let tokens = json!({
            "token_type": "Bearer", "expires_in": 86400, "access_token": "token", "refresh_token": "refresh",
        });
        let logins = json!({ "data": [{ "uuid": ACCOUNT, "account": { "uuid": ACCOUNT, "name": "A", "role": "adviser" } }] });
        let router = Router::new()
            .route("/api/v1/referral-connections", connections)
            .route("/api/v1/logins", get(async || Json(logins)))
            .route("/oauth/allow", get(allow))
            .route("/oauth/token", post(async || Json(tokens)));
        let serving = tokio::spawn(async move {
            // It never ends by itself.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, serving })
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[derive(Deserialize)]
struct Asked {
    redirect_uri: String,
    state: String,
}

/// Lets whoever asks sign in, at the sandbox's address for that.
async fn allow(Query(asked): Query<Asked>) -> Redirect {
    let Asked {
        redirect_uri,
        state,
    } = asked;
    Redirect::to(&format!("{redirect_uri}?code=x&state={state}"))
}

fn connection() -> Value {
    json!({
        "uuid": uuid::Uuid::new_v4().to_string(),
        "direction": "sent",
        "status": "pending",
        "sender_firm": { "uuid": ACCOUNT, "name": "Ashdown Vale & Partners Chartered Financial Planners" },
        "recipient_firm": { "uuid": ACCOUNT, "name": "Larkspur & Wren Financial Planning LLP" },
        "created_at": "2026-03-20T13:25:15+00:00",
        "updated_at": "2026-03-20T13:25:15+00:00",
        "expires_at": "2026-04-19T13:25:15+01:00",
    })
}
