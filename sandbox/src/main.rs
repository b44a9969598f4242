//! Starts the sandbox from a command line; see `--help`.

use std::{
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
};

use lexopt::prelude::*;
use referral_connect_sandbox::{Database, Sandbox, Settings};

const HELP: &str = "\
A local stand-in for the Plannr API.

Usage: referral-connect-sandbox [options]

  --listen ADDRESS:PORT  where to listen; port 0 takes any free one [127.0.0.1:0]
  --database FILE        keep everything in this SQLite file, made if missing [in memory]
  --page FOLDER          serve the built web page in this folder at /
  --refresh SECONDS      have that page ask for a changed status this often
  --stop-with-input      stop when the standard input ends, as it does with whoever started this
  --allow-remote         allow an address that other machines can reach
  --help                 show this

It prints one line with its address once it answers, and stops on Ctrl+C.
";

/// What the command line asks for.
enum Wish {
    Help,
    Serve {
        settings: Settings,
        stop_with_input: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            // Nobody is left to tell when even the standard error is closed.
            let _ = writeln!(io::stderr(), "referral-connect-sandbox: {cause}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let (settings, stop_with_input) = match wish().map_err(explained)? {
        Wish::Serve {
            settings,
            stop_with_input,
        } => (settings, stop_with_input),
        Wish::Help => {
            io::stdout().write_all(HELP.as_bytes())?;
            return Ok(());
        }
    };
    // Before the address is printed, so that whoever reads it may stop the sandbox at once.
    let told_to_stop = told_to_stop()?;
    let running = Sandbox::start(settings).await?;
    let mut out = io::stdout();
    writeln!(out, "listening on http://{}/", running.address())?;
    out.flush()?;
    if stop_with_input {
        tokio::select! {
            () = told_to_stop => {}
            () = end_of_input() => {}
        }
    } else {
        told_to_stop.await;
    }
    running.stop().await;
    Ok(())
}

/// A command line that cannot be followed, in our words.
fn explained(cause: lexopt::Error) -> String {
    use lexopt::Error as E;
    let problem = match cause {
        E::MissingValue {
            option: Some(option),
        } => format!("{option} needs a value"),
        E::UnexpectedOption(option) => format!("there is no option {option}"),
        E::UnexpectedArgument(word) => format!("{word:?} is not understood"),
        E::UnexpectedValue { option, .. } => format!("{option} takes no value"),
        E::NonUnicodeValue(value) => format!("{} is not UTF-8 text", value.display()),
        E::ParsingFailed { value, error } => format!("{value:?} is not understood: {error}"),
        other => other.to_string(),
    };
    format!("{problem}. --help shows the options")
}

fn wish() -> Result<Wish, lexopt::Error> {
    let mut settings = Settings::default();
    let mut stop_with_input = false;
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("listen") => {
                settings.listen = arguments.value()?.parse_with(|text| {
                    text.parse::<SocketAddr>()
                        .map_err(|_| "give it as ADDRESS:PORT, for example 127.0.0.1:8787")
                })?;
            }
            Long("database") => {
                settings.database = Database::File(PathBuf::from(arguments.value()?));
            }
            Long("page") => settings.page = Some(PathBuf::from(arguments.value()?)),
            Long("refresh") => {
                settings.refresh_s = Some(arguments.value()?.parse_with(|text| {
                    text.parse::<u32>()
                        .map_err(|_| "give it in whole seconds, for example 10")
                })?);
            }
            Long("stop-with-input") => stop_with_input = true,
            Long("allow-remote") => settings.allow_remote = true,
            Long("help") | Short('h') => return Ok(Wish::Help),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Wish::Serve {
        settings,
        stop_with_input,
    })
}

/// Resolves when the standard input ends, or cannot be read.
async fn end_of_input() {
    let (sender, ended) = tokio::sync::oneshot::channel();
    // A thread of its own rather than tokio's: reading cannot be called off, and would hold up the end.
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        // Nobody waits any more where the sandbox stops for another reason.
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
