//! Definite refusals: there is no email, and the code may be sent again freely.

use jiff::{SignedDuration, Timestamp};

use super::{HTML, JSON, answers, answers_always};
use crate::engine::Engine;
use crate::faults::expected::{Also, Expected, Row};
use crate::faults::reply::{http_date, reply};

/// Every refusal.
#[must_use]
pub fn rows() -> Vec<Row> {
    let mut rows = known();
    rows.extend(of_the_code());
    rows.extend(others());
    rows.extend(too_many());
    rows
}

fn refused(line: &'static str, expected: Expected) -> Row {
    let body = br#"{"message": "No query results for model [App\\Models\\Adviser]."}"#;
    let fault = answers_always(line, &[JSON], body).not_taken();
    Row::new(line, fault, expected).also(Also::NeverSays("App"))
}

fn known() -> Vec<Row> {
    let wrong_address = |status: u16| {
        let says = format!("no place for referral requests at Plannr's address (status {status})");
        Expected::rejected("wrong-address", status, &says)
    };
    let sign_in = || Expected::rejected("unauthenticated", 401, "did not accept your sign-in");
    vec![
        // The page has one token, so there is none to try again with.
        refused("401 Unauthorized", sign_in()),
        Row::new(
            "401 that asks for a password",
            answers_always(
                "401 Unauthorized",
                &[JSON, ("WWW-Authenticate", "Basic realm=\"Plannr\"")],
                b"{}",
            )
            .not_taken(),
            sign_in(),
        ),
        refused(
            "403 Forbidden",
            Expected::rejected(
                "forbidden",
                403,
                "this account may not send referral requests",
            ),
        ),
        refused("404 Not Found", wrong_address(404)),
        refused("405 Method Not Allowed", wrong_address(405)),
        Row::new(
            "409 Conflict",
            answers_always(
                "409 Conflict",
                &[JSON],
                br#"{"message": "Connected since May."}"#,
            )
            .not_taken(),
            Expected::rejected("conflict", 409, "your firms are connected already")
                .quoting("Connected since May."),
        ),
        refused("410 Gone", wrong_address(410)),
        refused("415 Unsupported Media Type", wrong_address(415)),
    ]
}

fn of_the_code() -> Vec<Row> {
    let refused = |name: &str, fields: &[(&str, &str)], body: &str, quotes: Option<&str>| {
        let expected = Expected::rejected("key-refused", 422, "Plannr does not accept this code");
        let fault = answers_always("422 Unprocessable Content", fields, body.as_bytes());
        let expected = match quotes {
            Some(words) => expected.quoting(words),
            None => expected,
        };
        Row::new(name, fault.not_taken(), expected)
    };
    vec![
        refused(
            "422 with messages in a list",
            &[JSON],
            r#"{"message": "Other.", "errors": {"adviser_key": ["Nobody has it."]}}"#,
            Some("Nobody has it."),
        ),
        refused(
            "422 with a plain message",
            &[JSON],
            r#"{"message": "Other.", "errors": {"adviser_key": "Nobody has it."}}"#,
            Some("Nobody has it."),
        ),
        refused(
            "422 with markup in its message",
            &[JSON],
            r#"{"errors": {"adviser_key": ["<img src=x onerror=alert(1)>"]}}"#,
            Some("<img src=x onerror=alert(1)>"),
        )
        .also(Also::NoElement("img")),
        refused("422 with html", &[HTML], "<h1>Unprocessable</h1>", None)
            .also(Also::NeverSays("Unprocessable")),
        refused(
            "422 with wrong types",
            &[JSON],
            r#"{"errors": [[7]], "message": {}}"#,
            None,
        ),
    ]
}

fn others() -> Vec<Row> {
    [
        ("400 Bad Request", 400),
        ("402 Payment Required", 402),
        ("406 Not Acceptable", 406),
        ("407 Proxy Authentication Required", 407),
        ("411 Length Required", 411),
        ("413 Content Too Large", 413),
        ("418 I'm a teapot", 418),
        ("421 Misdirected Request", 421),
        ("425 Too Early", 425),
        ("426 Upgrade Required", 426),
        ("428 Precondition Required", 428),
        ("431 Request Header Fields Too Large", 431),
        ("451 Unavailable For Legal Reasons", 451),
        ("499 Client Closed Request", 499),
    ]
    .into_iter()
    .map(|(line, status)| {
        let says = format!("Plannr refused the request (status {status})");
        let row = refused(line, Expected::rejected("other", status, &says));
        match status {
            // Not from a proxy: to Chromium the answer is an error of the network.
            407 => row.differs_in(Engine::Chromium, Expected::lost(), 1..=1),
            // Every engine asks again over a connection of its own, as the Fetch standard has it.
            421 => row.posts(2..=2),
            _ => row,
        }
    })
    .collect()
}

fn too_many() -> Vec<Row> {
    let row = |name: &str, fields: &'static [(&'static str, &'static str)]| {
        let fault = answers(move |_| reply("429 Too Many Requests", fields, b"{}")).not_taken();
        Row::new(name, fault, Expected::throttled())
    };
    let dated = |name: &str, from_now_s: i64| {
        let fault = answers(move |_| {
            let at = http_date(Timestamp::now() + SignedDuration::from_secs(from_now_s));
            reply(
                "429 Too Many Requests",
                &[JSON, ("Retry-After", &at)],
                b"{}",
            )
        });
        Row::new(name, fault.not_taken(), Expected::throttled())
    };
    vec![
        row("429 without Retry-After", &[JSON]).also(Also::Wait(59..=60)),
        row("429, Retry-After 5", &[JSON, ("Retry-After", "5")]).also(Also::Wait(4..=5)),
        row("429, Retry-After 0", &[JSON, ("Retry-After", "0")]).also(Also::Wait(0..=1)),
        row("429, Retry-After -5", &[JSON, ("Retry-After", "-5")]).also(Also::Wait(59..=60)),
        row(
            "429, Retry-After 10^9",
            &[JSON, ("Retry-After", "1000000000")],
        )
        .also(Also::Wait(299..=300)),
        row("429, Retry-After soon", &[JSON, ("Retry-After", "soon")]).also(Also::Wait(59..=60)),
        dated("429, Retry-After a date in 30 seconds", 30).also(Also::Wait(28..=30)),
        dated("429, Retry-After a date that has passed", -30).also(Also::Wait(0..=1)),
    ]
}
