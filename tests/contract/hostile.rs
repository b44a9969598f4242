use proptest::prelude::*;

use super::*;

fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec!["pending", "sent", "2026-01-20T17:51:29Z", ACCOUNT])
            .prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "data",
        "uuid",
        "status",
        "direction",
        "sender_firm",
        "recipient_firm",
        "name",
        "created_at",
        "expires_at",
        "example",
        "account",
        "errors",
        "adviser_key",
        "message",
    ]);
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(name.clone(), inner, 0..6)
                .prop_map(|map| map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

fn read_all(status: u16, body: &[u8]) {
    let _ = interpret_create(reply(status, body), now());
    let _ = interpret_ask(&Ask::sent(), reply(status, body), now());
    let _ = interpret_logins(reply(status, body), now());
    let _ = wire::refusal(body);
}

proptest! {
    #[test]
    fn any_bytes_read_without_a_panic(
        status in any::<u16>(),
        body in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        read_all(status, &body);
    }

    #[test]
    fn any_json_reads_without_a_panic(status in any::<u16>(), body in json()) {
        read_all(status, body.to_string().as_bytes());
    }

    #[test]
    fn the_published_example_cut_anywhere_is_still_sent(cut in 0..PUBLISHED.len()) {
        let outcome = interpret_create(reply(200, &PUBLISHED[..cut]), now());
        prop_assert!(matches!(outcome, Outcome::Sent(_)));
    }
}

#[test]
fn nesting_without_an_end_is_unreadable_and_no_more() {
    for (open, close) in [("[", "]"), ("{\"data\":", "}")] {
        let deep = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        assert_eq!(
            interpret_create(reply(200, deep), now()),
            Outcome::Sent(None)
        );
    }
}

#[test]
fn of_a_repeated_field_the_last_counts_as_in_javascript() {
    let twice = br#"{"uuid":"first","uuid":"last","status":"pending"}"#;
    let uuid = wire::connection(twice).unwrap().uuid;
    assert_eq!(uuid.as_deref(), Some("last"));
}

#[test]
fn half_a_character_makes_a_body_unreadable_and_no_more() {
    for body in [&b"{\"uuid\":\"\\ud800\"}"[..], b"{\"uuid\":\"\xff\xfe\"}"] {
        assert_eq!(
            interpret_create(reply(200, body), now()),
            Outcome::Sent(None)
        );
    }
}

#[test]
fn a_name_of_ten_thousand_characters_is_cut() {
    let body = format!(
        r#"{{"uuid":"a","recipient_firm":{{"name":"{}"}}}}"#,
        "ł".repeat(10_000)
    );
    let name = wire::connection(body.as_bytes())
        .unwrap()
        .recipient_firm
        .name;
    assert_eq!(name.unwrap().chars().count(), 500);
}
