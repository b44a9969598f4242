//! Whatever happens to a widget, in whatever order: what must hold after each step.

use proptest::prelude::*;
use referral_connect::domain::account::AccountUuid;
use referral_connect::domain::adviser_key::AdviserKey;
use referral_connect::domain::connection::{Connection, Status};
use referral_connect::domain::outcome::{Doubt, NotSent, Outcome, Reason, Timed, Unanswered};
use referral_connect::domain::session::{
    Attempt, Check, Command, Event, Pending, Press, Recorded, Stage, State, update,
};

use super::session::{ACCOUNT, PRESSED, at, connection, press, record, rejection, untimed};

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
    Give,
    TakeBack,
    Reset,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => prop::sample::select(vec!["", "ABC", "ABC12345", "abc12345", "XYZ98765"]).prop_map(Step::Type),
        6 => (prop::bool::weighted(0.9), prop::bool::weighted(0.1))
            .prop_map(|(account, obstacle)| Step::Press { account, obstacle }),
        6 => (0..7_usize).prop_map(Step::Answer),
        1 => (0..7_usize).prop_map(Step::AnswerStale),
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
        1 => Just(Step::Give),
        1 => Just(Step::TakeBack),
        1 => Just(Step::Reset),
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
        5 => (Outcome::Rejected(rejection(Reason::Repeats, 409)), None),
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
                        Event::Answered { attempt, outcome: untimed(outcome), now: at(PRESSED) }
                    }
                    None => continue,
                },
                Step::AnswerStale(number) => match stale {
                    Some(attempt) => {
                        let (outcome, _) = outcome(*number, connection("stale", PRESSED));
                        Event::Answered { attempt, outcome: untimed(outcome), now: at(PRESSED) }
                    }
                    None => continue,
                },
                Step::Restore => Event::Restored(Recorded {
                    pending: vec![Pending {
                        since: at("2026-01-20T11:00:00Z"),
                        ..record()
                    }],
                    ..Recorded::default()
                }),
                Step::Check => Event::CheckPressed,
                Step::List => match checking.take() {
                    Some(attempt) => Event::Checked {
                        attempt,
                        answer: Ok(untimed(listed.iter().rev().cloned().collect())),
                        recorded: Recorded::default(),
                        now: at("2026-01-20T13:00:00Z"),
                    },
                    None => continue,
                },
                Step::Unlisted => match checking.take() {
                    Some(attempt) => Event::Checked {
                        attempt,
                        answer: Err(Unanswered::Failed),
                        recorded: Recorded::default(),
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
                Step::Give => Event::Given(Some(Box::new(connection("given", PRESSED))), Some(account.clone())),
                Step::TakeBack => Event::Given(None, None),
                Step::Reset => Event::Reset,
            };
            let (after, command) = update(state, event.clone());
            state = after;

            if let Some(Command::Send { attempt, pending, in_doubt }) = &command {
                prop_assert!(in_flight.is_none(), "two requests in flight");
                let is_again = in_doubt.iter().any(|past| past.is_for(&pending.key));
                if is_again || before.is_locked(&pending.key) {
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
                    Event::Answered { outcome: Timed { told: Outcome::Sent(_), .. }, .. }
                        | Event::Checked { answer: Ok(_), .. }
                        | Event::Picked(_)
                        // The host's word, and the host's alone: it is not told of it.
                        | Event::Given(Some(_), _)
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
            if state.text != before.text && !matches!(event, Event::Typed(_) | Event::Restored(_) | Event::Reset) {
                prop_assert!(is_newly_sent && state.text.is_empty(), "text lost by {event:?}");
            }
        }
    }
}
