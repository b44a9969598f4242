#![no_main]

#[path = "../../tests/corpus/invariants/mod.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|input: &[u8]| invariants::adviser_key::hold(input));
