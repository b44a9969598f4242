use proptest::prelude::*;
use referral_connect::domain::adviser_key::{AdviserKey, KeyCase, KeyProblem};

#[track_caller]
fn is(typed: &str, expected: Result<&str, KeyProblem>) {
    let parsed = typed.parse::<AdviserKey>();
    let parsed = parsed
        .as_ref()
        .map(AdviserKey::as_str)
        .map_err(|&problem| problem);
    assert_eq!(parsed, expected, "typed: {typed:?}");
}

#[test]
fn eight_printable_ascii_characters_are_a_code() {
    is("ABC12345", Ok("ABC12345"));
    is("abc12345", Ok("abc12345"));
    is("!\"#$%&'~", Ok("!\"#$%&'~"));
    is("AB-12-CD", Ok("AB-12-CD"));
    is("--------", Ok("--------"));
}

#[test]
fn what_leaves_no_mark_is_dropped_wherever_it_stands() {
    is(" ABC12345 ", Ok("ABC12345"));
    is("ABC1 2345", Ok("ABC12345"));
    is("ABC12345\r\n", Ok("ABC12345"));
    is("A\tB\nC\u{a0}1\u{2009}2\u{3000}345", Ok("ABC12345"));
    is("\u{feff}ABC\u{200b}12\u{200d}345\u{2060}", Ok("ABC12345"));
    is("\u{202e}ABC12345\u{202c}", Ok("ABC12345"));
    is("\u{2066}ABC12345\u{2069}", Ok("ABC12345"));
    is("ABC\u{ad}12345\u{fe0f}", Ok("ABC12345"));
    is("ABC\u{0}123\u{7f}45", Ok("ABC12345"));
    is("ABC\u{3164}12345\u{e0041}", Ok("ABC12345"));
}

#[test]
fn dashes_are_dropped_only_if_that_makes_the_code_fit() {
    is("ABC1-2345", Ok("ABC12345"));
    is("AB-C1-23-45", Ok("ABC12345"));
    is("ABC1\u{2013}2345", Ok("ABC12345"));
    is("ABC1\u{2014}2345", Ok("ABC12345"));
    is("ABC1\u{2212}2345", Ok("ABC12345"));
    is("ABC1\u{2011}2345", Ok("ABC12345"));
    is("ABC1 \u{ff0d} 2345", Ok("ABC12345"));
    is("ABC-1234", Ok("ABC-1234"));
    is("ABC\u{2013}1234", Err(KeyProblem::Character('\u{2013}')));
    is("ABCD-12345", Err(KeyProblem::TooLong { found: 9 }));
    is("ABCDEFG--", Err(KeyProblem::TooLong { found: 9 }));
}

#[test]
fn full_width_forms_fold_to_ascii() {
    is("ＡＢＣ１２３４５", Ok("ABC12345"));
    is("ａｂｃ！～３４５", Ok("abc!~345"));
}

#[test]
fn what_is_wrong_is_told_apart() {
    is("", Err(KeyProblem::Empty));
    is(" \n\u{200b}", Err(KeyProblem::Empty));
    is("A", Err(KeyProblem::TooShort { found: 1 }));
    is("ABC1234", Err(KeyProblem::TooShort { found: 7 }));
    is("ABC123456", Err(KeyProblem::TooLong { found: 9 }));
    is("ABC1234é", Err(KeyProblem::Character('é')));
    is("ABC1234😀", Err(KeyProblem::Character('😀')));
    is("é", Err(KeyProblem::Character('é')));
    is(
        "Here is my code: ABC12345",
        Err(KeyProblem::TooLong { found: 21 }),
    );
}

#[test]
fn upper_case_is_for_ascii_letters_and_on_demand() {
    let key: AdviserKey = "abc1234z".parse().unwrap();
    assert_eq!(key.clone().in_case(KeyCase::Preserve).as_str(), "abc1234z");
    assert_eq!(key.in_case(KeyCase::Upper).as_str(), "ABC1234Z");
}

proptest! {
    #[test]
    fn any_text_gives_a_code_or_a_problem(typed in any::<String>()) {
        if let Ok(key) = typed.parse::<AdviserKey>() {
            prop_assert_eq!(key.as_str().chars().count(), 8);
            prop_assert!(key.as_str().chars().all(|c| c.is_ascii_graphic()));
        }
    }

    #[test]
    fn a_code_reads_as_itself(typed in "[!-~]{8}") {
        let key: AdviserKey = typed.parse().unwrap();
        prop_assert_eq!(key.as_str(), &typed);
        prop_assert_eq!(key.to_string(), typed);
    }

    #[test]
    fn spaces_strewn_in_change_nothing(
        typed in "[!-~]{8}",
        places in prop::collection::vec((0..9_usize, "[ \t\r\n\u{a0}\u{200b}\u{feff}]{1,3}"), 0..5),
    ) {
        let key: AdviserKey = strew(&typed, &places).parse().unwrap();
        prop_assert_eq!(key.as_str(), typed);
    }

    #[test]
    fn dashes_strewn_into_eight_letters_change_nothing(
        typed in "[A-Za-z0-9]{8}",
        places in prop::collection::vec((0..9_usize, "[-\u{2010}-\u{2015}\u{2212}]{1,3}"), 0..5),
    ) {
        let key: AdviserKey = strew(&typed, &places).parse().unwrap();
        prop_assert_eq!(key.as_str(), typed);
    }

    #[test]
    fn another_number_of_characters_is_never_a_code(typed in "[A-Za-z0-9]{0,7}|[A-Za-z0-9]{9,40}") {
        let found = typed.len();
        let expected = match found {
            0 => KeyProblem::Empty,
            1..8 => KeyProblem::TooShort { found },
            _ => KeyProblem::TooLong { found },
        };
        prop_assert_eq!(typed.parse::<AdviserKey>(), Err(expected));
    }
}

fn strew(typed: &str, places: &[(usize, String)]) -> String {
    let mut strewn: Vec<String> = typed.chars().map(String::from).collect();
    for (place, crumbs) in places {
        let place = (*place).min(strewn.len());
        strewn.insert(place, crumbs.clone());
    }
    strewn.concat()
}
