//! What the widget knows, without a browser, a framework or a clock.
//!
//! Everything here is a pure function of its arguments: `now` is always passed in. Read in this order:
//! [`adviser_key`] and [`account`] parse what a person gives, [`timestamp`] what the API gives, [`digits`] writes numbers, [`cut`] cuts texts,
//! [`connection`] and [`countdown`] say what to show, [`beat`] when it changes, [`outcome`] names the four ways a request can end,
//! [`session`] is the state machine that ties them together, and [`history`] the list of requests beside it.

pub mod account;
pub mod adviser_key;
pub mod beat;
pub mod connection;
pub mod countdown;
pub mod cut;
pub mod digits;
pub mod history;
pub mod outcome;
pub mod session;
pub mod timestamp;
mod typed_text;
