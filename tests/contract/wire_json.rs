use super::*;

fn connection(json: &str) -> Connection {
    wire::connection(json.as_bytes()).unwrap_or_else(|| panic!("no connection in {json}"))
}

#[test]
fn the_published_example_reads_in_full() {
    let moment = |text: &str| Some(Moment::new(text.to_owned()));
    let firm = |uuid: &str, name: &str| Firm {
        uuid: Some(uuid.to_owned()),
        name: Some(name.to_owned()),
    };
    let expected = Connection {
        uuid: Some("95cc9f56-a43d-4fab-a473-cc829f2dcf24".to_owned()),
        direction: Direction::Sent,
        status: Status::Pending,
        sender_firm: firm("abc-123", "Sender Firm Name"),
        recipient_firm: firm("def-456", "Recipient Firm Name"),
        created_at: moment("2026-01-20T17:51:29+00:00"),
        updated_at: moment("2026-01-20T17:51:29+00:00"),
        expires_at: moment("2026-02-19T17:51:29+00:00"),
    };
    assert_eq!(wire::connection(PUBLISHED), Some(expected));
}

#[test]
fn wrapped_in_data_it_is_the_same() {
    let wrapped = [b"{\"data\":", PUBLISHED, b"}"].concat();
    assert_eq!(wire::connection(&wrapped), wire::connection(PUBLISHED));
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let marked = [b"\xEF\xBB\xBF", PUBLISHED].concat();
    assert_eq!(wire::connection(&marked), wire::connection(PUBLISHED));
}

#[test]
fn a_text_may_stand_in_an_example_object_be_null_or_be_missing() {
    let name = |json: &str| connection(json).recipient_firm.name;
    let plain = r#"{"uuid":"a","recipient_firm":{"name":"Firm"}}"#;
    let wrapped = r#"{"uuid":"a","recipient_firm":{"name":{"example":"Firm","collection":false,"description":"Name"}}}"#;
    assert_eq!(name(plain).as_deref(), Some("Firm"));
    assert_eq!(name(wrapped).as_deref(), Some("Firm"));
    for without in [
        r#"{"uuid":"a"}"#,
        r#"{"uuid":"a","recipient_firm":null}"#,
        r#"{"uuid":"a","recipient_firm":{}}"#,
        r#"{"uuid":"a","recipient_firm":{"name":null}}"#,
        r#"{"uuid":"a","recipient_firm":{"name":""}}"#,
        r#"{"uuid":"a","recipient_firm":{"name":"  "}}"#,
        r#"{"uuid":"a","recipient_firm":{"name":7}}"#,
        r#"{"uuid":"a","recipient_firm":{"name":{"example":null}}}"#,
        r#"{"uuid":"a","recipient_firm":"Firm"}"#,
    ] {
        assert_eq!(name(without), None, "{without}");
    }
}

#[test]
fn unknown_words_are_kept_and_a_missing_direction_is_ours() {
    let strange = connection(r#"{"uuid":"a","status":"under_review","direction":"sideways"}"#);
    assert_eq!(strange.status, Status::Other("under_review".to_owned()));
    assert_eq!(strange.direction, Direction::Other("sideways".to_owned()));
    assert_eq!(connection(r#"{"uuid":"a"}"#).direction, Direction::Sent);
}

#[test]
fn whatever_people_read_is_cut_and_the_cut_leaves_no_space() {
    for (sent, expected) in [
        ("ł".repeat(500), "ł".repeat(500)),
        ("ł".repeat(501), "ł".repeat(500)),
        ("ł".repeat(499) + " more", "ł".repeat(499)),
    ] {
        let shown = Some(expected.as_str());
        let strange = connection(&format!(
            r#"{{"status":"{sent}","sender_firm":{{"name":"{sent}"}},"recipient_firm":{{"name":"{sent}"}}}}"#
        ));
        assert_eq!(strange.status, Status::Other(expected.clone()));
        assert_eq!(strange.sender_firm.name.as_deref(), shown);
        assert_eq!(strange.recipient_firm.name.as_deref(), shown);

        for role in ["role", "type"] {
            let login = format!(
                r#"[{{"account":{{"uuid":"{ACCOUNT}","name":"{sent}","{role}":"{sent}","firm":{{"name":"{sent}"}}}}}}]"#
            );
            let accounts = wire::accounts(login.as_bytes()).unwrap();
            assert_eq!(accounts[0].name.as_deref(), shown);
            assert_eq!(accounts[0].firm.as_deref(), shown);
            assert_eq!(accounts[0].role.as_deref(), shown);
        }
        for refusal in [
            format!(r#"{{"message":"{sent}"}}"#),
            format!(r#"{{"errors":{{"adviser_key":["{sent}"]}}}}"#),
            format!(r#"{{"errors":"{sent}"}}"#),
        ] {
            assert_eq!(wire::refusal(refusal.as_bytes()).as_deref(), shown);
        }
    }
}

#[test]
fn an_unreadable_time_is_kept_as_text() {
    let odd = connection(r#"{"uuid":"a","status":"pending","expires_at":"2026-02-30"}"#);
    assert_eq!(
        odd.expires_at.as_ref().map(Moment::text),
        Some("2026-02-30")
    );
    assert_eq!(odd.window(), None);
}

#[test]
fn a_list_is_bare_or_in_data_and_passes_over_what_is_none() {
    let one = r#"{"uuid":"a","status":"pending"}"#;
    for json in [
        format!("[{one}]"),
        format!(r#"{{"data":[{one}],"links":{{}},"meta":{{}}}}"#),
        format!(r#"{{"data":[{one},null,7,"x",[],{{}}]}}"#),
    ] {
        let listed = wire::connections(json.as_bytes()).unwrap();
        assert_eq!(listed.len(), 1, "{json}");
    }
    assert_eq!(wire::connections(b"[]").map(|listed| listed.len()), Some(0));
    for no_list in ["", "{}", r#"{"data":{}}"#, r#"{"data":null}"#, "7"] {
        assert!(wire::connections(no_list.as_bytes()).is_none(), "{no_list}");
    }
}

#[test]
fn an_account_is_the_logins_account_not_the_login() {
    let json = format!(
        r#"{{"data":[
            {{"uuid":"22222222-2222-4333-8444-555555555555",
              "preferred_account_uuid":"{ACCOUNT}",
              "account":{{"uuid":"{ACCOUNT}","name":"Ann","role":"adviser","firm":{{"name":"Firm"}}}}}},
            {{"uuid":"33333333-2222-4333-8444-555555555555","account":null}},
            {{"uuid":"44444444-2222-4333-8444-555555555555","account":{{"uuid":"not one"}}}}
        ]}}"#
    );
    let accounts = wire::accounts(json.as_bytes()).unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0].uuid, account());
    assert_eq!(accounts[0].name.as_deref(), Some("Ann"));
    assert_eq!(accounts[0].firm.as_deref(), Some("Firm"));
    assert_eq!(accounts[0].role.as_deref(), Some("adviser"));
    assert!(accounts[0].preferred);
}

#[test]
fn a_refusal_speaks_of_the_code_first() {
    let said = |json: &str| wire::refusal(json.as_bytes());
    for (json, expected) in [
        (
            r#"{"message":"M","errors":{"other":["O"],"adviser_key":["A","B"]}}"#,
            Some("A"),
        ),
        (r#"{"message":"M","errors":{"adviser_key":"A"}}"#, Some("A")),
        (r#"{"message":"M","errors":{"other":["O"]}}"#, Some("O")),
        (r#"{"message":"M","errors":["E"]}"#, Some("E")),
        (r#"{"message":"M","errors":"E"}"#, Some("E")),
        (r#"{"message":"M","errors":{}}"#, Some("M")),
        (r#"{"message":"M","errors":{"adviser_key":[]}}"#, Some("M")),
        (r#"{"message":"M","errors":null}"#, Some("M")),
        (r#"{"message":["M"]}"#, None),
        ("<html>", None),
        ("", None),
    ] {
        assert_eq!(said(json).as_deref(), expected, "{json}");
    }
}

#[test]
fn what_is_said_of_the_code_is_quoted() {
    for status in [409, 422] {
        match interpret_create(reply(status, r#"{"message":"M"}"#), now()) {
            Outcome::Rejected(rejection) => assert_eq!(rejection.message.as_deref(), Some("M")),
            other => panic!("{status}: {other:?}"),
        }
    }
}

#[test]
fn the_servers_insides_are_never_quoted() {
    let leak = r#"{"message":"No query results for model [App\\Models\\ReferralConnection]"}"#;
    for status in [401, 403, 404, 405, 410, 415, 418, 429] {
        match interpret_create(reply(status, leak), now()) {
            Outcome::Rejected(rejection) => assert_eq!(rejection.message, None, "{status}"),
            other => panic!("{status}: {other:?}"),
        }
    }
}

#[test]
fn what_a_host_has_is_read_in_either_shape() {
    let api = r#"{"uuid":"u","status":"pending","direction":"received","sender_firm":{"uuid":"s","name":"S"},
        "recipient_firm":{"name":"R"},"created_at":"2026-01-20T12:00:00Z","updated_at":null,
        "expires_at":"2026-02-19T12:00:00Z"}"#;
    let of_events = r#"{"uuid":"u","status":"pending","direction":"received","senderFirm":{"uuid":"s","name":"S"},
        "recipientFirm":{"uuid":null,"name":"R"},"createdAt":"2026-01-20T12:00:00Z","updatedAt":null,
        "expiresAt":"2026-02-19T12:00:00Z"}"#;
    let read = wire::given_connection(api).unwrap();
    assert_eq!(read.recipient_firm.name.as_deref(), Some("R"));
    assert_eq!(
        read.expires_at.as_ref().unwrap().text(),
        "2026-02-19T12:00:00Z"
    );
    assert_eq!(wire::given_connection(of_events), Some(read.clone()));
    assert_eq!(
        wire::given_connection(&format!(r#"{{"data":{of_events}}}"#)),
        Some(read)
    );
    for nothing in ["null", "", "{}", "[]", "7", r#"{"data":{}}"#, "{"] {
        assert_eq!(wire::given_connection(nothing), None, "{nothing}");
    }
}
