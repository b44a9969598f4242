use std::borrow::Cow;

use super::button::{Weight, button};
use super::pen::{Button, Pen};
use super::runner::Seen;
use super::words;
use crate::browser::clock;
use crate::browser::storage::Kept;
use crate::domain::connection::Connection;
use crate::domain::outcome::Doubt;
use crate::domain::session::{Check, Pending};

/// What is said of a request whose outcome is not known. It stands in the status region.
pub(super) fn told(pen: &mut Pen, pending: &Pending, doubt: Doubt, check: &Check) {
    pen.open("p|class=referral-headline");
    pen.leaf("span|class=referral-mark|aria-hidden=true", "?");
    pen.text(&words::maybe_sent(pending.key.as_str()));
    pen.close();
    pen.leaf("p", &words::doubt(doubt));
    pen.leaf("p|class=referral-next", &next(check));
}

fn next(check: &Check) -> Cow<'static, str> {
    let words = match check {
        Check::Offered => words::CHECK_FIRST,
        Check::Locked => words::LOCKED,
        Check::Asking(_) => words::CHECKING,
        Check::Unanswered(why) => return words::unanswered(*why),
        Check::NotYet => words::NOT_YET,
        Check::Several(_) => words::WHICH_ONE,
        Check::Unclear(_) => words::WHICH_ONE_IF_CLOCK_IS_WRONG,
        Check::Confirming => {
            return [words::CONFIRM_QUESTION, " ", words::CONFIRM_CONSEQUENCE]
                .concat()
                .into();
        }
    };
    words.into()
}

/// That the record of a request goes with the page, where it does.
pub(super) fn not_kept(pen: &mut Pen, seen: &Seen) {
    if seen.kept == Kept::InMemory {
        pen.leaf("p", words::NOT_KEPT);
    }
}

/// What can be done about it.
pub(super) fn actions(pen: &mut Pen, check: &Check) {
    match check {
        Check::Several(choices) | Check::Unclear(choices) => {
            several(pen, choices);
            check_or_send(pen);
        }
        Check::Confirming => {
            // A group of its own, so that no button of before is made over into one that sends: the focus would
            // stay on it, and a held Enter key would press it.
            pen.open("div|class=referral-confirm|role=group");
            pen.set("aria-label", Some(words::CONFIRM_QUESTION));
            button(pen, Weight::Quiet, words::CANCEL, Button::Cancel);
            button(pen, Weight::Grave, words::SEND_AGAIN, Button::Confirm);
            pen.close();
        }
        // The same buttons: what differs is said in the status region.
        Check::Offered
        | Check::Locked
        | Check::Asking(_)
        | Check::NotYet
        | Check::Unanswered(_) => check_or_send(pen),
    }
}

fn check_or_send(pen: &mut Pen) {
    button(pen, Weight::Main, words::CHECK, Button::Check);
    button(pen, Weight::Quiet, words::SEND_AGAIN, Button::SendAgain);
}

fn several(pen: &mut Pen, candidates: &[Connection]) {
    pen.open("ul|class=referral-choices");
    for (place, connection) in candidates.iter().enumerate() {
        pen.open("li");
        pen.open(
            "button|type=button|class=referral-button referral-quiet referral-choice|part=button",
        );
        pen.does(Button::Pick(place));
        pen.leaf("bdi", words::firm(&connection.recipient_firm));
        if let Some(created) = connection.created() {
            pen.leaf("span|class=referral-caption", &clock::full_date(created));
        }
        pen.close();
        pen.close();
    }
    pen.close();
}
