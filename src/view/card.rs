use leptos::html;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, Node};

use super::badge::Badge;
use super::button::{Weight, button};
use super::countdown::Countdown;
use super::doubt;
use super::runner::Runner;
use super::{HIDDEN, words};
use crate::domain::adviser_key::AdviserKey;
use crate::domain::connection::{Connection, Firm};
use crate::domain::countdown::{Milestone, Window};
use crate::domain::session::{Check, Notice, Stage, State};

/// How the latest request stands: the status region, the countdown, and what can be done next.
#[component]
pub(super) fn Card(
    runner: Runner,
    /// The milestone that the countdown passed last.
    milestone: Signal<Option<Milestone>>,
    /// Called when the person means to send the same code again.
    confirm: impl Fn() + Copy + Send + Sync + 'static,
    /// Called when the person is done with a result.
    start_over: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let state = runner.state();
    // Each part follows just what it shows: a region that is rendered anew is read out anew, and a button
    // that is rendered anew has lost the focus.
    let shown = Memo::new(move |_| state.with(Shown::of));
    let window = Memo::new(move |_| state.with(|state| state.connection().and_then(window)));
    let choices = Memo::new(move |_| state.with(Choices::of));
    let card: NodeRef<html::Section> = NodeRef::new();
    let holds_focus = StoredValue::new(false);
    Effect::new(move || {
        choices.track();
        spawn_local(async move {
            // Until the buttons are replaced, which this same change brings about.
            tick().await;
            if holds_focus.try_get_value() == Some(true)
                && is_focus_lost()
                && let Some(card) = card.try_get_untracked().flatten()
            {
                let _ = holds_focus.try_set_value(false);
                // A card that cannot be focused is no longer in the page.
                let _ = card.focus();
            }
        });
    });
    let lose_focus = move |event: FocusEvent| {
        let left: Option<Node> = event.target().and_then(|target| target.dyn_into().ok());
        spawn_local(async move {
            // A button that was taken away did not lose the focus to something that the person chose.
            if left.is_some_and(|left| left.is_connected()) {
                let _ = holds_focus.try_set_value(false);
            }
        });
    };
    // The region stands empty in the page from the start: one that arrives with its text is not read out.
    view! {
        <section
            class="referral-card"
            part="card"
            tabindex="-1"
            aria-label=words::CARD
            data-kind=move || shown.with(Shown::kind)
            node_ref=card
        >
            <div class="referral-told" role="status" aria-atomic="false">
                {move || shown.with(|shown| told(runner, shown, milestone))}
            </div>
            {move || window.get().map(|(window, text)| countdown(runner, window, text))}
            <div
                class="referral-actions"
                on:focusin=move |_| holds_focus.set_value(true)
                on:focusout=lose_focus
            >
                {move || choices.with(|choices| actions(runner, choices, confirm, start_over))}
            </div>
        </section>
    }
}

/// What the status region is about.
#[derive(Clone, PartialEq)]
struct Shown {
    /// A request that a check did not find, with whether its code is still in doubt for another one.
    not_arrived: Option<(AdviserKey, bool)>,
    has_unreadable_record: bool,
    stage: Stage,
}

/// Which buttons there are.
#[derive(Clone, PartialEq)]
enum Choices {
    None,
    Doubt(Check),
    Result,
}

impl Shown {
    fn of(state: &State) -> Self {
        let not_arrived = match &state.notice {
            Some(Notice::NotArrived(key)) => Some((key.clone(), state.is_locked(key))),
            _ => None,
        };
        Self {
            not_arrived,
            has_unreadable_record: state.has_unreadable_record,
            stage: state.stage.clone(),
        }
    }

    /// For the looks of the card.
    fn kind(&self) -> &'static str {
        match (&self.stage, &self.not_arrived) {
            (Stage::Idle, None) if self.has_unreadable_record => "not-arrived",
            (Stage::Idle, None) => "none",
            (Stage::Idle, Some(_)) => "not-arrived",
            (Stage::Sending { .. }, _) => "sending",
            (Stage::Unknown { .. }, _) => "unknown",
            (Stage::Sent { .. }, _) => "sent",
        }
    }
}

impl Choices {
    fn of(state: &State) -> Self {
        match &state.stage {
            Stage::Unknown { check, .. } => Self::Doubt(match check {
                // The same buttons: what differs is said in the status region.
                Check::Asking(_) | Check::Locked | Check::NotYet | Check::Unanswered(_) => {
                    Check::Offered
                }
                other => other.clone(),
            }),
            Stage::Sent { .. } => Self::Result,
            Stage::Idle | Stage::Sending { .. } => Self::None,
        }
    }
}

/// Whether the element that had the focus was taken out of the page: the focus is on the body then.
fn is_focus_lost() -> bool {
    web_sys::window()
        .and_then(|window| window.document()?.active_element())
        .is_none_or(|active| active.tag_name().eq_ignore_ascii_case("body"))
}

fn window(connection: &Connection) -> Option<(Window, String)> {
    let expires_text = connection.expires_at.as_ref()?.text().to_owned();
    Some((connection.window()?, expires_text))
}

fn told(
    runner: Runner,
    shown: &Shown,
    milestone: Signal<Option<Milestone>>,
) -> impl IntoView + use<> {
    let not_arrived = shown.not_arrived.as_ref().map(|(key, is_locked)| {
        view! { <p class="referral-headline">{words::not_arrived(key.as_str(), *is_locked)}</p> }
    });
    let unreadable = shown
        .has_unreadable_record
        .then(|| view! { <p>{words::UNREADABLE_RECORD}</p> });
    view! {
        {not_arrived}
        {unreadable}
        {told_of(runner, &shown.stage, milestone)}
    }
}

fn told_of(runner: Runner, stage: &Stage, milestone: Signal<Option<Milestone>>) -> AnyView {
    match stage {
        Stage::Idle => ().into_any(),
        Stage::Sending { .. } => view! {
            <p class="referral-headline">
                <span class="referral-spinner" aria-hidden=HIDDEN></span>
                {words::SENDING}
            </p>
            {doubt::not_kept(runner)}
        }
        .into_any(),
        Stage::Unknown {
            pending,
            doubt,
            check,
        } => doubt::told(runner, pending, *doubt, check).into_any(),
        Stage::Sent {
            connection: None, ..
        } => view! { <p class="referral-headline">{words::SENT_WITHOUT_DETAILS}</p> }.into_any(),
        Stage::Sent {
            connection: Some(connection),
            ..
        } => sent(runner, connection, milestone).into_any(),
    }
}

fn sent(
    runner: Runner,
    connection: &Connection,
    milestone: Signal<Option<Milestone>>,
) -> impl IntoView + use<> {
    let (before, firm, after) = words::sentence(connection);
    let status = Memo::new({
        let connection = connection.clone();
        move |_| connection.status_at(runner.now())
    });
    view! {
        <div class="referral-result">
            <p class="referral-headline">{before} <bdi>{words::firm(firm)}</bdi> {after}</p>
            <Badge status=status/>
        </div>
        <dl class="referral-firms" part="firms">
            {firm_row(words::FROM, &connection.sender_firm)}
            {firm_row(words::TO, &connection.recipient_firm)}
        </dl>
        <p class="referral-unseen">{move || milestone.get().map(words::milestone)}</p>
    }
}

fn firm_row(caption: &'static str, firm: &Firm) -> impl IntoView + use<> {
    view! {
        <div>
            <dt class="referral-caption">{caption}</dt>
            <dd>
                <bdi>{words::firm(firm)}</bdi>
            </dd>
        </div>
    }
}

fn countdown(runner: Runner, window: Window, expires_text: String) -> impl IntoView {
    let is_running = Memo::new(move |_| window.at(runner.now()).is_some());
    move || {
        let expires_text = expires_text.clone();
        is_running
            .get()
            .then(|| view! { <Countdown runner window expires_text/> })
    }
}

fn actions(
    runner: Runner,
    choices: &Choices,
    confirm: impl Fn() + Copy + Send + Sync + 'static,
    start_over: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    match choices {
        Choices::None => ().into_any(),
        Choices::Doubt(check) => doubt::actions(runner, check, confirm),
        Choices::Result => {
            button(Weight::Quiet, words::NEW_REQUEST, move |_| start_over()).into_any()
        }
    }
}
