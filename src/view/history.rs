//! The list of recent requests below the form.

use std::rc::Rc;

use super::badge::badge;
use super::button::{Weight, button};
use super::countdown::time;
use super::given::Given;
use super::pen::{Button, Markup, Pen};
use super::runner::Runner;
use super::words::{MessageId, Words};
use crate::browser::clock;
use crate::domain::account::AccountUuid;
use crate::domain::connection::Connection;
use crate::domain::history::{Asking, Filter, History};
use crate::domain::timestamp::Timestamp;

/// Has the list shown while a host wants it, for as long as the widget is there. It is first asked for when somebody can
/// see the page, and anew for another account or address.
pub(super) fn begin(runner: Runner, is_wanted: Given<bool>) {
    let mut shown = String::new();
    runner.follow(move || {
        let mut wanted = String::new();
        let mut account = None;
        if is_wanted.get() == Some(true) {
            if clock::is_hidden() {
                return;
            }
            account = runner.account();
            wanted = runner.endpoint().unwrap_or_default();
            wanted.push(' ');
            wanted.push_str(account.as_ref().map_or("", AccountUuid::as_str));
        }
        if wanted != shown {
            let is_shown = !wanted.is_empty();
            shown = wanted;
            runner.list(is_shown.then(|| History::of(account)));
        }
    });
}

pub(super) fn history(pen: &mut Pen, history: &History, now: Timestamp) {
    // A group and no landmark: those of two widgets on a page would have one name.
    pen.open("div|class=referral-history|part=history|role=group|tabindex=-1");
    pen.name(MessageId::History);
    pen.open("div|class=referral-history-head");
    pen.line("p|class=referral-history-title", MessageId::History);
    button(pen, Weight::Quiet, MessageId::Refresh, Button::Refresh);
    pen.close();
    if history.account.is_some() {
        pen.open("div|class=referral-filters");
        filter(pen, MessageId::Direction, DIRECTION, &OF_DIRECTION);
        filter(pen, MessageId::Status, STATUS, &OF_STATUS);
        pen.close();
    } else {
        pen.text("");
    }
    pen.open("p|class=referral-caption referral-history-told|role=status");
    let is_unanswered = matches!(history.asking, Asking::Unanswered(_));
    pen.set("data-kind", is_unanswered.then_some("unanswered"));
    pen.text(&told(&pen.words, history));
    pen.close();
    // Browsers that are told to show no bullets take the list for none, unless it is said.
    pen.open("ul|class=referral-rows|role=list");
    for connection in &history.rows {
        row(pen, connection, now);
    }
    pen.close();
    if history.has_more {
        button(pen, Weight::Quiet, MessageId::More, Button::More);
    } else {
        pen.text("");
    }
    pen.close();
}

const STATUS: Markup = "select|class=referral-select|name=status";
const DIRECTION: Markup = "select|class=referral-select|name=direction";

/// What can be chosen: the API's word, and ours.
const OF_DIRECTION: [(Markup, MessageId); 3] = [
    ("option|value=", MessageId::All),
    ("option|value=sent", MessageId::DirectionSent),
    ("option|value=received", MessageId::DirectionReceived),
];

const OF_STATUS: [(Markup, MessageId); 4] = [
    ("option|value=", MessageId::All),
    ("option|value=pending", MessageId::StatusPending),
    ("option|value=accepted", MessageId::StatusAccepted),
    ("option|value=denied", MessageId::StatusDenied),
];

fn filter(pen: &mut Pen, name: MessageId, markup: Markup, choices: &[(Markup, MessageId)]) {
    pen.open("label|class=referral-filter");
    pen.line("span|class=referral-caption", name);
    pen.open(markup);
    // WebKit makes what is chosen a part of the label's name.
    pen.name(name);
    for (choice, words) in choices {
        pen.line(choice, *words);
    }
    pen.close();
    pen.close();
}

fn told(words: &Words, history: &History) -> String {
    let message = match history.asking {
        _ if history.account.is_none() => MessageId::HistoryNoAccount,
        Asking::Anew | Asking::More => MessageId::HistoryLoading,
        Asking::Unanswered(why) => return words.no_list(why),
        Asking::Nothing if !history.rows.is_empty() => return words.shown(history.rows.len()),
        Asking::Nothing if history.filter == Filter::default() => MessageId::HistoryEmpty,
        Asking::Nothing => MessageId::HistoryNoneFits,
    };
    words.get(message)
}

fn row(pen: &mut Pen, connection: &Connection, now: Timestamp) {
    let words = Rc::clone(&pen.words);
    let (before, other, after) = words.sentence(connection);
    pen.open("li|class=referral-row");
    pen.open("div|class=referral-result");
    pen.open("p");
    pen.text(&before);
    pen.leaf("bdi", &words.firm(other));
    pen.text(&after);
    pen.close();
    badge(pen, &connection.status_at(now));
    pen.close();
    pen.open("p|class=referral-caption referral-row-when");
    match &connection.created_at {
        Some(created) => time(pen, created),
        None => pen.text(""),
    }
    // No timer, of which the widget has one: nobody wants to be told of each.
    match connection.window().and_then(|window| window.at(now)) {
        Some(countdown) => {
            pen.open("span");
            pen.say(MessageId::TimeLeft);
            pen.text(" ");
            let left = words.time_left(countdown.left);
            pen.leaf("span|class=referral-timer", &left);
            pen.close();
        }
        None => pen.text(""),
    }
    pen.close();
    pen.close();
}
