//! Runs with a random fault on either side, and a gateway that is killed at a random moment: at most one request leaves
//! for each key, and afterwards the truth is told.
//!
//! `CRASH_RUNS` says how many runs, and `CRASH_SEED` repeats them.

use std::{
    env,
    time::{Duration, Instant},
};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::StatusCode;

use crate::{
    browser::{Answer, Browser, new_key},
    database::{self, Database},
    fault::Fault,
    plannr::Plannr,
    process::Process,
    stage,
};

const RUNS: u32 = 60;
/// Presses of one key in a run, the last of which has to tell the truth.
const MOST_PRESSES: u32 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_dies_at_most_one_request_leaves_and_the_truth_is_told() {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse().unwrap());
    let runs = number("CRASH_RUNS").unwrap_or(RUNS);
    let seed = number("CRASH_SEED").unwrap_or_else(|| rand::rng().random());
    eprintln!("CRASH_SEED={seed}");
    let mut databases = database::each().await;
    let share = runs.div_ceil(u32::try_from(databases.len()).unwrap());
    for (index, database) in databases.drain(..).enumerate() {
        let random = StdRng::seed_from_u64(u64::from(seed) + u64::try_from(index).unwrap());
        Runs::start(database, random).await.go(share).await;
    }
}

struct Runs {
    plannr: Plannr,
    database: Database,
    gateway: Process,
    random: StdRng,
    kills: u32,
    /// Kills after the request had left and before it was answered.
    kills_between: u32,
}

/// What was seen of a run's presses.
#[derive(Default)]
struct Told {
    sent: bool,
    refused: bool,
}

impl Runs {
    async fn start(database: Database, random: StdRng) -> Self {
        let plannr = Plannr::start().await;
        let gateway = start(&plannr, &database).await;
        Self {
            plannr,
            database,
            gateway,
            random,
            kills: 0,
            kills_between: 0,
        }
    }

    async fn go(mut self, runs: u32) {
        let started = Instant::now();
        for run in 0..runs {
            self.run(run).await;
        }
        let kind = &self.database.url[..6];
        let (kills, between) = (self.kills, self.kills_between);
        let took = started.elapsed();
        eprintln!("{kind}: {runs} runs, {kills} kills, {between} of them in between, {took:?}");
    }

    async fn run(&mut self, run: u32) {
        let (letter, fault) = loop {
            let picked = Fault::ALL[self.random.random_range(0..Fault::ALL.len())];
            if picked.1 != Fault::Held {
                break picked;
            }
        };
        let code = format!("{letter}{run:07}");
        let key = new_key();
        let before = self.plannr.posts().len();
        let mut browser = Browser::new(self.gateway.address);
        let account = uuid::Uuid::new_v4().to_string();
        // On a busy machine the API may take longer than it is given here.
        while browser.try_to_sign_in(&account).await.status != StatusCode::OK {}

        let press = tokio::spawn({
            let (browser, code, key) = (browser.clone(), code.clone(), key.clone());
            async move {
                browser
                    .press(&code, &key)
                    .send()
                    .await
                    .map(|answer| answer.status())
            }
        });
        // Half of them are killed, most of those while something happens; others lose their browser.
        let moment = Duration::from_micros(self.random.random_range(0..20_000));
        match self.random.random_range(0..4) {
            0 | 1 => {
                tokio::time::sleep(moment).await;
                self.gateway.kill();
                self.kills += 1;
                let answered = matches!(press.await, Ok(Ok(_)));
                if !answered && self.plannr.posts().len() > before {
                    self.kills_between += 1;
                }
                self.gateway = start(&self.plannr, &self.database).await;
                browser = browser.at(self.gateway.address);
            }
            2 => {
                tokio::time::sleep(moment).await;
                press.abort();
                let _ = press.await;
            }
            _ => drop(press.await.unwrap()),
        }
        let (told, last) = self.truth(&browser, &code, &key, before).await;

        let sent = self.plannr.posts().len() - before;
        let made = self.plannr.made(&browser.account);
        let what = format!("run {run}, {fault:?}: {sent} requests, {last:?}");
        assert!(sent <= 1, "{what}");
        assert_eq!(
            made.len(),
            usize::from(sent == 1 && fault.makes()),
            "{what}"
        );
        assert_eq!(told.sent, !made.is_empty(), "{what}");
        let refused = matches!(fault, Fault::Refused | Fault::Unauthenticated);
        assert!(!told.refused || (sent == 1 && refused), "{what}");
        if let (Some(made), Some(uuid)) = (made.first(), last.json()["uuid"].as_str()) {
            assert_eq!(made["uuid"], uuid, "{what}");
        }
        // Nobody can say which connection that one made, so whoever comes within seconds of it stays in doubt.
        if told.sent && last.json()["uuid"].is_null() {
            self.begin_afresh().await;
        }
    }

    /// Goes on with a database in which nothing has happened.
    async fn begin_afresh(&mut self) {
        let database = match self.database.is_shared() {
            true => database::postgres().await.unwrap(),
            false => database::sqlite(),
        };
        self.gateway = start(&self.plannr, &database).await;
        self.database = database;
    }

    /// Presses on with the same key until something is known for good.
    async fn truth(
        &self,
        browser: &Browser,
        code: &str,
        key: &str,
        before: usize,
    ) -> (Told, Answer) {
        let started = Instant::now();
        for _ in 0..MOST_PRESSES {
            let answer = browser.send(code, key).await;
            let mut told = Told::default();
            match (answer.status, answer.outcome().as_str()) {
                (status, _) if status.is_success() => told.sent = true,
                (StatusCode::FAILED_DEPENDENCY, "not-arrived" | "not-sent") => {}
                (StatusCode::UNPROCESSABLE_ENTITY | StatusCode::UNAUTHORIZED, _) => {
                    told.refused = true;
                }
                _ => {
                    // Nothing is known yet. Meanwhile nothing leaves.
                    assert!(self.plannr.posts().len() <= before + 1, "{answer:?}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            }
            return (told, answer);
        }
        panic!("nothing is known of {code} after {:?}", started.elapsed());
    }
}

async fn start(plannr: &Plannr, database: &Database) -> Process {
    let mut environment = stage::environment(plannr.address, &database.url);
    for (name, value) in [
        ("METRICS_LISTEN", "off"),
        ("CONNECT_LIMIT", "100ms"),
        ("ANSWER_LIMIT", "300ms"),
        ("SETTLE_AFTER", "1s"),
        ("QUESTIONS_PER_MINUTE", "1000000"),
    ] {
        environment.push((format!("GATEWAY_{name}"), value.to_owned()));
    }
    Process::start(environment).await
}
