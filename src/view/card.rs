use leptos::html;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};

use super::badge::Badge;
use super::button::{Weight, button};
use super::countdown::Countdown;
use super::doubt;
use super::runner::Runner;
use super::words;
use crate::browser::storage::Kept;
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
    let acted = StoredValue::new(false);
    Effect::new(move || {
        choices.track();
        spawn_local(async move {
            // Until the buttons are replaced, which this same change brings about.
            tick().await;
            if acted.try_get_value() == Some(true) && is_focus_lost() {
                let _ = acted.try_set_value(false);
                if let Some(card) = card.try_get_untracked().flatten() {
                    // A card that cannot be focused is no longer in the page.
                    let _ = card.focus();
                }
            }
        });
    });
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
            <div class="referral-told" role="status">
                {move || shown.with(|shown| told(runner, shown, milestone))}
            </div>
            {move || window.get().map(|(window, text)| countdown(runner, window, text))}
            <div class="referral-actions" on:click=move |_| acted.set_value(true)>
                {move || choices.with(|choices| actions(runner, choices, confirm, start_over))}
            </div>
        </section>
    }
}

/// What the status region is about.
#[derive(Clone, PartialEq)]
enum Shown {
    Stage(Stage),
    NotArrived(AdviserKey),
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
        match (&state.stage, &state.notice) {
            (Stage::Idle, Some(Notice::NotArrived(key))) => Self::NotArrived(key.clone()),
            (stage, _) => Self::Stage(stage.clone()),
        }
    }

    /// For the looks of the card.
    fn kind(&self) -> &'static str {
        match self {
            Self::NotArrived(_) => "not-arrived",
            Self::Stage(Stage::Idle) => "none",
            Self::Stage(Stage::Sending { .. }) => "sending",
            Self::Stage(Stage::Unknown { .. }) => "unknown",
            Self::Stage(Stage::Sent { .. }) => "sent",
        }
    }
}

impl Choices {
    fn of(state: &State) -> Self {
        match &state.stage {
            Stage::Unknown { check, .. } => Self::Doubt(match check {
                // The same buttons: what differs is said in the status region.
                Check::Asking(_) | Check::Locked | Check::Unanswered(_) => Check::Offered,
                other => other.clone(),
            }),
            Stage::Sent { .. } => Self::Result,
            Stage::Idle | Stage::Sending { .. } => Self::None,
        }
    }
}

/// Whether the element that had the focus was taken out of the page.
fn is_focus_lost() -> bool {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return false;
    };
    document
        .active_element()
        .is_none_or(|active| Some(&active) == document.body().as_deref())
}

fn window(connection: &Connection) -> Option<(Window, String)> {
    let expires_text = connection.expires_at.as_ref()?.text().to_owned();
    Some((connection.window()?, expires_text))
}

fn told(runner: Runner, shown: &Shown, milestone: Signal<Option<Milestone>>) -> AnyView {
    let stage = match shown {
        Shown::NotArrived(key) => {
            return view! { <p class="referral-headline">{words::not_arrived(key.as_str())}</p> }
                .into_any();
        }
        Shown::Stage(stage) => stage,
    };
    match stage {
        Stage::Idle => ().into_any(),
        Stage::Sending { .. } => view! {
            <p class="referral-headline">
                <span class="referral-spinner" aria-hidden="true"></span>
                {words::SENDING}
            </p>
            {move || (runner.kept() == Kept::InMemory).then(|| view! { <p>{words::NOT_KEPT}</p> })}
        }
        .into_any(),
        Stage::Unknown {
            pending,
            doubt,
            check,
        } => doubt::told(pending, *doubt, check).into_any(),
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
