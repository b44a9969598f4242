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
use tokio::task::JoinHandle;

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
    kills: Kills,
}

/// How many gateways were killed.
#[derive(Debug, Default)]
struct Kills {
    /// At a moment that nobody chose.
    at_random: u32,
    /// After the request had left and before it was answered.
    between: u32,
    /// After the API had got a refresh token and before it gave new tokens.
    renewing: u32,
    /// While the API's list was asked for.
    settling: u32,
}

/// What happens to a run's first press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mishap {
    None,
    BrowserGone,
    KilledAtRandom,
    KilledBetween,
    KilledRenewing,
    KilledSettling,
}

impl Mishap {
    const ALL: [Self; 7] = [
        Self::None,
        Self::BrowserGone,
        // Twice as often as others.
        Self::KilledAtRandom,
        Self::KilledAtRandom,
        Self::KilledBetween,
        Self::KilledRenewing,
        Self::KilledSettling,
    ];
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
            kills: Kills::default(),
        }
    }

    async fn go(mut self, runs: u32) {
        let started = Instant::now();
        for run in 0..runs {
            // The first ones in turn, so that each is among however few runs.
            let mishap = match Mishap::ALL.get(run as usize) {
                Some(mishap) => *mishap,
                None => Mishap::ALL[self.random.random_range(0..Mishap::ALL.len())],
            };
            self.run(run, mishap).await;
        }
        let kind = &self.database.url[..6];
        let took = started.elapsed();
        eprintln!("{kind}: {runs} runs, {:?}, {took:?}", self.kills);
        let Kills {
            at_random,
            between,
            renewing,
            settling,
        } = self.kills;
        let each = [at_random, between, renewing, settling];
        let enough = runs < Mishap::ALL.len() as u32 || each.iter().all(|kills| *kills > 0);
        assert!(enough, "{:?}", self.kills);
    }

    async fn run(&mut self, run: u32, mishap: Mishap) {
        let (letter, fault) = self.fault(mishap);
        let code = format!("{letter}{run:07}");
        let key = new_key();
        let before = self.plannr.posts().len();
        let mut browser = Browser::new(self.gateway.address);
        let account = uuid::Uuid::new_v4().to_string();
        // On a busy machine the API may take longer than it is given here.
        while browser.try_to_sign_in(&account).await.status != StatusCode::OK {}
        let before = before + self.press(&mut browser, &code, &key, mishap).await;
        let (told, last) = self.truth(&mut browser, &code, &key, before).await;

        let sent = self.plannr.posts().len() - before;
        let made = self.plannr.made(&browser.account);
        let what = format!("run {run}, {mishap:?}, {fault:?}: {sent} requests, {last:?}");
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

    fn fault(&mut self, mishap: Mishap) -> (char, Fault) {
        loop {
            let picked = Fault::ALL[self.random.random_range(0..Fault::ALL.len())];
            let fits = match mishap {
                // Its answer does not come before the end.
                Mishap::KilledBetween => matches!(
                    picked.1,
                    Fault::Held | Fault::Silence | Fault::MadeAndSilence
                ),
                // No answer settles it, so the list is asked for.
                Mishap::KilledSettling => matches!(
                    picked.1,
                    Fault::MadeAndCut | Fault::Cut | Fault::Error | Fault::MadeAndError
                ),
                _ => picked.1 != Fault::Held,
            };
            if fits {
                return picked;
            }
        }
    }

    /// The first press of a key, or the first two. Says how many requests of other keys have left for it.
    async fn press(
        &mut self,
        browser: &mut Browser,
        code: &str,
        key: &str,
        mishap: Mishap,
    ) -> usize {
        let mut others = 0;
        let before = self.plannr.posts().len();
        match mishap {
            Mishap::KilledRenewing => {
                // A refused token is renewed before the next request.
                while self.plannr.posts().len() == before {
                    browser.send("QAAAAAAA", &new_key()).await;
                }
                others = self.plannr.posts().len() - before;
                self.plannr.hold_renewals(true);
            }
            Mishap::KilledSettling => {
                browser.send(code, key).await;
                self.plannr.hold_lists(true);
            }
            _ => {}
        }
        let seen = self.plannr.seen().len();
        let press = tokio::spawn({
            let request = browser.press(code, key);
            async move { request.send().await.map(|answer| answer.status()) }
        });
        let moment = Duration::from_micros(self.random.random_range(0..20_000));
        match mishap {
            Mishap::None => drop(press.await.unwrap()),
            Mishap::BrowserGone => {
                tokio::time::sleep(moment).await;
                press.abort();
                let _ = press.await;
            }
            Mishap::KilledAtRandom => {
                tokio::time::sleep(moment).await;
                self.kill().await;
                self.kills.at_random += 1;
                let answered = matches!(press.await, Ok(Ok(_)));
                if !answered && self.plannr.posts().len() > before {
                    self.kills.between += 1;
                }
            }
            Mishap::KilledBetween => {
                self.kills.between += self.kill_at(seen, "POST /api/", press).await;
            }
            Mishap::KilledRenewing => {
                self.kills.renewing += self.kill_at(seen, "POST /oauth/token ", press).await;
                self.plannr.hold_renewals(false);
            }
            Mishap::KilledSettling => {
                self.kills.settling += self.kill_at(seen, "GET /api/", press).await;
                self.plannr.hold_lists(false);
            }
        }
        // Whoever is held up still has nobody to answer any more.
        self.plannr.release();
        *browser = browser.at(self.gateway.address);
        others
    }

    /// Kills the gateway as soon as a request that starts with `line` has reached the API, and counts it if that left the
    /// press without an answer. On a busy machine the press may have ended before, for something else took too long.
    async fn kill_at<T>(
        &mut self,
        seen: usize,
        line: &str,
        mut press: JoinHandle<Result<T, reqwest::Error>>,
    ) -> u32 {
        tokio::select! {
            () = self.plannr.await_line(seen, line) => {}
            _ = &mut press => return 0,
        }
        self.kill().await;
        u32::from(!matches!(press.await, Ok(Ok(_))))
    }

    async fn kill(&mut self) {
        self.gateway.kill();
        self.gateway = start(&self.plannr, &self.database).await;
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

    /// Presses on with the same key until something is known for good. Whoever is signed out signs in anew.
    async fn truth(
        &self,
        browser: &mut Browser,
        code: &str,
        key: &str,
        before: usize,
    ) -> (Told, Answer) {
        let started = Instant::now();
        for _ in 0..MOST_PRESSES {
            let answer = browser.send(code, key).await;
            let has_left = self.plannr.posts().len() > before;
            let mut told = Told::default();
            match (answer.status, answer.outcome().as_str()) {
                (status, _) if status.is_success() => told.sent = true,
                (StatusCode::FAILED_DEPENDENCY, "not-arrived" | "not-sent") => {}
                (StatusCode::UNAUTHORIZED, "not-sent") => {
                    assert!(!has_left, "{answer:?}");
                    let account = browser.account.clone();
                    browser.try_to_sign_in(&account).await;
                    continue;
                }
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
