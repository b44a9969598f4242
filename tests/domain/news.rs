//! What hosts are told, and that they are told it once.

use referral_connect::domain::connection::{Connection, Status};
use referral_connect::domain::outcome::{Doubt, NotSent, Outcome, Reason, Unanswered};
use referral_connect::domain::session::{Event, News, Pending, Press, news, update};

use super::session::{Desk, PRESSED, at, connection, press, record, recorded, rejection, untimed};

impl Desk {
    /// What is told of the step that this event is.
    fn told_of(&self, event: Event) -> Vec<News> {
        let (next, _) = update(self.state.clone(), event);
        news(&self.state, &next)
    }

    fn told_of_answer(&self, outcome: Outcome) -> Vec<News> {
        self.told_of(Event::Answered {
            attempt: self.attempt(),
            outcome: untimed(outcome),
            now: at(PRESSED),
        })
    }

    fn told_of_check(&self, answer: Result<Vec<Connection>, Unanswered>) -> Vec<News> {
        self.told_of(Event::Checked {
            attempt: self.attempt(),
            answer: answer.map(untimed),
            recorded: recorded(Vec::new()),
            now: at("2026-01-20T13:00:00Z"),
        })
    }
}

fn made() -> Box<Connection> {
    Box::new(connection("one", PRESSED))
}

#[test]
fn each_outcome_is_told_once() {
    let sending = Desk::sending("ABC12345");
    let sent = News::Sent(Some(made()));
    assert_eq!(sending.told_of_answer(Outcome::Sent(Some(made()))), [sent]);
    assert_eq!(
        sending.told_of_answer(Outcome::Sent(None)),
        [News::Sent(None)]
    );
    let refused = rejection(Reason::KeyRefused, 422);
    assert_eq!(
        sending.told_of_answer(Outcome::Rejected(refused.clone())),
        [News::Rejected(refused)]
    );
    assert_eq!(
        sending.told_of_answer(Outcome::Unknown(Doubt::TimedOut)),
        [News::Unknown(at(PRESSED))]
    );
    assert_eq!(
        sending.told_of_answer(Outcome::NotSent(NotSent::CalledOff)),
        []
    );
}

#[test]
fn a_missing_or_refused_token_is_told_each_time() {
    for why in [
        NotSent::NoToken,
        NotSent::UnusableToken,
        NotSent::TokenFailed,
    ] {
        let desk = Desk::sending("ABC12345");
        assert_eq!(
            desk.told_of_answer(Outcome::NotSent(why)),
            [News::AuthRequired]
        );
        let again = desk.answered(Outcome::NotSent(why)).pressed();
        assert_eq!(
            again.told_of_answer(Outcome::NotSent(why)),
            [News::AuthRequired]
        );
    }
    let refused = rejection(Reason::Unauthenticated, 401);
    assert_eq!(
        Desk::sending("ABC12345").told_of_answer(Outcome::Rejected(refused.clone())),
        [News::Rejected(refused), News::AuthRequired]
    );
    let checking = Desk::in_doubt("ABC12345");
    assert_eq!(
        checking.told_of_check(Err(Unanswered::Unauthenticated)),
        [News::AuthRequired]
    );
    assert_eq!(checking.told_of_check(Err(Unanswered::Failed)), []);
}

#[test]
fn a_doubt_is_told_when_it_arises_and_not_when_it_comes_back() {
    let found = Desk::default();
    assert_eq!(
        found.told_of(Event::Restored(recorded(vec![record()]))),
        [News::Unknown(at(PRESSED))]
    );
    let of_another_tab = Press {
        recorded: recorded(vec![Pending {
            since: at("2026-01-20T11:59:58Z"),
            ..record()
        }]),
        ..press()
    };
    assert_eq!(
        Desk::default()
            .typed("ABC12345")
            .told_of(Event::Pressed(of_another_tab)),
        [News::Unknown(at("2026-01-20T11:59:58Z"))]
    );
    let doubt = Desk::in_doubt("ABC12345").checked(Err(Unanswered::Failed));
    for event in [
        Event::CheckPressed,
        Event::SendAgainPressed,
        Event::Pressed(press()),
        Event::Typed("XYZ".to_owned()),
        Event::Restored(recorded(vec![record()])),
    ] {
        assert_eq!(doubt.told_of(event.clone()), [], "{event:?}");
    }
    let next = doubt.typed("XYZ98765").pressed();
    assert_eq!(
        next.told_of_answer(Outcome::Rejected(rejection(Reason::Conflict, 409))),
        [News::Rejected(rejection(Reason::Conflict, 409))]
    );
    let after_it = next.answered(Outcome::Sent(None));
    assert_eq!(after_it.told_of(Event::NewRequestPressed), []);
}

#[test]
fn a_check_tells_what_it_found() {
    let doubt = Desk::in_doubt("ABC12345");
    assert_eq!(
        doubt.told_of_check(Ok(vec![*made()])),
        [News::Sent(Some(made()))]
    );
    assert_eq!(doubt.told_of_check(Ok(vec![])), []);
}

#[test]
fn a_second_request_for_a_code_in_doubt_is_told_of_as_the_first_was() {
    let again = Desk::in_doubt("ABC12345")
        .checked(Err(Unanswered::Failed))
        .after(Event::SendAgainPressed)
        .after(Event::SendAgainConfirmed(Press {
            now: at("2026-01-20T12:01:00Z"),
            ..press()
        }));
    assert_eq!(
        again.told_of_answer(Outcome::Unknown(Doubt::ConnectionLost)),
        [News::Unknown(at("2026-01-20T12:01:00Z"))]
    );
}

#[test]
fn another_status_is_told_with_the_one_before() {
    let shown = Desk::sending("ABC12345").answered(Outcome::Sent(Some(made())));
    let accepted = Box::new(Connection {
        status: Status::Accepted,
        ..*made()
    });
    assert_eq!(
        shown.told_of(Event::Refreshed(accepted.clone())),
        [News::Status {
            connection: accepted,
            previous: Status::Pending,
        }]
    );
    assert_eq!(shown.told_of(Event::Refreshed(made())), []);
}

#[test]
fn what_was_sent_is_not_told_again_while_it_is_shown() {
    for confirmed in [None, Some(made())] {
        let shown = Desk::sending("ABC12345").answered(Outcome::Sent(confirmed));
        assert_eq!(shown.told_of(Event::Typed("XYZ".to_owned())), []);
    }
}
