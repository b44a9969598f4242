//! The component.

use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use leptos::html;
use leptos::prelude::*;

use super::card::Card;
use super::controls::Controls;
use super::key_field::KeyField;
use super::pulse;
use super::runner::{Calls, Runner};
use super::words;
use crate::domain::account::AccountUuid;
use crate::domain::adviser_key::KeyCase;
use crate::domain::outcome::{NotSent, Reason};
use crate::domain::session::{Event, Notice, Recorded, Stage};

/// Makes the identifiers of several widgets on one page differ.
static WIDGETS: AtomicU32 = AtomicU32::new(0);

/// Seconds between two questions for the status of a pending request, unless the host says.
pub const REFRESH_S: u32 = 60;

/// Called with what may be asked of the widget from outside.
pub type Ready = Rc<dyn Fn(Controls)>;

/// The form, its messages, and the card that says how the request stands.
#[component]
pub fn Widget(
    /// What the widget asks of the world.
    calls: Calls,
    /// The account to act for.
    #[prop(into)]
    account: Signal<Option<AccountUuid>>,
    /// What happens to the letters of a code.
    #[prop(into, default = Signal::stored(KeyCase::Preserve))]
    key_case: Signal<KeyCase>,
    /// Seconds between two questions for the status of a pending request; 0 is never, and 10 the least.
    #[prop(into, default = Signal::stored(REFRESH_S))]
    refresh_s: Signal<u32>,
    /// A code to start with. It is never sent by itself.
    #[prop(into, default = Signal::stored(String::new()))]
    adviser_key: Signal<String>,
    /// Called at once with what may be asked of the widget from outside.
    #[prop(optional_no_strip)]
    ready: Option<Ready>,
) -> impl IntoView {
    let id = format!("referral-{}", WIDGETS.fetch_add(1, Ordering::Relaxed));
    let error_id = format!("{id}-error");
    let found = (calls.recorded)();
    let root: NodeRef<html::Div> = NodeRef::new();
    let runner = Runner::new(calls, root, adviser_key.get_untracked());
    let state = runner.state();
    let input: NodeRef<html::Input> = NodeRef::new();
    let controls = Controls {
        runner,
        account,
        key_case,
        input,
    };
    if let Some(ready) = ready {
        ready(controls);
    }

    pulse::tick_on_change(runner);
    pulse::refresh_while_pending(runner, refresh_s);
    let milestone = pulse::milestone(runner);
    // A host may set the same code again, which is no reason to write over what was typed since.
    let prefill = Memo::new(move |_| adviser_key.get());
    Effect::new(move |began: Option<()>| {
        let code = prefill.get();
        if began.is_some() && !code.is_empty() {
            runner.dispatch(Event::Typed(code));
        }
    });
    if found != Recorded::default() {
        // After the first render, so that the status region is there before its text.
        Effect::new({
            let found = StoredValue::new(found);
            move || runner.dispatch(Event::Restored(found.get_value()))
        });
    }
    pulse::restore_on_return(runner);
    pulse::keep_records(runner);

    let text = Memo::new(move |_| state.with(|state| state.text.clone()));
    let is_wrong = Memo::new(move |_| state.with(|state| is_about_key(state.notice.as_ref())));
    let notice = Memo::new(move |_| state.with(|state| state.notice.clone()));
    let is_sending =
        Memo::new(move |_| state.with(|state| matches!(state.stage, Stage::Sending { .. })));
    view! {
        <div class="referral-connect" part="base" node_ref=root>
            <form
                class="referral-form"
                part="form"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    controls.submit();
                }
            >
                <KeyField
                    text
                    is_wrong
                    is_locked=is_sending
                    id
                    error_id=error_id.clone()
                    node=input
                    typed=move |text| runner.dispatch(Event::Typed(text))
                />
                // Never disabled: a press says what is missing, and one too many does nothing.
                <button
                    type="submit"
                    class="referral-button referral-send"
                    part="button"
                    aria-disabled=move || is_sending.get().then_some("true")
                >
                    {words::SEND}
                </button>
                <div class="referral-message" part="message" role="alert" id=error_id>
                    {move || notice.with(|notice| notice.as_ref().map(complaint))}
                </div>
                <Wait runner/>
            </form>
            <Card
                runner
                milestone
                confirm=move || controls.confirm()
                start_over=move || controls.start_over()
            />
        </div>
    }
}

/// How long to wait after too many requests. Not in the alert, which would be read out every second.
#[component]
fn Wait(runner: Runner) -> impl IntoView {
    let state = runner.state();
    let words = move || {
        let window = state.with(pulse::wait_window)?;
        Some(match window.at(runner.device_now()) {
            Some(countdown) => words::wait(countdown.left),
            None => words::WAIT_OVER.to_owned(),
        })
    };
    view! { <p class="referral-wait">{words}</p> }
}

/// Whether what was said is about the code in the field.
pub(super) fn is_about_key(notice: Option<&Notice>) -> bool {
    match notice {
        Some(Notice::NotSent(why)) => matches!(why, NotSent::Key(_)),
        Some(Notice::Rejected { rejection, .. }) => rejection.reason == Reason::KeyRefused,
        Some(Notice::NotArrived(_)) | None => false,
    }
}

fn complaint(notice: &Notice) -> AnyView {
    match notice {
        Notice::NotSent(why) => view! { <p>{words::not_sent(*why)}</p> }.into_any(),
        Notice::Rejected { rejection, .. } => {
            let from_api = rejection.message.clone();
            view! {
                <p>{words::rejection(rejection)}</p>
                {from_api
                    .map(|message| {
                        view! {
                            <p class="referral-quote">
                                {words::PLANNR_SAYS} " " <q><bdi>{message}</bdi></q>
                            </p>
                        }
                    })}
            }
            .into_any()
        }
        // Told in the card: it is how the request stands.
        Notice::NotArrived(_) => ().into_any(),
    }
}
