use std::rc::Rc;

use leptos::prelude::*;

use crate::api::client::{Auth, Client};
use crate::api::endpoint::{Endpoint, EndpointProblem};
use crate::browser::clock;
use crate::browser::locks::{self, Hold};
use crate::browser::spawn;
use crate::browser::storage::{self, Kept};
use crate::domain::account::AccountUuid;
use crate::domain::adviser_key::KeyCase;
use crate::domain::outcome::{NotSent, Outcome, Timed, Unanswered};
use crate::domain::session::Pending;
use crate::host_events;
use crate::view::runner::{Calls, Departure};
use crate::view::widget::{REFRESH_S, Ready, Widget};
use crate::view::words::Words;

/// The lock under which records are changed: two tabs that do it at once would undo each other's work.
const RECORDS_LOCK: &str = "referral-connect.records";

/// How long a code stays held for other tabs after a request that was sent, in milliseconds. A press there that
/// was made at the same time comes a little later, and is no wish for a second request.
const HELD_AFTERWARDS_MS: u32 = 3000;

/// The widget, for Leptos applications. What becomes of a request is told in DOM events as well, named
/// `referral-sent` and so on, which bubble from it.
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
    #[prop(into)]
    auth: Signal<Auth, LocalStorage>,
    /// The account to act for; unless given, the one stored in this browser.
    #[prop(into, default = Signal::derive(storage::account))]
    account: Signal<Option<AccountUuid>>,
    /// What happens to the letters of a code.
    #[prop(into, default = Signal::stored(KeyCase::Preserve))]
    key_case: Signal<KeyCase>,
    /// Seconds between two questions for the status of a pending request; 0 is never, and 10 the least.
    #[prop(into, default = Signal::stored(REFRESH_S))]
    refresh_s: Signal<u32>,
    /// Whether the recent requests are listed below the form.
    #[prop(into, default = Signal::stored(false))]
    history: Signal<bool>,
    /// A code to start with. It is never sent by itself.
    #[prop(into, default = Signal::stored(String::new()))]
    adviser_key: Signal<String>,
    /// The words in which it speaks; unless given, British English.
    #[prop(into, default = Signal::stored_local(Words::english()))]
    words: Signal<Rc<Words>, LocalStorage>,
    /// Called at once with what may be asked of the widget from outside.
    #[prop(optional)]
    ready: Option<Ready>,
) -> impl IntoView {
    // A list of one address says nothing of another.
    let account = Signal::derive(move || {
        endpoint.track();
        account.get()
    });
    let host = Rc::new(move || Some((endpoint.try_get_untracked()?, auth.try_get_untracked()?)));
    view! { <Widget calls=calls(host) account key_case refresh_s history adviser_key words ready/> }
}

/// Where the API is and how it learns who asks, as the host has it by now; `None` once the host is gone.
pub(crate) type Reach = Rc<dyn Fn() -> Option<(Result<Endpoint, EndpointProblem>, Auth)>>;

/// Asks the API and keeps records in this browser.
pub(crate) fn calls(reach: Reach) -> Calls {
    // Asked anew each time: the host may change the address between two requests.
    let with = || Rc::clone(&reach);
    Calls {
        send: {
            let reach = with();
            Rc::new(move |departure| Box::pin(send(client(&reach), departure)))
        },
        ask: {
            let reach = with();
            Rc::new(move |account, ask| {
                let client = asked(&reach);
                Box::pin(async move { client?.ask(&account, &ask).await })
            })
        },
        endpoint: {
            let reach = with();
            Rc::new(move || {
                client(&reach)
                    .map_or_else(String::new, |client| client.endpoint.as_str().to_owned())
            })
        },
        obstacle: Rc::new(move || obstacle(client(&reach).as_ref())),
        recorded: Rc::new(storage::recorded),
        keep: Rc::new(|made| {
            Box::pin(async move {
                let _turn = locks::turn(RECORDS_LOCK).await;
                let kept = made.iter().map(storage::keep_pending);
                // The last one tells of all: they share an entry.
                kept.fold(Kept::Stored, |_, kept| kept)
            })
        }),
        settle: Rc::new(|settled, uuid| {
            let (settled, uuid) = (settled.to_vec(), uuid.map(str::to_owned));
            spawn(Box::pin(async move {
                let _turn = locks::turn(RECORDS_LOCK).await;
                storage::settle_pending(&settled, uuid.as_deref(), clock::now());
            }));
        }),
        tell: Rc::new(host_events::dispatch),
        now: Rc::new(clock::now),
    }
}

/// Makes a request, at most once in all tabs of this browser.
async fn send(client: Option<Client>, departure: Departure) -> Timed<Outcome> {
    let Departure {
        pending,
        in_doubt,
        recorded,
    } = departure;
    let Some(client) = client else {
        return Timed {
            told: Outcome::NotSent(NotSent::BadEndpoint),
            api_now: None,
        };
    };
    let mut held = None;
    let outcome = client
        .create(&pending, &in_doubt, async || {
            held = Some(depart(&pending, &in_doubt, recorded).await?);
            Ok(())
        })
        .await;
    // One in doubt is kept from being made again by its record.
    if let (Outcome::Sent(_), Some(hold)) = (&outcome.told, held) {
        locks::linger(&send_lock(&pending), hold, HELD_AFTERWARDS_MS);
    }
    outcome
}

/// The last step before a request leaves: nobody else is making one with its code, and there is a record of it.
async fn depart(
    pending: &Pending,
    in_doubt: &[Pending],
    recorded: Box<dyn FnOnce(Kept)>,
) -> Result<Hold, NotSent> {
    // Browsers take a while for a lock, so that both are asked for at once. Of the first nobody waits for his turn.
    let turn = locks::turn(RECORDS_LOCK);
    let hold = locks::hold(&send_lock(pending))
        .await
        .ok_or(NotSent::MadeElsewhere)?;
    let turn = turn.await;
    let is_news = |other: &Pending| {
        other.is_for(&pending.key) && !in_doubt.iter().any(|known| known.is_same(other))
    };
    if storage::recorded().pending.iter().any(is_news) {
        return Err(NotSent::MadeElsewhere);
    }
    let kept = storage::keep_pending(pending);
    drop(turn);
    recorded(kept);
    Ok(hold)
}

/// The lock under which requests with a code are made. Nobody says whether case matters in a code.
fn send_lock(pending: &Pending) -> String {
    let code = pending.key.as_str().to_ascii_uppercase();
    ["referral-connect.send.", &code].concat()
}

fn client(reach: &Reach) -> Option<Client> {
    let (endpoint, auth) = reach()?;
    let endpoint = endpoint.ok()?;
    Some(Client { endpoint, auth })
}

fn obstacle(client: Option<&Client>) -> Option<NotSent> {
    let Some(client) = client else {
        return Some(NotSent::BadEndpoint);
    };
    let is_offline = web_sys::window().is_some_and(|window| !window.navigator().on_line());
    (is_offline && !client.endpoint.is_on_device()).then_some(NotSent::Offline)
}

/// The client to ask a question with that changes nothing, or why it cannot be asked.
fn asked(reach: &Reach) -> Result<Client, Unanswered> {
    let client = client(reach);
    match obstacle(client.as_ref()) {
        Some(NotSent::Offline) => Err(Unanswered::Offline),
        _ => client.ok_or(Unanswered::BadEndpoint),
    }
}
