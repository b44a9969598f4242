//! Referral Connect: a financial adviser types another adviser's referral code, and Plannr asks the other
//! whether their firms shall be connected.
//!
//! # How data flows
//! A keystroke becomes an [`Event`](domain::session::Event). [`update`](domain::session::update) makes of it
//! and of the [`State`](domain::session::State) the next state and perhaps a
//! [`Command`](domain::session::Command), which the view's runner hands to the [`Client`](api::client::Client);
//! the answer comes back as an event. Views are a function of the state and the time.
//!
//! # Reading order
//! 1. [`domain`]: the rules. No browser, no framework, no clock.
//! 2. [`api`]: how a request is written and what a reply means.
//! 3. [`view`]: what a person sees, and every word of it.
//! 4. [`browser`]: clock and storage.
//! 5. [`ReferralConnect`] puts them together, and [`page`] puts that on a page with settings.
//! 6. [`element`] does so for the custom element, whose class is JavaScript.
//! 7. [`after_a_trap`]: what is told when none of the above can run any more.
//!
//! `view` and `api` do not know of each other; `domain` knows of nothing.

pub mod after_a_trap;
pub mod api;
pub mod browser;
pub mod domain;
pub mod element;
pub mod page;
pub mod view;

mod host_events;
mod json;
mod referral_connect;

pub use referral_connect::ReferralConnect;
