//! Starts the gateway from a command line; see `--help`.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use lexopt::prelude::*;
use referral_connect_gateway::{Gateway, Settings};
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

const HELP: &str = "\
A backend for the widget: signs people in with Plannr, and sends each request at most once.

Usage: referral-connect-gateway [options]

  --config FILE      settings, as in gateway.example.toml; the environment can give all of them as well
  --check            say whether the settings can be followed, and do nothing
  --stop-with-input  stop when the standard input ends, as it does with whoever started this
  --help             show this

It prints one line with its address once it answers, and stops on Ctrl+C and SIGTERM when what is under way is done.
";

/// What the command line asks for.
#[derive(Default)]
struct Wish {
    config: Option<PathBuf>,
    doing: Doing,
}

#[derive(Default, PartialEq, Eq)]
enum Doing {
    #[default]
    Serve,
    ServeWhileInputLasts,
    Check,
    Help,
}

fn main() -> ExitCode {
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(run()));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            // Nobody is left to tell when even the standard error is closed.
            let _ = writeln!(io::stderr(), "referral-connect-gateway: {cause}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let wish = wish().map_err(|cause| format!("{cause}. --help shows the options"))?;
    if wish.doing == Doing::Help {
        io::stdout().write_all(HELP.as_bytes())?;
        return Ok(());
    }
    let file = match &wish.config {
        Some(path) => Some(fs::read_to_string(path).map_err(|cause| {
            format!(
                "cannot read {}: {cause}. Give a file that exists with --config",
                path.display()
            )
        })?),
        None => None,
    };
    let environment = std::env::vars_os().filter_map(|(name, value)| {
        // What is not text is none of ours.
        Some((name.into_string().ok()?, value.into_string().ok()?))
    });
    let settings = Settings::read(file.as_deref(), environment)?;
    let mut out = io::stdout();
    if wish.doing == Doing::Check {
        for name in &settings.unknown_variables {
            writeln!(out, "{name} is no setting of the gateway")?;
        }
        let longest_s = settings.longest_request().as_secs_f64().ceil();
        writeln!(
            out,
            "the settings can be followed; a request takes {longest_s}s at most, and the web server before the gateway \
             has to wait for longer"
        )?;
        return Ok(());
    }
    log();
    for name in &settings.unknown_variables {
        tracing::warn!(%name, "a variable that looks like a setting is none");
    }
    // Before the address is printed, so that whoever reads it may stop the gateway at once.
    let told_to_stop = told_to_stop()?;
    let running = Gateway::start(settings).await?;
    writeln!(out, "listening on http://{}/", running.address())?;
    if let Some(address) = running.metrics_address() {
        writeln!(out, "metrics on http://{address}/metrics")?;
    }
    out.flush()?;
    if wish.doing == Doing::ServeWhileInputLasts {
        tokio::select! {
            () = told_to_stop => {}
            () = end_of_input() => {}
        }
    } else {
        told_to_stop.await;
    }
    tracing::info!("stopping");
    running.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// Has what happens written to the standard error, a line of JSON each.
fn log() {
    // Libraries say no more than that something is wrong: their finer lines may hold what ours must not.
    let levels = Targets::new()
        .with_default(tracing::Level::WARN)
        .with_target("referral_connect_gateway", tracing::Level::INFO)
        // It warns of each session that is not there; whoever has one is signed out, and that is all.
        .with_target("tower_sessions_core", tracing::Level::ERROR);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(io::stderr);
    tracing_subscriber::registry()
        .with(lines)
        .with(levels)
        .init();
}

fn wish() -> Result<Wish, lexopt::Error> {
    let mut wish = Wish::default();
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("config") => wish.config = Some(PathBuf::from(arguments.value()?)),
            Long("check") => wish.doing = Doing::Check,
            Long("stop-with-input") => wish.doing = Doing::ServeWhileInputLasts,
            Long("help") | Short('h') => wish.doing = Doing::Help,
            other => return Err(other.unexpected()),
        }
    }
    Ok(wish)
}

/// Resolves when the standard input ends, or cannot be read.
async fn end_of_input() {
    let (sender, ended) = tokio::sync::oneshot::channel();
    // A thread of its own rather than tokio's: reading cannot be called off, and would hold up the end.
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        // Nobody waits any more where the gateway stops for another reason.
        let _ = sender.send(());
    });
    let _ = ended.await;
}

/// Resolves on Ctrl+C, and where there is such a thing on SIGTERM.
#[cfg(unix)]
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves on Ctrl+C.
#[cfg(not(unix))]
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a handler the system's own way of stopping is all there is.
        let _ = tokio::signal::ctrl_c().await;
    })
}
