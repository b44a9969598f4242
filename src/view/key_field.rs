use leptos::attr::custom::custom_attribute;
use leptos::html;
use leptos::prelude::*;

use super::words;

/// Where the code is typed. What stands in it is the person's: it is never rewritten while they type, nor cut.
#[component]
pub(super) fn KeyField(
    /// What is to stand in it.
    #[prop(into)]
    text: Signal<String>,
    /// Whether it is what keeps the request from being sent.
    #[prop(into)]
    is_wrong: Signal<bool>,
    /// While a request is being made, it stands still.
    #[prop(into)]
    is_locked: Signal<bool>,
    /// Distinguishes the widgets of one page.
    id: String,
    /// Where its error is told.
    error_id: String,
    /// For focus.
    node: NodeRef<html::Input>,
    /// Called with the text after each change.
    typed: impl Fn(String) + 'static,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let described_by = format!("{hint_id} {error_id}");
    // Writing the text that it has already would move the caret and end an input method's composition.
    Effect::new(move || {
        let text = text.get();
        if let Some(input) = node.get()
            && input.value() != text
        {
            input.set_value(&text);
        }
    });
    view! {
        <label class="referral-label" part="label" for=id.clone()>
            {words::LABEL}
        </label>
        <p class="referral-hint" part="hint" id=hint_id>
            {words::HINT}
        </p>
        <input
            class="referral-input"
            part="input"
            type="text"
            id=id
            name="adviser_key"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            {..custom_attribute("autocorrect", "off")}
            aria-required="true"
            aria-describedby=described_by
            aria-invalid=move || is_wrong.get().then_some("true")
            readonly=is_locked
            node_ref=node
            on:input=move |event| typed(event_target_value(&event))
        />
    }
}
