//! Counters and times for Prometheus. No label holds anything of a person.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

use crate::{
    store::State,
    upstream::{Reply, Trouble},
};

/// Everything that is counted.
pub(crate) struct Metrics {
    registry: Mutex<Registry>,
    requests: Family<Request, Counter>,
    seconds: Family<Route, Histogram>,
    under_way: Gauge,
    refused: Family<Word, Counter>,
    asked: Family<Word, Counter>,
    sends: Family<Word, Counter>,
    recalled: Family<Word, Counter>,
    sign_ins: Family<Word, Counter>,
    renewals: Family<Word, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Word {
    outcome: &'static str,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let seconds: fn() -> Histogram = || Histogram::new(exponential_buckets(0.001, 2.0, 16));
        let metrics = Self {
            registry: Mutex::new(Registry::with_prefix("gateway")),
            requests: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            under_way: Gauge::default(),
            refused: Family::default(),
            asked: Family::default(),
            sends: Family::default(),
            recalled: Family::default(),
            sign_ins: Family::default(),
            renewals: Family::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&self) {
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        registry.register("requests", "Requests answered", self.requests.clone());
        registry.register_with_unit(
            "request",
            "Time from a request to its answer",
            Unit::Seconds,
            self.seconds.clone(),
        );
        registry.register(
            "requests_under_way",
            "Requests that are not answered yet",
            self.under_way.clone(),
        );
        registry.register(
            "refused",
            "Requests refused before anything was looked at",
            self.refused.clone(),
        );
        registry.register("questions", "Questions to the API", self.asked.clone());
        registry.register(
            "sends",
            "Requests that left for the API, by what became of them",
            self.sends.clone(),
        );
        registry.register(
            "recalls",
            "Requests answered from the ledger, by what it said",
            self.recalled.clone(),
        );
        registry.register("sign_ins", "Sign-ins that came back", self.sign_ins.clone());
        registry.register("renewals", "Renewals of tokens", self.renewals.clone());
    }

    /// Everything, in Prometheus' text format. `None` if it cannot be written.
    pub(crate) fn text(&self) -> Option<String> {
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let mut written = String::new();
        text::encode(&mut written, &registry).ok()?;
        Some(written)
    }

    pub(crate) fn started(&self) {
        self.under_way.inc();
    }

    pub(crate) fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.under_way.dec();
        let request = Request {
            method: method.to_owned(),
            route: route.to_owned(),
            status,
        };
        self.requests.get_or_create(&request).inc();
        let route = Route {
            route: route.to_owned(),
        };
        self.seconds
            .get_or_create(&route)
            .observe(took.as_secs_f64());
    }

    pub(crate) fn refused(&self, why: &'static str) {
        count(&self.refused, why);
    }

    pub(crate) fn asked(&self, reply: &Result<Reply, Trouble>) {
        let outcome = match reply {
            Ok(reply) if reply.body.is_err() => "broken",
            Ok(reply) if reply.status.is_success() => "success",
            Ok(reply) if reply.status.is_client_error() => "refused",
            Ok(_) => "error",
            Err(Trouble::NeverConnected) => "never-connected",
            Err(Trouble::TimedOut) => "timed-out",
            Err(Trouble::Lost | Trouble::TooLong) => "lost",
        };
        count(&self.asked, outcome);
    }

    pub(crate) fn sent(&self, state: State, status: u16) {
        let outcome = match (state, status) {
            (State::Answered, 200..300) => "sent",
            (State::Answered, _) => "rejected",
            _ => state.as_str(),
        };
        count(&self.sends, outcome);
    }

    pub(crate) fn recalled(&self, state: State) {
        count(&self.recalled, state.as_str());
    }

    pub(crate) fn signed_in(&self, outcome: &'static str) {
        count(&self.sign_ins, outcome);
    }

    pub(crate) fn renewed(&self, outcome: &'static str) {
        count(&self.renewals, outcome);
    }
}

fn count(family: &Family<Word, Counter>, outcome: &'static str) {
    family.get_or_create(&Word { outcome }).inc();
}
