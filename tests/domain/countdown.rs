use proptest::prelude::*;
use referral_connect::domain::countdown::{
    Amount, Milestone, TimeLeft, Unit, Window, clock_difference_ms,
};
use referral_connect::domain::timestamp::Timestamp;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn window(created: &str, expires: &str) -> Window {
    Window {
        created: Some(at(created)),
        expires: at(expires),
    }
}

/// As the browser writes it in English; here for whoever reads these tests.
fn written(left: TimeLeft) -> String {
    let amount = |amount: Amount| {
        let unit = format!("{:?}", amount.unit).to_lowercase();
        let plural = if amount.count == 1 { "" } else { "s" };
        format!("{} {unit}{plural}", amount.count)
    };
    [Some(left.first), left.second]
        .into_iter()
        .flatten()
        .map(amount)
        .collect::<Vec<String>>()
        .join(" ")
}

#[track_caller]
fn reads(left_ms: i64, expected: &str) {
    let left = TimeLeft::from_millis(left_ms.cast_unsigned());
    assert_eq!(written(left), expected, "{left_ms} ms");
}

#[test]
fn the_two_largest_units_are_shown_rounded_down() {
    reads(30 * DAY, "30 days 0 hours");
    reads(30 * DAY - 1, "29 days 23 hours");
    reads(DAY + HOUR, "1 day 1 hour");
    reads(DAY, "1 day 0 hours");
    reads(DAY - 1, "23 hours 59 minutes");
    reads(4 * HOUR + 12 * MINUTE + 59 * SECOND, "4 hours 12 minutes");
    reads(HOUR, "1 hour 0 minutes");
    reads(HOUR - 1, "59 minutes 59 seconds");
    reads(3 * MINUTE + 20 * SECOND, "3 minutes 20 seconds");
    reads(MINUTE, "1 minute 0 seconds");
    reads(MINUTE - 1, "59 seconds");
    reads(SECOND, "1 second");
    reads(1, "0 seconds");
}

#[test]
fn a_month_across_a_change_of_the_clocks_has_719_or_721_hours() {
    let spring = window("2026-03-20T13:25:15+00:00", "2026-04-19T13:25:15+01:00");
    let at_once = spring.at(at("2026-03-20T13:25:15Z")).unwrap();
    assert_eq!(written(at_once.left), "29 days 23 hours");
    assert_eq!(
        spring.expires.millis_since(spring.created.unwrap()),
        719 * HOUR
    );

    let autumn = window("2026-10-10T09:00:00+01:00", "2026-11-09T09:00:00+00:00");
    let at_once = autumn.at(at("2026-10-10T08:00:00Z")).unwrap();
    assert_eq!(written(at_once.left), "30 days 1 hour");
    assert_eq!(
        autumn.expires.millis_since(autumn.created.unwrap()),
        721 * HOUR
    );
}

#[test]
fn at_its_end_and_after_nothing_is_left() {
    let window = window("2026-01-20T17:51:29Z", "2026-02-19T17:51:29Z");
    assert!(window.at(at("2026-02-19T17:51:28.999Z")).is_some());
    assert_eq!(window.at(at("2026-02-19T17:51:29Z")), None);
    assert_eq!(window.at(at("9999-12-31T23:59:59Z")), None);
}

#[test]
fn year_9999_is_far_away_and_no_trouble() {
    let window = window("2026-01-20T17:51:29Z", "9999-12-31T23:59:59Z");
    let countdown = window.at(at("2026-01-20T17:51:29Z")).unwrap();
    assert_eq!(countdown.left_permille, Some(1000));
    assert_eq!(written(countdown.left), "2912423 days 6 hours");
}

#[test]
fn the_meter_is_what_is_left_of_the_window() {
    let window = window("2026-01-01T00:00:00Z", "2026-01-11T00:00:00Z");
    let permille = |now| window.at(at(now)).unwrap().left_permille;
    assert_eq!(permille("2026-01-01T00:00:00Z"), Some(1000));
    assert_eq!(permille("2026-01-06T00:00:00Z"), Some(500));
    assert_eq!(permille("2026-01-10T23:59:59Z"), Some(0));
    // A clock that is behind shows a full meter, not more.
    assert_eq!(permille("2025-12-01T00:00:00Z"), Some(1000));
}

#[test]
fn without_a_beginning_there_is_no_meter_and_a_countdown_all_the_same() {
    let expires = at("2026-01-11T00:00:00Z");
    let now = at("2026-01-10T00:00:00Z");
    for created in [None, Some(expires), Some(at("2027-01-01T00:00:00Z"))] {
        let countdown = Window { created, expires }.at(now).unwrap();
        assert_eq!(countdown.left_permille, None);
        assert_eq!(written(countdown.left), "1 day 0 hours");
    }
}

#[test]
fn a_milestone_is_passed_once_and_only_the_last_counts() {
    let window = window("2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z");
    let passed = |earlier, now| window.milestone_between(at(earlier), at(now));
    assert_eq!(passed("2026-01-29T23:00:00Z", "2026-01-29T23:59:59Z"), None);
    assert_eq!(
        passed("2026-01-29T23:59:59Z", "2026-01-30T00:00:00Z"),
        Some(Milestone::Day)
    );
    assert_eq!(passed("2026-01-30T00:00:00Z", "2026-01-30T22:59:59Z"), None);
    assert_eq!(
        passed("2026-01-30T22:59:59Z", "2026-01-30T23:00:01Z"),
        Some(Milestone::Hour)
    );
    assert_eq!(
        passed("2026-01-30T23:54:59Z", "2026-01-30T23:55:00Z"),
        Some(Milestone::FiveMinutes)
    );
    assert_eq!(
        passed("2026-01-02T00:00:00Z", "2026-02-02T00:00:00Z"),
        Some(Milestone::Expired)
    );
    assert_eq!(passed("2026-01-31T00:00:00Z", "2026-02-02T00:00:00Z"), None);
}

#[test]
fn the_clocks_differ_only_by_what_the_way_of_the_request_cannot_explain() {
    let pressed = at("2026-01-20T12:00:00Z");
    let answered = at("2026-01-20T12:00:02Z");
    let difference = |created| clock_difference_ms(at(created), pressed, answered);
    assert_eq!(difference("2026-01-20T12:00:01Z"), 0);
    assert_eq!(difference("2026-01-20T12:00:32Z"), 0);
    assert_eq!(difference("2026-01-20T11:59:30Z"), 0);
    assert_eq!(difference("2026-01-20T12:00:33Z"), 31 * SECOND);
    assert_eq!(difference("2026-01-20T11:59:29Z"), -31 * SECOND);
    assert_eq!(difference("2026-01-21T12:00:02Z"), DAY);
    assert_eq!(difference("2026-01-19T12:00:00Z"), -DAY);
}

fn amount_ms(amount: Amount) -> u64 {
    amount.count * amount.unit.millis()
}

proptest! {
    #[test]
    fn what_is_shown_is_never_more_than_is_left_and_less_by_under_one_smallest_unit(
        left_ms in prop_oneof![0..u64::from(u32::MAX), 0..(1_u64 << 62)]
    ) {
        let left = TimeLeft::from_millis(left_ms);
        let shown_ms = amount_ms(left.first) + left.second.map_or(0, amount_ms);
        prop_assert!(shown_ms <= left_ms);
        prop_assert!(left_ms - shown_ms < left.smallest_unit().millis());
        if let Some(second) = left.second {
            prop_assert!(second.unit < left.first.unit);
            prop_assert!(amount_ms(second) < left.first.unit.millis());
            prop_assert!(left.first.count > 0);
        } else {
            prop_assert_eq!(left.first.unit, Unit::Second);
        }
    }

    #[test]
    fn what_is_shown_holds_until_just_before_it_is_said_to_change(
        left_ms in prop_oneof![1..200_000_i64, 1..(90 * DAY)]
    ) {
        let expires = Timestamp::from_millis(1_800_000_000_000);
        let window = Window { created: None, expires };
        let now = expires.plus_millis(-left_ms);
        let countdown = window.at(now).unwrap();
        prop_assert!(countdown.changes_in_ms >= 1);
        prop_assert!(countdown.changes_in_ms <= HOUR.cast_unsigned() + 1);
        let change = now.plus_millis(countdown.changes_in_ms.cast_signed());
        let just_before = window.at(change.plus_millis(-1));
        if let Some(just_before) = just_before {
            prop_assert_eq!(just_before.left, countdown.left);
        }
        let after = window.at(change).map(|countdown| countdown.left);
        prop_assert_ne!(after, Some(countdown.left));
    }

    #[test]
    fn no_instants_at_all_make_it_panic(
        created in any::<Option<i64>>(),
        expires in any::<i64>(),
        now in any::<i64>(),
        earlier in any::<i64>(),
    ) {
        let window = Window {
            created: created.map(Timestamp::from_millis),
            expires: Timestamp::from_millis(expires),
        };
        let now = Timestamp::from_millis(now);
        let _ = window.milestone_between(Timestamp::from_millis(earlier), now);
        let _ = clock_difference_ms(window.expires, Timestamp::from_millis(earlier), now);
        if let Some(countdown) = window.at(now) {
            prop_assert!(countdown.left_permille.is_none_or(|permille| permille <= 1000));
        }
    }
}
