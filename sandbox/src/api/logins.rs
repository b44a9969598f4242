//! `GET /api/v1/logins`

use axum::{extract::State, http::StatusCode, response::Response};
use serde_json::{Value, json};

use super::laravel;
use crate::{
    App,
    cast::{LOGINS, Login, SINCE},
};

pub(super) async fn logins(State(_): State<App>) -> Response {
    let body = json!({
        "data": LOGINS.iter().map(login).collect::<Vec<_>>(),
        "preferred_account_uuid": preferred_account(),
    });
    laravel::json(StatusCode::OK, &body)
}

fn login(login: &Login) -> Value {
    let account = &login.account;
    let firm = account.firm();
    let mut shown = json!(account.account());
    shown["firm"] = json!(firm);
    json!({
        "uuid": login.uuid,
        "created_at": SINCE,
        "updated_at": SINCE,
        "expires_at": null,
        "primary": account.account_uuid == preferred_account(),
        "first_name": account.first_name,
        "last_name": account.last_name,
        "email": account.email,
        "user_type": account.role,
        "preferred_account_uuid": preferred_account(),
        "firm": firm,
        "account": shown,
    })
}

/// The account that the user wants integrations to use: the first.
fn preferred_account() -> &'static str {
    LOGINS[0].account.account_uuid
}
