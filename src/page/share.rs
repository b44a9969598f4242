//! Links that fill in a code.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::HtmlInputElement;
use web_sys::wasm_bindgen::JsCast;

use super::calls;
use super::language::Language;
use super::words::Message;
use crate::domain::adviser_key::AdviserKey;

/// What a link calls the code.
const NAME: &str = "code";

/// The longest code that is taken from a link, in characters. People paste a code with some words around it, and are
/// told so when they press; a longer text is no code.
const CODE_MOST_CHARS: usize = 100;

/// The code in the page's address, whatever it is: it is shown and judged as if it had been typed.
pub(super) fn code() -> String {
    calls::asked(NAME).chars().take(CODE_MOST_CHARS).collect()
}

/// Makes such a link of the code that stands in the widget's field.
#[component]
pub(super) fn Share(language: RwSignal<Language>) -> impl IntoView {
    let told: RwSignal<Option<Told>> = RwSignal::new(None);
    let share = move |_| {
        let Ok(code) = typed().parse::<AdviserKey>() else {
            told.set(Some(Told::NoCode));
            return;
        };
        let link = calls::link_saying(NAME, code.as_str());
        spawn_local(async move {
            let is_copied = calls::copied(&link).await.is_truthy();
            told.try_set(Some(match is_copied {
                true => Told::Copied(link),
                false => Told::ByHand(link),
            }));
        });
    };
    view! {
        <div class="page-share">
            <button type="button" on:click=share>
                {move || language.get().say(Message::Share)}
            </button>
            <p role="status">
                {move || {
                    let (message, link) = told.get()?.in_words();
                    let words = language.get().say(message);
                    Some(view! { {words} " " <bdi class="page-link">{link}</bdi> })
                }}
            </p>
        </div>
    }
}

/// What there is to say of a press.
#[derive(Clone)]
enum Told {
    /// What stands in the field is not a code.
    NoCode,
    /// This link is in the clipboard.
    Copied(String),
    /// The browser keeps the clipboard from us, so the person has to copy this link.
    ByHand(String),
}

impl Told {
    fn in_words(self) -> (Message, String) {
        match self {
            Self::NoCode => (Message::ShareNoCode, String::new()),
            Self::Copied(link) => (Message::ShareCopied, link),
            Self::ByHand(link) => (Message::ShareByHand, link),
        }
    }
}

/// What stands in the field: the widget tells its host of a code only when that is sent.
fn typed() -> String {
    let found = document().query_selector("[name=adviser_key]");
    // The selector is ours, and well formed.
    match found {
        Ok(Some(field)) => field.unchecked_into::<HtmlInputElement>().value(),
        _ => String::new(),
    }
}
