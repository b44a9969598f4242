//! The standalone page: the widget, and the settings that a host would give it elsewhere.

mod accounts;
mod settings;
mod setup;
mod words;

use std::rc::Rc;

use leptos::html;
use leptos::mount::{mount_to, mount_to_body};
use leptos::prelude::*;

use self::settings::Settings;
use crate::ReferralConnect;
use crate::after_a_trap;
use crate::api::client::{Auth, Client, GetToken};
use crate::api::endpoint::Endpoint;
use crate::browser::storage;
use crate::domain::account::AccountUuid;

/// Puts the page into the document's body.
pub fn mount() {
    let root: NodeRef<html::Div> = NodeRef::new();
    mount_to_body(move || {
        view! {
            <main class="page">
                <h1>{words::TITLE}</h1>
                <p class="page-purpose">{words::PURPOSE}</p>
                <div node_ref=root></div>
            </main>
        }
    });
    if let Some(root) = root.get_untracked() {
        after_a_trap::watch(&root);
        mount_to(root.into(), Page).forget();
    }
}

/// What the settings hold, as typed.
#[derive(Clone, Copy)]
struct Fields {
    endpoint: RwSignal<String>,
    /// In memory alone, for as long as the page lives.
    token: RwSignal<String>,
    account: RwSignal<String>,
}

/// What stands below the heading: all that can change.
#[component]
fn Page() -> impl IntoView {
    let setup = setup::read();
    let stored = storage::account();
    let fields = Fields {
        endpoint: RwSignal::new(setup.endpoint),
        token: RwSignal::new(setup.token),
        account: RwSignal::new(stored.map(|uuid| uuid.to_string()).unwrap_or_default()),
    };
    let endpoint = Signal::derive(move || fields.endpoint.with(|text| text.parse::<Endpoint>()));
    let account =
        Signal::derive(move || fields.account.with(|text| text.parse::<AccountUuid>().ok()));
    let get_token: GetToken = Rc::new(move |_| {
        let token = fields.token.try_get_untracked();
        Box::pin(async move { token })
    });
    let auth = Auth::Bearer(get_token);
    let client = {
        let auth = auth.clone();
        move || {
            let endpoint = endpoint.get().ok()?;
            let auth = auth.clone();
            fields
                .token
                .with(|token| !token.trim().is_empty())
                .then_some(Client { endpoint, auth })
        }
    };
    let accounts = accounts::load(client, fields.account);
    // Decided once: a panel that closes while somebody types in it has taken the field away.
    let is_ready = fields.token.with_untracked(|token| !token.is_empty());
    view! {
        <p class="page-account">
            {move || {
                accounts
                    .with(|accounts| account.with(|account| accounts.name_of(account.as_ref())))
                    .map(|name| view! { {words::SENDING_AS} " " <bdi>{name}</bdi> })
            }}
        </p>
        <ReferralConnect endpoint auth account refresh_s=setup.refresh_s/>
        <Settings fields accounts=accounts.into() open=!is_ready/>
    }
}
