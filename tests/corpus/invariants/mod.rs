//! What has to hold for every input whatever, a file for each fuzz target.
//!
//! The fuzz targets call these functions with what they make up, `tests/corpus/main.rs` with what they have found
//! worth keeping. An invariant that does not hold panics.
#![allow(
    dead_code,
    clippy::panic,
    clippy::unwrap_used,
    reason = "each fuzz target uses one of the files, and fails by panicking"
)]

pub mod adviser_key;
pub mod timestamp;
pub mod wire;
