//! Pages that ask as fast as they are answered, or at a steady pace.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    http::{Method, Request, StatusCode},
};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use uuid::Uuid;

use crate::{Outcome, process::ORIGIN};

const PATH: &str = "/api/v1/referral-connections";

/// Somebody who may ask: by what header, and for which account.
#[derive(Clone)]
pub(crate) struct Visitor {
    header: (&'static str, String),
    account: String,
}

/// What came of one round.
pub(crate) struct Figures {
    per_second: f64,
    /// Sorted, in microseconds.
    waits_us: Vec<u128>,
}

impl Visitor {
    /// Signs somebody in who was not before.
    pub(crate) async fn sign_in(gateway: SocketAddr) -> Outcome<Self> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let departed = client
            .get(format!("http://{gateway}/auth/login"))
            .send()
            .await?;
        // The person says yes at once.
        let allow = location(&departed)?.replace("/oauth/authorize?", "/oauth/allow?");
        let allowed = client.get(allow).send().await?;
        let back: url::Url = location(&allowed)?.parse()?;
        let query = back.query().ok_or("nothing to come back with")?;
        let arrived = client
            .get(format!("http://{gateway}{}?{query}", back.path()))
            .header("cookie", cookie(&departed, "-leaving=")?)
            .send()
            .await?;
        let cookie = cookie(&arrived, "__Host-referral-connect=")?;
        let me = client
            .get(format!("http://{gateway}/auth/me"))
            .header("cookie", &cookie)
            .header("x-referral-connect", "1")
            .send()
            .await?;
        let me: serde_json::Value = me.json().await?;
        Ok(Self {
            header: ("cookie", cookie),
            account: me["account_uuid"].as_str().ok_or("no account")?.to_owned(),
        })
    }

    /// The same person, with a token of the sandbox's in the place of a session: for whoever is asked without the gateway.
    pub(crate) fn with_token(&self) -> Self {
        Self {
            header: ("authorization", "Bearer sandbox-token".to_owned()),
            account: self.account.clone(),
        }
    }

    fn asks(&self, method: Method) -> axum::http::request::Builder {
        let (name, value) = &self.header;
        Request::builder()
            .method(method)
            .uri(PATH)
            .header("host", "portal.example")
            .header("origin", ORIGIN)
            .header("accept", "application/json")
            .header("x-referral-connect", "1")
            .header("x-plannr-account-uuid", &self.account)
            .header(*name, value)
    }
}

fn location(answer: &reqwest::Response) -> Outcome<String> {
    let location = answer.headers().get("location");
    let location = location.ok_or_else(|| format!("no way on: {}", answer.status()))?;
    Ok(location.to_str()?.to_owned())
}

fn cookie(answer: &reqwest::Response, name: &str) -> Outcome<String> {
    let mut cookies = answer.headers().get_all("set-cookie").iter();
    let cookie = cookies.find_map(|cookie| cookie.to_str().ok().filter(|text| text.contains(name)));
    let pair = cookie.and_then(|text| text.split(';').next());
    Ok(pair
        .ok_or_else(|| format!("no cookie: {}", answer.status()))?
        .to_owned())
}

/// Asks over so many connections for so long, each as soon as it has its answer.
pub(crate) async fn questions(
    address: SocketAddr,
    visitor: &Visitor,
    connections: usize,
    lasting: Duration,
) -> Outcome<Figures> {
    let started = Instant::now();
    let mut asking = JoinSet::new();
    for _ in 0..connections {
        let visitor = visitor.clone();
        asking.spawn(async move {
            let mut line = connect(address).await?;
            let mut waits_us = Vec::new();
            while started.elapsed() < lasting {
                let asked = Instant::now();
                let request = visitor.asks(Method::GET).body(Full::default())?;
                let status = ask(&mut line, request).await?;
                if status != StatusCode::OK {
                    return Err(format!("{address} answered {status}").into());
                }
                waits_us.push(asked.elapsed().as_micros());
            }
            Outcome::Ok(waits_us)
        });
    }
    let mut waits_us = Vec::new();
    for waits in asking.join_all().await {
        waits_us.extend(waits?);
    }
    waits_us.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "far fewer than a float counts")]
    let per_second = waits_us.len() as f64 / started.elapsed().as_secs_f64();
    Ok(Figures {
        per_second,
        waits_us,
    })
}

impl Figures {
    /// How many times as many requests these had as the others, in the middle one of the pairs of rounds.
    pub(crate) fn ratio(these: &[Self], others: &[Self]) -> f64 {
        let pairs = these.iter().zip(others);
        let mut ratios: Vec<f64> = pairs
            .map(|(one, other)| one.per_second / other.per_second)
            .collect();
        ratios.sort_unstable_by(f64::total_cmp);
        ratios.get(ratios.len() / 2).copied().unwrap_or_default()
    }

    /// Prints what came of some rounds.
    pub(crate) fn print(name: &str, rounds: &[Self]) {
        let mut per_second: Vec<f64> = rounds.iter().map(|round| round.per_second).collect();
        per_second.sort_unstable_by(f64::total_cmp);
        let mut waits_us: Vec<u128> = rounds
            .iter()
            .flat_map(|round| &round.waits_us)
            .copied()
            .collect();
        waits_us.sort_unstable();
        let at = |percent: usize| {
            waits_us
                .get(waits_us.len() * percent / 100)
                .copied()
                .unwrap_or_default()
        };
        let median = per_second
            .get(per_second.len() / 2)
            .copied()
            .unwrap_or_default();
        let (least, most) = (per_second.first(), per_second.last());
        println!(
            "{name:>15}: {median:>7.0}/s ({:.0} to {:.0}), p50 {} µs, p99 {} µs",
            least.copied().unwrap_or_default(),
            most.copied().unwrap_or_default(),
            at(50),
            at(99),
        );
    }
}

/// Asks and sends at a steady pace, each time as another of some people. How many were answered as they should be, and how
/// many not.
pub(crate) async fn steadily(
    gateway: SocketAddr,
    per_second: u32,
    sends_every: u32,
    lasting: Duration,
) -> Outcome<(u32, u32)> {
    let visitor = Visitor::sign_in(gateway).await?;
    let mut line = connect(gateway).await?;
    let mut pace = interval(Duration::from_secs(1) / per_second);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let started = Instant::now();
    let (mut answered, mut failed) = (0, 0);
    while started.elapsed() < lasting {
        pace.tick().await;
        let sends = answered % sends_every == sends_every - 1;
        let (request, expected) = match sends {
            true => {
                let body = format!(r#"{{"adviser_key":"{answered:08}"}}"#);
                let request = visitor
                    .asks(Method::POST)
                    .header("content-type", "application/json")
                    .header("content-length", body.len())
                    .header("idempotency-key", Uuid::new_v4().to_string());
                (request.body(Full::from(body))?, StatusCode::CREATED)
            }
            false => (
                visitor.asks(Method::GET).body(Full::default())?,
                StatusCode::OK,
            ),
        };
        if ask(&mut line, request).await? != expected {
            failed += 1;
        }
        answered += 1;
    }
    Ok((answered, failed))
}

async fn connect(address: SocketAddr) -> Outcome<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (line, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        // What goes wrong with it, whoever asks over it hears.
        let _ = connection.await;
    });
    Ok(line)
}

async fn ask(
    line: &mut SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
) -> Outcome<StatusCode> {
    line.ready().await?;
    let answer = line.send_request(request).await?;
    let status = answer.status();
    Body::new(answer.into_body()).collect().await?;
    Ok(status)
}
