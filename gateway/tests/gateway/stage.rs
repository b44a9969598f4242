//! A gateway with what it needs around it, and a clock that is moved by hand.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use referral_connect_gateway::{Clock, Gateway, Running, Settings};

use crate::{
    browser::Browser,
    database::{self, Database},
    panics,
    plannr::Plannr,
};

pub(crate) const ORIGIN: &str = "https://portal.example";
pub(crate) const KEY: &str = "PtuoWfuonaoDtdIeuuZAsBZeOU8GhWILVhUa0AQ+oqQ=";
pub(crate) const TICKET_SECRET: &str = "the secret that the portal's backend has";

pub(crate) struct Stage {
    pub(crate) gateway: Option<Running>,
    pub(crate) plannr: Plannr,
    pub(crate) database: Database,
    ahead: Arc<Mutex<Duration>>,
    changes: Vec<(String, String)>,
}

impl Stage {
    /// With SQLite.
    pub(crate) async fn start() -> Self {
        Self::with(database::sqlite(), &[]).await
    }

    pub(crate) async fn with(database: Database, changes: &[(&str, &str)]) -> Self {
        panics::watch();
        let plannr = Plannr::start().await;
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut stage = Self {
            gateway: None,
            plannr,
            database,
            ahead: Arc::default(),
            changes: changes.iter().map(owned).collect(),
        };
        stage.gateway = Some(stage.another().await);
        stage
    }

    /// One more gateway, on the same database and before the same API.
    pub(crate) async fn another(&self) -> Running {
        let mut settings = Settings::read(None, self.environment()).unwrap();
        let ahead = Arc::clone(&self.ahead);
        settings.clock = Clock::from_fn(move || SystemTime::now() + *ahead.lock().unwrap());
        Gateway::start(settings).await.unwrap()
    }

    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let mut all = environment(self.plannr.address, &self.database.url);
        all.extend(self.changes.iter().cloned());
        all
    }

    /// Lets time pass.
    pub(crate) fn advance(&self, by: Duration) {
        *self.ahead.lock().unwrap() += by;
    }

    pub(crate) fn now_s(&self) -> u64 {
        let now = SystemTime::now() + *self.ahead.lock().unwrap();
        now.duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_secs()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.gateway.as_ref().unwrap().address()
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.address())
    }

    /// A browser whose person is signed in, with an account that nobody else has.
    pub(crate) async fn signed_in(&self) -> Browser {
        let mut browser = self.browser();
        browser.sign_in(&uuid::Uuid::new_v4().to_string()).await;
        browser
    }

    /// Stops the gateway, which must not have panicked.
    pub(crate) async fn stop(mut self) {
        if let Some(gateway) = self.gateway.take() {
            gateway.stop().await;
        }
        panics::assert_none();
    }

    /// Gives gateways that start from now on another setting.
    pub(crate) fn change(&mut self, name: &str, value: &str) {
        self.changes.push((name.to_owned(), value.to_owned()));
    }

    /// Stops the gateway and starts it anew.
    pub(crate) async fn restart(&mut self) {
        if let Some(gateway) = self.gateway.take() {
            gateway.stop().await;
        }
        self.gateway = Some(self.another().await);
    }
}

/// What a gateway before an API at `plannr` is told.
pub(crate) fn environment(plannr: SocketAddr, database_url: &str) -> Vec<(String, String)> {
    [
        ("LISTEN", "127.0.0.1:0".to_owned()),
        ("METRICS_LISTEN", "127.0.0.1:0".to_owned()),
        ("PUBLIC_ORIGIN", ORIGIN.to_owned()),
        ("CLIENT_ID", "portal".to_owned()),
        ("ENCRYPTION_KEYS", KEY.to_owned()),
        ("TICKET_SECRET", TICKET_SECRET.to_owned()),
        ("DATABASE_URL", database_url.to_owned()),
        ("API_URL", format!("http://{plannr}")),
        ("AUTHORIZE_URL", format!("http://{plannr}/oauth/authorize")),
        ("TOKEN_URL", format!("http://{plannr}/oauth/token")),
    ]
    .into_iter()
    .map(|(name, value)| (format!("GATEWAY_{name}"), value))
    .collect()
}
