use std::rc::Rc;

use super::badge::badge;
use super::button::{Weight, button};
use super::countdown::countdown;
use super::doubt;
use super::pen::{Button, Pen};
use super::runner::Seen;
use super::words::MessageId;
use crate::domain::connection::{Connection, Firm};
use crate::domain::session::{Notice, Stage};

/// How the latest request stands: the status region, the countdown, and what can be done next.
pub(super) fn card(pen: &mut Pen, seen: &Seen) {
    // A group and no landmark: those of two widgets on a page would have one name.
    pen.open("div|class=referral-card|part=card|role=group|tabindex=-1");
    pen.name(MessageId::Card);
    pen.set("data-kind", Some(kind(seen)));
    // The region stands empty in the page from the start: one that arrives with its text is not read out.
    pen.open("div|class=referral-told|role=status|aria-atomic=false");
    told(pen, seen);
    pen.close();
    let connection = seen.state.connection();
    let window = connection.and_then(Connection::window);
    let expires = connection.and_then(|connection| connection.expires_at.as_ref());
    match (window, expires) {
        (Some(window), Some(expires)) => countdown(pen, window, expires, seen.now()),
        _ => pen.text(""),
    }
    pen.open("div|class=referral-actions");
    match &seen.state.stage {
        Stage::Idle | Stage::Sending { .. } => {}
        Stage::Unknown { check, .. } => doubt::actions(pen, check),
        Stage::Sent { .. } => button(
            pen,
            Weight::Quiet,
            MessageId::NewRequest,
            Button::NewRequest,
        ),
    }
    pen.close();
    pen.close();
}

/// For the looks of the card.
fn kind(seen: &Seen) -> &'static str {
    let has_not_arrived = matches!(seen.state.notice, Some(Notice::NotArrived(_)));
    match seen.state.stage {
        Stage::Idle if has_not_arrived || seen.state.has_unreadable_record => "not-arrived",
        Stage::Idle => "none",
        Stage::Sending { .. } => "sending",
        Stage::Unknown { .. } => "unknown",
        Stage::Sent { .. } => "sent",
    }
}

fn told(pen: &mut Pen, seen: &Seen) {
    let state = &seen.state;
    match &state.notice {
        Some(Notice::NotArrived(key)) => {
            let words = pen.words.not_arrived(key.as_str(), state.is_locked(key));
            pen.leaf("p|class=referral-headline", &words);
        }
        _ => pen.text(""),
    }
    match state.has_unreadable_record {
        true => pen.line("p", MessageId::UnreadableRecord),
        false => pen.text(""),
    }
    match &state.stage {
        Stage::Idle => {}
        Stage::Sending { .. } => {
            pen.open("p|class=referral-headline");
            pen.open("span|class=referral-spinner|aria-hidden=true");
            pen.close();
            pen.say(MessageId::Sending);
            pen.close();
            doubt::not_kept(pen, seen);
        }
        Stage::Unknown {
            pending,
            doubt,
            check,
        } => {
            doubt::told(pen, pending, *doubt, check);
            doubt::not_kept(pen, seen);
        }
        Stage::Sent { connection, .. } => match connection {
            Some(connection) => sent(pen, seen, connection),
            None => pen.line("p|class=referral-headline", MessageId::SentWithoutDetails),
        },
    }
}

fn sent(pen: &mut Pen, seen: &Seen, connection: &Connection) {
    let words = Rc::clone(&pen.words);
    let (before, other, after) = words.sentence(connection);
    pen.open("div|class=referral-result");
    pen.open("p|class=referral-headline");
    pen.text(&before);
    pen.leaf("bdi", &words.firm(other));
    pen.text(&after);
    pen.close();
    badge(pen, &connection.status_at(seen.now()));
    pen.close();
    pen.open("dl|class=referral-firms|part=firms");
    firm(pen, MessageId::From, &connection.sender_firm);
    firm(pen, MessageId::To, &connection.recipient_firm);
    pen.close();
    let milestone = seen.milestone.map(|passed| words.milestone(passed));
    pen.leaf("p|class=referral-unseen", &milestone.unwrap_or_default());
}

fn firm(pen: &mut Pen, caption: MessageId, firm: &Firm) {
    pen.open("div");
    pen.line("dt|class=referral-caption", caption);
    pen.open("dd");
    let name = pen.words.firm(firm);
    pen.leaf("bdi", &name);
    pen.close();
    pen.close();
}
