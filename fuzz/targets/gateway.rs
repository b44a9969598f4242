#![no_main]

#[path = "../../gateway/tests/outside/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|input: &[u8]| invariants::hold(input));
