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
            Rc::new(move |pending| {
                let client = asked(endpoint, client());
                Box::pin(async move {
                    let client = client?;
                    if client.endpoint.as_str() != pending.endpoint {
                        return Err(Unanswered::OtherEndpoint);
                    }
                    client.list_sent(&pending.account).await
                })
            })
        },
        one: Rc::new(move |account, uuid| {
            let client = asked(endpoint, client());
            Box::pin(async move { client?.one(&account, &uuid).await })
        }),
        endpoint: Rc::new(move || {
            let endpoint = endpoint.try_get_untracked().and_then(Result::ok);
            endpoint.map_or_else(String::new, |endpoint| endpoint.as_str().to_owned())
        }),
        obstacle: Rc::new(move || obstacle(endpoint)),
        recorded: Rc::new(storage::pending),
        keep: Rc::new(storage::keep_pending),
        settle: Rc::new(|settled, uuid| {
            // What cannot be removed was never stored.
            let _ = storage::settle_pending(settled, uuid);
        }),
        now: Rc::new(clock::now),
    }
}

fn obstacle(endpoint: Signal<Result<Endpoint, EndpointProblem>>) -> Option<NotSent> {
    let Some(Ok(endpoint)) = endpoint.try_get_untracked() else {
        return Some(NotSent::BadEndpoint);
    };
    let is_offline = web_sys::window().is_some_and(|window| !window.navigator().on_line());
    (is_offline && !endpoint.is_on_device()).then_some(NotSent::Offline)
}

/// The client to ask a question with that changes nothing, or why it cannot be asked.
fn asked(
    endpoint: Signal<Result<Endpoint, EndpointProblem>>,
    client: Option<Client>,
) -> Result<Client, Unanswered> {
    match obstacle(endpoint) {
        Some(NotSent::Offline) => Err(Unanswered::Offline),
        _ => client.ok_or(Unanswered::BadEndpoint),
    }
}
