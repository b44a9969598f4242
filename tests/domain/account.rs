use proptest::prelude::*;
use referral_connect::domain::account::{Account, AccountUuid, UuidProblem, choose};

const A: &str = "11111111-2222-4333-8444-555555555555";
const B: &str = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
const C: &str = "99999999-8888-4777-8666-555555555555";

#[test]
fn a_uuid_is_kept_as_it_is_written() {
    for text in [A, B, "AAAAAAAA-bbbb-4CCC-8ddd-EEEEEEEEEEEE"] {
        assert_eq!(text.parse::<AccountUuid>().unwrap().as_str(), text);
    }
}

#[test]
fn what_a_paste_brings_along_is_dropped() {
    let pasted = format!(" \u{feff}{A}\u{200b}\r\n");
    assert_eq!(pasted.parse::<AccountUuid>().unwrap().as_str(), A);
}

#[test]
fn anything_else_is_told_apart() {
    assert_eq!(" \n".parse::<AccountUuid>(), Err(UuidProblem::Empty));
    for text in [
        "abc-123",
        "1111111-12222-4333-8444-555555555555",
        "11111111222243338444555555555555",
        "g1111111-2222-4333-8444-555555555555",
        "11111111-2222-4333-8444-5555555555555",
        "11111111–2222–4333–8444–555555555",
    ] {
        assert_eq!(
            text.parse::<AccountUuid>(),
            Err(UuidProblem::Shape),
            "{text}"
        );
    }
}

#[test]
fn the_account_to_start_with_is_the_stored_then_the_preferred_then_an_advisers_then_the_first() {
    let offered = [
        account(A, "client", false),
        account(B, "adviser", false),
        account(C, "adviser", true),
    ];
    let chosen = |offered: &[Account], stored: Option<&str>| {
        let stored = stored.map(|text| text.parse().unwrap());
        choose(offered, stored.as_ref()).map(|account| account.uuid.to_string())
    };
    assert_eq!(chosen(&offered, Some(A)).as_deref(), Some(A));
    assert_eq!(chosen(&offered, None).as_deref(), Some(C));
    assert_eq!(chosen(&offered[..2], Some(C)).as_deref(), Some(B));
    assert_eq!(chosen(&offered[..1], None).as_deref(), Some(A));
    assert_eq!(chosen(&[], Some(A)), None);
}

fn account(uuid: &str, role: &str, preferred: bool) -> Account {
    Account {
        uuid: uuid.parse().unwrap(),
        name: None,
        firm: None,
        role: Some(role.to_owned()),
        preferred,
    }
}

proptest! {
    #[test]
    fn any_text_gives_a_uuid_or_a_problem(text in any::<String>()) {
        if let Ok(uuid) = text.parse::<AccountUuid>() {
            prop_assert_eq!(uuid.as_str().len(), 36);
        }
    }
}
