use leptos::prelude::*;

use super::{HIDDEN, words};
use crate::domain::connection::Status;

/// The status as a word and a shape: never as a colour alone.
#[component]
pub(super) fn Badge(#[prop(into)] status: Signal<Status>) -> impl IntoView {
    let kind = move || {
        status.with(|status| match status {
            Status::Pending => "pending",
            Status::Accepted => "accepted",
            Status::Denied => "denied",
            Status::Expired => "expired",
            Status::Other(_) => "other",
        })
    };
    view! {
        <span class="referral-badge" part="badge" data-status=kind>
            <span class="referral-badge-shape" aria-hidden=HIDDEN></span>
            <bdi>{move || status.with(words::status)}</bdi>
        </span>
    }
}
