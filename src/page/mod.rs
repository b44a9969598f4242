//! The standalone page: the widget, and the settings that a host would give it elsewhere.

mod accounts;
mod calls;
mod explanation;
mod language;
mod offline;
mod settings;
mod setup;
mod share;
mod words;

use std::rc::Rc;

use leptos::html;
use leptos::mount::{mount_to, mount_to_body};
use leptos::prelude::*;

use self::accounts::Asker;
use self::explanation::{FirstVisit, LaterVisit};
use self::language::Language;
use self::offline::{OfflineNotice, Origin};
use self::settings::Settings;
use self::share::Share;
use self::words::Message;
use crate::ReferralConnect;
use crate::after_a_trap::Watch;
use crate::api::client::{Auth, Client, GetToken};
use crate::api::endpoint::Endpoint;
use crate::browser::storage;
use crate::domain::account::AccountUuid;
use crate::view::controls::Controls;
use crate::view::widget::Ready;

/// Puts the page into the document's body.
pub fn mount() {
    let spoken = ArcRwSignal::new(Language::nearest(&calls::languages()));
    let root: NodeRef<html::Div> = NodeRef::new();
    let of_heading = spoken.clone();
    mount_to_body(move || {
        view! {
            <main class="page">
                // A name, and so the same in all languages.
                <h1>{document().title()}</h1>
                <p class="page-purpose">{move || of_heading.get().say(Message::Purpose)}</p>
                <div node_ref=root></div>
            </main>
        }
    });
    if let Some(root) = root.get_untracked() {
        // Never dropped, as the page is not.
        let watch = Watch::over(&root, &spoken.get_untracked().of_widget(), None);
        mount_to(root.into(), move || {
            view! { <Page language=spoken.into() watch/> }
        })
        .forget();
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
fn Page(language: RwSignal<Language>, watch: Watch) -> impl IntoView {
    let setup = setup::read();
    let stored = storage::account();
    // Decided once: what somebody reads does not go elsewhere meanwhile.
    let is_first_visit = stored.is_none();
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
    if setup.origin == Origin::Server {
        calls::keep_for_offline(setup.may_be_kept);
    }
    let asker = Asker::new(client, fields.account);
    let words = Signal::derive_local(move || language.get().of_widget());
    Effect::new(move || {
        if let Some(html) = document().document_element() {
            // The name of the attribute is well formed.
            let _ = html.set_attribute("lang", language.get().tag());
        }
        watch.speak(&words.get());
    });
    // Asked for by the person: a list that comes unasked would push away what is below it.
    let history = RwSignal::new(false);
    // Decided once: a panel that closes while somebody types in it has taken the field away.
    let is_ready = fields.token.with_untracked(|token| !token.is_empty());
    let accounts = asker.accounts();
    let name = move || {
        let name = accounts
            .with(|accounts| account.with(|uuid| accounts.of(uuid.as_ref()).map(words::account)))?;
        let before = language.get().say(Message::SendingAs);
        Some(view! { {before} " " <bdi>{name}</bdi> })
    };
    // A list that could not be had without a token, or not with that one, can be now.
    let is_known = Memo::new(move |_| {
        accounts.with(|accounts| account.with(|uuid| accounts.of(uuid.as_ref()).is_some()))
    });
    let controls: StoredValue<Option<Controls>> = StoredValue::new(None);
    let ready: Ready = Rc::new(move |given| controls.set_value(Some(given)));
    Effect::new(move || {
        if let (true, Some(controls)) = (is_known.get(), controls.get_value()) {
            controls.relist();
        }
    });
    view! {
        <div class="page-bar">
            <p class="page-account">{name}</p>
            <RecentButton language history/>
            <LanguageButton language/>
        </div>
        {is_first_visit.then(|| view! { <FirstVisit language/> })}
        <OfflineNotice
            language
            endpoint=Signal::derive(move || endpoint.get().ok())
            origin=setup.origin
        />
        <ReferralConnect
            endpoint
            auth
            account
            refresh_s=setup.refresh_s
            history
            adviser_key=share::code()
            words
            ready
        />
        <Share language/>
        <div class="page-rest">
            {(!is_first_visit).then(|| view! { <LaterVisit language/> })}
            <Settings language fields asker open=!is_ready/>
        </div>
    }
}

/// Shows the recent requests, and hides them. It stands above the list, which would else push it away.
#[component]
fn RecentButton(language: RwSignal<Language>, history: RwSignal<bool>) -> impl IntoView {
    let name = move || match history.get() {
        true => Message::HideRecent,
        false => Message::ShowRecent,
    };
    view! {
        <button
            type="button"
            class="page-link-button"
            on:click=move |_| history.update(|is_shown| *is_shown = !*is_shown)
        >
            {move || language.get().say(name())}
        </button>
    }
}

/// Has the page speak its other language.
#[component]
fn LanguageButton(language: RwSignal<Language>) -> impl IntoView {
    let other = move || language.get().other();
    view! {
        <button
            type="button"
            class="page-link-button"
            lang=move || other().tag()
            on:click=move |_| language.update(|language| *language = language.other())
        >
            {move || other().say(Message::Language)}
        </button>
    }
}
