//! A request whose outcome is not known: when it is locked, looked up, found, given up, and sent again.

use referral_connect::domain::connection::{Connection, Direction};
use referral_connect::domain::outcome::{Doubt, NotSent, Outcome, Reason, Unanswered};
use referral_connect::domain::session::{
    Check, Command, Event, Notice, Pending, Press, Recorded, Stage,
};

use super::session::{Desk, PRESSED, at, connection, press, record, recorded, rejection, untimed};

#[test]
fn a_doubt_is_checked_by_itself_once_after_two_seconds() {
    let desk = Desk::in_doubt("ABC12345");
    assert!(matches!(
        desk.last,
        Some(Command::Check { after_ms: 2000, .. })
    ));
    let desk = desk.checked(Err(Unanswered::Failed));
    assert_eq!(desk.last, None);
    assert_eq!(desk.check(), &Check::Unanswered(Unanswered::Failed));
    assert_eq!(desk.state.unresolved.len(), 1);
}

#[test]
fn the_person_need_not_wait_for_the_check_by_itself() {
    let waiting = Desk::in_doubt("ABC12345");
    let first = waiting.attempt();
    let desk = waiting.after(Event::CheckPressed);
    assert!(matches!(
        desk.last,
        Some(Command::Check { after_ms: 0, .. })
    ));
    assert_ne!(desk.attempt(), first);
    let asked = Desk::in_doubt("ABC12345").after(Event::SendAgainPressed);
    assert_eq!(asked.check(), &Check::Confirming);
}

#[test]
fn a_code_in_doubt_is_locked_and_another_one_is_not() {
    let desk = Desk::in_doubt("ABC12345").checked(Err(Unanswered::Failed));
    let desk = desk.pressed();
    assert_eq!(desk.last, None);
    assert_eq!(desk.check(), &Check::Locked);
    let desk = desk.typed("ABC1 2345").pressed();
    assert_eq!(desk.last, None, "the same code, written otherwise");
    let desk = desk.typed("XYZ98765").pressed();
    assert!(desk.has_sent());
}

#[test]
fn a_bad_code_does_not_take_a_doubt_off_the_screen() {
    let desk = Desk::in_doubt("ABC12345").typed("XYZ").pressed();
    assert!(desk.state.notice.is_some());
    assert!(matches!(desk.state.stage, Stage::Unknown { .. }));
}

#[test]
fn a_doubt_comes_back_when_the_request_after_it_is_done() {
    let desk = Desk::in_doubt("ABC12345").checked(Err(Unanswered::Failed));
    let desk = desk
        .typed("XYZ98765")
        .pressed()
        .answered(Outcome::Sent(None));
    assert!(matches!(desk.state.stage, Stage::Sent { .. }));
    let desk = desk.after(Event::NewRequestPressed);
    assert!(
        matches!(&desk.state.stage, Stage::Unknown { pending, .. } if pending.key.as_str() == "ABC12345")
    );
    let refused = Desk::in_doubt("ABC12345")
        .typed("XYZ98765")
        .pressed()
        .answered(Outcome::Rejected(rejection(Reason::KeyRefused, 422)));
    assert!(matches!(refused.state.stage, Stage::Unknown { .. }));
    assert_eq!(refused.state.text, "XYZ98765");
}

#[test]
fn a_check_that_finds_the_request_settles_it() {
    let found = connection("one", "2026-01-20T12:00:01Z");
    let desk = Desk::in_doubt("ABC12345").checked(Ok(vec![found.clone()]));
    assert_eq!(desk.state.connection(), Some(&found));
    assert_eq!(desk.state.text, "");
    assert!(matches!(desk.last, Some(Command::Settle { .. })));
}

#[test]
fn a_check_looks_for_requests_since_the_press_with_two_minutes_of_slack() {
    let found = |created: &str| {
        let listed = vec![connection("one", created)];
        // Half an hour later, as when the device was offline.
        let desk = Desk::in_doubt("ABC12345").checked_after(1_800_000, Ok(listed));
        desk.state.connection().is_some()
    };
    assert!(found("2026-01-20T11:58:00Z"));
    assert!(!found("2026-01-20T11:57:59Z"));
    assert!(found("2026-01-20T12:30:00Z"));
}

#[test]
fn a_check_passes_over_what_was_known_before_and_what_was_received() {
    let known = connection("known", "2026-01-20T11:59:30Z");
    let received = Connection {
        direction: Direction::Received,
        ..connection("received", "2026-01-20T12:00:01Z")
    };
    let desk = Desk::sending("ABC12345")
        .answered(Outcome::Sent(Some(Box::new(known.clone()))))
        .typed("XYZ98765")
        .pressed()
        .answered(Outcome::Unknown(Doubt::TimedOut))
        .checked(Ok(vec![known, received]));
    assert!(matches!(desk.state.notice, Some(Notice::NotArrived(_))));
    assert_eq!(desk.state.unresolved, []);
    assert_eq!(desk.state.text, "XYZ98765");
    assert!(desk.pressed().has_sent());
}

#[test]
fn of_several_requests_the_person_picks_theirs() {
    let both = vec![
        connection("two", "2026-01-20T12:00:02Z"),
        connection("one", "2026-01-20T12:00:01Z"),
    ];
    let desk = Desk::in_doubt("ABC12345").checked(Ok(both.clone()));
    assert_eq!(desk.check(), &Check::Several(both));
    assert_eq!(desk.state.unresolved.len(), 1);
    let desk = desk.after(Event::Picked(7));
    assert_eq!(desk.state.unresolved.len(), 1);
    let desk = desk.after(Event::Picked(1));
    let uuid = desk.state.connection().and_then(|c| c.uuid.as_deref());
    assert_eq!(uuid, Some("one"));
}

#[test]
fn sending_again_takes_a_confirmation() {
    let doubt = || Desk::in_doubt("ABC12345").checked(Err(Unanswered::NotOffered));
    let unasked = doubt().after(Event::SendAgainConfirmed(press()));
    assert_eq!(unasked.last, None);
    let asked = doubt().after(Event::SendAgainPressed);
    assert_eq!(asked.last, None);
    assert_eq!(asked.check(), &Check::Confirming);
    let cancelled = asked.after(Event::SendAgainCancelled);
    assert_eq!(cancelled.check(), &Check::Offered);
    let confirmed = cancelled
        .after(Event::SendAgainPressed)
        .after(Event::SendAgainConfirmed(press()));
    assert!(confirmed.has_sent());
    assert_eq!(confirmed.state.unresolved.len(), 2);
    let sent = confirmed.answered(Outcome::Sent(None));
    assert_eq!(sent.state.unresolved, []);
    assert!(matches!(sent.last, Some(Command::Settle { ref settled, .. }) if settled.len() == 2));
}

#[test]
fn a_second_request_that_never_leaves_keeps_the_first_in_doubt() {
    let desk = Desk::in_doubt("ABC12345")
        .checked(Err(Unanswered::NotOffered))
        .after(Event::SendAgainPressed)
        .after(Event::SendAgainConfirmed(press()))
        .answered(Outcome::NotSent(NotSent::NoToken));
    assert!(matches!(desk.state.stage, Stage::Unknown { .. }));
    assert_eq!(desk.state.unresolved.len(), 1);
    let offline = Press {
        obstacle: Some(NotSent::Offline),
        ..press()
    };
    let desk = desk
        .after(Event::SendAgainPressed)
        .after(Event::SendAgainConfirmed(offline));
    assert_eq!(desk.last, None);
    assert_eq!(desk.check(), &Check::Offered);
}

#[test]
fn a_page_that_comes_back_to_a_record_is_in_doubt_and_checks_at_once() {
    let desk = Desk::default().after(Event::Restored(recorded(vec![record()])));
    assert!(matches!(
        desk.last,
        Some(Command::Check { after_ms: 0, .. })
    ));
    assert_eq!(desk.state.text, "ABC12345");
    assert_eq!(desk.pressed().last, None);
}

#[test]
fn a_record_of_a_request_that_may_be_under_way_is_not_given_up() {
    let restored = || Desk::default().after(Event::Restored(recorded(vec![record()])));
    let soon = restored().checked_after(21_999, Ok(Vec::new()));
    assert_eq!(soon.check(), &Check::NotYet);
    assert_eq!(soon.state.unresolved, [record()]);
    assert_eq!(soon.pressed().check(), &Check::Locked);
    let found = restored().checked_after(3_000, Ok(vec![connection("one", PRESSED)]));
    assert!(found.state.connection().is_some());
    let late = restored().checked_after(22_000, Ok(Vec::new()));
    assert!(matches!(late.state.notice, Some(Notice::NotArrived(_))));
    assert_eq!(late.state.unresolved, []);
}

#[test]
fn what_another_tab_is_sending_is_locked_here() {
    let elsewhere = Press {
        recorded: recorded(vec![record()]),
        ..press()
    };
    let desk = Desk::default()
        .typed("ABC12345")
        .after(Event::Pressed(elsewhere.clone()));
    assert_eq!(desk.last, None);
    assert_eq!(desk.check(), &Check::Locked);
    let other = Desk::default()
        .typed("XYZ98765")
        .after(Event::Pressed(elsewhere));
    assert!(other.has_sent());
}

#[test]
fn a_code_in_doubt_is_locked_in_any_case() {
    let desk = Desk::in_doubt("ABC12345").checked(Err(Unanswered::Failed));
    assert_eq!(desk.typed("abc12345").pressed().last, None);
}

#[test]
fn what_came_of_one_request_is_not_taken_for_another() {
    let of_the_second = connection("two", "2026-01-20T12:00:01Z");
    let desk = Desk::in_doubt("ABC12345")
        .checked(Err(Unanswered::Failed))
        .typed("XYZ98765")
        .pressed()
        .answered(Outcome::Sent(Some(Box::new(of_the_second.clone()))));
    let Some(Command::Settle { uuid, .. }) = &desk.last else {
        panic!("{:?}", desk.last);
    };
    assert_eq!(uuid.as_deref(), Some("two"));
    assert_eq!(desk.state.unresolved[0].known_uuids, ["two"]);
    let desk = desk
        .after(Event::NewRequestPressed)
        .after(Event::CheckPressed)
        .checked(Ok(vec![of_the_second]));
    assert!(matches!(desk.state.notice, Some(Notice::NotArrived(_))));
}

#[test]
fn while_two_requests_are_in_doubt_a_single_find_is_the_persons_to_name() {
    let found = connection("one", "2026-01-20T12:00:01Z");
    let desk = Desk::in_doubt("ABC12345")
        .checked(Err(Unanswered::Failed))
        .typed("XYZ98765")
        .pressed()
        .answered(Outcome::Unknown(Doubt::TimedOut))
        .checked(Ok(vec![found.clone()]));
    assert_eq!(desk.check(), &Check::Several(vec![found]));
    assert_eq!(desk.state.unresolved.len(), 2);
}

#[test]
fn a_find_that_fails_is_told_even_while_another_request_is_in_doubt() {
    let desk = Desk::in_doubt("ABC12345")
        .checked(Err(Unanswered::Failed))
        .typed("XYZ98765")
        .pressed()
        .answered(Outcome::Unknown(Doubt::TimedOut))
        .checked(Ok(Vec::new()));
    assert!(
        matches!(&desk.state.notice, Some(Notice::NotArrived(key)) if key.as_str() == "XYZ98765")
    );
    assert!(
        matches!(&desk.state.stage, Stage::Unknown { pending, .. } if pending.is_for(&record().key))
    );
}

#[test]
fn what_was_confirmed_before_a_press_is_never_taken_for_it() {
    let confirmed = connection("confirmed", "2026-01-20T11:59:59Z");
    let knowing = Press {
        recorded: Recorded {
            known_uuids: vec!["confirmed".to_owned()],
            ..Recorded::default()
        },
        ..press()
    };
    let desk = Desk::default()
        .typed("ABC12345")
        .after(Event::Pressed(knowing))
        .answered(Outcome::Unknown(Doubt::ConnectionLost));
    assert_eq!(desk.state.unresolved[0].known_uuids, ["confirmed"]);
    let desk = desk.checked(Ok(vec![confirmed]));
    assert!(matches!(desk.state.notice, Some(Notice::NotArrived(_))));
}

#[test]
fn what_another_tab_learned_since_counts_at_the_check() {
    let of_the_other = connection("other", "2026-01-20T12:00:01Z");
    let check = |recorded: Vec<Pending>| {
        let desk = Desk::in_doubt("ABC12345");
        let attempt = desk.attempt();
        desk.after(Event::Checked {
            attempt,
            answer: Ok(untimed(vec![of_the_other.clone()])),
            recorded: super::session::recorded(recorded),
            now: at(PRESSED).plus_millis(3_000),
        })
    };
    let noted = Pending {
        known_uuids: vec!["other".to_owned()],
        ..record()
    };
    let desk = check(vec![noted]);
    assert!(matches!(desk.state.notice, Some(Notice::NotArrived(_))));
    let in_doubt_there = Pending {
        key: "XYZ98765".parse().unwrap(),
        ..record()
    };
    let desk = check(vec![record(), in_doubt_there]);
    assert!(matches!(desk.check(), Check::Several(_)));
    assert_eq!(desk.state.unresolved.len(), 1, "it is not ours to settle");
    assert!(check(vec![record()]).state.connection().is_some());
}

#[test]
fn a_page_that_was_put_aside_checks_when_it_comes_back() {
    let asks = |desk: Desk| {
        let desk = desk.after(Event::Restored(recorded(vec![record()])));
        matches!(desk.last, Some(Command::Check { after_ms: 0, .. }))
    };
    let doubt = || Desk::in_doubt("ABC12345").checked(Err(Unanswered::Failed));
    assert!(asks(doubt()));
    assert!(asks(doubt().pressed()));
    assert!(!asks(doubt().after(Event::SendAgainPressed)));
    assert!(!asks(Desk::in_doubt("ABC12345")), "it is asking already");
    assert!(!asks(Desk::sending("XYZ98765")));
    let both = vec![
        connection("two", "2026-01-20T12:00:02Z"),
        connection("one", "2026-01-20T12:00:01Z"),
    ];
    assert!(!asks(Desk::in_doubt("ABC12345").checked(Ok(both))));
}

#[test]
fn what_was_pressed_here_and_has_no_outcome_is_what_has_to_be_kept() {
    let codes = |desk: &Desk| -> Vec<String> {
        let made = desk.state.made_here();
        made.iter().map(|pending| pending.key.to_string()).collect()
    };
    assert_eq!(codes(&Desk::sending("ABC12345")), ["ABC12345"]);
    let both = Desk::in_doubt("ABC12345").typed("XYZ98765").pressed();
    assert_eq!(codes(&both), ["ABC12345", "XYZ98765"]);
    assert_eq!(codes(&both.answered(Outcome::Sent(None))), ["ABC12345"]);
    let found = Desk::default().after(Event::Restored(recorded(vec![record()])));
    assert_eq!(codes(&found), [""; 0]);
}
