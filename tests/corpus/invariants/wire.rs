//! Any status, any `Retry-After` and any bytes as a reply of the API.

use referral_connect::api::exchange::{
    Reply, api_now, interpret_ask, interpret_create, interpret_logins, wants_another_token,
};
use referral_connect::api::wire;
use referral_connect::domain::account::Account;
use referral_connect::domain::connection::{Connection, Firm, Status};
use referral_connect::domain::history::Ask;
use referral_connect::domain::outcome::{Doubt, Outcome, Reason, Unanswered};
use referral_connect::domain::timestamp::{Moment, Timestamp};
use serde_json::{Map, Value, json};

/// The longest text that is shown, in characters.
const SHOWN_TEXT_MOST: usize = 500;
/// The longest UUID of a connection, in bytes.
const UUID_MOST_BYTES: usize = 100;
/// The longest that people are made to wait, in seconds.
const WAIT_MOST_S: u32 = 300;

/// 2026-01-20T17:51:30Z
const NOW: Timestamp = Timestamp::from_millis(1_768_931_490_000);

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Fails unless the reply in `input` is read as promised.
///
/// The first line is the status and, after a space, the `Retry-After` header if there is one; all that follows is the
/// body. So inputs can be read, and written, by people.
pub fn hold(input: &[u8]) {
    let reply = reply_of(input);
    creating(&reply);
    asking(&reply);
    white_space_means_nothing(&reply.body);
    wrapping_means_nothing(&reply.body);
    if let Some(connection) = wire::connection(&reply.body) {
        is_kept_small(&connection);
        reads_back(&connection);
    }
    for connection in wire::connections(&reply.body).unwrap_or_default() {
        is_kept_small(&connection);
        reads_back(&connection);
    }
    for account in wire::accounts(&reply.body).unwrap_or_default() {
        can_be_shown(&account);
    }
    if let Some(message) = wire::refusal(&reply.body) {
        is_shown_text(&message);
    }
}

fn reply_of(input: &[u8]) -> Reply {
    let mut parts = input.splitn(2, |&byte| byte == b'\n');
    let line = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let (status, retry_after) = match line.split_once(' ') {
        Some((status, header)) => (status, Some(header.to_owned())),
        None => (&*line, None),
    };
    Reply {
        // A body is worth more with a status that it is read for.
        status: status.parse().unwrap_or(200),
        // The same text in both headers: each is read by itself, and for the same form of a date.
        date: retry_after.clone(),
        retry_after,
        body: parts.next().unwrap_or_default().to_vec(),
        ..Reply::default()
    }
}

fn creating(reply: &Reply) {
    let status = reply.status;
    let outcome = interpret_create(Ok(reply.clone()), NOW);
    match &outcome {
        Outcome::Sent(connection) => {
            assert!((200..300).contains(&status), "sent after {status}");
            assert_eq!(
                connection.as_deref(),
                wire::connection(&reply.body).as_ref()
            );
        }
        Outcome::Rejected(rejection) => {
            assert!(
                (400..500).contains(&status) && status != 408,
                "rejected after {status}"
            );
            assert_eq!(rejection.status, status);
            assert_eq!(Some(rejection.reason), Reason::of_status(status));
            assert_eq!(rejection.retry_after_s.is_some(), status == 429);
            if let Some(seconds) = rejection.retry_after_s {
                is_a_wait(seconds, reply);
            }
            // Of any other refusal the message is the server's own affair.
            let message = match status {
                409 | 422 => wire::refusal(&reply.body),
                _ => None,
            };
            assert_eq!(rejection.message, message);
        }
        Outcome::Unknown(doubt) => {
            let is_definite = (200..300).contains(&status) || (400..500).contains(&status);
            assert!(
                !is_definite || status == 408,
                "nothing known after {status}"
            );
            assert_eq!(*doubt, Doubt::Status(status));
        }
        Outcome::NotSent(why) => panic!("{why:?} after a reply"),
    }
    assert_eq!(
        outcome.is_definite(),
        !matches!(outcome, Outcome::Unknown(_))
    );
    // A 200 that the browser may have made up is worth what its body says.
    let bare = Reply {
        is_bare: true,
        ..reply.clone()
    };
    let made_up = status == 200 && outcome == Outcome::Sent(None);
    assert_eq!(
        interpret_create(Ok(bare), NOW),
        if made_up {
            Outcome::Unknown(Doubt::ConnectionLost)
        } else {
            outcome
        }
    );
    let date = reply.date.as_deref().unwrap_or_default();
    assert_eq!(
        api_now(&Ok(reply.clone())),
        Timestamp::parse_http_date(date.trim())
    );
    assert_eq!(wants_another_token(&Ok(reply.clone())), status == 401);
}

fn asking(reply: &Reply) {
    let given = || Ok(reply.clone());
    answers(
        interpret_ask(&Ask::sent(), given(), NOW).map(|page| page.connections),
        wire::connections(&reply.body),
        reply,
    );
    answers(
        interpret_ask(&Ask::One(String::new()), given(), NOW).map(|page| page.connections),
        wire::connection(&reply.body).map(|one| vec![one]),
        reply,
    );
    answers(
        interpret_logins(given(), NOW),
        wire::accounts(&reply.body),
        reply,
    );
}

/// There is an answer only with a 2xx and if the body can be read; else the status says why not.
fn answers<T: PartialEq + std::fmt::Debug>(
    answer: Result<T, Unanswered>,
    read: Option<T>,
    reply: &Reply,
) {
    let why = match (reply.status, read) {
        (200..=299, Some(read)) => return assert_eq!(answer, Ok(read)),
        (401, _) => Unanswered::Unauthenticated,
        (403, _) => Unanswered::Forbidden,
        (404 | 405, _) => Unanswered::NotOffered,
        (429, _) => match answer {
            Err(Unanswered::TooMany { retry_after_s }) => return is_a_wait(retry_after_s, reply),
            other => panic!("{other:?} after 429"),
        },
        _ => Unanswered::Failed,
    };
    assert_eq!(answer, Err(why), "after {}", reply.status);
}

fn is_a_wait(seconds: u32, reply: &Reply) {
    assert!((1..=WAIT_MOST_S).contains(&seconds), "{seconds} s");
    let header = reply.retry_after.as_deref().unwrap_or_default().trim();
    let is_number = !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit());
    let expected = if is_number {
        match header.trim_start_matches('0') {
            "" => 1,
            digits if digits.len() > 3 => WAIT_MOST_S,
            digits => digits.parse::<u32>().unwrap().min(WAIT_MOST_S),
        }
    } else if let Some(at) = Timestamp::parse_http_date(header) {
        // To the next whole second: never sooner than the API asked for.
        let seconds = (1..WAIT_MOST_S).find(|&s| NOW.plus_millis(i64::from(s) * 1000) >= at);
        seconds.unwrap_or(WAIT_MOST_S)
    } else {
        60
    };
    assert_eq!(seconds, expected, "Retry-After: {header:?}");
}

fn white_space_means_nothing(body: &[u8]) {
    let marked = body.strip_prefix(BYTE_ORDER_MARK);
    let mark = if marked.is_some() {
        BYTE_ORDER_MARK
    } else {
        b""
    };
    let rest = marked.unwrap_or(body);
    let (before, after): (&[u8], &[u8]) = match body.len() % 3 {
        0 => (b" \n", b""),
        1 => (b"", b"\r\n"),
        _ => (b"\t\t\r", b" \t\n"),
    };
    let spaced = [mark, before, rest, after].concat();
    assert_eq!(wire::connection(&spaced), wire::connection(body));
    assert_eq!(wire::connections(&spaced), wire::connections(body));
    assert_eq!(wire::accounts(&spaced), wire::accounts(body));
    assert_eq!(wire::refusal(&spaced), wire::refusal(body));
}

/// What is bare, and what is in `data`, is the same.
fn wrapping_means_nothing(body: &[u8]) {
    let Ok(bare) = serde_json::from_slice::<Value>(body) else {
        return;
    };
    let wrapped = [b"{\"data\":", body, b"}"].concat();
    // One level more can be one too many for the reader.
    if serde_json::from_slice::<Value>(&wrapped).is_err() {
        return;
    }
    match bare {
        Value::Object(fields) if !fields.get("data").is_some_and(Value::is_object) => {
            assert_eq!(wire::connection(&wrapped), wire::connection(body));
        }
        Value::Array(_) => {
            assert_eq!(wire::connections(&wrapped), wire::connections(body));
            assert_eq!(wire::accounts(&wrapped), wire::accounts(body));
        }
        _ => {}
    }
}

fn is_kept_small(connection: &Connection) {
    assert!(
        connection
            .uuid
            .as_ref()
            .is_none_or(|uuid| uuid.len() <= UUID_MOST_BYTES),
        "{connection:?}"
    );
    for firm in [&connection.sender_firm, &connection.recipient_firm] {
        firm.name.as_deref().into_iter().for_each(is_shown_text);
    }
    if let Status::Other(word) = &connection.status
        && !word.is_empty()
    {
        is_shown_text(word);
    }
}

fn can_be_shown(account: &Account) {
    assert_eq!(account.uuid.as_str().parse().as_ref(), Ok(&account.uuid));
    for text in [&account.name, &account.firm, &account.role] {
        text.as_deref().into_iter().for_each(is_shown_text);
    }
}

fn is_shown_text(text: &str) {
    assert!(
        text.chars().count() <= SHOWN_TEXT_MOST,
        "{} characters",
        text.chars().count()
    );
    assert_eq!(text, text.trim());
    assert!(!text.is_empty());
}

/// Written as the API writes them, bare, wrapped or in a list, its fields are read as the same connection.
fn reads_back(connection: &Connection) {
    let json = written(connection);
    let bytes = |json: &Value| json.to_string().into_bytes();
    assert_eq!(wire::connection(&bytes(&json)).as_ref(), Some(connection));
    let wrapped = json!({ "data": json });
    assert_eq!(
        wire::connection(&bytes(&wrapped)).as_ref(),
        Some(connection)
    );
    let listed = json!({ "data": [json], "links": {}, "meta": {} });
    assert_eq!(
        wire::connections(&bytes(&listed)).as_deref(),
        Some(std::slice::from_ref(connection))
    );
}

fn written(connection: &Connection) -> Value {
    let moment = |moment: &Option<Moment>| moment.as_ref().map(Moment::text).map(str::to_owned);
    let firm = |firm: &Firm| json!({ "name": firm.name, "uuid": firm.uuid });
    let mut fields = Map::new();
    fields.insert("uuid".to_owned(), json!(connection.uuid));
    fields.insert("status".to_owned(), json!(connection.status.as_str()));
    fields.insert("direction".to_owned(), json!(connection.direction.as_str()));
    fields.insert(
        "created_at".to_owned(),
        json!(moment(&connection.created_at)),
    );
    fields.insert(
        "expires_at".to_owned(),
        json!(moment(&connection.expires_at)),
    );
    fields.insert(
        "updated_at".to_owned(),
        json!(moment(&connection.updated_at)),
    );
    fields.insert("sender_firm".to_owned(), firm(&connection.sender_firm));
    fields.insert(
        "recipient_firm".to_owned(),
        firm(&connection.recipient_firm),
    );
    Value::Object(fields)
}
