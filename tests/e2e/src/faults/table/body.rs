//! 200 with a body that is no connection: the request was sent, and its details are unavailable.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::{HTML, JSON, answers, answers_always, ok};
use crate::engine::Engine;
use crate::faults::expected::{Also, Expected, Row};
use crate::faults::fault::{Fault, Step};
use crate::faults::reply::{head, reply};

/// The length of a body that nobody should read to its end, in bytes. WebKit reads ahead of the page and takes some 50 MB
/// before it hears that no more is wanted.
const FLOOD_BYTES: u64 = 400 * 1000 * 1000;

/// What the gzip bomb becomes, in bytes.
const BOMB_BYTES: usize = 32 * 1024 * 1024;

/// How deep the nested body is.
const DEPTH: usize = 10_000;

/// The field that says that a body is compressed.
const GZIP: (&str, &str) = ("Content-Encoding", "gzip");

/// Every fault of the body.
#[must_use]
pub fn rows() -> Vec<Row> {
    let mut rows = broken_off();
    rows.extend(unreadable());
    rows.extend(too_much());
    rows
}

/// The status arrived, and with it the confirmation.
fn broken_off() -> Vec<Row> {
    let half = |connection: &Value| {
        let body = connection.to_string().into_bytes();
        let length = body.len().to_string();
        let head = head("200 OK", &[JSON, ("Content-Length", &length)]);
        let half = body.get(..body.len() / 2).unwrap_or_default();
        Step::Send([head.as_slice(), half].concat())
    };
    let chunks = |size: &'static str| {
        Fault::new(move |connection| {
            let head = head("200 OK", &[JSON, ("Transfer-Encoding", "chunked")]);
            let json = connection.to_string();
            let half = json.get(..json.len() / 2).unwrap_or_default();
            let body = format!("{size}\r\n{half}");
            vec![
                Step::Send([head.as_slice(), body.as_bytes()].concat()),
                Step::Close,
            ]
        })
    };
    vec![
        Row::new(
            "200 with half a body by Content-Length, then closed",
            Fault::new(move |connection| vec![half(connection), Step::Close]),
            Expected::unavailable(),
        ),
        Row::new(
            "200 with half a body by Content-Length, then reset",
            Fault::new(move |connection| {
                vec![half(connection), super::connection::ONCE_READ, Step::Reset]
            }),
            Expected::unavailable(),
        ),
        Row::new(
            "200 with a chunk that ends too soon",
            chunks("FFFF"),
            Expected::unavailable(),
        ),
        Row::new(
            "200 with a chunk of no readable size",
            chunks("zz"),
            Expected::unavailable(),
        )
        .differs_in(Engine::Firefox, Expected::lost(), 1..=1),
    ]
}

fn unreadable() -> Vec<Row> {
    let nested = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    let nested_inside = |connection: &Value| {
        let fields = connection.to_string();
        let fields = fields.strip_prefix('{').unwrap_or_default();
        let (open, close) = (r#"{"a":"#.repeat(DEPTH), "}".repeat(DEPTH));
        format!(r#"{{"deep":{open}1{close},{fields}"#).into_bytes()
    };
    let with_lone_surrogate = |connection: &Value| {
        let text = connection.to_string();
        text.replacen("Faultline", r"\ud800Faultline", 1)
            .into_bytes()
    };
    vec![
        ok("200, empty", |_| Vec::new(), Expected::unavailable()),
        Row::new(
            "200 with html",
            answers_always("200 OK", &[HTML], b"<!doctype html><h1>Hotel Wi-Fi</h1>"),
            Expected::unavailable(),
        )
        .also(Also::NeverSays("Wi-Fi")),
        ok(
            "200 with null",
            |_| b"null".to_vec(),
            Expected::unavailable(),
        ),
        ok(
            "200 with a number",
            |_| b"1e999".to_vec(),
            Expected::unavailable(),
        ),
        ok(
            "200 with an object about nothing",
            |_| b"{}".to_vec(),
            Expected::unavailable(),
        ),
        ok(
            "200 with bytes that are no UTF-8",
            |_| b"{\"uuid\": \"\xff\xfe\"}".to_vec(),
            Expected::unavailable(),
        ),
        ok(
            "200 with lists nested 10,000 deep",
            move |_| nested.clone().into_bytes(),
            Expected::unavailable(),
        ),
        ok(
            "200 with a connection beside 10,000 nested objects",
            nested_inside,
            Expected::unavailable(),
        ),
        ok(
            "200 with a lone surrogate",
            with_lone_surrogate,
            Expected::unavailable(),
        ),
        ok(
            "200 with every type wrong",
            |_| {
                br#"{"uuid": 7, "status": ["pending"], "direction": {}, "created_at": 1.5,
                     "expires_at": true, "sender_firm": "x", "recipient_firm": [[]]}"#
                    .to_vec()
            },
            Expected::unavailable(),
        ),
    ]
}

/// The widget reads no more than 256 KiB, and is quick about it.
fn too_much() -> Vec<Row> {
    let long = |head: Vec<u8>| {
        Fault::new(move |_| {
            let open = br#"{"uuid": "7f3a1c52-0d6e-4b8a-9c41-000000000001", "padding": ""#;
            let start = [head.as_slice(), open].concat();
            vec![
                Step::Send(start),
                Step::Flood { bytes: FLOOD_BYTES },
                Step::Close,
            ]
        })
    };
    let length = (FLOOD_BYTES + 1000).to_string();
    let sized = head("200 OK", &[JSON, ("Content-Length", &length)]);
    vec![
        Row::new(
            "200 with 400 MB of body",
            long(sized),
            Expected::unavailable(),
        )
        .also(Also::NotAllPushed {
            of_bytes: FLOOD_BYTES,
        })
        .also(Also::Quick),
        Row::new(
            "500 with 400 MB of body",
            long(head("500 Internal Server Error", &[JSON])),
            Expected::status(500),
        )
        .also(Also::NotAllPushed {
            of_bytes: FLOOD_BYTES,
        })
        .also(Also::Quick),
        Row::new(
            "200 with gzip that is garbage",
            answers_always("200 OK", &[JSON, GZIP], b"this is not gzip at all"),
            Expected::unavailable(),
        ),
        Row::new(
            "200 with a gzip bomb",
            answers(|_| reply("200 OK", &[JSON, GZIP], &bomb())),
            Expected::unavailable(),
        )
        .also(Also::Quick),
    ]
}

/// White space, as JSON allows it, many times as long as what is sent.
fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let spaces = [b' '; 64 * 1024];
    let written = (0..BOMB_BYTES / spaces.len()).try_for_each(|_| encoder.write_all(&spaces));
    // A vector takes all that is written.
    written.and_then(|()| encoder.finish()).unwrap_or_default()
}
