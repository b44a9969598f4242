//! How much the gateway carries, beside nginx that hands the same path on to the same upstream; and what memory it takes.
//!
//! Started by `cargo xtask load`. Everything is on loopback and of bounded length: rounds of the gateway, of nginx and of
//! the upstream itself take turns, then people sign in and stay idle, then a steady load of questions and requests goes on
//! for as long as is asked for.

#![allow(
    clippy::print_stdout,
    reason = "figures for the person at the terminal are what this program is for"
)]

mod clients;
mod process;
mod upstream;

use std::{
    env,
    error::Error,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant, SystemTime},
};

use lexopt::prelude::*;
use referral_connect_sandbox::{Clock, Sandbox, Settings as SandboxSettings};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    clients::{Figures, Visitor},
    process::{Gateway, Nginx},
    upstream::Upstream,
};

/// Names the program that is measured beside the gateway.
const NGINX_VARIABLE: &str = "REFERRAL_CONNECT_NGINX";
/// How often memory is looked at under the steady load.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// How many requests are made in a second under the steady load, and every how many of them sends.
const STEADY_PER_SECOND: u32 = 200;
const SENDS_EVERY: u32 = 20;

pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

struct Wish {
    rounds: u32,
    round: Duration,
    connections: usize,
    sessions: usize,
    soak: Duration,
}

fn main() -> Outcome<()> {
    let wish = wish()?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(measure(&wish))
}

fn wish() -> Result<Wish, lexopt::Error> {
    let mut wish = Wish {
        rounds: 5,
        round: Duration::from_secs(5),
        connections: 32,
        sessions: 10_000,
        soak: Duration::ZERO,
    };
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("rounds") => wish.rounds = arguments.value()?.parse()?,
            Long("round-seconds") => wish.round = seconds(arguments.value()?.parse()?),
            Long("connections") => wish.connections = arguments.value()?.parse()?,
            Long("sessions") => wish.sessions = arguments.value()?.parse()?,
            Long("soak-minutes") => wish.soak = seconds(arguments.value()?.parse::<u64>()? * 60),
            // Cargo's own.
            Long("bench") => {}
            other => return Err(other.unexpected()),
        }
    }
    Ok(wish)
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

async fn measure(wish: &Wish) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let upstream = Upstream::start().await?;
    let gateway = Gateway::start(folder.path(), upstream.address).await?;
    println!(
        "gateway: {} KiB of memory at the start",
        gateway.memory_kib()?
    );
    println!("before an upstream that answers at once:");
    compare(wish, folder.path(), &gateway, upstream.address).await?;
    println!("gateway: {} KiB after that", gateway.memory_kib()?);
    before_the_sandbox(wish, folder.path()).await?;
    idle(wish, &gateway).await?;
    steady(wish, &gateway).await?;
    gateway.stop()
}

/// How far the sandbox's clock moves whenever it looks at it: more than a 500th of a minute.
const APART: Duration = Duration::from_millis(150);

/// Another gateway, and another nginx, before the sandbox.
async fn before_the_sandbox(wish: &Wish, folder: &Path) -> Outcome<()> {
    // It takes 500 requests a minute, as Plannr does. By its clock they are minutes apart.
    let calls = AtomicU32::new(0);
    let settings = SandboxSettings {
        clock: Clock::from_fn(move || {
            SystemTime::now() + APART * calls.fetch_add(1, Ordering::Relaxed)
        }),
        oauth_token_lasts: seconds(365 * 24 * 3600),
        ..SandboxSettings::default()
    };
    let sandbox = Sandbox::start(settings).await?;
    let gateway = Gateway::start(folder, sandbox.address()).await?;
    println!("before the sandbox:");
    compare(wish, folder, &gateway, sandbox.address()).await?;
    gateway.stop()?;
    sandbox.stop().await;
    Ok(())
}

/// Rounds that take turns, so that whatever else the machine does meets all of them.
async fn compare(
    wish: &Wish,
    folder: &Path,
    gateway: &Gateway,
    upstream: SocketAddr,
) -> Outcome<()> {
    let nginx = match env::var_os(NGINX_VARIABLE) {
        Some(program) => Some(Nginx::start(&PathBuf::from(program), folder, upstream)?),
        None => None,
    };
    let visitor = Visitor::sign_in(gateway.address).await?;
    let direct = visitor.with_token();
    let mut sides = vec![("gateway", gateway.address, &visitor, Vec::new())];
    sides.extend(
        nginx
            .as_ref()
            .map(|nginx| ("nginx", nginx.address, &direct, Vec::new())),
    );
    sides.push(("upstream alone", upstream, &direct, Vec::new()));
    for _ in 0..wish.rounds {
        for (_, address, visitor, rounds) in &mut sides {
            rounds.push(clients::questions(*address, visitor, wish.connections, wish.round).await?);
        }
    }
    let count = wish.connections;
    println!(
        "GET /api/v1/referral-connections over {count} connections, median of {} rounds:",
        wish.rounds
    );
    for (name, _, _, rounds) in &sides {
        Figures::print(name, rounds);
    }
    if let ([(_, _, _, gateway), (_, _, _, nginx), _], true) = (sides.as_slice(), nginx.is_some()) {
        // Of rounds that followed on one another: whatever else the machine did, it did to both.
        println!("gateway / nginx: {:.3}", Figures::ratio(gateway, nginx));
    }
    Ok(())
}

/// People who signed in and do nothing.
async fn idle(wish: &Wish, gateway: &Gateway) -> Outcome<()> {
    let started = Instant::now();
    let mut left = wish.sessions;
    while left > 0 {
        let some = left.min(64);
        let mut signing_in = JoinSet::new();
        for _ in 0..some {
            signing_in.spawn(Visitor::sign_in(gateway.address));
        }
        for signed_in in signing_in.join_all().await {
            signed_in?;
        }
        left -= some;
    }
    let (count, took) = (wish.sessions, started.elapsed());
    println!(
        "gateway: {} KiB with {count} idle sessions, made in {took:.0?}",
        gateway.memory_kib()?
    );
    Ok(())
}

/// A load that it carries easily, for long.
async fn steady(wish: &Wish, gateway: &Gateway) -> Outcome<()> {
    if wish.soak.is_zero() {
        return Ok(());
    }
    let started = Instant::now();
    let load = tokio::spawn(clients::steadily(
        gateway.address,
        STEADY_PER_SECOND,
        SENDS_EVERY,
        wish.soak,
    ));
    println!("{STEADY_PER_SECOND} requests a second, each {SENDS_EVERY}th of which sends:");
    while started.elapsed() < wish.soak {
        sleep(LOOK_EVERY.min(wish.soak)).await;
        println!("{:>6.0?}  {} KiB", started.elapsed(), gateway.memory_kib()?);
    }
    let (answered, failed) = load.await??;
    println!("{answered} answered, {failed} not as they should");
    Ok(())
}
