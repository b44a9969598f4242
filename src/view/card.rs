use super::badge::badge;
use super::button::{Weight, button};
use super::countdown::countdown;
use super::doubt;
use super::pen::{Button, Pen};
use super::runner::Seen;
use super::words;
use crate::domain::connection::{Connection, Firm};
use crate::domain::session::{Notice, Stage};

/// How the latest request stands: the status region, the countdown, and what can be done next.
pub(super) fn card(pen: &mut Pen, seen: &Seen) {
    pen.open("section|class=referral-card|part=card|tabindex=-1");
    pen.set("aria-label", Some(words::CARD));
    pen.set("data-kind", Some(kind(seen)));
    // The region stands empty in the page from the start: one that arrives with its text is not read out.
    pen.open("div|class=referral-told|role=status|aria-atomic=false");
    told(pen, seen);
    pen.close();
    let connection = seen.state.connection();
    let window = connection.and_then(Connection::window);
    let expires = connection.and_then(|connection| connection.expires_at.as_ref());
    match (window, expires) {
        (Some(window), Some(expires)) => countdown(pen, window, expires.text(), seen.now()),
        _ => pen.text(""),
    }
    pen.open("div|class=referral-actions");
    match &seen.state.stage {
        Stage::Idle | Stage::Sending { .. } => {}
        Stage::Unknown { check, .. } => doubt::actions(pen, check),
        Stage::Sent { .. } => button(pen, Weight::Quiet, words::NEW_REQUEST, Button::NewRequest),
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
        Some(Notice::NotArrived(key)) => pen.leaf(
            "p|class=referral-headline",
            &words::not_arrived(key.as_str(), state.is_locked(key)),
        ),
        _ => pen.text(""),
    }
    match state.has_unreadable_record {
        true => pen.leaf("p", words::UNREADABLE_RECORD),
        false => pen.text(""),
    }
    match &state.stage {
        Stage::Idle => {}
        Stage::Sending { .. } => {
            pen.open("p|class=referral-headline");
            pen.open("span|class=referral-spinner|aria-hidden=true");
            pen.close();
            pen.text(words::SENDING);
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
            None => pen.leaf("p|class=referral-headline", words::SENT_WITHOUT_DETAILS),
        },
    }
}

fn sent(pen: &mut Pen, seen: &Seen, connection: &Connection) {
    let (before, other, after) = words::sentence(connection);
    pen.open("div|class=referral-result");
    pen.open("p|class=referral-headline");
    pen.text(before);
    pen.leaf("bdi", words::firm(other));
    pen.text(after);
    pen.close();
    badge(pen, &connection.status_at(seen.now()));
    pen.close();
    pen.open("dl|class=referral-firms|part=firms");
    firm(pen, words::FROM, &connection.sender_firm);
    firm(pen, words::TO, &connection.recipient_firm);
    pen.close();
    pen.leaf(
        "p|class=referral-unseen",
        seen.milestone.map_or("", words::milestone),
    );
}

fn firm(pen: &mut Pen, caption: &str, firm: &Firm) {
    pen.open("div");
    pen.leaf("dt|class=referral-caption", caption);
    pen.open("dd");
    pen.leaf("bdi", words::firm(firm));
    pen.close();
    pen.close();
}
