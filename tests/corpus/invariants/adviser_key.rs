//! Any text as a referral code.

use std::cell::RefCell;
use std::collections::HashMap;

use referral_connect::domain::adviser_key::{AdviserKey, KEY_LENGTH, KeyCase, KeyProblem};

/// Invisible characters of each kind: white space of ASCII and beyond, line breaks, zero-width characters.
const CRUMBS: [char; 10] = [
    ' ', '\n', '\u{200b}', '\r', '\u{a0}', '\t', '\u{feff}', '\u{200d}', '\u{2028}', '\u{2060}',
];

/// Fails unless reading `input` as a code keeps its promises. Bytes that are no text read as U+FFFD.
pub fn hold(input: &[u8]) {
    let typed = String::from_utf8_lossy(input);
    let read = typed.parse::<AdviserKey>();
    match &read {
        Ok(key) => is_a_code(key),
        Err(problem) => is_true(*problem, &typed),
    }
    // Everywhere at once, and in one place alone.
    assert_eq!(
        strewn(&typed, &CRUMBS, |_| true).parse(),
        read,
        "spaces in {typed:?}"
    );
    let place = input.iter().map(|&byte| usize::from(byte)).sum::<usize>() % (input.len() + 1);
    let here = |other| other == place;
    assert_eq!(
        strewn(&typed, &CRUMBS, here).parse(),
        read,
        "a space at {place} in {typed:?}"
    );
    if read.as_ref().is_ok_and(|key| !key.as_str().contains('-')) {
        let dashed = strewn(&typed, &['-', '\u{2013}', '\u{2212}'], here);
        assert_eq!(dashed.parse(), read, "a dash at {place} in {typed:?}");
    }
}

fn is_a_code(key: &AdviserKey) {
    let code = key.as_str();
    assert_eq!(code.chars().count(), KEY_LENGTH, "{code:?}");
    assert!(code.bytes().all(|byte| byte.is_ascii_graphic()), "{code:?}");
    assert_eq!(key.to_string(), code);
    assert_eq!(code.parse().as_ref(), Ok(key));
    assert_eq!(&key.clone().in_case(KeyCase::Preserve), key);
    let upper = key.clone().in_case(KeyCase::Upper);
    assert_eq!(upper.as_str().len(), code.len());
    for (before, after) in code.chars().zip(upper.as_str().chars()) {
        let expected = match before {
            'a'..='z' => char::from(before as u8 - 32),
            other => other,
        };
        assert_eq!(after, expected, "{code:?} in upper case");
    }
}

/// Whether what a person is told of their text is so.
fn is_true(problem: KeyProblem, typed: &str) {
    let seen: Vec<Seen> = typed.chars().filter_map(meaning).collect();
    let without_dashes = seen.iter().filter(|seen| !seen.is_dash).count();
    let is_so = match problem {
        KeyProblem::Empty => seen.is_empty(),
        KeyProblem::TooShort { found } => found == seen.len() && (1..KEY_LENGTH).contains(&found),
        // The dashes count unless there would be too many characters without them.
        KeyProblem::TooLong { found } => {
            found > KEY_LENGTH
                && without_dashes != KEY_LENGTH
                && found
                    == if without_dashes > KEY_LENGTH {
                        without_dashes
                    } else {
                        seen.len()
                    }
        }
        KeyProblem::Character(strange) => {
            !strange.is_ascii_graphic() && seen.iter().any(|seen| seen.c == strange)
        }
    };
    assert!(is_so, "{problem:?} of {typed:?}, of which {seen:?} is seen");
    if let KeyProblem::TooShort { .. } = problem {
        assert!(
            seen.iter().all(|seen| seen.c.is_ascii_graphic()),
            "a stranger in {typed:?} is told first"
        );
    }
}

/// A character that counts.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// What it is read as.
    c: char,
    /// Whether it is dropped where that makes a code fit.
    is_dash: bool,
}

thread_local! {
    static MEANINGS: RefCell<HashMap<char, Option<Seen>>> = RefCell::default();
}

/// What one character means for a code; `None` if it leaves no mark.
fn meaning(c: char) -> Option<Seen> {
    MEANINGS.with_borrow_mut(|known| *known.entry(c).or_insert_with(|| found_out(c)))
}

/// Asks the parser itself, and holds its answer against what Unicode says of the character.
fn found_out(c: char) -> Option<Seen> {
    let eight = String::from_iter([c; KEY_LENGTH]);
    let read_as = match eight.parse::<AdviserKey>() {
        Err(KeyProblem::Empty) => {
            let is_filler = matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}');
            assert!(!c.is_alphanumeric() || is_filler, "{c:?} can be seen");
            assert!(!c.is_ascii_graphic(), "{c:?} can be seen");
            return None;
        }
        Err(KeyProblem::Character(seen)) => seen,
        Ok(key) => key.as_str().chars().next().unwrap(),
        Err(other) => panic!("{other:?} of eight times {c:?}"),
    };
    assert!(
        !c.is_whitespace() && !c.is_control(),
        "{c:?} cannot be seen"
    );
    let expected = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xff01 + 0x21).unwrap(),
        other => other,
    };
    assert_eq!(read_as, expected, "{c:?} reads as another");
    let is_dash = format!("ABCD{c}EFGH").parse::<AdviserKey>().is_ok();
    assert!(!is_dash || !c.is_alphanumeric(), "{c:?} is no dash");
    Some(Seen {
        c: read_as,
        is_dash,
    })
}

/// `typed` with one of the crumbs at each of the chosen places, of which there is one before each character and one
/// after the last.
fn strewn(typed: &str, crumbs: &[char], chosen: impl Fn(usize) -> bool) -> String {
    let mut strewn = String::new();
    let mut crumbs = crumbs.iter().cycle().skip(typed.len());
    for (place, c) in typed.chars().map(Some).chain([None]).enumerate() {
        if chosen(place) {
            strewn.extend(crumbs.next());
        }
        strewn.extend(c);
    }
    strewn
}
