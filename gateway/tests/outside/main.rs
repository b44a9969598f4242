//! What the fuzz target `gateway` has found worth keeping, replayed: each input takes a way of its own through what reads
//! what comes from outside. `cargo xtask fuzz gateway` looks for more.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says with which input"
)]

mod invariants;

use std::{fs, path::Path};

/// What a corpus may grow to and still be replayed in seconds and looked through by a person.
const INPUTS_MOST: usize = 300;

#[test]
fn what_comes_from_outside_is_read_or_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/gateway");
    let inputs: Vec<_> = fs::read_dir(&folder).unwrap().collect();
    assert!(
        (20..=INPUTS_MOST).contains(&inputs.len()),
        "{} inputs",
        inputs.len()
    );
    for input in inputs {
        let path = input.unwrap().path();
        // The captured output of a test that fails ends with the input at fault.
        println!("{}", path.display());
        invariants::hold(&fs::read(path).unwrap());
    }
}
