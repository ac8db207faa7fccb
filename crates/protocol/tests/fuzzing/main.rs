//! Whatever becomes of recorded bodies on their way, no parser panics, and of each format something can still be read.
//! A short run with a fixed seed; `cargo run --profile fast -p protocol --example fuzz` searches further.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod harness;
mod mutate;
mod readers;
mod rng;
mod seeds;

const INPUTS: usize = 20_000;

#[test]
fn no_parser_panics() {
    let mut fuzzer = harness::Fuzzer::new(7);
    for _ in 0..INPUTS {
        fuzzer.step();
    }
    for (format, tally) in &fuzzer.tallies {
        assert!(tally.inputs > 0 && tally.read > 0, "{format:?}: {tally:?}");
    }
}
