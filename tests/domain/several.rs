//! More than one request: which doubt a press shows, whose a find may be, and what a request knows of the others.

use referral_connect::domain::outcome::{Doubt, Outcome, Unanswered};
use referral_connect::domain::session::{Check, Command, Event, Press, Recorded, Stage};

use super::session::{Desk, PRESSED, at, connection, press};

#[test]
fn a_code_in_doubt_is_locked_however_it_is_written() {
    let desk = Desk::in_doubt("ABC12345");
    let is_locked = |code: &str| desk.state.is_locked(&code.parse().unwrap());
    assert!(is_locked("ABC12345"));
    assert!(is_locked("abc12345"));
    assert!(!is_locked("ABC12346"));
}

#[test]
fn a_press_of_the_code_whose_doubt_is_shown_changes_no_more_than_the_hint() {
    let desk = |check: &Check| {
        let desk = Desk::in_doubt("ABC12345");
        match check {
            Check::Confirming => desk.after(Event::SendAgainPressed),
            Check::Unanswered(why) => desk.checked(Err(*why)),
            _ => desk,
        }
    };
    let asking = Check::Asking(Desk::in_doubt("ABC12345").attempt());
    for (before, after) in [
        (asking.clone(), asking),
        (Check::Confirming, Check::Confirming),
        (Check::Unanswered(Unanswered::Failed), Check::Locked),
    ] {
        let desk = desk(&before);
        assert_eq!(desk.check(), &before);
        let desk = desk.pressed();
        assert_eq!(desk.check(), &after);
        let Stage::Unknown { doubt, .. } = desk.state.stage else {
            panic!("{:?}", desk.state.stage);
        };
        assert_eq!(doubt, Doubt::ConnectionLost);
    }
}

#[test]
fn a_press_of_another_code_in_doubt_shows_that_doubt() {
    let desk = Desk::in_doubt("ABC12345")
        .typed("XYZ98765")
        .pressed()
        .answered(Outcome::Unknown(Doubt::TimedOut))
        .typed("ABC12345")
        .pressed();
    let Stage::Unknown {
        pending,
        doubt,
        check,
    } = &desk.state.stage
    else {
        panic!("{:?}", desk.state.stage);
    };
    assert_eq!(pending.key.as_str(), "ABC12345");
    assert_eq!(*doubt, Doubt::Earlier);
    assert_eq!(*check, Check::Locked);
}

#[test]
fn a_find_may_be_the_request_that_was_confirmed_without_details_just_before() {
    let is_settled = |confirmed_press: &str| {
        let desk = Desk::default()
            .typed("XYZ98765")
            .after(Event::Pressed(Press {
                now: at(confirmed_press),
                ..press()
            }))
            .answered(Outcome::Sent(None))
            .typed("ABC12345")
            .pressed()
            .answered(Outcome::Unknown(Doubt::TimedOut))
            .checked(Ok(vec![connection("one", PRESSED)]));
        if desk.state.connection().is_none() {
            assert!(matches!(desk.check(), Check::Several(found) if found.len() == 1));
        }
        desk.state.connection().is_some()
    };
    assert!(!is_settled("2026-01-20T11:59:59Z"));
    assert!(!is_settled("2026-01-20T11:58:00Z"));
    assert!(is_settled("2026-01-20T11:57:59Z"));
}

#[test]
fn a_request_knows_of_each_that_was_confirmed_before_it_once() {
    let confirmed = connection("ours", PRESSED);
    let knows = |recorded: &[&str]| {
        let desk = Desk::sending("ABC12345")
            .answered(Outcome::Sent(Some(Box::new(confirmed.clone()))))
            .typed("XYZ98765")
            .after(Event::Pressed(Press {
                recorded: Recorded {
                    known_uuids: recorded.iter().copied().map(str::to_owned).collect(),
                    ..Recorded::default()
                },
                ..press()
            }));
        match desk.last {
            Some(Command::Send { pending, .. }) => pending.known_uuids,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(knows(&[]), ["ours"]);
    assert_eq!(knows(&["another tab's"]), ["another tab's", "ours"]);
    assert_eq!(knows(&["ours", "another tab's"]), ["ours", "another tab's"]);
}
