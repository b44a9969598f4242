//! An API at a raw socket that plays along, or breaks in the way that a code's first letter says.
//!
//! Access tokens are `ACCOUNT.SERIAL`: everybody has one account. The code that OAuth exchanges is the account as well.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::{Timestamp, fmt::rfc2822::DateTimePrinter};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
};

use crate::fault::Fault;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
    /// Which of all connections it came over.
    pub(crate) connection: usize,
}

#[derive(Default)]
struct Memory {
    seen: Vec<Seen>,
    /// By account, newest last.
    made: HashMap<String, Vec<Value>>,
    /// By account: the newest refresh token alone counts, so two that renew at once would lose one another's.
    serials: HashMap<String, u32>,
    renewals: u32,
    connections: usize,
    list_broken: bool,
    lists_shared: bool,
    /// The error that renewals are refused with.
    renewals_refused: Option<&'static str>,
    renewals_unanswered: bool,
    renewals_held: bool,
    lists_held: bool,
}

pub(crate) struct Plannr {
    pub(crate) address: SocketAddr,
    memory: Arc<Mutex<Memory>>,
    released: Arc<Notify>,
    serving: JoinHandle<()>,
}

impl Drop for Plannr {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Plannr {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let memory = Arc::new(Mutex::new(Memory::default()));
        let released = Arc::new(Notify::new());
        let serving = tokio::spawn({
            let (memory, released) = (Arc::clone(&memory), Arc::clone(&released));
            async move {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let (memory, released) = (Arc::clone(&memory), Arc::clone(&released));
                    tokio::spawn(async move { connection(stream, &memory, &released).await });
                }
            }
        });
        Self {
            address,
            memory,
            released,
            serving,
        }
    }

    /// Every request to make a connection that arrived.
    pub(crate) fn posts(&self) -> Vec<Seen> {
        let memory = self.memory.lock().unwrap();
        let is_post = |seen: &&Seen| seen.line.starts_with("POST /api/");
        memory.seen.iter().filter(is_post).cloned().collect()
    }

    /// Every request that arrived.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.memory.lock().unwrap().seen.clone()
    }

    pub(crate) fn made(&self, account: &str) -> Vec<Value> {
        let memory = self.memory.lock().unwrap();
        memory.made.get(account).cloned().unwrap_or_default()
    }

    /// Makes a connection that nobody here asked for.
    pub(crate) fn make(&self, account: &str) {
        make(&self.memory, account);
    }

    pub(crate) fn renewals(&self) -> u32 {
        self.memory.lock().unwrap().renewals
    }

    pub(crate) fn break_list(&self, broken: bool) {
        self.memory.lock().unwrap().list_broken = broken;
    }

    /// Everybody is of one firm, and sees what all of them have sent.
    pub(crate) fn share_lists(&self) {
        self.memory.lock().unwrap().lists_shared = true;
    }

    pub(crate) fn refuse_renewals(&self, error: Option<&'static str>) {
        self.memory.lock().unwrap().renewals_refused = error;
    }

    pub(crate) fn leave_renewals_unanswered(&self, unanswered: bool) {
        self.memory.lock().unwrap().renewals_unanswered = unanswered;
    }

    /// Answers renewals when [`Plannr::release`] says so.
    pub(crate) fn hold_renewals(&self, held: bool) {
        self.memory.lock().unwrap().renewals_held = held;
    }

    /// Shows no list before [`Plannr::release`] says so.
    pub(crate) fn hold_lists(&self, held: bool) {
        self.memory.lock().unwrap().lists_held = held;
    }

    /// Waits until a request that starts with this line has arrived after the first `before` of all requests.
    pub(crate) async fn await_line(&self, before: usize, line: &str) {
        let arrived = || {
            let memory = self.memory.lock().unwrap();
            let since = memory.seen.iter().skip(before);
            since
                .map(|seen| &seen.line)
                .any(|seen| seen.starts_with(line))
        };
        while !arrived() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Answers every request that is held.
    pub(crate) fn release(&self) {
        self.released.notify_waiters();
    }

    /// Waits until so many requests to make a connection have arrived.
    pub(crate) async fn await_posts(&self, count: usize) {
        while self.posts().len() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn connection(mut stream: TcpStream, memory: &Mutex<Memory>, released: &Notify) {
    let number = {
        let mut memory = memory.lock().unwrap();
        memory.connections += 1;
        memory.connections
    };
    while let Some(mut seen) = read(&mut stream).await {
        seen.connection = number;
        memory.lock().unwrap().seen.push(seen.clone());
        if answer(&mut stream, &seen, memory, released).await.is_none() {
            return;
        }
    }
}

/// The next request; `None` at the end of the connection.
async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let (line, fields) = head.split_once("\r\n").unwrap();
    let headers: HashMap<String, String> = fields
        .lines()
        .map(|field| field.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length");
    let length = length.map_or(0, |length| length.parse().unwrap());
    while bytes.len() < end + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(Seen {
        line: line.to_owned(),
        headers,
        body: String::from_utf8(bytes[end + 4..].to_vec()).unwrap(),
        connection: 0,
    })
}

/// `None` if the connection is over.
async fn answer(
    stream: &mut TcpStream,
    seen: &Seen,
    memory: &Mutex<Memory>,
    released: &Notify,
) -> Option<()> {
    if seen.line.starts_with("POST /oauth/token ") {
        let is_held = memory.lock().unwrap().renewals_held;
        if is_held && seen.body.contains("refresh_token") {
            released.notified().await;
        }
        return token(stream, seen, memory).await;
    }
    let bearer = seen
        .headers
        .get("authorization")
        .cloned()
        .unwrap_or_default();
    let account = bearer
        .strip_prefix("Bearer ")
        .and_then(|token| token.split_once('.'));
    let Some((account, _)) = account else {
        return reply(
            stream,
            "401 Unauthorized",
            &json!({"message": "Unauthenticated."}),
        )
        .await;
    };
    if seen.line.starts_with("GET /api/v1/logins ") {
        let logins = json!({"data": [
            {"uuid": "l1", "email": "someone@example.com", "account": {"uuid": account, "name": "Someone"}},
            {"uuid": "l2", "account": {"uuid": OTHER, "name": "Someone else", "role": "client"}},
        ], "preferred_account_uuid": account});
        return reply(stream, "200 OK", &logins).await;
    }
    if seen
        .headers
        .get("x-plannr-account-uuid")
        .is_none_or(|named| named != account && named != OTHER)
    {
        return reply(
            stream,
            "403 Forbidden",
            &json!({"message": "This action is unauthorized."}),
        )
        .await;
    }
    if seen.line.starts_with("POST ") {
        let asked: Value = serde_json::from_str(&seen.body).unwrap();
        let code = asked["adviser_key"].as_str().unwrap().to_owned();
        return create(stream, Fault::of(&code), account, memory, released).await;
    }
    let is_held = memory.lock().unwrap().lists_held;
    if is_held {
        released.notified().await;
    }
    let made = {
        let memory = memory.lock().unwrap();
        if memory.list_broken {
            return None;
        }
        let mut made: Vec<Value> = memory
            .made
            .iter()
            .filter(|(of, _)| memory.lists_shared || *of == account)
            .flat_map(|(_, made)| made.clone())
            .collect();
        made.sort_by_key(|one| std::cmp::Reverse(one["created_at"].as_str().map(str::to_owned)));
        made
    };
    reply(stream, "200 OK", &json!({ "data": made })).await
}

/// The second account that everybody has.
pub(crate) const OTHER: &str = "0dd0dd00-0000-4000-8000-000000000000";

async fn token(stream: &mut TcpStream, seen: &Seen, memory: &Mutex<Memory>) -> Option<()> {
    let fields: HashMap<String, String> = url::form_urlencoded::parse(seen.body.as_bytes())
        .into_owned()
        .collect();
    let granted = {
        let mut memory = memory.lock().unwrap();
        let account = match fields["grant_type"].as_str() {
            "authorization_code" => Ok(fields["code"].clone()),
            _ => {
                memory.renewals += 1;
                if memory.renewals_unanswered {
                    return None;
                }
                let (account, serial) = fields["refresh_token"].split_once('.').unwrap();
                let newest = memory.serials.get(account).map(u32::to_string);
                match (memory.renewals_refused, newest.as_deref() == Some(serial)) {
                    (Some(error), _) => Err(error),
                    (None, true) => Ok(account.to_owned()),
                    (None, false) => Err("invalid_grant"),
                }
            }
        };
        account.map(|account| {
            let serial = memory.serials.entry(account.clone()).or_default();
            *serial += 1;
            (account, *serial)
        })
    };
    let (account, serial) = match granted {
        Ok(granted) => granted,
        Err(error) => return reply(stream, "400 Bad Request", &json!({"error": error})).await,
    };
    let tokens = json!({
        "token_type": "Bearer",
        "expires_in": 3600,
        "access_token": format!("{account}.secret{serial}"),
        "refresh_token": format!("{account}.{serial}"),
    });
    reply(stream, "200 OK", &tokens).await
}

async fn create(
    stream: &mut TcpStream,
    fault: Fault,
    account: &str,
    memory: &Mutex<Memory>,
    released: &Notify,
) -> Option<()> {
    let made = match fault.makes() {
        true => make(memory, account),
        false => Value::Null,
    };
    match fault {
        Fault::None => reply(stream, "201 Created", &made).await,
        Fault::Held => {
            released.notified().await;
            reply(stream, "200 OK", &made).await
        }
        Fault::MadeAndCut | Fault::Cut => None,
        Fault::HalfABody => {
            let body = made.to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            write(stream, &format!("{head}{}", &body[..body.len() / 2])).await?;
            None
        }
        Fault::Error | Fault::MadeAndError => {
            reply(
                stream,
                "500 Internal Server Error",
                &json!({"message": "Server Error"}),
            )
            .await
        }
        Fault::Refused => {
            let refusal = json!({"message": "No.", "errors": {"adviser_key": ["No."]}});
            reply(stream, "422 Unprocessable Content", &refusal).await
        }
        Fault::MadeAndSilence | Fault::Silence => std::future::pending().await,
        Fault::MadeAndNoise => {
            write(stream, "SSH-2.0-OpenSSH_9.2\r\n\r\n").await?;
            None
        }
        Fault::Redirect => {
            let head =
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n";
            write(stream, head).await
        }
        Fault::TimeOut => {
            reply(
                stream,
                "408 Request Timeout",
                &json!({"message": "Too slow."}),
            )
            .await
        }
        Fault::Endless => {
            let long = json!({"uuid": made["uuid"], "filling": "x".repeat(300 * 1024)});
            reply(stream, "200 OK", &long).await
        }
        Fault::Html => {
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<b>!";
            write(stream, head).await
        }
        Fault::Empty => write(stream, "HTTP/1.1 204 No Content\r\n\r\n").await,
        Fault::Unauthenticated => {
            reply(
                stream,
                "401 Unauthorized",
                &json!({"message": "Unauthenticated."}),
            )
            .await
        }
        Fault::HalfAHead => {
            write(stream, "HTTP/1.1 200 OK\r\nContent-Ty").await?;
            None
        }
    }
}

fn make(memory: &Mutex<Memory>, account: &str) -> Value {
    let made = json!({
        "uuid": uuid::Uuid::new_v4().to_string(),
        "direction": "sent",
        "status": "pending",
        "created_at": Timestamp::now().to_string(),
        "recipient_firm": {"uuid": "f", "name": "A firm"},
    });
    let mut memory = memory.lock().unwrap();
    memory
        .made
        .entry(account.to_owned())
        .or_default()
        .push(made.clone());
    made
}

async fn reply(stream: &mut TcpStream, status: &str, body: &Value) -> Option<()> {
    let body = body.to_string();
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&Timestamp::now());
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nSet-Cookie: tracker=1\r\nX-Powered-By: PHP\r\n\
         Access-Control-Allow-Origin: *\r\nX-RateLimit-Remaining: 499\r\nDate: {}\r\nContent-Length: {}\r\n\r\n{body}",
        date.unwrap(),
        body.len()
    );
    write(stream, &text).await
}

async fn write(stream: &mut TcpStream, text: &str) -> Option<()> {
    stream.write_all(text.as_bytes()).await.ok()
}
