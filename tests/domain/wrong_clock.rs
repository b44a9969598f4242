//! A device whose clock is wrong: what a check may still say, and what it must leave to the person.
//!
//! All presses are at 12:00 by the device's clock.

use proptest::prelude::*;
use referral_connect::domain::connection::Connection;
use referral_connect::domain::outcome::{Doubt, Outcome, Timed};
use referral_connect::domain::session::{Check, Event, Notice, Pending, Recorded};
use referral_connect::domain::timestamp::Timestamp;

use super::session::{Desk, PRESSED, at, connection, record, recorded};

const SECOND_MS: i64 = 1000;
const HOUR_MS: i64 = 60 * 60 * SECOND_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// What a check says of a request in doubt.
#[derive(Debug, PartialEq)]
enum Verdict {
    Sent(&'static str),
    NotArrived,
    Unclear(usize),
    Several(usize),
    NotYet,
}

/// A request that the API dates so long after the press, by the device's clock.
fn listed(uuid: &'static str, after_press_ms: i64) -> Connection {
    let created = at(PRESSED).plus_millis(after_press_ms).as_millis();
    let created = jiff::Timestamp::from_millisecond(created).unwrap();
    connection(uuid, &created.to_string())
}

fn verdict(desk: &Desk) -> Verdict {
    if let Some(shown) = desk.state.connection() {
        let uuid = shown.uuid.as_deref();
        return Verdict::Sent(
            ["ours", "other"]
                .into_iter()
                .find(|&known| Some(known) == uuid)
                .unwrap(),
        );
    }
    if matches!(desk.state.notice, Some(Notice::NotArrived(_))) {
        return Verdict::NotArrived;
    }
    match desk.check() {
        Check::Unclear(choices) => Verdict::Unclear(choices.len()),
        Check::Several(choices) => Verdict::Several(choices.len()),
        Check::NotYet => Verdict::NotYet,
        other => panic!("{other:?}"),
    }
}

/// The press is checked 3 seconds later. `api_after_ms` is how far the API's clock is ahead of the device's, if
/// the reply tells its time.
#[track_caller]
fn says(api_after_ms: Option<i64>, list: Vec<Connection>, expected: &Verdict) {
    let now = at(PRESSED).plus_millis(3 * SECOND_MS);
    let desk = Desk::in_doubt("ABC12345");
    let attempt = desk.attempt();
    let desk = desk.after(Event::Checked {
        attempt,
        answer: Ok(Timed {
            told: list,
            api_now: api_after_ms.map(|ms| now.plus_millis(ms)),
        }),
        recorded: Recorded::default(),
        now,
    });
    assert_eq!(verdict(&desk), *expected);
}

#[test]
fn a_clock_a_day_ahead_does_not_hide_a_request() {
    let ours = || listed("ours", SECOND_MS - DAY_MS);
    says(Some(-DAY_MS), vec![ours()], &Verdict::Sent("ours"));
    says(None, vec![ours()], &Verdict::Unclear(1));
    says(Some(-DAY_MS), vec![], &Verdict::NotArrived);
    says(None, vec![], &Verdict::NotArrived);
}

#[test]
fn a_clock_a_day_behind_does_not_find_the_request_of_another_day() {
    let other = || listed("other", DAY_MS - 10 * HOUR_MS);
    let ours = || listed("ours", DAY_MS + SECOND_MS);
    says(Some(DAY_MS), vec![other()], &Verdict::NotArrived);
    says(Some(DAY_MS), vec![ours(), other()], &Verdict::Sent("ours"));
    says(None, vec![other()], &Verdict::Unclear(1));
    says(None, vec![ours(), other()], &Verdict::Unclear(1));
    says(None, vec![], &Verdict::NotArrived);
}

#[test]
fn a_clock_that_is_right_is_taken_at_its_word_once_something_vouches_for_it() {
    let this_morning = || listed("other", -2 * HOUR_MS);
    says(Some(0), vec![this_morning()], &Verdict::NotArrived);
    says(None, vec![this_morning()], &Verdict::Unclear(1));
    says(
        None,
        vec![listed("other", -27 * HOUR_MS)],
        &Verdict::NotArrived,
    );
    says(
        None,
        vec![listed("ours", SECOND_MS), this_morning()],
        &Verdict::Sent("ours"),
    );
}

#[test]
fn the_day_before_ends_26_hours_and_two_minutes_before_the_press() {
    let edge_ms = -26 * HOUR_MS - 120 * SECOND_MS;
    says(None, vec![listed("other", edge_ms)], &Verdict::Unclear(1));
    says(
        None,
        vec![listed("other", edge_ms - SECOND_MS)],
        &Verdict::NotArrived,
    );
}

#[test]
fn two_minutes_in_the_future_are_no_evidence() {
    let in_future = |ms| vec![listed("ours", 3 * SECOND_MS + ms)];
    says(None, in_future(120 * SECOND_MS), &Verdict::Sent("ours"));
    says(None, in_future(121 * SECOND_MS), &Verdict::Unclear(1));
}

#[test]
fn at_most_ten_are_offered() {
    let many = |ms: i64| (0..30).map(|_| listed("other", ms)).collect::<Vec<_>>();
    says(None, many(SECOND_MS), &Verdict::Several(10));
    says(None, many(-HOUR_MS), &Verdict::Unclear(10));
}

#[test]
fn one_that_is_unclear_is_the_persons_to_name_and_can_be_given_up() {
    let unclear = || Desk::in_doubt("ABC12345").checked(Ok(vec![listed("other", -HOUR_MS)]));
    let picked = unclear().after(Event::Picked(0));
    assert_eq!(verdict(&picked), Verdict::Sent("other"));
    let again = unclear().after(Event::SendAgainPressed);
    assert_eq!(again.check(), &Check::Confirming);
}

#[test]
fn a_request_just_made_vouches_for_the_clock() {
    let desk = Desk::sending("XYZ98765")
        .answered(Outcome::Sent(Some(Box::new(listed("other", SECOND_MS)))))
        .typed("ABC12345")
        .pressed()
        .answered(Outcome::Unknown(Doubt::ConnectionLost))
        .checked(Ok(vec![listed("third", -HOUR_MS)]));
    assert_eq!(verdict(&desk), Verdict::NotArrived);
}

#[test]
fn a_countdown_goes_by_the_date_of_the_request_and_else_by_the_time_of_the_reply() {
    let answered = |api_after_ms: i64, outcome| {
        let desk = Desk::sending("ABC12345");
        let attempt = desk.attempt();
        let now = at(PRESSED).plus_millis(SECOND_MS);
        let desk = desk.after(Event::Answered {
            attempt,
            outcome: Timed {
                told: outcome,
                api_now: Some(now.plus_millis(api_after_ms)),
            },
            now,
        });
        desk.state.clock_difference_ms
    };
    let doubt = || Outcome::Unknown(Doubt::Status(500));
    assert_eq!(answered(0, doubt()), 0);
    assert_eq!(answered(30 * SECOND_MS, doubt()), 0);
    assert_eq!(answered(DAY_MS, doubt()), DAY_MS);
    let made = Outcome::Sent(Some(Box::new(listed("ours", HOUR_MS))));
    assert_eq!(answered(DAY_MS, made), HOUR_MS - SECOND_MS);
}

/// The first request is confirmed, and dated so long after its press; the second one fails and is checked.
fn after_one_dated(after_press_ms: i64, list: Vec<Connection>) -> Verdict {
    let desk = Desk::sending("XYZ98765")
        .answered(Outcome::Sent(Some(Box::new(listed(
            "first",
            after_press_ms,
        )))))
        .typed("ABC12345")
        .pressed()
        .answered(Outcome::Unknown(Doubt::ConnectionLost))
        .checked(Ok(list));
    verdict(&desk)
}

#[test]
fn one_reply_with_a_wrong_date_hides_no_request_and_finds_none() {
    let ours = || vec![listed("ours", SECOND_MS)];
    for wrong_ms in [HOUR_MS, -HOUR_MS, 20 * DAY_MS, -300 * DAY_MS] {
        assert_eq!(
            after_one_dated(wrong_ms, ours()),
            Verdict::Unclear(1),
            "{wrong_ms}"
        );
        assert_eq!(
            after_one_dated(wrong_ms, vec![]),
            Verdict::NotArrived,
            "{wrong_ms}"
        );
    }
    let really_ahead = vec![listed("ours", SECOND_MS - HOUR_MS)];
    assert_eq!(after_one_dated(-HOUR_MS, really_ahead), Verdict::Unclear(1));
    assert_eq!(after_one_dated(SECOND_MS, ours()), Verdict::Sent("ours"));
}

#[test]
fn the_api_s_own_time_is_believed_before_the_date_of_a_request() {
    let desk = Desk::sending("XYZ98765")
        .answered(Outcome::Sent(Some(Box::new(listed("first", HOUR_MS)))))
        .typed("ABC12345")
        .pressed()
        .answered(Outcome::Unknown(Doubt::ConnectionLost));
    let attempt = desk.attempt();
    let now = at(PRESSED).plus_millis(3 * SECOND_MS);
    let desk = desk.after(Event::Checked {
        attempt,
        answer: Ok(Timed {
            told: vec![listed("ours", SECOND_MS)],
            api_now: Some(now),
        }),
        recorded: Recorded::default(),
        now,
    });
    assert_eq!(verdict(&desk), Verdict::Sent("ours"));
}

#[test]
fn a_clock_that_was_set_back_since_the_press_does_not_keep_a_request_under_way_for_a_day() {
    let pressed_tomorrow = Pending {
        since: at(PRESSED).plus_millis(DAY_MS),
        ..record()
    };
    let restored =
        || Desk::default().after(Event::Restored(recorded(vec![pressed_tomorrow.clone()])));
    assert_eq!(
        verdict(&restored().checked(Ok(vec![]))),
        Verdict::NotArrived
    );
    let listed = listed("ours", -SECOND_MS);
    let vouched = |desk: Desk| {
        let attempt = desk.attempt();
        let now: Timestamp = at(PRESSED);
        desk.after(Event::Checked {
            attempt,
            answer: Ok(Timed {
                told: vec![listed.clone()],
                api_now: Some(now),
            }),
            recorded: Recorded::default(),
            now,
        })
    };
    assert_eq!(verdict(&vouched(restored())), Verdict::Unclear(1));
    let slightly = Pending {
        since: at(PRESSED).plus_millis(2 * 60 * SECOND_MS),
        ..record()
    };
    let desk = Desk::default().after(Event::Restored(recorded(vec![slightly])));
    assert_eq!(verdict(&desk.checked_after(0, Ok(vec![]))), Verdict::NotYet);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// What the widget concludes by itself is true, however wrong the clock is, by up to 26 hours.
    #[test]
    fn whatever_the_clock_shows_no_conclusion_is_false(
        api_ahead_ms in -26 * HOUR_MS..=26 * HOUR_MS,
        tells_time in any::<bool>(),
        arrived in any::<bool>(),
        // Requests made elsewhere, so long before the press.
        others in prop::collection::vec(5 * 60 * SECOND_MS..3 * DAY_MS, 0..4),
        checked_after_ms in 2 * SECOND_MS..HOUR_MS,
    ) {
        // A request made elsewhere just as long before the press as the clock is behind is dated as ours would
        // be. Nothing tells them apart; it takes another request of that very moment, and ours lost.
        let is_double = |before: &i64| !tells_time && (before - api_ahead_ms).abs() < checked_after_ms + 300 * SECOND_MS;
        prop_assume!(!others.iter().any(is_double));
        let mut list: Vec<Connection> =
            others.iter().map(|before| listed("other", api_ahead_ms - before)).collect();
        if arrived {
            list.push(listed("ours", api_ahead_ms + 200));
        }
        list.sort_by_key(|connection| std::cmp::Reverse(connection.created()));
        let now = at(PRESSED).plus_millis(checked_after_ms);
        let desk = Desk::in_doubt("ABC12345");
        let attempt = desk.attempt();
        let desk = desk.after(Event::Checked {
            attempt,
            answer: Ok(Timed {
                told: list,
                api_now: tells_time.then(|| now.plus_millis(api_ahead_ms)),
            }),
            recorded: Recorded::default(),
            now,
        });
        match verdict(&desk) {
            Verdict::Sent(which) => prop_assert!(arrived && which == "ours"),
            Verdict::NotArrived => prop_assert!(!arrived),
            Verdict::Unclear(_) | Verdict::Several(_) => {}
            Verdict::NotYet => prop_assert!(false, "it ended before the check"),
        }
    }
}

#[test]
fn a_request_that_was_made_after_its_own_end_says_nothing_of_the_clock() {
    // It ends on 2026-02-19.
    let dated = |created: &str| {
        let made = connection("one", created);
        let desk = Desk::sending("ABC12345").answered(Outcome::Sent(Some(Box::new(made))));
        desk.state.clock_difference_ms
    };
    assert_eq!(dated("9999-01-01T00:00:00Z"), 0);
    assert_eq!(dated("2026-02-19T12:00:00Z"), 0);
    assert_ne!(dated("2026-02-19T11:59:59Z"), 0);
}
