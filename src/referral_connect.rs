use std::rc::Rc;

use leptos::prelude::*;

use crate::api::client::{Auth, Client};
use crate::api::endpoint::{Endpoint, EndpointProblem};
use crate::browser::{clock, storage};
use crate::domain::account::AccountUuid;
use crate::domain::adviser_key::KeyCase;
use crate::domain::outcome::{NotSent, Outcome, Unanswered};
use crate::view::runner::Calls;
use crate::view::widget::Widget;

/// The widget, for Leptos applications.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use referral_connect::{ReferralConnect, api::client::{Auth, GetToken}};
/// # fn my_token() -> String { String::new() }
/// let get_token: GetToken = std::rc::Rc::new(|_| Box::pin(async { Some(my_token()) }));
/// mount_to_body(move || {
///     let auth = Auth::Bearer(get_token.clone());
///     view! { <ReferralConnect endpoint=Ok(Default::default()) auth/> }
/// });
/// ```
#[component]
pub fn ReferralConnect(
    /// Where the API is. While it cannot be used, nothing is sent and the person is told.
    #[prop(into)]
    endpoint: Signal<Result<Endpoint, EndpointProblem>>,
    /// How the API learns who asks.
    auth: Auth,
    /// The account to act for; unless given, the one stored in this browser.
    #[prop(into, default = Signal::derive(storage::account))]
    account: Signal<Option<AccountUuid>>,
    /// What happens to the letters of a code.
    #[prop(into, default = Signal::stored(KeyCase::Preserve))]
    key_case: Signal<KeyCase>,
    /// Seconds between two questions for the status of a pending request; 0 is never, and 10 the least.
    #[prop(into, default = Signal::stored(60))]
    refresh_s: Signal<u32>,
    /// A code to start with. It is never sent by itself.
    #[prop(into, default = Signal::stored(String::new()))]
    adviser_key: Signal<String>,
) -> impl IntoView {
    view! {
        <Widget
            calls=calls(endpoint, auth)
            account
            key_case
            refresh_s
            adviser_key
            found=storage::pending()
        />
    }
}

/// Asks the API and keeps records in this browser.
fn calls(endpoint: Signal<Result<Endpoint, EndpointProblem>>, auth: Auth) -> Calls {
    // Asked anew each time: the host may change the address between two requests.
    let client = move || {
        let endpoint = endpoint.try_get_untracked()?.ok()?;
        let auth = auth.clone();
        Some(Client { endpoint, auth })
    };
    Calls {
        send: {
            let client = client.clone();
            Rc::new(move |pending, departs| {
                let client = client();
                Box::pin(async move {
                    match client {
                        Some(client) => client.create(&pending, departs).await,
                        None => Outcome::NotSent(NotSent::BadEndpoint),
                    }
                })
            })
        },
        list_sent: {
            let client = client.clone();
            Rc::new(move |account| {
                let client = client();
                Box::pin(async move {
                    let client = client.ok_or(Unanswered::NotAsked)?;
                    client.list_sent(&account).await
                })
            })
        },
        one: Rc::new(move |account, uuid| {
            let client = client();
            Box::pin(async move {
                let client = client.ok_or(Unanswered::NotAsked)?;
                client.one(&account, &uuid).await
            })
        }),
        obstacle: Rc::new(move || obstacle(endpoint)),
        keep: Rc::new(storage::keep_pending),
        forget: Rc::new(|settled| {
            // What cannot be removed was never stored.
            let _ = storage::forget_pending(settled);
        }),
        now: Rc::new(clock::now),
    }
}

fn obstacle(endpoint: Signal<Result<Endpoint, EndpointProblem>>) -> Option<NotSent> {
    if !matches!(endpoint.try_get_untracked(), Some(Ok(_))) {
        return Some(NotSent::BadEndpoint);
    }
    let is_offline = web_sys::window().is_some_and(|window| !window.navigator().on_line());
    is_offline.then_some(NotSent::Offline)
}
