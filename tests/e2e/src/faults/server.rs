//! A server that speaks HTTP/1.1 by hand and plays one fault.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::api;
use super::fault::{Fault, Gets, Preflight, Reads, Step, Taken};
use super::reply::{head, http_date, reply};
use super::request::Head;
use super::site::Site;
use crate::backend::CONNECTIONS_PATH;
use crate::ports;

/// The longest that a connection lives: more than any browser waits for an answer in these trials.
const CONNECTION_LIMIT: Duration = Duration::from_secs(60);

/// How many connections there may be at a time.
const CONNECTIONS_MOST: usize = 64;

/// How much filler is written at a time, in bytes.
const FLOOD_CHUNK_BYTES: usize = 64 * 1024;

/// What lets a page of another origin read an answer.
const FOR_ANY_ORIGIN: (&str, &str) = ("Access-Control-Allow-Origin", "*");

/// A running server with the built page, the lists of the API, and one fault. Ends when dropped.
#[derive(Debug)]
pub struct FaultServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

/// What a server saw so far.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Method and target of every request whose head was read.
    pub requests: Vec<String>,
    /// POSTs to create a connection of which at least one byte came, those not read as a whole among them.
    pub posts_begun: usize,
    /// POSTs that were received whole, headers and body, on a connection that no request had come over before.
    pub whole_on_fresh: usize,
    /// The same, on a connection that had carried a request before.
    pub whole_on_reused: usize,
    /// The bytes of filler that the browser's side took.
    pub pushed_bytes: u64,
    /// The connections of the list, oldest first.
    pub connections: Vec<Value>,
}

impl Seen {
    /// The POSTs that were received whole.
    #[must_use]
    pub fn whole_posts(&self) -> usize {
        self.whole_on_fresh + self.whole_on_reused
    }
}

#[derive(Debug)]
struct Shared {
    fault: Arc<Fault>,
    site: Site,
    seen: Mutex<Seen>,
}

impl FaultServer {
    /// Starts a server on a free loopback port. Its page takes `endpoint` for the API: `/` is this server.
    ///
    /// # Errors
    /// When there is no built page or no port.
    pub async fn start(fault: Arc<Fault>, endpoint: &str) -> Result<Self> {
        let listener = ports::listen().await.context("serving a fault")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            fault,
            site: Site::read(endpoint)?,
            seen: Mutex::default(),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self {
            address,
            shared,
            accepting,
        })
    }

    /// The server's origin, such as `http://127.0.0.1:40000`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it saw so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.shared.seen().clone()
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Owns the connections' tasks, so that they end with it.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    // An error is one connection's alone, or the trial sees that no answer comes.
    while let Ok((stream, _peer)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        if connections.len() < CONNECTIONS_MOST {
            let shared = Arc::clone(&shared);
            connections.spawn(async move {
                let connection = Connection {
                    stream,
                    shared,
                    requests: 0,
                };
                // Whatever ends a connection, what it did is in `Seen`.
                let _ended = timeout(CONNECTION_LIMIT, connection.serve()).await;
            });
        }
    }
}

/// Whether a connection goes on after an answer.
#[derive(PartialEq, Eq)]
enum Next {
    Request,
    End,
}

struct Connection {
    stream: TcpStream,
    shared: Arc<Shared>,
    /// How many requests came over it before the present one.
    requests: usize,
}

impl Connection {
    async fn serve(mut self) -> io::Result<()> {
        self.stream.set_nodelay(true)?;
        loop {
            if self.shared.fault.reads == Reads::Nothing && self.post_is_ahead().await? {
                self.shared.seen().posts_begun += 1;
                let steps = self.shared.fault.steps(&Value::Null);
                self.take(steps).await?;
                return Ok(());
            }
            let Some(head) = Head::read(&mut self.stream).await? else {
                return Ok(());
            };
            self.note(&head);
            let next = match (head.method.as_str(), head.path()) {
                ("POST", CONNECTIONS_PATH) => self.post(&head).await?,
                ("OPTIONS", CONNECTIONS_PATH)
                    if head.field("access-control-request-method") == Some("POST") =>
                {
                    self.preflight().await?
                }
                ("OPTIONS", _path) => self.allow().await?,
                _ => self.get(&head).await?,
            };
            if next == Next::End {
                // FIN, and the browser's own end awaited: dropping what it still sends would make it RST.
                self.stream.shutdown().await?;
                let mut rest = [0; 1024];
                while self.stream.read(&mut rest).await? > 0 {}
                return Ok(());
            }
            self.requests += 1;
        }
    }

    /// Looks at the first byte without reading it. No other method of these trials begins with a P.
    async fn post_is_ahead(&self) -> io::Result<bool> {
        let mut first = [0];
        Ok(self.stream.peek(&mut first).await? == 1 && first == *b"P")
    }

    fn note(&self, head: &Head) {
        let mut seen = self.shared.seen();
        seen.requests
            .push(format!("{} {}", head.method, head.target));
    }

    async fn get(&mut self, head: &Head) -> io::Result<Next> {
        let closes = self.shared.fault.gets == Gets::Close;
        let date = http_date(Timestamp::now());
        let mut fields = vec![FOR_ANY_ORIGIN, ("Date", date.as_str())];
        if closes {
            fields.push(("Connection", "close"));
        }
        let found = api::body(&head.target, &self.shared.seen().connections);
        let bytes = match found {
            Some(body) => {
                fields.push(("Content-Type", "application/json"));
                reply("200 OK", &fields, body.to_string().as_bytes())
            }
            None => self.shared.site.get(head.path(), &fields),
        };
        self.stream.write_all(&bytes).await?;
        Ok(if closes { Next::End } else { Next::Request })
    }

    async fn preflight(&mut self) -> io::Result<Next> {
        match self.shared.fault.preflight {
            Preflight::Allowed => self.allow().await,
            Preflight::Refused => {
                let bytes = reply("403 Forbidden", &[], b"");
                self.stream.write_all(&bytes).await?;
                Ok(Next::Request)
            }
            Preflight::Reset => {
                self.stream.set_zero_linger()?;
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
    }

    async fn allow(&mut self) -> io::Result<Next> {
        let fields = [
            FOR_ANY_ORIGIN,
            ("Access-Control-Allow-Methods", "GET, POST"),
            (
                "Access-Control-Allow-Headers",
                "Accept, Authorization, Content-Type, X-PLANNR-ACCOUNT-UUID",
            ),
        ];
        let bytes = head("204 No Content", &fields);
        self.stream.write_all(&bytes).await?;
        Ok(Next::Request)
    }

    async fn post(&mut self, head: &Head) -> io::Result<Next> {
        self.shared.seen().posts_begun += 1;
        let length = head.body_bytes()?;
        let wanted = match self.shared.fault.reads {
            Reads::Nothing | Reads::Head => 0,
            Reads::HalfTheBody => length / 2,
            Reads::Whole => length,
        };
        let mut body = vec![0; wanted];
        self.stream.read_exact(&mut body).await?;
        let connection = match wanted == length {
            true => self.whole_post()?,
            false => Value::Null,
        };
        let steps = self.shared.fault.steps(&connection);
        self.take(steps).await
    }

    /// Counts a POST that was received whole; answers with the connection that the API makes of it.
    fn whole_post(&self) -> io::Result<Value> {
        let mut seen = self.shared.seen();
        match self.requests {
            0 => seen.whole_on_fresh += 1,
            _ => seen.whole_on_reused += 1,
        }
        let number = seen.whole_posts();
        let connection = api::connection(number).map_err(io::Error::other)?;
        if self.shared.fault.taken == Taken::Yes {
            seen.connections.push(connection.clone());
        }
        Ok(connection)
    }

    async fn take(&mut self, steps: Vec<Step>) -> io::Result<Next> {
        for step in steps {
            match step {
                Step::Send(bytes) => self.stream.write_all(&bytes).await?,
                Step::Drip { bytes, every } => {
                    for byte in bytes {
                        self.stream.write_all(&[byte]).await?;
                        sleep(every).await;
                    }
                }
                Step::Flood { bytes } => self.flood(bytes).await?,
                Step::Pause(how_long) => sleep(how_long).await,
                Step::Hold => {
                    let mut rest = [0; 1024];
                    while self.stream.read(&mut rest).await? > 0 {}
                    return Ok(Next::End);
                }
                Step::Close => return Ok(Next::End),
                Step::Reset => {
                    self.stream.set_zero_linger()?;
                    return Err(io::ErrorKind::ConnectionReset.into());
                }
            }
        }
        Ok(Next::Request)
    }

    async fn flood(&mut self, bytes: u64) -> io::Result<()> {
        let chunk = [b'x'; FLOOD_CHUNK_BYTES];
        let mut left = bytes;
        while left > 0 {
            let room = usize::try_from(left).unwrap_or(usize::MAX);
            let part = chunk.get(..room).unwrap_or(&chunk);
            let written = self.stream.write(part).await?;
            left = left.saturating_sub(u64::try_from(written).unwrap_or(u64::MAX));
            self.shared.seen().pushed_bytes = bytes - left;
        }
        Ok(())
    }
}
