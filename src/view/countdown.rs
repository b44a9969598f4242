use leptos::prelude::*;

use super::runner::Runner;
use super::words;
use crate::browser::clock;
use crate::domain::countdown::Window;

/// How long a request can still be answered: in words, as a meter, and as a date.
#[component]
pub(super) fn Countdown(
    runner: Runner,
    /// The time in which it can be answered.
    window: Window,
    /// The end of it, as the API wrote it.
    expires_text: String,
) -> impl IntoView {
    let running = Memo::new(move |_| window.at(runner.now()));
    let left = move || {
        running
            .get()
            .map(|countdown| words::time_left(countdown.left))
    };
    let permille = move || running.get().and_then(|countdown| countdown.left_permille);
    let meter = move || {
        permille().map(|permille| {
            let percent = permille / 10;
            view! {
                <div
                    class="referral-meter"
                    part="meter"
                    role="meter"
                    aria-label=words::METER
                    aria-valuemin="0"
                    aria-valuemax="100"
                    aria-valuenow=percent.to_string()
                    aria-valuetext=left
                >
                    <div
                        class="referral-meter-left"
                        style:width=format!("{}.{}%", percent, permille % 10)
                    ></div>
                </div>
            }
        })
    };
    view! {
        <div class="referral-countdown" part="countdown">
            <p class="referral-countdown-left">
                <span class="referral-caption">{words::TIME_LEFT}</span>
                " "
                <span class="referral-timer" role="timer" aria-live="off">
                    {left}
                </span>
            </p>
            {meter}
            <p class="referral-caption">
                {words::EXPIRES_ON} " "
                <time datetime=expires_text>{clock::full_date(window.expires)}</time>
            </p>
        </div>
    }
}
