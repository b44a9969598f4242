//! How a widget stands, and what hosts do to it.

use referral_connect::domain::connection::{Connection, Status};
use referral_connect::domain::outcome::{Doubt, Outcome, Reason};
use referral_connect::domain::session::{Event, Stage, Standing, State};

use super::session::{ACCOUNT, Desk, PRESSED, at, connection, rejection};

fn standing(desk: &Desk) -> &'static str {
    desk.state.standing(at(PRESSED)).as_str()
}

fn given(status: Status) -> Event {
    let shown = Connection {
        status,
        ..connection("given", PRESSED)
    };
    Event::Given(Some(Box::new(shown)), ACCOUNT.parse().ok())
}

#[test]
fn each_stage_has_its_name() {
    let sent = || Outcome::Sent(Some(Box::new(connection("one", PRESSED))));
    let refused = || Outcome::Rejected(rejection(Reason::Conflict, 409));
    for (desk, expected) in [
        (Desk::default(), "idle"),
        (Desk::default().typed("ABC").pressed(), "idle"),
        (Desk::sending("ABC12345"), "sending"),
        (Desk::sending("ABC12345").answered(sent()), "sent"),
        (
            Desk::sending("ABC12345").answered(Outcome::Sent(None)),
            "sent",
        ),
        (Desk::sending("ABC12345").answered(refused()), "rejected"),
        (
            Desk::sending("ABC12345")
                .answered(refused())
                .typed("ABC12346"),
            "idle",
        ),
        (
            Desk::sending("ABC12345").answered(Outcome::Unknown(Doubt::TimedOut)),
            "unknown",
        ),
        (Desk::default().after(given(Status::Expired)), "expired"),
        (Desk::default().after(given(Status::Accepted)), "sent"),
    ] {
        assert_eq!(standing(&desk), expected, "{:?}", desk.state);
    }
}

#[test]
fn a_pending_request_expires_by_the_clock() {
    let desk = Desk::default().after(given(Status::Pending));
    assert_eq!(
        desk.state.standing(at("2026-02-19T11:59:59Z")),
        Standing::Sent
    );
    assert_eq!(
        desk.state.standing(at("2026-02-19T12:00:00Z")),
        Standing::Expired
    );
}

#[test]
fn what_a_host_has_is_shown_and_taken_back() {
    let desk = Desk::default().typed("ABC").after(given(Status::Pending));
    assert_eq!(
        desk.state.connection().unwrap().uuid.as_deref(),
        Some("given")
    );
    assert_eq!(desk.last, None, "showing it asks for nothing");
    let desk = desk.after(Event::Given(None, None));
    assert_eq!(desk.state, State::with_text("ABC".to_owned()));
}

#[test]
fn what_a_host_has_never_hides_a_request_without_an_outcome() {
    for desk in [
        Desk::sending("ABC12345"),
        Desk::sending("ABC12345").answered(Outcome::Unknown(Doubt::ConnectionLost)),
    ] {
        for event in [given(Status::Accepted), Event::Given(None, None)] {
            let before = desk.state.clone();
            let desk = Desk {
                state: before.clone(),
                last: None,
            }
            .after(event);
            assert_eq!(desk.state, before);
        }
    }
}

#[test]
fn what_a_host_takes_back_uncovers_an_older_doubt() {
    let desk = Desk::sending("ABC12345")
        .answered(Outcome::Unknown(Doubt::ConnectionLost))
        .typed("XYZ98765")
        .pressed()
        .answered(Outcome::Sent(None))
        .after(Event::Given(None, None));
    assert!(
        matches!(desk.state.stage, Stage::Unknown { .. }),
        "{:?}",
        desk.state
    );
}

#[test]
fn a_reset_forgets_what_is_on_the_screen() {
    let sent = Desk::sending("ABC12345").answered(Outcome::Sent(None));
    for desk in [
        Desk::default().typed("ABC").pressed(),
        Desk::sending("ABC12345").answered(Outcome::Rejected(rejection(Reason::Other, 418))),
        sent,
    ] {
        let desk = desk.after(Event::Reset);
        assert_eq!((desk.state.text.as_str(), &desk.state.notice), ("", &None));
        assert_eq!(desk.state.stage, Stage::Idle);
    }
}

#[test]
fn a_reset_forgets_no_request_without_an_outcome() {
    let sending = Desk::sending("ABC12345");
    let before = sending.state.clone();
    assert_eq!(sending.after(Event::Reset).state, before);

    let unknown = Desk::sending("ABC12345").answered(Outcome::Unknown(Doubt::TimedOut));
    let stage = unknown.state.stage.clone();
    let after = unknown.after(Event::Reset).state;
    assert_eq!((after.stage, after.text.as_str()), (stage, ""));
    assert_eq!(after.unresolved.len(), 1);
}
