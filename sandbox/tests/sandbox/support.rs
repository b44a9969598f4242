//! A running sandbox with a clock that is moved by hand, and the ways to ask it.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use jiff::Timestamp;
use referral_connect_sandbox::{Clock, Running, Sandbox, Settings};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, redirect};
use serde_json::{Value, json};

pub(crate) const CREATE: &str = "/api/v1/referral-connections";
pub(crate) const ADVISER: &str = "be1403f4-9cdc-4904-9bd7-63d2619a01c6";
pub(crate) const CLIENT: &str = "323e70ce-e334-48cb-abd9-2c957aeefa01";

/// A winter's evening, as in the published example, with a fraction that most answers do not show.
pub(crate) const START: &str = "2026-01-20T17:51:29.123456Z";

pub(crate) struct Bench {
    sandbox: Running,
    http: Client,
    time: HandClock,
}

#[derive(Clone)]
pub(crate) struct HandClock(Arc<Mutex<SystemTime>>);

impl HandClock {
    pub(crate) fn at(instant: &str) -> Self {
        let instant: Timestamp = instant.parse().unwrap();
        Self(Arc::new(Mutex::new(instant.into())))
    }

    pub(crate) fn clock(&self) -> Clock {
        let shared = self.clone();
        Clock::from_fn(move || *shared.0.lock().unwrap())
    }

    pub(crate) fn advance_ms(&self, milliseconds: u64) {
        *self.0.lock().unwrap() += Duration::from_millis(milliseconds);
    }
}

impl Bench {
    pub(crate) async fn start() -> Self {
        Self::start_at(START).await
    }

    pub(crate) async fn start_at(instant: &str) -> Self {
        Self::start_with(HandClock::at(instant), Settings::default()).await
    }

    pub(crate) async fn start_with(time: HandClock, settings: Settings) -> Self {
        let settings = Settings {
            clock: time.clock(),
            ..settings
        };
        Self {
            sandbox: Sandbox::start(settings).await.unwrap(),
            http: Client::builder()
                .no_proxy()
                .redirect(redirect::Policy::none())
                .build()
                .unwrap(),
            time,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.sandbox.address()
    }

    pub(crate) async fn stop(self) {
        self.sandbox.stop().await;
    }

    pub(crate) fn advance_ms(&self, milliseconds: u64) {
        self.time.advance_ms(milliseconds);
    }

    /// A bare request.
    pub(crate) fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("http://{}{path}", self.address()))
    }

    /// A request with the documented headers.
    pub(crate) fn ask_as(&self, account: &str, method: Method, path: &str) -> RequestBuilder {
        self.ask(method, path)
            .header("Accept", "application/json")
            .header("Authorization", "Bearer sandbox-token")
            .header("X-PLANNR-ACCOUNT-UUID", account)
    }

    /// The documented request, answered with its head.
    pub(crate) async fn send(&self, code: &str) -> Response {
        self.ask_as(ADVISER, Method::POST, CREATE)
            .json(&json!({ "adviser_key": code }))
            .send()
            .await
            .unwrap()
    }

    /// The documented request, answered with 200 and a connection.
    #[track_caller]
    pub(crate) fn sent(&self, code: &str) -> impl Future<Output = Value> {
        let request = self.send(code);
        async {
            let response = request.await;
            assert_eq!(response.status(), StatusCode::OK);
            response.json().await.unwrap()
        }
    }

    /// An answer to `GET` under `/api/`, in JSON.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let response = self
            .ask_as(ADVISER, Method::GET, path)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.json().await.unwrap()
    }

    /// One connection as it stands now.
    pub(crate) async fn connection(&self, uuid: &Value) -> Value {
        self.get(&format!("{CREATE}/{}", uuid.as_str().unwrap()))
            .await
    }

    /// The entries of a list.
    pub(crate) async fn listed(&self, path: &str) -> Vec<Value> {
        self.get(path).await["data"].as_array().unwrap().clone()
    }

    /// A page for people, as text.
    pub(crate) async fn page(&self, path: &str) -> String {
        let response = self.ask(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.text().await.unwrap()
    }

    /// Every byte that comes back for the documented request, until the sandbox closes the connection.
    pub(crate) async fn bytes_for(&self, code: &str) -> Vec<u8> {
        let address = self.address();
        let body = json!({ "adviser_key": code }).to_string();
        let request = format!(
            "POST {CREATE} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\n\
             Content-Type: application/json\r\nAuthorization: Bearer sandbox-token\r\n\
             X-PLANNR-ACCOUNT-UUID: {ADVISER}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            // Only so that a sandbox that keeps the connection open fails the test instead of hanging it.
            stream
                .set_read_timeout(Some(Duration::from_secs(20)))
                .unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).unwrap();
            bytes
        })
        .await
        .unwrap()
    }
}

/// A header's text; empty when the header is missing.
pub(crate) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}
