use leptos::prelude::*;

use super::button::{Weight, button};
use super::runner::Runner;
use super::{HIDDEN, words};
use crate::browser::clock;
use crate::browser::storage::Kept;
use crate::domain::connection::Connection;
use crate::domain::outcome::Doubt;
use crate::domain::session::{Check, Event, Pending};

/// What is said of a request whose outcome is not known. It stands in the status region.
pub(super) fn told(
    runner: Runner,
    pending: &Pending,
    doubt: Doubt,
    check: &Check,
) -> impl IntoView + use<> {
    let now = match check {
        Check::Offered => words::CHECK_FIRST.to_owned(),
        Check::Locked => words::LOCKED.to_owned(),
        Check::Asking(_) => words::CHECKING.to_owned(),
        Check::Unanswered(why) => words::unanswered(*why),
        Check::NotYet => words::NOT_YET.to_owned(),
        Check::Several(_) => words::WHICH_ONE.to_owned(),
        Check::Unclear(_) => words::WHICH_ONE_IF_CLOCK_IS_WRONG.to_owned(),
        Check::Confirming => format!("{} {}", words::CONFIRM_QUESTION, words::CONFIRM_CONSEQUENCE),
    };
    view! {
        <p class="referral-headline">
            <span class="referral-mark" aria-hidden=HIDDEN>"?"</span>
            {words::maybe_sent(pending.key.as_str())}
        </p>
        <p>{words::doubt(doubt)}</p>
        <p class="referral-next">{now}</p>
        {not_kept(runner)}
    }
}

/// That the record of a request goes with the page, where it does.
pub(super) fn not_kept(runner: Runner) -> impl IntoView {
    move || (runner.kept() == Kept::InMemory).then(|| view! { <p>{words::NOT_KEPT}</p> })
}

/// What can be done about it.
pub(super) fn actions(
    runner: Runner,
    check: &Check,
    confirm: impl Fn() + Copy + 'static,
) -> AnyView {
    match check {
        Check::Several(choices) | Check::Unclear(choices) => several(runner, choices).into_any(),
        Check::Confirming => {
            // The second click of a double click lands here, and means nothing.
            let on_confirm = move |event: web_sys::MouseEvent| {
                if event.detail() < 2 {
                    confirm();
                }
            };
            // A group of its own, so that no button of before is made over into one that sends: the focus would
            // stay on it, and a held Enter key would press it.
            view! {
                <div class="referral-confirm" role="group" aria-label=words::CONFIRM_QUESTION>
                    {button(
                        Weight::Quiet,
                        words::CANCEL,
                        move |_| runner.dispatch(Event::SendAgainCancelled),
                    )}
                    {button(Weight::Grave, words::SEND_AGAIN, on_confirm)}
                </div>
            }
            .into_any()
        }
        Check::Offered
        | Check::Locked
        | Check::Asking(_)
        | Check::NotYet
        | Check::Unanswered(_) => check_or_send(runner).into_any(),
    }
}

fn check_or_send(runner: Runner) -> impl IntoView {
    view! {
        {button(Weight::Main, words::CHECK, move |_| runner.dispatch(Event::CheckPressed))}
        {button(
            Weight::Quiet,
            words::SEND_AGAIN,
            move |_| runner.dispatch(Event::SendAgainPressed),
        )}
    }
}

fn several(runner: Runner, candidates: &[Connection]) -> impl IntoView + use<> {
    let choices: Vec<_> = candidates
        .iter()
        .enumerate()
        .map(|(place, connection)| {
            let firm = words::firm(&connection.recipient_firm);
            let made = connection.created().map(clock::full_date);
            view! {
                <li>
                    <button
                        type="button"
                        class="referral-button referral-quiet referral-choice"
                        part="button"
                        on:click=move |_| runner.dispatch(Event::Picked(place))
                    >
                        <bdi>{firm}</bdi>
                        {made.map(|made| view! { <span class="referral-caption">{made}</span> })}
                    </button>
                </li>
            }
        })
        .collect();
    view! {
        <ul class="referral-choices">{choices}</ul>
        {check_or_send(runner)}
    }
}
