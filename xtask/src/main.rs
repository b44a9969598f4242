//! The project's commands, started as `cargo xtask <command>`.
//!
//! In reading order: [`cli`] says what was asked for; [`serve`] is `run`, [`suite`] is `test`, [`release`] is `build`, and
//! [`package`], [`bench`], [`load`], [`fuzz`] and [`mutants`] are themselves. They share [`page`] (trunk builds the page, and it is put in
//! place), [`element`] (the custom element), [`examples`] (its hosts), [`wasm`] (which Rust compiles for the browser), [`tools`] and [`browsers`] (what has to be installed, and how), [`process`] (children that never outlive
//! us) and [`progress`] (what the person reads meanwhile).
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "talking to the person at the terminal is what this program is for"
)]
#![cfg_attr(
    test,
    allow(
        clippy::expect_used,
        clippy::panic,
        reason = "a test that cannot go on fails by panicking"
    )
)]

mod bench;
mod browsers;
mod cli;
mod element;
mod examples;
mod fuzz;
mod gateway;
mod load;
mod mutants;
mod package;
mod page;
mod postgres;
mod process;
mod progress;
mod project;
mod release;
mod serve;
mod size;
mod suite;
mod tally;
mod tools;
mod wasm;
mod watch;

use std::process::ExitCode;

use cli::Request;
use project::Project;

/// What shells report for a program that was stopped from the keyboard.
const STOPPED_EXIT_CODE: u8 = 130;
/// The command line could not be understood: apart from 1, which means that the work itself failed.
const USAGE_EXIT_CODE: u8 = 2;

fn main() -> ExitCode {
    let request = match cli::parse(std::env::args_os().skip(1)) {
        Ok(request) => request,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(USAGE_EXIT_CODE);
        }
    };
    match obey(&request) {
        Ok(code) => code,
        Err(error) if error.is::<process::Stopped>() => {
            eprintln!("Stopped.");
            ExitCode::from(STOPPED_EXIT_CODE)
        }
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn obey(request: &Request) -> anyhow::Result<ExitCode> {
    if let Request::Help(text) = request {
        println!("{text}");
        return Ok(ExitCode::SUCCESS);
    }
    process::stop_children_on_signals()?;
    let project = Project::locate()?;
    match request {
        Request::Help(_) => Ok(ExitCode::SUCCESS),
        Request::Run(options) => serve::run(&project, options).map(|()| ExitCode::SUCCESS),
        Request::Test(options) => suite::run(&project, options),
        Request::Build => release::run(&project).map(|()| ExitCode::SUCCESS),
        Request::Package => package::run(&project).map(|()| ExitCode::SUCCESS),
        Request::Bench(arguments) => bench::run(&project, arguments).map(|()| ExitCode::SUCCESS),
        Request::Load(arguments) => load::run(&project, arguments).map(|()| ExitCode::SUCCESS),
        Request::Fuzz(options) => fuzz::run(&project, options),
        Request::Mutants(arguments) => mutants::run(&project, arguments),
    }
}
