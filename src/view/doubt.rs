use std::rc::Rc;

use super::button::{Weight, button};
use super::pen::{Button, Pen};
use super::runner::Seen;
use super::words::{MessageId, Words};
use crate::browser::storage::Kept;
use crate::domain::connection::Connection;
use crate::domain::outcome::Doubt;
use crate::domain::session::{Check, Pending};

/// What is said of a request whose outcome is not known. It stands in the status region.
pub(super) fn told(pen: &mut Pen, pending: &Pending, doubt: Doubt, check: &Check) {
    pen.open("p|class=referral-headline|dir=auto");
    pen.leaf("span|class=referral-mark|aria-hidden=true", "?");
    let words = Rc::clone(&pen.words);
    pen.text(&words.maybe_sent(pending.key.as_str()));
    pen.close();
    pen.leaf("p", &words.doubt(doubt));
    pen.leaf("p|class=referral-next", &next(&words, check));
}

fn next(words: &Words, check: &Check) -> String {
    let message = match check {
        Check::Offered => MessageId::CheckFirst,
        Check::Locked => MessageId::Locked,
        Check::Asking(_) => MessageId::Checking,
        Check::Unanswered(why) => return words.unanswered(*why),
        Check::NotYet => MessageId::NotYet,
        Check::Several(_) => MessageId::WhichOne,
        Check::Unclear(_) => MessageId::WhichOneIfClockIsWrong,
        Check::Confirming => {
            let question = words.get(MessageId::ConfirmQuestion);
            return [&question, " ", &words.get(MessageId::ConfirmConsequence)].concat();
        }
    };
    words.get(message)
}

/// That the record of a request goes with the page, where it does.
pub(super) fn not_kept(pen: &mut Pen, seen: &Seen) {
    if seen.kept == Kept::InMemory {
        pen.line("p", MessageId::NotKept);
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
            pen.name(MessageId::ConfirmQuestion);
            button(pen, Weight::Quiet, MessageId::Cancel, Button::Cancel);
            button(pen, Weight::Grave, MessageId::SendAgain, Button::Confirm);
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
    button(pen, Weight::Main, MessageId::Check, Button::Check);
    button(pen, Weight::Quiet, MessageId::SendAgain, Button::SendAgain);
}

fn several(pen: &mut Pen, candidates: &[Connection]) {
    let words = Rc::clone(&pen.words);
    pen.open("ul|class=referral-choices");
    for (place, connection) in candidates.iter().enumerate() {
        pen.open("li");
        pen.open(
            "button|type=button|class=referral-button referral-quiet referral-choice|part=button",
        );
        pen.does(Button::Pick(place));
        pen.leaf("bdi", &words.firm(&connection.recipient_firm));
        if let Some(created) = connection.created() {
            pen.leaf("span|class=referral-caption", &words.full_date(created));
        }
        pen.close();
        pen.close();
    }
    pen.close();
}
