//! What has to hold of everything that reads what comes from outside, whatever that is. The fuzz target calls this with
//! what it makes up.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use referral_connect_gateway::outside;
use serde_json::Value;
use sha2::Sha256;
use url::{Url, form_urlencoded};

const SECRET: &[u8] = b"the secret that the portal's backend has";
const NOW_MS: i64 = 1_800_000_000_000;

/// What Plannr's page on the list says it takes.
const ASKED: [&str; 7] = [
    "filter[direction]",
    "filter[recipient_uuid]",
    "filter[status]",
    "filter[uuid]",
    "page",
    "per_page",
    "sort",
];
/// Letter by letter, and not as the code says it.
const KEY_LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CODE_LETTERS: &str = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

/// The first byte says what the rest is read as.
pub fn hold(input: &[u8]) {
    let Some((kind, rest)) = input.split_first() else {
        return;
    };
    match kind % 6 {
        0 => press(rest),
        1 => query(rest),
        2 => ticket(rest),
        3 => connections(rest),
        4 => accounts(rest),
        _ => path(rest),
    }
}

/// Key, type and body, each on a line.
fn press(input: &[u8]) {
    let mut lines = input.splitn(3, |byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (key, content_type, body) = (line(), line(), line());
    let Some((read_key, code)) = outside::press(key, content_type, body) else {
        return;
    };
    // What is taken is in what was given.
    let given = String::from_utf8_lossy(key);
    assert!(given.contains(&read_key), "{given:?} as {read_key:?}");
    assert_eq!(read_key.trim_matches(|c| KEY_LETTERS.contains(c)), "");
    assert!(
        (16..=64).contains(&read_key.chars().count()),
        "{read_key:?}"
    );
    assert_eq!(code.chars().count(), 8, "{code:?}");
    assert_eq!(code.trim_matches(|c| CODE_LETTERS.contains(c)), "");
    let read: Value = serde_json::from_slice(body).unwrap();
    // A list of one is read like an object of one, and says the same.
    let said = read.get("adviser_key").or_else(|| read.get(0)).unwrap();
    assert_eq!(*said, code);
    // The same, said in the plainest way, is taken as well.
    let plainly = serde_json::json!({ "adviser_key": code }).to_string();
    let again = outside::press(
        format!("\"{read_key}\"").as_bytes(),
        b"application/json",
        plainly.as_bytes(),
    );
    assert_eq!(again, Some((read_key, code)));
}

fn query(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let Some(asked) = outside::query(text) else {
        return;
    };
    let written = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&asked)
        .finish();
    for (name, _) in &asked {
        assert!(ASKED.contains(&name.as_str()), "{name:?}");
    }
    assert!(
        written.bytes().all(|byte| byte.is_ascii_graphic()),
        "{written:?}"
    );
    let again: Vec<_> = form_urlencoded::parse(written.as_bytes())
        .into_owned()
        .collect();
    assert_eq!(again, asked);
}

fn ticket(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    assert_eq!(outside::ticket(&text, SECRET, NOW_MS), None, "{text:?}");
    // The same, vouched for.
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#);
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(input));
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).unwrap();
    mac.update(signed.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    let ticket = format!("{signed}.{signature}");
    let at = |now_ms| outside::ticket(&ticket, SECRET, now_ms);
    if let Some(user) = at(NOW_MS) {
        assert!(!user.is_empty() && text.contains("sub"), "{text}");
        assert_eq!(at(NOW_MS + 66_000), None, "lasts for more than a minute");
        assert_eq!(at(NOW_MS - 66_000), None, "was made long before");
        let another = b"the secret that another portal's backend has";
        assert_eq!(outside::ticket(&ticket, another, NOW_MS), None);
    }
}

fn connections(input: &[u8]) {
    if let Some(uuids) = outside::connections(input) {
        let read: Value = serde_json::from_slice(input).unwrap();
        let list = read.get("data").unwrap_or(&read).as_array().unwrap();
        assert_eq!(uuids.len(), list.len());
    }
    let uuid = outside::connection(input);
    let text = String::from_utf8_lossy(input);
    assert!(
        uuid.is_empty() || text.contains("uuid") || text.contains("\\u"),
        "{uuid}"
    );
}

fn accounts(input: &[u8]) {
    if let Some((uuids, preferred)) = outside::accounts(input) {
        for uuid in &uuids {
            let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "{uuid}");
            assert_eq!(uuid.trim_matches(|c| "-0123456789abcdef".contains(c)), "");
        }
        assert!(
            preferred.is_empty() || uuids.contains(&preferred),
            "{preferred}"
        );
    }
}

/// Wherever a browser is led, it stays.
fn path(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    if outside::is_own_path(text) {
        let portal: Url = "https://portal.example/referrals/auth/callback"
            .parse()
            .unwrap();
        let led = portal.join(text).unwrap();
        assert_eq!(led.origin(), portal.origin(), "{text:?}");
    }
}
