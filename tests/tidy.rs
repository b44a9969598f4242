//! The tree's own rules: who may know of whom, and what stands in one place alone.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use referral_connect::browser::intl::PLURALS;
use referral_connect::view::words::MessageId;

struct Source {
    /// From the top of the tree, with slashes.
    path: String,
    /// Without comments: they may name what the code may not.
    code: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(below: &str) -> Vec<Source> {
    let mut found = Vec::new();
    walk(&root().join(below), &mut found);
    assert!(!found.is_empty(), "no sources below {below}");
    found
}

fn walk(folder: &Path, found: &mut Vec<Source>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let code: Vec<String> = fs::read_to_string(&path)
                .unwrap()
                .lines()
                .map(|line| line.split("//").next().unwrap_or_default().to_owned())
                .collect();
            let path = path.strip_prefix(root()).unwrap().to_string_lossy();
            found.push(Source {
                path: path.replace('\\', "/"),
                code: code.join("\n"),
            });
        }
    }
}

/// Fails for each place below `folder` that holds one of the words, unless it is in one of the files.
#[track_caller]
fn only_in(folder: &str, words: &[&str], files: &[&str]) {
    let mut faults = Vec::new();
    for source in sources(folder) {
        if files.iter().any(|file| source.path.starts_with(file)) {
            continue;
        }
        for (number, line) in source.code.lines().enumerate() {
            for word in words {
                if line.contains(word) {
                    faults.push(format!("{}:{}: {word}", source.path, number + 1));
                }
            }
        }
    }
    assert!(
        faults.is_empty(),
        "allowed in {files:?} alone:\n{}",
        faults.join("\n")
    );
}

#[test]
fn the_domain_knows_of_nothing() {
    only_in(
        "src/domain",
        &[
            "web_sys",
            "js_sys",
            "gloo",
            "wasm_bindgen",
            "leptos",
            "serde",
            "std::time",
            "std::env",
            "std::fs",
            "std::net",
            "thread_local",
        ],
        &[],
    );
    // Its own modules are named by `super`, so that it could be copied elsewhere as it is.
    only_in("src/domain", &["crate::"], &[]);
}

#[test]
fn view_and_api_do_not_know_of_each_other() {
    let with_composers = |words: &[&'static str]| {
        [
            words,
            &["crate::page", "crate::element", "crate::referral_connect"],
        ]
        .concat()
    };
    let view = with_composers(&["crate::api"]);
    only_in("src/view", &view, &[]);
    only_in("src/api", &with_composers(&["crate::view", "leptos"]), &[]);
    let browser = with_composers(&["crate::view", "crate::api", "leptos"]);
    only_in("src/browser", &browser, &[]);
}

#[test]
fn the_state_changes_in_one_file() {
    only_in(
        "src",
        &["session::update", " update(state"],
        &["src/view/runner.rs", "src/domain/session"],
    );
}

#[test]
fn the_network_is_reached_in_one_file() {
    only_in(
        "src",
        &["gloo_net", "AbortController", "fetch_with"],
        &["src/api/fetch.rs"],
    );
}

#[test]
fn json_is_read_and_written_where_it_is_said_to_be() {
    only_in("src", &["serde", "JSON::"], &["src/json.rs"]);
    only_in(
        "src",
        &["crate::json"],
        &[
            "src/api/wire.rs",
            "src/browser/storage.rs",
            "src/view/words",
            "src/host_events.rs",
            "src/page/words.rs",
        ],
    );
}

#[test]
fn the_clock_is_read_in_one_file() {
    only_in(
        "src",
        &[
            "Date::now",
            "Date::new",
            "SystemTime",
            "Instant::now",
            "performance()",
        ],
        &["src/browser/clock.rs"],
    );
    only_in(
        "src",
        &["gloo_timers", "set_timeout", "set_interval"],
        &["src/browser/clock.rs"],
    );
}

#[test]
fn storage_is_touched_in_one_file() {
    only_in(
        "src",
        &["local_storage", "session_storage", "web_sys::Storage"],
        &["src/browser/storage.rs"],
    );
}

#[test]
fn locks_are_taken_in_one_file() {
    let words = ["\"locks\"", "locks.js"];
    only_in("src", &words, &["src/browser/locks.rs"]);
}

#[test]
fn events_have_one_source_and_are_documented() {
    let words = ["CustomEvent", "host_events.js"];
    only_in("src", &words, &["src/host_events.rs"]);
    let source = fs::read_to_string(root().join("src/host_events.rs")).unwrap();
    let document = fs::read_to_string(root().join("docs/outcomes.md")).unwrap();
    let (head, code) = source.split_once("use wasm_bindgen").unwrap();
    let names: Vec<&str> = code
        .split('"')
        .filter(|word| word.starts_with("referral-"))
        .collect();
    assert!(names.len() >= 7, "{names:?}");
    for name in names {
        let row = format!("| `{name}` |");
        assert!(head.contains(&row), "src/host_events.rs: {name}");
        assert!(document.contains(&row), "docs/outcomes.md: {name}");
    }
}

#[test]
fn nothing_in_the_widget_panics_on_a_surprise() {
    only_in(
        "src",
        &[
            ".unwrap()",
            ".expect(",
            "unreachable!",
            "panic!(",
            "todo!",
            "unimplemented!",
        ],
        &[],
    );
}

/// The form stands there before the module does, and must not change when that arrives.
#[test]
fn the_elements_first_words_are_those_of_the_module() {
    let script = fs::read_to_string(root().join("embed/words.js")).unwrap();
    let english = catalogue("en");
    for (name, message) in [("LABEL", "label"), ("HINT", "hint"), ("SEND", "send")] {
        let words = english[message].as_str().unwrap();
        let line = format!("export const {name} = \"{words}\";\n");
        assert!(script.contains(&line), "embed/words.js: not {line}");
    }
}

fn catalogue(language: &str) -> serde_json::Map<String, serde_json::Value> {
    let text = fs::read_to_string(root().join(format!("words/{language}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What stands in braces in a text.
fn placeholders(text: &str) -> Vec<&str> {
    text.split('{')
        .skip(1)
        .map(|rest| rest.split_once('}').unwrap().0)
        .collect()
}

#[test]
fn every_catalogue_has_every_message_with_the_same_in_braces() {
    // The forms that each language has. Source: CLDR 48, plural rules for cardinal numbers.
    let languages = [
        ("en", vec!["one", "other"]),
        ("cy", vec!["zero", "one", "two", "few", "many", "other"]),
    ];
    // Those of the page, which it compares itself, are in a folder.
    let entries = fs::read_dir(root().join("words")).unwrap();
    let files = entries
        .filter(|entry| entry.as_ref().unwrap().path().is_file())
        .count();
    assert_eq!(files, languages.len(), "a catalogue that no test reads");
    let english = catalogue("en");
    for (language, forms) in languages {
        let words = catalogue(language);
        for (name, text) in &words {
            assert!(
                MessageId::NAMES.contains(&name.as_str()),
                "{language}: {name} is no message"
            );
            assert!(
                !text.as_str().unwrap().trim().is_empty(),
                "{language}: {name} is empty"
            );
        }
        for &name in MessageId::NAMES {
            let (stem, form) = name.rsplit_once('.').unwrap_or((name, ""));
            let plural = format!("{stem}.other");
            if PLURALS.contains(&form) {
                // No code is too short with no characters, and none too long with less than 9: those are `other`.
                let can_be = match stem {
                    "code.tooShort" => form != "zero",
                    _ => form == "other",
                };
                let is_due = forms.contains(&form) && can_be;
                assert_eq!(words.contains_key(name), is_due, "{language}: {name}");
            }
            let Some(text) = words.get(name) else {
                assert!(words.contains_key(&plural), "{language}: {name} is missing");
                continue;
            };
            let model = english.get(name).or_else(|| english.get(&plural)).unwrap();
            assert_eq!(
                placeholders(text.as_str().unwrap()),
                placeholders(model.as_str().unwrap()),
                "{language}: {name}"
            );
        }
    }
}

#[test]
fn words_for_people_stand_in_catalogues() {
    // A text of two words or more in quotes, outside attributes and format strings of code, is for people.
    for source in sources("src/view").into_iter().chain(sources("src/page")) {
        for line in source.code.lines() {
            for text in line.split('"').skip(1).step_by(2) {
                let has_sentence = text
                    .split(' ')
                    .filter(|word| word.chars().all(char::is_alphabetic) && word.len() > 1)
                    .count()
                    > 1;
                let is_code =
                    text.contains("referral-") || text.contains("see ") || line.contains("reason");
                assert!(!has_sentence || is_code, "{}: {text:?}", source.path);
            }
        }
    }
}

#[test]
fn the_sandbox_shares_no_types_with_the_client() {
    let manifest = fs::read_to_string(root().join("sandbox/Cargo.toml")).unwrap();
    assert!(
        !manifest.contains("referral-connect ="),
        "the sandbox depends on the client"
    );
    only_in("sandbox/src", &["referral_connect::"], &[]);
}

#[test]
fn nothing_is_left_for_later() {
    // In two parts, so that this file passes too.
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME")];
    for folder in ["src", "sandbox", "xtask/src", "tests"] {
        for source in sources(folder) {
            let text = fs::read_to_string(root().join(&source.path)).unwrap();
            for mark in marks {
                assert!(!text.contains(mark), "{}: {mark}", source.path);
            }
        }
    }
}

#[test]
fn the_documents_name_files_that_are_there() {
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root().join(document)).unwrap();
        for name in text.split('`').skip(1).step_by(2) {
            let is_path = name.contains('/')
                && !name.starts_with(['/', '-', '.'])
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
                && [
                    "src/",
                    "tests/",
                    "style/",
                    "sandbox/",
                    "xtask/",
                    "docs/",
                    "examples/",
                ]
                .iter()
                .any(|top| name.starts_with(top));
            if is_path {
                assert!(root().join(name).exists(), "{document} names {name}");
            }
        }
    }
}

#[test]
fn the_architecture_fits_on_eighty_lines() {
    let lines = fs::read_to_string(root().join("ARCHITECTURE.md"))
        .unwrap()
        .lines()
        .count();
    assert!(lines <= 80, "{lines} lines");
}
