//! Looks for inputs that a parser cannot stand: `cargo run --profile fast -p protocol --example fuzz -- [INPUTS [SEED]]`.
//!
//! Starts from the recorded bodies in `fixtures/`, changes bytes and values, and reads them as what they were. A panic ends it, with a
//! backtrace; the same seed leads there again. Prints, per format, the inputs, those of which something could be read, and the slowest
//! one; and the most memory the process had.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a searching program: it prints, and stops at the first surprise"
)]

#[path = "../tests/fuzzing/harness.rs"]
mod harness;
#[path = "../tests/fuzzing/mutate.rs"]
mod mutate;
#[path = "../tests/fuzzing/readers.rs"]
mod readers;
#[path = "../tests/fuzzing/rng.rs"]
mod rng;
#[path = "../tests/fuzzing/seeds.rs"]
mod seeds;

use std::time::Instant;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>().unwrap());
    let (inputs, seed) = (arguments.next().unwrap_or(1_000_000), arguments.next().unwrap_or(1));
    let mut fuzzer = harness::Fuzzer::new(seed);
    let started = Instant::now();
    for done in 1..=inputs {
        fuzzer.step();
        if done % 500_000 == 0 {
            println!("{done} inputs, {:.0} s", started.elapsed().as_secs_f64());
        }
    }
    for (format, tally) in &fuzzer.tallies {
        let slowest = tally.slowest.as_secs_f64() * 1e3;
        println!("{format:?}: {} inputs, {} read, slowest {slowest:.1} ms ({} bytes)", tally.inputs, tally.read, tally.slowest_bytes);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown").to_owned();
    println!("{inputs} inputs, no panic, {:.0} s, {peak}", started.elapsed().as_secs_f64());
}
