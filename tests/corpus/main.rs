//! What the fuzz targets have found worth keeping, replayed: each input takes a way through the code that no other
//! takes. `cargo xtask fuzz` looks for more.
#![allow(
    missing_docs,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says with which input"
)]

mod invariants;

use std::fs;
use std::path::{Path, PathBuf};

/// What a corpus may grow to and still be replayed in seconds and looked through by a person.
const INPUTS_MOST: usize = 300;

fn replay(target: &str, holds: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(target);
    let inputs = inputs(&folder);
    assert!(!inputs.is_empty(), "{} is empty", folder.display());
    assert!(
        inputs.len() <= INPUTS_MOST,
        "{} inputs for {target}",
        inputs.len()
    );
    for (path, input) in inputs {
        // The captured output of a test that fails ends with the input at fault.
        println!("{}", path.display());
        holds(&input);
    }
}

fn inputs(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| {
            let path = entry
                .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
                .path();
            let input =
                fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path, input)
        })
        .collect()
}

#[test]
fn adviser_key_holds() {
    replay("adviser_key", invariants::adviser_key::hold);
}

#[test]
fn timestamp_holds() {
    replay("timestamp", invariants::timestamp::hold);
}

#[test]
fn wire_holds() {
    replay("wire", invariants::wire::hold);
}
