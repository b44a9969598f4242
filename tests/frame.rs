//! The frame's messages, and what is written about them: docs/frame.md shows the tables of embed/frame-messages.js.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

const SCRIPT: &str = include_str!("../embed/frame-messages.js");
const HOST: &str = include_str!("../embed/frame-host.js");
const ELEMENT: &str = include_str!("../src/host_events.rs");
const CLASS: &str = include_str!("../embed/element.js");
const DOCUMENT: &str = include_str!("../docs/frame.md");

/// Type and fields of each message in a table of the script, as in `  token: { id: "count" },`.
fn in_script(table: &str) -> Vec<(String, String)> {
    let begin = format!("export const {table} = {{\n");
    let (_before, after) = SCRIPT.split_once(&begin).unwrap();
    let (rows, _after) = after.split_once("\n};").unwrap();
    rows.lines()
        .map(|row| {
            let (name, fields) = row.trim().split_once(": {").unwrap();
            let fields = fields.trim_end_matches(['}', ',']).trim();
            (name.to_owned(), fields.replace('"', ""))
        })
        .collect()
}

/// Type and fields of each row of the document's table after these words.
fn in_document(heading: &str) -> Vec<(String, String)> {
    let (_before, after) = DOCUMENT.split_once(heading).unwrap();
    after
        .trim_start()
        .lines()
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| {
            let cells: Vec<&str> = line
                .split('|')
                .map(|cell| cell.trim_matches([' ', '`']))
                .collect();
            (cells[1].to_owned(), cells[2].to_owned())
        })
        .collect()
}

#[test]
fn the_tables_of_messages_are_the_documented_ones() {
    for (table, heading, least) in [
        ("FROM_FRAME", "From the frame:", 3),
        ("FROM_HOST", "From the page around:", 9),
    ] {
        let written = in_script(table);
        assert!(written.len() >= least, "{written:?}");
        assert_eq!(written, in_document(heading), "{table}");
    }
}

#[test]
fn every_kind_is_documented() {
    for (_name, fields) in [in_script("FROM_FRAME"), in_script("FROM_HOST")].concat() {
        for field in fields.split(", ").filter(|field| !field.is_empty()) {
            let (_field, kind) = field.split_once(": ").unwrap();
            let row = format!("| `{}` |", kind.trim_end_matches('?'));
            assert!(DOCUMENT.contains(&row), "docs/frame.md lacks {row}");
        }
    }
}

#[test]
fn attributes_of_the_frame_are_the_same_everywhere() {
    let (_before, after) = SCRIPT.split_once("export const ATTRIBUTES = [").unwrap();
    let (names, _after) = after.split_once(']').unwrap();
    let names: Vec<&str> = names
        .split(", ")
        .map(|name| name.trim_matches('"'))
        .collect();
    assert!(
        !names.contains(&"endpoint"),
        "the page around must have no say in where requests go"
    );
    let quoted = |quote: &str| {
        names
            .iter()
            .map(|name| format!("{quote}{name}{quote}"))
            .collect::<Vec<_>>()
    };
    let row = format!("| `attribute` | {} |", quoted("`").join(", "));
    assert!(DOCUMENT.contains(&row), "docs/frame.md lacks {row}");
    let kind = format!("@typedef {{{}}} Attribute", quoted("\"").join(" | "));
    assert!(HOST.contains(&kind), "embed/frame-host.js lacks {kind}");
}

#[test]
fn every_event_can_leave_the_frame() {
    let names = ELEMENT
        .split('"')
        .filter(|text| text.starts_with("referral-"))
        .map(str::to_owned)
        .chain(
            CLASS
                .split("this.#tell(\"")
                .skip(1)
                .map(|rest| format!("referral-{}", rest.split('"').next().unwrap())),
        );
    let mut seen = 0;
    for name in names {
        assert!(
            SCRIPT.contains(&format!("  \"{name}\": {{")),
            "EVENTS lacks {name}"
        );
        seen += 1;
    }
    assert!(seen >= 9, "{seen} events found");
}
