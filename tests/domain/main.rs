//! The rules, natively: tables of what is known and properties of all the rest.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod account;
mod adviser_key;
mod any_order;
mod beat;
mod connection;
mod countdown;
mod doubt;
mod gateway;
mod history;
mod news;
mod session;
mod several;
mod standing;
mod timestamp;
mod wrong_clock;
