//! The frame's messages, and what is written about them: docs/frame.md shows the tables of embed/frame-messages.js.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

const SCRIPT: &str = include_str!("../embed/frame-messages.js");
const HOST: &str = include_str!("../embed/frame-host.js");
const API: &str = include_str!("../npm/api.json");
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

fn attribute_names() -> Vec<&'static str> {
    let (_before, after) = SCRIPT.split_once("export const ATTRIBUTES = [").unwrap();
    let (names, _after) = after.split_once(']').unwrap();
    names
        .split(", ")
        .map(|name| name.trim_matches('"'))
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
    let names = attribute_names();
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
fn every_event_can_leave_the_frame_with_all_that_it_tells() {
    let (_before, after) = SCRIPT.split_once("export const EVENTS = {\n").unwrap();
    let (rows, _after) = after.split_once("\n};").unwrap();
    let written: BTreeMap<&str, BTreeSet<String>> = rows
        .lines()
        .map(|row| {
            let (name, fields) = row.trim().split_once(": {").unwrap();
            let fields = fields.trim_end_matches(['}', ',']).split(", ");
            let fields = fields.map(|field| field.trim().to_owned());
            (
                name.trim_matches('"'),
                fields.filter(|field| !field.is_empty()).collect(),
            )
        })
        .collect();

    let api: Value = serde_json::from_str(API).unwrap();
    let events = api["events"].as_array().unwrap().iter();
    let meant: BTreeMap<&str, BTreeSet<String>> = events
        .map(|event| {
            let fields = event["detail"].as_object().unwrap().iter();
            let fields = fields.map(|(name, kind)| format!("{name}: {}", in_the_frame(kind)));
            (event["name"].as_str().unwrap(), fields.collect())
        })
        .collect();
    assert_eq!(written, meant);

    for (name, fields) in [("FIRM", "Firm"), ("CONNECTION", "Connection")] {
        let (_before, after) = SCRIPT.split_once(&format!("const {name} = {{")).unwrap();
        let (written, _after) = after.split_once("};").unwrap();
        let written: BTreeSet<String> = written
            .split(',')
            .map(|field| field.trim().to_owned())
            .filter(|field| !field.is_empty())
            .collect();
        let meant = api["types"][fields]["fields"].as_object().unwrap().iter();
        let meant: BTreeSet<String> = meant
            .map(|(name, kind)| format!("{name}: {}", in_the_frame(kind)))
            .collect();
        assert_eq!(written, meant, "{name}");
    }
}

/// A type of npm/api.json in the words of the frame.
fn in_the_frame(kind: &Value) -> &'static str {
    match kind.as_str().unwrap() {
        "string" => "\"text\"",
        "string | null" => "\"text?\"",
        "number" => "\"count\"",
        "Firm" => "FIRM",
        "Connection" => "CONNECTION",
        "Connection | null" => "[CONNECTION]",
        words if words.starts_with('"') => "\"text\"",
        other => panic!("a type that the frame does not know: {other}"),
    }
}

#[test]
fn attributes_of_the_frame_are_the_element_s_own() {
    let api: Value = serde_json::from_str(API).unwrap();
    let attributes: Vec<&str> = api["attributes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attribute| attribute["name"].as_str().unwrap())
        .collect();
    for name in attribute_names() {
        // That one every element of HTML has.
        assert!(attributes.contains(&name) || name == "lang", "{name}");
    }
}
