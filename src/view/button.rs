use leptos::prelude::*;

/// How much a button stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// What most people will want next.
    Main,
    /// Another way on.
    Quiet,
    /// What should be thought over.
    Grave,
}

/// A button that does something at once.
pub(super) fn button(
    weight: Weight,
    name: &'static str,
    press: impl Fn(web_sys::MouseEvent) + 'static,
) -> impl IntoView {
    let class = match weight {
        Weight::Main => "referral-button",
        Weight::Quiet => "referral-button referral-quiet",
        Weight::Grave => "referral-button referral-grave",
    };
    view! {
        <button type="button" class=class part="button" on:click=press>
            {name}
        </button>
    }
}
