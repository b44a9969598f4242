use proptest::prelude::*;
use referral_connect::domain::connection::{Connection, Direction, Firm, Status};
use referral_connect::domain::countdown::Window;
use referral_connect::domain::timestamp::{Moment, Timestamp};

fn pending_until(expires: &str) -> Connection {
    Connection {
        uuid: Some("one".to_owned()),
        direction: Direction::Sent,
        status: Status::Pending,
        sender_firm: Firm::default(),
        recipient_firm: Firm::default(),
        created_at: None,
        updated_at: None,
        expires_at: Some(Moment::new(expires.to_owned())),
    }
}

#[test]
fn a_pending_request_past_its_date_has_expired() {
    let connection = pending_until("2026-02-19T17:51:29+00:00");
    let status = |now| connection.status_at(Timestamp::parse(now).unwrap());
    assert_eq!(status("2026-02-19T17:51:28Z"), Status::Pending);
    assert_eq!(status("2026-02-19T17:51:29Z"), Status::Expired);
    assert_eq!(status("2026-03-01T00:00:00Z"), Status::Expired);
}

#[test]
fn a_pending_request_can_be_answered_from_its_beginning_to_its_end() {
    let moment = |text: &str| Some(Moment::new(text.to_owned()));
    let expires = Timestamp::parse("2026-02-19T17:51:29Z").unwrap();
    for (created_at, created) in [
        (
            moment("2026-01-20T17:51:29Z"),
            Timestamp::parse("2026-01-20T17:51:29Z"),
        ),
        (moment("some day"), None),
        (None, None),
    ] {
        let connection = Connection {
            created_at,
            ..pending_until("2026-02-19T17:51:29+00:00")
        };
        assert_eq!(connection.created(), created);
        assert_eq!(connection.window(), Some(Window { created, expires }));
    }
}

#[test]
fn an_answered_request_stays_answered_and_has_no_window() {
    let late = Timestamp::parse("2030-01-01T00:00:00Z").unwrap();
    for status in [
        Status::Accepted,
        Status::Denied,
        Status::Expired,
        Status::Other("under_review".to_owned()),
    ] {
        let connection = Connection {
            status: status.clone(),
            ..pending_until("2026-02-19T17:51:29+00:00")
        };
        assert_eq!(connection.status_at(late), status);
        assert_eq!(connection.window(), None);
    }
}

#[test]
fn an_unreadable_end_is_no_end() {
    let late = Timestamp::parse("2030-01-01T00:00:00Z").unwrap();
    for expires in ["", "in a month", "2026-02-30T00:00:00Z"] {
        let connection = pending_until(expires);
        assert_eq!(connection.window(), None, "{expires}");
        assert_eq!(connection.status_at(late), Status::Pending, "{expires}");
    }
}

proptest! {
    #[test]
    fn unknown_words_are_kept(word in any::<String>()) {
        let (status, direction) = (Status::from(word.as_str()), Direction::from(word.as_str()));
        prop_assert_eq!(status.as_str(), &word);
        prop_assert_eq!(direction.as_str(), &word);
    }
}

#[test]
fn known_words_are_known() {
    for word in ["pending", "accepted", "denied", "expired"] {
        assert!(!matches!(Status::from(word), Status::Other(_)), "{word}");
        assert_eq!(Status::from(word).as_str(), word);
    }
    assert_eq!(Direction::from("sent"), Direction::Sent);
    assert_eq!(Direction::from("received"), Direction::Received);
}
