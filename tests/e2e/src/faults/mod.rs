//! Faults of a server, spoken byte by byte: a raw-socket stand-in for the API that does one wrong thing, and the table
//! of what a person is told, what the host is told and how many requests arrive under each.
//!
//! 1. A [`Fault`] says what becomes of `POST /api/v1/referral-connections`, as [`Step`]s on the socket.
//! 2. A [`FaultServer`] plays one fault on a port of its own, and counts.
//! 3. The [`table`] puts beside each fault what is [`Expected`] of the widget.

mod api;
mod expected;
mod fault;
mod reply;
mod request;
mod server;
mod site;
pub mod table;

pub use api::RECIPIENT;
pub use expected::{Also, Connection, Countdown, Details, Expected, Row};
pub use fault::{Fault, Gets, Preflight, Reads, Step, Taken};
pub use reply::{head, http_date, reply};
pub use server::{FaultServer, Seen};
