use std::rc::Rc;

use super::pen::Pen;
use super::words::MessageId;
use crate::domain::countdown::Window;
use crate::domain::digits::digits;
use crate::domain::timestamp::Timestamp;

/// How long a request can still be answered: in words, as a meter, and as a date. `expires_text` is the end as the API
/// wrote it. Nothing once it is over.
pub(super) fn countdown(pen: &mut Pen, window: Window, expires_text: &str, now: Timestamp) {
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
    pen.open("time");
    let words = Rc::clone(&pen.words);
    let is_other_language = pen.set("lang", Some(words.locale()));
    // Browsers take long to write a date.
    if pen.set("datetime", Some(expires_text)) || is_other_language {
        pen.text(&words.full_date(window.expires));
    } else {
        pen.keep();
    }
    pen.close();
    pen.close();
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
