//! What has to hold of everything that reads what comes from outside, whatever that is. The fuzz target calls this with
//! what it makes up.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use referral_connect_gateway::outside;
use serde_json::Value;
use sha2::Sha256;
use url::{Url, form_urlencoded};

const SECRET: &[u8] = b"the secret that the portal's backend has";
const NOW_MS: i64 = 1_800_000_000_000;

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
    let Some((key, code)) = outside::press(key, content_type, body) else {
        return;
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    assert!(
        (16..=64).contains(&key.len()) && key.bytes().all(plain),
        "{key:?}"
    );
    assert!(
        code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_graphic()),
        "{code:?}"
    );
    let read: Value = serde_json::from_slice(body).unwrap();
    // A list of one is read like an object of one, and says the same.
    let said = read.get("adviser_key").or_else(|| read.get(0)).unwrap();
    assert_eq!(*said, code);
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
        let known = ["sort", "page", "per_page"].contains(&name.as_str());
        assert!(known || name.starts_with("filter["), "{name:?}");
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
    let payload = URL_SAFE_NO_PAD.encode(input);
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).unwrap();
    mac.update(payload.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    if let Some(user) = outside::ticket(&format!("{payload}.{signature}"), SECRET, NOW_MS) {
        let read: Value = serde_json::from_slice(input).unwrap();
        let field = |name: &str, place: usize| read.get(name).or_else(|| read.get(place)).cloned();
        assert!(
            !user.is_empty() && field("user", 0) == Some(user.into()),
            "{text}"
        );
        let expires = field("expires", 2)
            .and_then(|expires| expires.as_i64())
            .unwrap();
        assert!((1..=65).contains(&(expires - NOW_MS / 1000)), "{expires}");
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
            let lower = uuid
                .bytes()
                .all(|byte| byte == b'-' || matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            assert!(uuid.len() == 36 && lower, "{uuid}");
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
