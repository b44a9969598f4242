//! What the client writes and reads, against the published example and against the running sandbox.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use referral_connect::api::credentials::{Token, TokenProblem};
use referral_connect::api::endpoint::{Endpoint, EndpointProblem};
use referral_connect::api::exchange::{
    self, Cookies, Failure, Method, Reply, Request, interpret_ask, interpret_create,
    interpret_logins,
};
use referral_connect::api::wire;
use referral_connect::domain::account::{AccountUuid, choose};
use referral_connect::domain::connection::{Connection, Direction, Firm, Status};
use referral_connect::domain::history::{Ask, Filter};
use referral_connect::domain::outcome::{Doubt, NotSent, Outcome, Reason, Unanswered};
use referral_connect::domain::session::Pending;
use referral_connect::domain::timestamp::{Moment, Timestamp};

mod gateway;
mod hostile;
mod sandbox;
mod wire_json;

const PUBLISHED: &[u8] = include_bytes!("../fixtures/create-referral-connection.200.json");
const ACCOUNT: &str = "11111111-2222-4333-8444-555555555555";

fn now() -> Timestamp {
    Timestamp::parse("2026-01-20T17:51:30Z").unwrap()
}

fn reply(status: u16, body: impl AsRef<[u8]>) -> Result<Reply, Failure> {
    Ok(Reply {
        status,
        body: body.as_ref().to_vec(),
        ..Reply::default()
    })
}

fn token() -> Token {
    "secret-token".parse().unwrap()
}

fn account() -> AccountUuid {
    ACCOUNT.parse().unwrap()
}

fn pending(code: &str) -> Pending {
    Pending {
        endpoint: Endpoint::default().as_str().to_owned(),
        key: code.parse().unwrap(),
        account: account(),
        since: now(),
        idempotency_key: "8e03978e-40d5-43dd-bc93-6894a57f9324".to_owned(),
        known_uuids: Vec::new(),
        has_ended: false,
    }
}

#[test]
fn the_request_is_exactly_the_documented_one() {
    let request = exchange::create(
        &Endpoint::default(),
        Some(&token()),
        &pending("ABC12345"),
        &[pending("ABC12345")],
    );
    assert!(request.method == Method::Post);
    assert_eq!(
        request.url,
        "https://api.plannrcrm.com/api/v1/referral-connections"
    );
    assert_eq!(
        request.body.as_deref(),
        Some(r#"{"adviser_key":"ABC12345"}"#)
    );
    let mut headers = request.headers;
    headers.sort();
    let expected = [
        ("Accept", "application/json"),
        ("Authorization", "Bearer secret-token"),
        ("Content-Type", "application/json"),
        ("X-PLANNR-ACCOUNT-UUID", ACCOUNT),
    ];
    assert_eq!(
        headers,
        expected.map(|(name, value)| (name, value.to_owned()))
    );
    assert_eq!(request.cookies, Cookies::Omit);
}

#[test]
fn a_code_of_signs_is_written_as_json() {
    let request = exchange::create(&Endpoint::default(), None, &pending(r#"A"B\C/D~"#), &[]);
    assert_eq!(
        request.body.as_deref(),
        Some(r#"{"adviser_key":"A\"B\\C/D~"}"#)
    );
}

#[test]
fn without_a_token_the_session_cookie_says_who_asks() {
    let request = exchange::create(&Endpoint::default(), None, &pending("ABC12345"), &[]);
    assert_eq!(request.cookies, Cookies::SameOrigin);
    assert!(
        request
            .headers
            .iter()
            .all(|(name, _)| *name != "Authorization")
    );
}

#[test]
fn a_uuid_cannot_change_the_path_that_it_is_put_into() {
    let url = |uuid: &str| {
        let ask = Ask::One(uuid.to_owned());
        exchange::ask(&Endpoint::default(), None, &account(), &ask).url
    };
    let base = "https://api.plannrcrm.com/api/v1/referral-connections/";
    assert_eq!(
        url("95cc9f56-a43d-4fab-a473-cc829f2dcf24"),
        format!("{base}95cc9f56-a43d-4fab-a473-cc829f2dcf24")
    );
    assert_eq!(
        url("../logins?x#y"),
        format!("{base}%2E%2E%2Flogins%3Fx%23y")
    );
    assert_eq!(url("é"), format!("{base}%C3%A9"));
}

#[test]
fn every_status_has_the_outcome_of_the_contract() {
    for status in 0..=999_u16 {
        let outcome = interpret_create(reply(status, PUBLISHED), now());
        match (status, outcome) {
            (200..=299, Outcome::Sent(Some(_))) => {}
            (408, Outcome::Unknown(Doubt::Status(408))) => {}
            (400..=499, Outcome::Rejected(rejection)) if status != 408 => {
                assert_eq!(rejection.status, status);
                assert_eq!(rejection.retry_after_s.is_some(), status == 429);
                let expected = match status {
                    401 => Reason::Unauthenticated,
                    403 => Reason::Forbidden,
                    404 | 405 | 410 | 415 => Reason::WrongAddress,
                    409 => Reason::Conflict,
                    422 => Reason::KeyRefused,
                    429 => Reason::TooMany,
                    _ => Reason::Other,
                };
                assert_eq!(rejection.reason, expected, "{status}");
            }
            (0..=199 | 300..=399 | 500..=999, Outcome::Unknown(Doubt::Status(told))) => {
                assert_eq!(told, status);
            }
            (status, outcome) => panic!("{status}: {outcome:?}"),
        }
    }
}

#[test]
fn without_a_status_only_what_never_left_is_known() {
    let outcome = |failure| interpret_create(Err(failure), now());
    assert_eq!(
        outcome(Failure::Refused),
        Outcome::NotSent(NotSent::Refused)
    );
    assert_eq!(
        outcome(Failure::ConnectionLost),
        Outcome::Unknown(Doubt::ConnectionLost)
    );
    assert_eq!(
        outcome(Failure::TimedOut),
        Outcome::Unknown(Doubt::TimedOut)
    );
}

#[test]
fn any_2xx_is_sent_whatever_its_body() {
    for body in [
        "", "{", "<html>", "null", "[]", "{}", "\"sent\"", "\u{feff}",
    ] {
        for status in [200, 201, 202, 204] {
            assert_eq!(
                interpret_create(reply(status, body), now()),
                Outcome::Sent(None),
                "{status} {body:?}"
            );
        }
    }
}

#[test]
fn retry_after_is_seconds_a_date_or_a_minute() {
    let seconds = |header: Option<&str>| {
        let reply = Reply {
            status: 429,
            retry_after: header.map(str::to_owned),
            ..Reply::default()
        };
        match interpret_create(Ok(reply), now()) {
            Outcome::Rejected(rejection) => rejection.retry_after_s.unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(seconds(Some("5")), 5);
    assert_eq!(seconds(Some(" 5 ")), 5);
    assert_eq!(seconds(Some("0")), 1);
    assert_eq!(seconds(Some("300")), 300);
    assert_eq!(seconds(Some("301")), 300);
    assert_eq!(seconds(Some("1000000000")), 300);
    assert_eq!(seconds(Some("99999999999999999999999999")), 300);
    assert_eq!(seconds(Some("Tue, 20 Jan 2026 17:51:40 GMT")), 10);
    assert_eq!(seconds(Some("Tue, 20 Jan 2026 17:51:29 GMT")), 1);
    assert_eq!(seconds(Some("Tue, 20 Jan 2099 17:51:29 GMT")), 300);
    for unreadable in [
        None,
        Some(""),
        Some("-5"),
        Some("5.5"),
        Some("soon"),
        Some("٥"),
    ] {
        assert_eq!(seconds(unreadable), 60, "{unreadable:?}");
    }
}

#[test]
fn a_question_that_changes_nothing_says_why_it_has_no_answer() {
    let why = |status| interpret_ask(&Ask::sent(), reply(status, "{}"), now()).unwrap_err();
    assert_eq!(why(401), Unanswered::Unauthenticated);
    assert_eq!(why(403), Unanswered::Forbidden);
    assert_eq!(why(404), Unanswered::NotOffered);
    assert_eq!(why(405), Unanswered::NotOffered);
    assert_eq!(why(429), Unanswered::TooMany { retry_after_s: 60 });
    assert_eq!(why(200), Unanswered::Failed);
    assert_eq!(why(500), Unanswered::Failed);
    assert_eq!(
        interpret_ask(&Ask::sent(), Err(Failure::Refused), now()),
        Err(Unanswered::BadEndpoint)
    );
    for failure in [Failure::ConnectionLost, Failure::TimedOut] {
        assert_eq!(
            interpret_ask(&Ask::sent(), Err(failure), now()),
            Err(Unanswered::Failed)
        );
    }
}

#[test]
fn an_endpoint_is_https_or_loopback_or_a_path() {
    #[track_caller]
    fn is(given: &str, expected: Result<&str, EndpointProblem>) {
        let parsed = given.parse::<Endpoint>();
        let parsed = parsed
            .as_ref()
            .map(Endpoint::as_str)
            .map_err(|&problem| problem);
        assert_eq!(parsed, expected, "{given}");
    }
    is("https://api.plannrcrm.com", Ok("https://api.plannrcrm.com"));
    is(
        " https://api.plannrcrm.com/ ",
        Ok("https://api.plannrcrm.com"),
    );
    is(
        "HTTPS://api.example:8443/plannr/",
        Ok("HTTPS://api.example:8443/plannr"),
    );
    is("http://localhost:8787", Ok("http://localhost:8787"));
    is("http://api.localhost", Ok("http://api.localhost"));
    is("http://127.0.0.1:8787/", Ok("http://127.0.0.1:8787"));
    is("http://127.9.9.9", Ok("http://127.9.9.9"));
    is("http://[::1]:8787", Ok("http://[::1]:8787"));
    is("/", Ok(""));
    is("/gateway/", Ok("/gateway"));
    is(
        "http://api.plannrcrm.com",
        Err(EndpointProblem::NotEncrypted),
    );
    is(
        "http://localhost.example",
        Err(EndpointProblem::NotEncrypted),
    );
    is(
        "http://127.0.0.1.example",
        Err(EndpointProblem::NotEncrypted),
    );
    is("http://[::2]", Err(EndpointProblem::NotEncrypted));
    is(
        "https://user:secret@api.example",
        Err(EndpointProblem::Extras),
    );
    is("https://api.example/?a", Err(EndpointProblem::Extras));
    is("https://api.example/#a", Err(EndpointProblem::Extras));
    for no_address in [
        "",
        "api.plannrcrm.com",
        "https://",
        "https:///path",
        "https://:443",
        "https://api.example:x",
        "https://api.example:99999",
        "https://[::1",
        "https://[x]",
        "https://[::1]x",
        "//api.example",
        "javascript://x/%0aalert(1)",
        "ftp://api.example",
        "https://api.example/a b",
        "https://api.example\\@evil.example",
        "https://api.exämple",
    ] {
        is(no_address, Err(EndpointProblem::Shape));
    }
}

#[test]
fn only_a_loopback_endpoint_is_on_the_device() {
    let is_on_device = |given: &str| given.parse::<Endpoint>().unwrap().is_on_device();
    for near in [
        "http://127.0.0.1:8787",
        "https://localhost",
        "http://[::1]:1/x",
    ] {
        assert!(is_on_device(near), "{near}");
    }
    for far in [
        "https://api.plannrcrm.com",
        "/",
        "/127.0.0.1",
        "https://x/://localhost",
    ] {
        assert!(!is_on_device(far), "{far}");
    }
}

#[test]
fn a_token_is_what_a_header_can_carry_and_never_shown() {
    assert_eq!(
        "\n secret \r\n".parse::<Token>().unwrap().authorization(),
        "Bearer secret"
    );
    for empty in ["", " ", "\n"] {
        assert_eq!(empty.parse::<Token>(), Err(TokenProblem::Empty));
    }
    for unusable in [
        "a b",
        "a\nb",
        "a\r\nX-Evil: 1",
        "tökén",
        "a\0b",
        "a\u{200b}b",
    ] {
        assert_eq!(unusable.parse::<Token>(), Err(TokenProblem::Characters));
    }
    assert_eq!(format!("{:?}", token()), "Token(…)");
}

#[test]
fn a_200_without_a_single_header_may_be_the_browsers_own() {
    let bare = |status: u16, body: &[u8]| {
        let reply = Reply {
            status,
            is_bare: true,
            body: body.to_vec(),
            ..Reply::default()
        };
        interpret_create(Ok(reply), now())
    };
    let lost = Outcome::Unknown(Doubt::ConnectionLost);
    assert_eq!(bare(200, b""), lost);
    assert_eq!(bare(200, b"220 mail.example ESMTP"), lost);
    assert!(matches!(bare(200, PUBLISHED), Outcome::Sent(Some(_))));
    assert_eq!(bare(204, b""), Outcome::Sent(None));
    assert_eq!(bare(500, b""), Outcome::Unknown(Doubt::Status(500)));
}
