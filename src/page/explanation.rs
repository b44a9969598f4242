use leptos::prelude::*;

use super::language::Language;
use super::words::Message;

/// The lines, in reading order.
const LINES: [Message; 3] = [
    Message::ExplanationEmail,
    Message::ExplanationAnswer,
    Message::ExplanationToken,
];

/// What will happen, and where the token goes: for who comes for the first time.
#[component]
pub(super) fn FirstVisit(language: RwSignal<Language>) -> impl IntoView {
    view! {
        <section class="page-first" aria-labelledby="page-first">
            <h2 id="page-first">{move || language.get().say(Message::Explanation)}</h2>
            <Lines language/>
        </section>
    }
}

/// The same for all others: out of the way, and there to be opened.
#[component]
pub(super) fn LaterVisit(language: RwSignal<Language>) -> impl IntoView {
    view! {
        <details class="page-folded">
            <summary>{move || language.get().say(Message::Explanation)}</summary>
            <Lines language/>
        </details>
    }
}

#[component]
fn Lines(language: RwSignal<Language>) -> impl IntoView {
    view! {
        <ul class="page-lines">
            {LINES.map(|line| view! { <li>{move || language.get().say(line)}</li> })}
        </ul>
    }
}
