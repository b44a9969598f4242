//! The sandbox, asked over real HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test a surprise should end it, at the line where it happened"
)]

mod admission;
mod codes;
mod cors;
mod life;
mod list;
mod oauth;
mod outbox;
mod page;
mod refusals;
mod requests;
mod support;
mod time;
