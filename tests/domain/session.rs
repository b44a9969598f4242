use proptest::prelude::*;
use referral_connect::domain::account::AccountUuid;
use referral_connect::domain::adviser_key::{AdviserKey, KeyCase, KeyProblem};
use referral_connect::domain::connection::{Connection, Direction, Firm, Status};
use referral_connect::domain::outcome::{Doubt, NotSent, Outcome, Reason, Rejection, Unanswered};
use referral_connect::domain::session::{
    Attempt, Check, Command, Event, Notice, Pending, Press, Stage, State, update,
};
use referral_connect::domain::timestamp::{Moment, Timestamp};

const ACCOUNT: &str = "11111111-2222-4333-8444-555555555555";
const API: &str = "https://api.example";
const PRESSED: &str = "2026-01-20T12:00:00Z";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn press() -> Press {
    Press {
        now: at(PRESSED),
        endpoint: API.to_owned(),
        account: Some(ACCOUNT.parse().unwrap()),
        key_case: KeyCase::Preserve,
        recorded: Vec::new(),
        obstacle: None,
    }
}

fn connection(uuid: &str, created: &str) -> Connection {
    Connection {
        uuid: Some(uuid.to_owned()),
        direction: Direction::Sent,
        status: Status::Pending,
        sender_firm: Firm::default(),
        recipient_firm: Firm::default(),
        created_at: Some(Moment::new(created.to_owned())),
        updated_at: None,
        expires_at: Some(Moment::new("2026-02-19T12:00:00Z".to_owned())),
    }
}

fn rejection(reason: Reason, status: u16) -> Rejection {
    Rejection {
        reason,
        status,
        message: None,
        retry_after_s: None,
    }
}

/// A widget without a screen: events go in, and the commands are kept to be answered.
#[derive(Default)]
struct Desk {
    state: State,
    last: Option<Command>,
}

impl Desk {
    fn after(mut self, event: Event) -> Self {
        let (state, command) = update(self.state, event);
        self.state = state;
        self.last = command;
        self
    }

    fn typed(self, text: &str) -> Self {
        self.after(Event::Typed(text.to_owned()))
    }

    fn pressed(self) -> Self {
        self.after(Event::Pressed(press()))
    }

    fn sending(code: &str) -> Self {
        Self::default().typed(code).pressed()
    }

    fn answered(self, outcome: Outcome) -> Self {
        let attempt = self.attempt();
        self.after(Event::Answered {
            attempt,
            outcome,
            now: at(PRESSED).plus_millis(900),
        })
    }

    fn checked(self, answer: Result<Vec<Connection>, Unanswered>) -> Self {
        self.checked_after(3_000, answer)
    }

    fn checked_after(
        self,
        since_press_ms: i64,
        answer: Result<Vec<Connection>, Unanswered>,
    ) -> Self {
        let attempt = self.attempt();
        let now = at(PRESSED).plus_millis(since_press_ms);
        self.after(Event::Checked {
            attempt,
            answer,
            now,
        })
    }

    fn in_doubt(code: &str) -> Self {
        Self::sending(code).answered(Outcome::Unknown(Doubt::ConnectionLost))
    }

    fn attempt(&self) -> Attempt {
        match &self.last {
            Some(Command::Send { attempt, .. } | Command::Check { attempt, .. }) => *attempt,
            other => panic!("nothing to answer: {other:?}"),
        }
    }

    fn has_sent(&self) -> bool {
        matches!(self.last, Some(Command::Send { .. }))
    }

    #[track_caller]
    fn check(&self) -> &Check {
        match &self.state.stage {
            Stage::Unknown { check, .. } => check,
            other => panic!("not in doubt: {other:?}"),
        }
    }
}

#[test]
fn a_press_sends_what_was_typed_once() {
    let desk = Desk::sending(" ABC1-2345 ");
    let Some(Command::Send { pending, .. }) = &desk.last else {
        panic!("{:?}", desk.last);
    };
    assert_eq!(pending.key.as_str(), "ABC12345");
    assert_eq!(pending.account.as_str(), ACCOUNT);
    assert_eq!(pending.since, at(PRESSED));
    let desk = desk.pressed();
    assert_eq!(desk.last, None);
}

#[test]
fn a_press_upper_cases_only_where_the_host_asks() {
    let sent = |key_case| {
        let desk = Desk::default()
            .typed("abc12345")
            .after(Event::Pressed(Press {
                key_case,
                ..press()
            }));
        match desk.last {
            Some(Command::Send { pending, .. }) => pending.key.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(sent(KeyCase::Preserve), "abc12345");
    assert_eq!(sent(KeyCase::Upper), "ABC12345");
}

#[test]
fn what_keeps_a_request_from_leaving_is_said_and_nothing_is_lost() {
    let cases = [
        ("", press(), NotSent::Key(KeyProblem::Empty)),
        (
            "ABC",
            press(),
            NotSent::Key(KeyProblem::TooShort { found: 3 }),
        ),
        (
            "ABC12345",
            Press {
                account: None,
                ..press()
            },
            NotSent::NoAccount,
        ),
        (
            "ABC12345",
            Press {
                obstacle: Some(NotSent::Offline),
                ..press()
            },
            NotSent::Offline,
        ),
    ];
    for (text, press, why) in cases {
        let desk = Desk::default().typed(text).after(Event::Pressed(press));
        assert_eq!(desk.last, None);
        assert_eq!(desk.state.notice, Some(Notice::NotSent(why)));
        assert_eq!(desk.state.text, text);
        assert_eq!(desk.state.stage, Stage::Idle);
        assert_eq!(desk.state.unresolved, []);
    }
}

#[test]
fn a_complaint_goes_when_the_text_changes() {
    let desk = Desk::default().typed("ABC").pressed();
    assert!(desk.state.notice.is_some());
    let desk = desk.typed("ABC");
    assert!(desk.state.notice.is_some());
    assert_eq!(desk.typed("ABCD").state.notice, None);
}

#[test]
fn nothing_can_be_typed_over_a_request_that_is_being_made() {
    let desk = Desk::sending("ABC12345").typed("XYZ");
    assert_eq!(desk.state.text, "ABC12345");
}

#[test]
fn a_confirmed_request_is_shown_and_the_field_is_free() {
    let sent = connection("one", "2026-01-20T12:00:00Z");
    let desk = Desk::sending("ABC12345").answered(Outcome::Sent(Some(Box::new(sent.clone()))));
    assert_eq!(desk.state.connection(), Some(&sent));
    assert_eq!(desk.state.text, "");
    assert_eq!(desk.state.unresolved, []);
    assert!(matches!(desk.last, Some(Command::Settle { ref settled, .. }) if settled.len() == 1));
    let desk = desk.after(Event::NewRequestPressed);
    assert_eq!(desk.state.stage, Stage::Idle);
}

#[test]
fn a_confirmation_without_details_is_a_confirmation() {
    let desk = Desk::sending("ABC12345").answered(Outcome::Sent(None));
    assert!(matches!(
        desk.state.stage,
        Stage::Sent {
            connection: None,
            ..
        }
    ));
}

#[test]
fn a_refusal_keeps_the_code_and_frees_it() {
    for (reason, status) in [(Reason::KeyRefused, 422), (Reason::TooMany, 429)] {
        let desk = Desk::sending("ABC12345").answered(Outcome::Rejected(rejection(reason, status)));
        assert_eq!(desk.state.text, "ABC12345");
        assert_eq!(desk.state.stage, Stage::Idle);
        assert_eq!(desk.state.unresolved, []);
        assert!(desk.pressed().has_sent());
    }
}

#[test]
fn a_stale_answer_changes_nothing() {
    let first = Desk::sending("ABC12345");
    let stale = first.attempt();
    let second = first.answered(Outcome::NotSent(NotSent::NoToken)).pressed();
    let before = second.state.clone();
    let after = second.after(Event::Answered {
        attempt: stale,
        outcome: Outcome::Sent(None),
        now: at(PRESSED),
    });
    assert_eq!(after.state, before);
    assert_eq!(after.last, None);
}

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
        let desk = Desk::in_doubt("ABC12345").checked(Ok(vec![connection("one", created)]));
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

fn record() -> Pending {
    Pending {
        endpoint: API.to_owned(),
        key: "ABC12345".parse().unwrap(),
        account: ACCOUNT.parse().unwrap(),
        since: at(PRESSED),
        known_uuids: Vec::new(),
        has_ended: false,
    }
}

#[test]
fn a_page_that_comes_back_to_a_record_is_in_doubt_and_checks_at_once() {
    let desk = Desk::default().after(Event::Restored(vec![record()]));
    assert!(matches!(
        desk.last,
        Some(Command::Check { after_ms: 0, .. })
    ));
    assert_eq!(desk.state.text, "ABC12345");
    assert_eq!(desk.pressed().last, None);
}

#[test]
fn a_record_of_a_request_that_may_be_under_way_is_not_given_up() {
    let restored = || Desk::default().after(Event::Restored(vec![record()]));
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
        recorded: vec![record()],
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
fn a_clock_that_is_wrong_is_corrected_by_a_request_just_made() {
    let a_day_ahead = connection("one", "2026-01-19T12:00:00Z");
    let desk = Desk::sending("ABC12345").answered(Outcome::Sent(Some(Box::new(a_day_ahead))));
    assert_eq!(desk.state.clock_difference_ms, -24 * 60 * 60 * 1000);
    assert_eq!(
        desk.state.corrected(at("2026-01-20T12:00:00Z")),
        at("2026-01-19T12:00:00Z")
    );
}

#[test]
fn a_received_request_says_nothing_of_the_clock() {
    let received = Connection {
        direction: Direction::Received,
        ..connection("one", "2026-01-10T12:00:00Z")
    };
    let desk = Desk::sending("ABC12345").answered(Outcome::Sent(Some(Box::new(received))));
    assert_eq!(desk.state.clock_difference_ms, 0);
}

#[test]
fn a_refresh_is_for_the_request_on_the_screen() {
    let sent = connection("one", "2026-01-20T12:00:00Z");
    let desk = Desk::sending("ABC12345").answered(Outcome::Sent(Some(Box::new(sent.clone()))));
    let other = Connection {
        status: Status::Accepted,
        ..connection("two", PRESSED)
    };
    let desk = desk.after(Event::Refreshed(Box::new(other)));
    assert_eq!(desk.state.connection(), Some(&sent));
    let accepted = Connection {
        status: Status::Accepted,
        ..sent
    };
    let desk = desk.after(Event::Refreshed(Box::new(accepted.clone())));
    assert_eq!(desk.state.connection(), Some(&accepted));
}

/// What may happen, in any order.
#[derive(Clone, Debug)]
enum Step {
    Type(&'static str),
    Press { account: bool, obstacle: bool },
    Answer(usize),
    AnswerStale(usize),
    Restore,
    Check,
    List,
    Unlisted,
    Pick(usize),
    SendAgain,
    Confirm,
    Cancel,
    Refresh,
    NewRequest,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => prop::sample::select(vec!["", "ABC", "ABC12345", "abc12345", "XYZ98765"]).prop_map(Step::Type),
        6 => (prop::bool::weighted(0.9), prop::bool::weighted(0.1))
            .prop_map(|(account, obstacle)| Step::Press { account, obstacle }),
        6 => (0..6_usize).prop_map(Step::Answer),
        1 => (0..6_usize).prop_map(Step::AnswerStale),
        1 => Just(Step::Restore),
        2 => Just(Step::Check),
        3 => Just(Step::List),
        1 => Just(Step::Unlisted),
        2 => (0..3_usize).prop_map(Step::Pick),
        2 => Just(Step::SendAgain),
        2 => Just(Step::Confirm),
        1 => Just(Step::Cancel),
        1 => Just(Step::Refresh),
        1 => Just(Step::NewRequest),
    ];
    prop::collection::vec(step, 0..40)
}

/// What a request comes to, and what the API then holds. It is not always the widget that learns of it.
fn outcome(number: usize, made: Connection) -> (Outcome, Option<Connection>) {
    match number {
        0 => (Outcome::Sent(Some(Box::new(made.clone()))), Some(made)),
        1 => (Outcome::Sent(None), Some(made)),
        2 => (Outcome::Rejected(rejection(Reason::KeyRefused, 422)), None),
        3 => (Outcome::NotSent(NotSent::NoToken), None),
        4 => (Outcome::Unknown(Doubt::TimedOut), Some(made)),
        _ => (Outcome::Unknown(Doubt::ConnectionLost), None),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn whatever_happens_in_whatever_order(steps in steps()) {
        let mut state = State::default();
        let mut in_flight: Option<(Attempt, AdviserKey)> = None;
        let mut checking: Option<Attempt> = None;
        let mut stale: Option<Attempt> = None;
        // What the API holds, and what only it knows: the code that each was made with.
        let mut listed: Vec<Connection> = Vec::new();
        let mut codes: Vec<(String, AdviserKey)> = Vec::new();
        let account: AccountUuid = ACCOUNT.parse().unwrap();
        for step in steps {
            let before = state.clone();
            let event = match &step {
                Step::Type(text) => Event::Typed((*text).to_owned()),
                Step::Press { account: has_account, obstacle } => Event::Pressed(Press {
                    account: has_account.then(|| account.clone()),
                    obstacle: obstacle.then_some(NotSent::Offline),
                    ..press()
                }),
                Step::Answer(number) => match in_flight.take() {
                    Some((attempt, key)) => {
                        stale = Some(attempt);
                        let uuid = format!("made {}", codes.len());
                        let (outcome, made) = outcome(*number, connection(&uuid, PRESSED));
                        listed.extend(made);
                        codes.push((uuid, key));
                        Event::Answered { attempt, outcome, now: at(PRESSED) }
                    }
                    None => continue,
                },
                Step::AnswerStale(number) => match stale {
                    Some(attempt) => {
                        let (outcome, _) = outcome(*number, connection("stale", PRESSED));
                        Event::Answered { attempt, outcome, now: at(PRESSED) }
                    }
                    None => continue,
                },
                Step::Restore => Event::Restored(vec![Pending {
                    since: at("2026-01-20T11:00:00Z"),
                    ..record()
                }]),
                Step::Check => Event::CheckPressed,
                Step::List => match checking.take() {
                    Some(attempt) => Event::Checked {
                        attempt,
                        answer: Ok(listed.iter().rev().cloned().collect()),
                        now: at("2026-01-20T13:00:00Z"),
                    },
                    None => continue,
                },
                Step::Unlisted => match checking.take() {
                    Some(attempt) => Event::Checked {
                        attempt,
                        answer: Err(Unanswered::Failed),
                        now: at("2026-01-20T13:00:00Z"),
                    },
                    None => continue,
                },
                Step::Pick(place) => Event::Picked(*place),
                Step::SendAgain => Event::SendAgainPressed,
                Step::Confirm => Event::SendAgainConfirmed(press()),
                Step::Cancel => Event::SendAgainCancelled,
                Step::Refresh => Event::Refreshed(Box::new(Connection {
                    status: Status::Accepted,
                    ..connection("made 0", PRESSED)
                })),
                Step::NewRequest => Event::NewRequestPressed,
            };
            let (after, command) = update(state, event.clone());
            state = after;

            if let Some(Command::Send { attempt, pending }) = &command {
                prop_assert!(in_flight.is_none(), "two requests in flight");
                let was_in_doubt = before.is_locked(&pending.key);
                if was_in_doubt {
                    prop_assert!(
                        matches!(step, Step::Confirm)
                            && matches!(&before.stage, Stage::Unknown { check: Check::Confirming, .. }),
                        "sent again without a confirmation"
                    );
                }
                in_flight = Some((*attempt, pending.key.clone()));
            }
            if let Some(Command::Check { attempt, .. }) = &command {
                checking = Some(*attempt);
            }
            prop_assert_eq!(
                in_flight.is_some(),
                matches!(state.stage, Stage::Sending { .. }),
                "what is in flight is on the screen"
            );

            let is_newly_sent = matches!(state.stage, Stage::Sent { .. })
                && !matches!(before.stage, Stage::Sent { .. });
            if is_newly_sent {
                let is_known = matches!(
                    event,
                    Event::Answered { outcome: Outcome::Sent(_), .. }
                        | Event::Checked { answer: Ok(_), .. }
                        | Event::Picked(_)
                );
                prop_assert!(is_known, "sent, by {event:?}");
                // What the widget concludes by itself is true; what the person picks is theirs to say.
                if let (Event::Checked { .. }, Stage::Unknown { pending, .. }) = (&event, &before.stage) {
                    let uuid = state.connection().and_then(|shown| shown.uuid.clone());
                    let made_with = codes.iter().find(|(known, _)| Some(known) == uuid.as_ref());
                    prop_assert!(
                        made_with.is_some_and(|(_, key)| pending.is_for(key)),
                        "{} is not what came of {:?}", uuid.unwrap_or_default(), pending
                    );
                }
            }

            // A request in doubt is forgotten only when something settles it.
            for past in &before.unresolved {
                if !state.unresolved.iter().any(|kept| kept.is_same(past)) {
                    let is_settled = matches!(&command, Some(Command::Settle { settled, .. }) if settled.iter().any(|one| one.is_same(past)));
                    prop_assert!(is_settled, "forgotten by {event:?}");
                }
            }

            // What was typed goes only when its own request was sent, or when the person types.
            if state.text != before.text && !matches!(event, Event::Typed(_) | Event::Restored(_)) {
                prop_assert!(is_newly_sent && state.text.is_empty(), "text lost by {event:?}");
            }
        }
    }
}
