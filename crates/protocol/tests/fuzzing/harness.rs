//! Inputs made of recorded bodies, through the parsers.

use super::{
    mutate::mutated,
    readers::{Format, read},
    rng::Rng,
    seeds::{Seed, seeds},
};
use protocol::IngestContext;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// What became of the inputs of one format.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) inputs: u64,
    /// Inputs of which something could be read.
    pub(crate) read: u64,
    pub(crate) slowest: Duration,
    /// Bytes of the slowest input.
    pub(crate) slowest_bytes: usize,
}

pub(crate) struct Fuzzer {
    seeds: Vec<Seed>,
    rng: Rng,
    context: IngestContext,
    pub(crate) tallies: BTreeMap<Format, Tally>,
}

impl Fuzzer {
    pub(crate) fn new(seed: u64) -> Self {
        // The evening of the day on which the fixtures were recorded.
        let context = IngestContext { received_at: "2026-11-23T20:00:00Z".parse().unwrap(), retention_floor: None };
        Self { seeds: seeds(), rng: Rng(seed), context, tallies: BTreeMap::new() }
    }

    /// One input. It panics where a parser does.
    pub(crate) fn step(&mut self) {
        let seed = self.rng.pick(&self.seeds);
        let body = mutated(&seed.bytes, seed.json.as_ref(), &mut self.rng);
        let bytes = body.len();
        let started = Instant::now();
        let rows = read(seed.format, body.into(), &self.context);
        let took = started.elapsed();
        let tally = self.tallies.entry(seed.format).or_default();
        tally.inputs += 1;
        tally.read += u64::from(rows > 0);
        if took > tally.slowest {
            (tally.slowest, tally.slowest_bytes) = (took, bytes);
        }
    }
}
