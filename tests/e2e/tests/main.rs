//! The end-to-end suite. `cargo test -p e2e -- chromium::` plays it in one browser; `E2E_BROWSERS` names several.

use std::process::ExitCode;

use anyhow::Result;
use e2e::suite::{Suite, announce};

mod doubt;
mod element;
mod faults;
mod floor;
mod gallery;
mod gateway;
mod keyboard;
mod main_job;
mod offline;
mod refused;
mod release;
mod sent;
mod settings;
mod standalone;
mod storage;
mod time;
mod together;
mod trap;
mod typing;

fn main() -> ExitCode {
    match suite() {
        Ok(suite) => suite.run(),
        Err(error) => {
            announce(&format!("the end-to-end suite cannot start: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Every scenario. The long ones come first, so that the last minutes of a run are not one browser alone.
fn suite() -> Result<Suite> {
    let mut suite = Suite::new()?;
    faults::add(&mut suite);
    gallery::add(&mut suite);
    doubt::add(&mut suite);
    together::add(&mut suite);
    storage::add(&mut suite);
    time::add(&mut suite);
    element::add(&mut suite);
    trap::add(&mut suite);
    main_job::add(&mut suite);
    gateway::add(&mut suite);
    sent::add(&mut suite);
    typing::add(&mut suite);
    refused::add(&mut suite);
    settings::add(&mut suite);
    standalone::add(&mut suite);
    offline::add(&mut suite);
    release::add(&mut suite);
    keyboard::add(&mut suite);
    floor::add(&mut suite);
    Ok(suite)
}
