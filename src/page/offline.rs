//! What is said where there is no network.

use leptos::ev;
use leptos::prelude::*;

use super::language::Language;
use super::words::Message;
use crate::api::endpoint::Endpoint;

/// Whether the page itself comes from its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// It does, or came from there a moment ago.
    Server,
    /// The server was out of reach, so that this is what the browser kept of an earlier visit.
    Copy,
}

/// Whether the browser says that it is offline.
pub(super) fn is_offline() -> bool {
    !window().navigator().on_line()
}

/// Says that nothing can be sent just now.
#[component]
pub(super) fn OfflineNotice(
    language: RwSignal<Language>,
    #[prop(into)] endpoint: Signal<Option<Endpoint>>,
    origin: Origin,
) -> impl IntoView {
    let is_off = RwSignal::new(is_offline());
    let is_copy = RwSignal::new(origin == Origin::Copy);
    let handles = [
        window_event_listener(ev::offline, move |_| is_off.set(true)),
        window_event_listener(ev::online, move |_| {
            is_off.set(false);
            is_copy.set(false);
        }),
    ];
    on_cleanup(move || handles.into_iter().for_each(WindowListenerHandle::remove));
    let words = move || {
        // What is on this device can be reached without a network.
        let is_near =
            endpoint.with(|endpoint| endpoint.as_ref().is_some_and(Endpoint::is_on_device));
        let message = match (is_copy.get(), is_off.get() && !is_near) {
            (true, _) => Message::OfflineCopy,
            (false, true) => Message::OfflineDevice,
            (false, false) => return String::new(),
        };
        language.get().say(message)
    };
    // Not a status: the first of those on the page is the widget's.
    view! {
        <p class="page-offline" aria-live="polite">
            {words}
        </p>
    }
}
