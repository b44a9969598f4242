//! What a gateway of the host's is told beyond what Plannr knows, and what it says of a request that it refuses.

use super::*;

fn headers(request: &Request) -> Vec<(&str, &str)> {
    let ours = [
        "X-Referral-Connect",
        "Idempotency-Key",
        "X-Referral-Confirmed",
    ];
    let headers = request.headers.iter();
    let mut told: Vec<_> = headers
        .map(|(name, value)| (*name, value.as_str()))
        .filter(|(name, _)| ours.contains(name))
        .collect();
    told.sort_unstable();
    told
}

fn questions(token: Option<&Token>) -> [Request; 3] {
    let endpoint = Endpoint::default();
    [
        exchange::ask(&endpoint, token, &account(), &Ask::sent()),
        exchange::ask(&endpoint, token, &account(), &Ask::One("one".to_owned())),
        exchange::logins(&endpoint, token),
    ]
}

#[test]
fn a_gateway_is_told_which_press_it_is_by_cookie_and_by_session() {
    let session = token().of_gateway();
    for who in [None, Some(&session)] {
        for question in questions(who) {
            assert_eq!(headers(&question), [("X-Referral-Connect", "1")]);
        }
        let first = exchange::create(
            &Endpoint::default(),
            who,
            &pending("ABC12345"),
            &[pending("XYZ98765")],
        );
        let key = ("Idempotency-Key", "8e03978e-40d5-43dd-bc93-6894a57f9324");
        let page = ("X-Referral-Connect", "1");
        assert_eq!(headers(&first), [key, page]);
        let again = exchange::create(
            &Endpoint::default(),
            who,
            &pending("ABC12345"),
            &[pending("abc12345")],
        );
        assert_eq!(headers(&again), [key, ("X-Referral-Confirmed", "1"), page]);
    }
    let named = exchange::logins(&Endpoint::default(), Some(&session)).headers;
    assert!(named.contains(&("Authorization", "Bearer secret-token".to_owned())));
}

#[test]
fn plannr_is_told_nothing_that_it_does_not_know() {
    for question in questions(Some(&token())) {
        assert_eq!(headers(&question), []);
    }
    let again = exchange::create(
        &Endpoint::default(),
        Some(&token()),
        &pending("ABC12345"),
        &[pending("ABC12345")],
    );
    assert_eq!(headers(&again), []);
}

#[test]
fn what_a_gateway_says_of_a_request_counts() {
    let of = |status, outcome: &str| {
        let body = format!(r#"{{"message":"words","outcome":"{outcome}"}}"#);
        interpret_create(reply(status, body), now())
    };
    let reason = |outcome| match outcome {
        Outcome::Rejected(rejection) => rejection.reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(of(409, "under-way"), Outcome::Unknown(Doubt::Status(409)));
    assert_eq!(reason(of(409, "repeats")), Reason::Repeats);
    for words in ["not-sent", "not-arrived"] {
        assert_eq!(of(424, words), Outcome::NotSent(NotSent::OutOfReach));
    }
    assert_eq!(of(502, "unknown"), Outcome::Unknown(Doubt::Status(502)));
    // Its own refusals are refusals, and so are others' that do not say.
    assert_eq!(reason(of(400, "not-sent")), Reason::Other);
    let Outcome::Rejected(too_many) = of(429, "not-sent") else {
        panic!("{:?}", of(429, "not-sent"));
    };
    assert_eq!(too_many.reason, Reason::TooMany);
    // It says how long to wait, which may be longer than the widget counts down.
    assert_eq!(too_many.message.as_deref(), Some("words"));
    assert_eq!(reason(of(422, "under-way")), Reason::KeyRefused);
    assert_eq!(reason(of(409, "other")), Reason::Conflict);
    for body in ["", "{}", "[]", "{\"outcome\":7}", "\"repeats\""] {
        let of = |status| reason(interpret_create(reply(status, body), now()));
        assert_eq!(of(409), Reason::Conflict, "{body}");
        assert_eq!(of(424), Reason::Other, "{body}");
    }
}
