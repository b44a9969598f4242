//! A backend for the widget's frontend, after RFC 10017 (OAuth 2.0 for browser-based applications): it signs people in
//! with Plannr, keeps their tokens to itself, and hands each of their requests on at most once.
//!
//! Reading order: `routes` (what there is), `guard` (who may ask), `budget` (for how long), `session` (who is signed in), `sign_in` and `ticket`
//! (how they came to be), `oauth` and `renewal` (tokens), `relay` (questions) and `pace` (how many), `send` and `settle` (requests that make an
//! email), `upstream` (the API), `pages`, `store` (the database), `seal` (what the database cannot read), `server`.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::panic,
        reason = "in a test a surprise should end it, at the line where it happened"
    )
)]

mod accounts;
mod budget;
mod clock;
mod error;
mod failure;
mod guard;
mod hs256;
mod list;
mod metrics;
mod oauth;
mod origin;
#[doc(hidden)]
pub mod outside;
mod pace;
mod pages;
mod relay;
mod renewal;
mod routes;
mod seal;
mod send;
mod server;
mod session;
mod settings;
mod settle;
mod sign_in;
mod store;
mod ticket;
mod upstream;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep, timeout_at},
};
use tokio_util::task::TaskTracker;

pub use self::{
    clock::Clock,
    error::Error,
    seal::{Keys, KeysProblem},
    settings::{PREFIX, Problem, Settings},
};
use self::{
    metrics::Metrics, oauth::OAuth, pace::Pace, seal::Seal, store::Store, upstream::Upstream,
};

/// How often what is too old is deleted.
const SWEEP_EVERY: Duration = Duration::from_secs(300);

/// The gateway.
#[derive(Debug)]
pub struct Gateway;

impl Gateway {
    /// Opens the database, brings its tables up to date, and starts to listen; requests are answered from then on.
    ///
    /// # Errors
    /// When an address cannot be listened on, and when the database cannot be opened.
    pub async fn start(settings: Settings) -> Result<Running, Error> {
        let listener = listen("listen", settings.listen).await?;
        let metrics_listener = match settings.metrics_listen {
            Some(address) => Some(listen("metrics_listen", address).await?),
            None => None,
        };
        let upstream = Upstream::new(&settings)?;
        let store =
            Store::open(&settings.database_url, Seal::new(&settings.encryption_keys)).await?;
        let pace = Arc::new(Pace::new(settings.questions_per_minute));
        let app = App {
            oauth: Arc::new(OAuth::new(&settings, upstream.clone())),
            settings: Arc::new(settings),
            store,
            upstream,
            metrics: Arc::new(Metrics::new()),
            pace,
            tasks: TaskTracker::new(),
        };
        app.take_over().await;
        let (stop, stopping) = watch::channel(false);
        let running = Running {
            address: address_of(&listener, app.settings.listen),
            metrics_address: metrics_listener
                .as_ref()
                .zip(app.settings.metrics_listen)
                .map(|(listener, asked)| address_of(listener, asked)),
            stop,
            serving: tokio::spawn(serve(app, listener, metrics_listener, stopping)),
        };
        Ok(running)
    }
}

/// A gateway that answers. Dropping it stops it as well, without waiting for it.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    metrics_address: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Running {
    /// Where it listens, with the port that it really got.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it gives out metrics, with the port that it really got.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// Stops it: no new connections, [`Settings::stop_limit`] at most for what is under way, then the database is
    /// closed.
    pub async fn stop(self) {
        // Nobody listens any more where it has ended by itself.
        let _ = self.stop.send(true);
        let _ = self.serving.await;
    }
}

/// What every handler shares.
#[derive(Clone)]
struct App {
    settings: Arc<Settings>,
    store: Store,
    upstream: Upstream,
    oauth: Arc<OAuth>,
    metrics: Arc<Metrics>,
    pace: Arc<Pace>,
    /// What must not be broken off: requests that have left, and renewals.
    tasks: TaskTracker,
}

impl App {
    /// Takes what earlier runs left behind for what it is, and deletes what is too old of it.
    async fn take_over(&self) {
        if let Err(cause) = self.give_up_started().await {
            tracing::error!(%cause, "requests left behind are not marked");
        }
        self.sweep_once().await;
    }

    async fn give_up_started(&self) -> Result<(), store::StoreError> {
        let now = self.settings.clock.now();
        if self.store.is_ours_alone() {
            self.store.give_up_all_renewals().await?;
        }
        let before = match self.store.is_ours_alone() {
            true => now,
            // Another gateway may be waiting for their answers.
            false => now.minus(send::rules(self).under_way_for),
        };
        let left_behind = self.store.give_up_started(before).await?;
        if left_behind > 0 {
            tracing::warn!(
                left_behind,
                "an earlier run ended before it knew what became of them"
            );
        }
        Ok(())
    }

    /// Deletes what is too old, now and then.
    async fn sweep(self) {
        loop {
            sleep(SWEEP_EVERY).await;
            self.sweep_once().await;
        }
    }

    async fn sweep_once(&self) {
        let now = self.settings.clock.now();
        self.pace.sweep(now);
        match self.store.sweep(self.settings.retention, now).await {
            Ok(swept) => tracing::info!(?swept, "deleted what was too old"),
            Err(cause) => tracing::error!(%cause, "what is too old is not deleted"),
        }
    }
}

async fn listen(setting: &'static str, address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address)
        .await
        .map_err(|cause| Error::Listen {
            setting,
            address,
            cause,
        })
}

/// Where a listener listens. A system that does not tell uses what it was asked for.
fn address_of(listener: &TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}

async fn serve(
    app: App,
    listener: TcpListener,
    metrics_listener: Option<TcpListener>,
    stopping: watch::Receiver<bool>,
) {
    let limit = app.settings.stop_limit;
    let connections = app.settings.connections;
    let sweeping = tokio::spawn(app.clone().sweep());
    let public = server::serve(
        listener,
        routes::public(&app),
        connections,
        stopping.clone(),
        limit,
    );
    let private = async {
        if let Some(listener) = metrics_listener {
            let routes = routes::private(&app);
            server::serve(listener, routes, connections, stopping.clone(), limit).await;
        }
    };
    let deadline = async {
        server::stopped(stopping.clone()).await;
        Instant::now() + limit
    };
    let ((), (), deadline) = tokio::join!(public, private, deadline);
    // Requests whose browser has gone away.
    app.tasks.close();
    if timeout_at(deadline, app.tasks.wait()).await.is_err() {
        tracing::warn!("some requests were under way when the time to stop was over");
    }
    sweeping.abort();
    app.store.close().await;
}
