//! Before a gateway: each press has a key, and a code that was sent to lately takes a confirmation.

use referral_connect::domain::connection::Connection;
use referral_connect::domain::outcome::{NotSent, Outcome, Reason};
use referral_connect::domain::session::{
    Check, Command, Event, News, Notice, Pending, Press, Stage, Standing, news,
};

use super::session::{Desk, KEY, PRESSED, at, connection, press, rejection};

const OTHER_KEY: &str = "f3b1c0de-7a51-4c56-9d3e-0a1b2c3d4e5f";

fn confirmed(desk: Desk) -> Desk {
    desk.after(Event::SendAgainConfirmed(Press {
        idempotency_key: OTHER_KEY.to_owned(),
        ..press()
    }))
}

fn sent(desk: &Desk) -> (&Pending, &[Pending]) {
    match &desk.last {
        Some(Command::Send {
            pending, in_doubt, ..
        }) => (pending, in_doubt),
        other => panic!("nothing is sent: {other:?}"),
    }
}

fn repeats() -> Desk {
    Desk::sending("ABC12345").answered(Outcome::Rejected(rejection(Reason::Repeats, 409)))
}

#[test]
fn each_press_has_the_key_that_it_came_with() {
    let desk = Desk::sending("ABC12345");
    assert_eq!(sent(&desk).0.idempotency_key, KEY);
    assert_eq!(sent(&desk).1, []);
    let again = confirmed(Desk::in_doubt("ABC12345").after(Event::SendAgainPressed));
    let (pending, in_doubt) = sent(&again);
    assert_eq!(pending.idempotency_key, OTHER_KEY);
    assert!(in_doubt.iter().any(|past| past.is_for(&pending.key)));
}

#[test]
fn a_code_that_was_sent_to_lately_takes_the_question_before_every_second_request() {
    let desk = repeats();
    assert_eq!(desk.check(), &Check::Confirming);
    assert!(matches!(desk.last, Some(Command::Settle { .. })));
    assert_eq!(desk.state.unresolved, [], "nothing of it is in doubt");
    let desk = confirmed(desk);
    let (pending, in_doubt) = sent(&desk);
    assert_eq!(pending.idempotency_key, OTHER_KEY);
    assert!(in_doubt.iter().any(|past| past.is_for(&pending.key)));
    let made: Connection = connection("one", PRESSED);
    let desk = desk.answered(Outcome::Sent(Some(Box::new(made))));
    assert!(matches!(desk.state.stage, Stage::Sent { .. }));
    assert_eq!(desk.state.unresolved, []);
}

#[test]
fn whoever_thinks_better_of_it_is_back_at_the_form() {
    let desk = repeats().after(Event::SendAgainCancelled);
    assert_eq!(desk.state.stage, Stage::Idle);
    assert_eq!(desk.state.text, "ABC12345");
    let offline = repeats().after(Event::SendAgainConfirmed(Press {
        obstacle: Some(NotSent::Offline),
        ..press()
    }));
    assert_eq!(offline.state.stage, Stage::Idle);
    assert_eq!(
        offline.state.notice,
        Some(Notice::NotSent(NotSent::Offline))
    );
    // Without the confirmation it is refused again.
    let pressed = repeats().pressed();
    assert_eq!(sent(&pressed).1, []);
}

#[test]
fn hosts_hear_of_a_refusal_and_of_no_doubt() {
    let before = Desk::sending("ABC12345");
    let after = repeats();
    let told = news(&before.state, &after.state);
    assert!(matches!(told.as_slice(), [News::Rejected(_)]), "{told:?}");
    assert_eq!(after.state.standing(at(PRESSED)), Standing::Rejected);
    let doubt = Desk::in_doubt("ABC12345");
    assert_eq!(doubt.state.standing(at(PRESSED)), Standing::Unknown);
}
