//! The gateway over real sockets, with real databases, before an API that plays along or does not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "in a test a surprise should end it, at the line where it happened"
)]

mod answers;
mod browser;
mod budgets;
mod crashes;
mod cross_site;
mod database;
mod fault;
mod faults;
mod frames;
mod keys;
mod ledger;
mod limits;
mod panics;
mod plannr;
mod privacy;
mod process;
mod sign_in;
mod slow;
mod stage;
