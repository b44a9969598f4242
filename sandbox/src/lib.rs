//! A local stand-in for the Plannr API.
//!
//! It has the API's paths, headers, shapes and error bodies, as far as they are known, keeps what it is told in
//! SQLite, and runs in real time. Referral codes decide what happens:
//!
//! | code | answer | recorded |
//! | --- | --- | --- |
//! | `ABC12345` | 200, pending until a link in its email is clicked | yes |
//! | `ACCEPTED`, `DENIED00` | 200, pending; accepted or denied 5 s later | yes |
//! | `EXPIRE10` | 200, pending; its date passes after 10 s | yes |
//! | `RECEIVED` | 200, direction `received` | yes |
//! | `DOCSHAPE` | 200 in the published example's shape: each field of an account is an object | yes |
//! | `WRAPPED1` | 201, the same in `{"data": …}`, its times with microseconds and `Z` | yes |
//! | `STRANGER` | 200, status `under_review` | yes |
//! | `SLOW0030` | 200 after 30 s ([`Settings::slow_answer_after`]) | yes, at once |
//! | `RESETCON` | none: the connection closes without a byte | yes |
//! | `TRUNCATE` | 200, JSON that breaks off half way | yes |
//! | `NOTJSON0` | 200, HTML | yes |
//! | `NOBODY00` | 204 | yes |
//! | `NOTFOUND`, and any other 8 characters | 422, unknown code | no |
//! | `OWNCODE1` | 422, own code, with a string where others have a list | no |
//! | `ALREADY1` | 409 | no |
//! | `THROTTLE` | 429, `Retry-After: 5` | no |
//! | `SERVER50` | 500 | no |
//! | `MAINTAIN` | 503, HTML, `Retry-After: 120`, no CORS headers | no |
//!
//! "Recorded" means a connection in the list and an email in the outbox. `sandbox-token` is let in, and so are the
//! tokens that `/oauth/authorize` and `/oauth/token` give out to applications on this machine.
//!
//! Where the API is not known to the last detail the sandbox decides as follows:
//! - Codes are taken as typed: lower case is another code, thus an unknown one.
//! - A request lasts 30 days by the clock on the wall in London, so 719 to 721 hours. Past its date it says
//!   `pending` for 5 s more, then `expired`: a client has to cope with both.
//! - `filter[status]` knows pending, accepted and denied; for any other word the list is empty.
//!   `filter[recipient_uuid]` takes the UUID of the recipient's firm or account.
//! - A connection belongs to the account that asked for it; another account does not see it.
//! - A missing `X-PLANNR-ACCOUNT-UUID` is answered like an account of somebody else: 403. `/api/v1/logins`
//!   does not need it. `preferred_account_uuid` stands beside `data` there and in each login.
//! - Errors under `/api/` are JSON whatever `Accept` says.
//! - A body whose `Content-Type` is not JSON is not read, so the code is missing.
//! - A failure of the sandbox itself is a 500 that carries its cause in `exception`, as a debug server's does.
//!
//! Beside the API there is `/sandbox/outbox` (the emails), `/sandbox/outbox.json`, `/sandbox/requests.json`
//! (every POST to the create route as it arrived) and `POST /sandbox/reset`. `Authorization` is kept there only
//! when it holds one of the sandbox's two public tokens; any other one and every cookie are blacked out before
//! they reach the database.
//!
//! Reading order: `script` (the table above as code), `api` (the routes and their Laravel manners), `store`,
//! `outbox`, `oauth`, `page`, `server`.

mod api;
mod cast;
mod clock;
mod error;
mod oauth;
mod outbox;
mod page;
mod script;
mod server;
mod store;
mod wire;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use axum::Router;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use self::{api::Throttle, oauth::Issued, store::Store};
pub use self::{clock::Clock, error::Error};

/// How to start a sandbox.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen; port 0 takes any free one. By default `127.0.0.1:0`.
    pub listen: SocketAddr,
    /// Where to keep what it is told. By default in memory.
    pub database: Database,
    /// A folder with a built web page to serve at `/`. It may be rebuilt, or missing for a while, meanwhile.
    pub page: Option<PathBuf>,
    /// How often that page asks for a changed status, in seconds; `None` leaves it to the page.
    pub refresh_s: Option<u32>,
    /// Whether browsers may keep that page for times without a network. By default they may.
    pub page_may_be_kept: bool,
    /// What time it is. By default the machine's clock.
    pub clock: Clock,
    /// Whether `listen` may be an address that other machines can reach.
    pub allow_remote: bool,
    /// How long `SLOW0030` keeps its sender waiting, on the machine's clock. By default 30 s.
    pub slow_answer_after: Duration,
    /// How long the access tokens last that the OAuth pages give out. By default an hour.
    pub oauth_token_lasts: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            database: Database::Memory,
            page: None,
            refresh_s: None,
            page_may_be_kept: true,
            clock: Clock::real(),
            allow_remote: false,
            slow_answer_after: Duration::from_secs(30),
            oauth_token_lasts: Duration::from_secs(3600),
        }
    }
}

/// Where a sandbox keeps what it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// In this file, which is made together with its folder if there is none.
    File(PathBuf),
    /// In memory, until the sandbox stops.
    Memory,
}

/// The local stand-in for the API.
#[derive(Debug)]
pub struct Sandbox;

impl Sandbox {
    /// Opens the database, starts to listen and returns at once; requests are answered from then on.
    ///
    /// # Errors
    /// When the address is not a loopback address and `allow_remote` is not set, when it cannot be listened
    /// on, and when the database cannot be opened.
    pub async fn start(settings: Settings) -> Result<Running, Error> {
        if !settings.listen.ip().is_loopback() && !settings.allow_remote {
            return Err(Error::NotLoopback(settings.listen));
        }
        let cannot_listen = |cause: io::Error| match cause.kind() {
            io::ErrorKind::AddrInUse => Error::PortInUse(settings.listen),
            _ => Error::Listen {
                address: settings.listen,
                cause,
            },
        };
        let listener = TcpListener::bind(settings.listen)
            .await
            .map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;
        let store = Arc::new(Store::open(&settings.database).await?);
        let (stop, stopping) = watch::channel(false);
        let app = App {
            store: Arc::clone(&store),
            clock: settings.clock,
            throttle: Arc::default(),
            issued: Arc::default(),
            slow_answer_after: settings.slow_answer_after,
            oauth_token_lasts: settings.oauth_token_lasts,
            stopping: stopping.clone(),
        };
        let router = api::with_manners(
            Router::new()
                .merge(api::routes(&app))
                .merge(oauth::routes(&app))
                .merge(outbox::routes(&app))
                .merge(page::routes(
                    settings.page,
                    settings.refresh_s,
                    settings.page_may_be_kept,
                )),
            &app,
        );
        let serving = tokio::spawn(async move {
            server::serve(listener, router, stopping).await;
            store.close().await;
        });
        Ok(Running {
            address,
            stop,
            serving,
        })
    }
}

/// A sandbox that answers. Dropping it stops it as well, without waiting for it.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Running {
    /// Where it listens, with the port that it really got.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it: no new connections, two seconds at most for the open requests, then the database is closed.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // The task ends by itself now; it could only fail by a panic, which has been reported by then.
        let _ = self.serving.await;
    }
}

/// What every handler shares.
#[derive(Clone)]
struct App {
    store: Arc<Store>,
    clock: Clock,
    throttle: Arc<Throttle>,
    issued: Arc<Issued>,
    slow_answer_after: Duration,
    oauth_token_lasts: Duration,
    stopping: watch::Receiver<bool>,
}
