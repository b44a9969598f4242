use referral_connect::domain::adviser_key::{KeyCase, KeyProblem};
use referral_connect::domain::connection::{Connection, Direction, Firm, Status};
use referral_connect::domain::outcome::{
    Doubt, NotSent, Outcome, Reason, Rejection, Timed, Unanswered,
};
use referral_connect::domain::session::{
    Attempt, Check, Command, Event, Notice, Pending, Press, Recorded, Stage, State, update,
};
use referral_connect::domain::timestamp::{Moment, Timestamp};

pub(crate) const ACCOUNT: &str = "11111111-2222-4333-8444-555555555555";
const API: &str = "https://api.example";
pub(crate) const KEY: &str = "8e03978e-40d5-43dd-bc93-6894a57f9324";
pub(crate) const PRESSED: &str = "2026-01-20T12:00:00Z";

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(crate) fn press() -> Press {
    Press {
        now: at(PRESSED),
        endpoint: API.to_owned(),
        idempotency_key: KEY.to_owned(),
        account: Some(ACCOUNT.parse().unwrap()),
        key_case: KeyCase::Preserve,
        recorded: Recorded::default(),
        obstacle: None,
    }
}

pub(crate) fn connection(uuid: &str, created: &str) -> Connection {
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

/// What the API said, without its time.
pub(crate) fn untimed<T>(told: T) -> Timed<T> {
    Timed {
        told,
        api_now: None,
    }
}

pub(crate) fn rejection(reason: Reason, status: u16) -> Rejection {
    Rejection {
        reason,
        status,
        message: None,
        retry_after_s: None,
    }
}

/// A widget without a screen: events go in, and the commands are kept to be answered.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) state: State,
    pub(crate) last: Option<Command>,
}

impl Desk {
    pub(crate) fn after(mut self, event: Event) -> Self {
        let (state, command) = update(self.state, event);
        self.state = state;
        self.last = command;
        self
    }

    pub(crate) fn typed(self, text: &str) -> Self {
        self.after(Event::Typed(text.to_owned()))
    }

    pub(crate) fn pressed(self) -> Self {
        self.after(Event::Pressed(press()))
    }

    pub(crate) fn sending(code: &str) -> Self {
        Self::default().typed(code).pressed()
    }

    pub(crate) fn answered(self, outcome: Outcome) -> Self {
        let attempt = self.attempt();
        self.after(Event::Answered {
            attempt,
            outcome: untimed(outcome),
            now: at(PRESSED).plus_millis(900),
        })
    }

    pub(crate) fn checked(self, answer: Result<Vec<Connection>, Unanswered>) -> Self {
        self.checked_after(3_000, answer)
    }

    pub(crate) fn checked_after(
        self,
        since_press_ms: i64,
        answer: Result<Vec<Connection>, Unanswered>,
    ) -> Self {
        let attempt = self.attempt();
        let now = at(PRESSED).plus_millis(since_press_ms);
        self.after(Event::Checked {
            attempt,
            answer: answer.map(untimed),
            recorded: Recorded::default(),
            now,
        })
    }

    pub(crate) fn in_doubt(code: &str) -> Self {
        Self::sending(code).answered(Outcome::Unknown(Doubt::ConnectionLost))
    }

    pub(crate) fn attempt(&self) -> Attempt {
        match &self.last {
            Some(Command::Send { attempt, .. } | Command::Check { attempt, .. }) => *attempt,
            other => panic!("nothing to answer: {other:?}"),
        }
    }

    pub(crate) fn has_sent(&self) -> bool {
        matches!(self.last, Some(Command::Send { .. }))
    }

    #[track_caller]
    pub(crate) fn check(&self) -> &Check {
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
        outcome: untimed(Outcome::Sent(None)),
        now: at(PRESSED),
    });
    assert_eq!(after.state, before);
    assert_eq!(after.last, None);
}

pub(crate) fn record() -> Pending {
    Pending {
        endpoint: API.to_owned(),
        key: "ABC12345".parse().unwrap(),
        account: ACCOUNT.parse().unwrap(),
        since: at(PRESSED),
        idempotency_key: KEY.to_owned(),
        known_uuids: Vec::new(),
        has_ended: false,
    }
}

pub(crate) fn recorded(pending: Vec<Pending>) -> Recorded {
    Recorded {
        pending,
        ..Recorded::default()
    }
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
