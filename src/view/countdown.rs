use std::rc::Rc;

use super::pen::Pen;
use super::words::MessageId;
use crate::domain::countdown::Window;
use crate::domain::digits::digits;
use crate::domain::timestamp::{Moment, Timestamp};

/// How long a request can still be answered: in words, as a meter, and as a date. Nothing once it is over.
pub(super) fn countdown(pen: &mut Pen, window: Window, expires: &Moment, now: Timestamp) {
    let Some(countdown) = window.at(now) else {
        return pen.text("");
    };
    let left = pen.words.time_left(countdown.left);
    pen.open("div|class=referral-countdown|part=countdown");
    pen.open("p|class=referral-countdown-left");
    pen.line("span|class=referral-caption", MessageId::TimeLeft);
    pen.text(" ");
    pen.leaf("span|class=referral-timer|role=timer|aria-live=off", &left);
    pen.close();
    match countdown.left_permille {
        Some(permille) => meter(pen, permille, &left),
        None => pen.text(""),
    }
    pen.open("p|class=referral-caption");
    pen.say(MessageId::Expires);
    pen.text(" ");
    time(pen, expires);
    pen.close();
    pen.close();
}

/// A date and time in full; nothing if it is not readable.
pub(super) fn time(pen: &mut Pen, moment: &Moment) {
    let Some(at) = moment.at() else {
        return pen.text("");
    };
    pen.open("time");
    let words = Rc::clone(&pen.words);
    let is_other_language = pen.set("lang", Some(words.locale()));
    // Browsers take long to write a date.
    if pen.set("datetime", Some(moment.text())) || is_other_language {
        pen.text(&words.full_date(at));
    } else {
        pen.keep();
    }
    pen.close();
}

fn meter(pen: &mut Pen, permille: u16, left: &str) {
    pen.open("div|class=referral-meter|part=meter|role=meter|aria-valuemin=0|aria-valuemax=100");
    pen.name(MessageId::Meter);
    let percent = permille / 10;
    pen.set("aria-valuenow", Some(&digits(percent.into())));
    pen.set("aria-valuetext", Some(left));
    pen.open("div|class=referral-meter-left");
    let tenths = permille % 10;
    pen.width([&digits(percent.into()), ".", &digits(tenths.into()), "%"].concat());
    pen.close();
    pen.close();
}
