//! The LLM workload: OTLP requests of any number, made at several hundred MB/s, the same for the same seed.
//!
//! Mix by trace: 60 % one chat call, 30 % RAG (embedding, retrieval, call), 10 % agents of 4 to 20 turns whose calls resend the whole
//! history. Request `i` depends on the seed and `i` only, so that any of them can be made alone, in any order, on any thread, and
//! again later when a query needs to know what is stored.

mod pool;
mod rng;
mod shapes;
mod wire;
mod words;

pub(crate) use rng::Rng;
pub(crate) use shapes::TraceNote;

use bytes::Bytes;
use clap::ValueEnum;
use pool::TextPool;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Mean bytes of a span at text scale s: FIXED + s × TEXT. Measured; a test holds them to it.
const FIXED_BYTES_PER_SPAN: f64 = 1_300.0;
const TEXT_BYTES_PER_SPAN: f64 = 4_950.0;
/// Shorter texts would have no words to search for.
const MIN_TEXT_SCALE: f64 = 0.02;

const SERVICES: [(&str, u64); 5] = [("shop-assistant", 6), ("support-bot", 2), ("search-api", 1), ("report-writer", 1), ("code-review", 1)];

/// Streams of random numbers: what is in one has nothing in common with what is in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// The requests that fill the store.
    Main = 1,
    /// Requests of the present moment.
    Live = 2,
    /// The one very large trace.
    Wide = 3,
    /// Choices of queries.
    Queries = 4,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    /// Requests come in the order of their times, as traffic does.
    Time,
    /// Every trace starts at any time of the spread.
    Shuffled,
}

/// Everything the workload depends on. Kept beside a data folder, so that later runs can ask for what is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recipe {
    pub seed: u64,
    pub spans: u64,
    pub batch: u64,
    pub span_bytes: u64,
    pub order: Order,
    /// The traces start in `start_ns .. end_ns`.
    pub start_ns: u64,
    pub end_ns: u64,
}

/// One OTLP request.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    pub body: Bytes,
    pub spans: u64,
    pub traces: Vec<TraceNote>,
}

/// Makes requests. Clones share the text.
#[derive(Debug, Clone)]
pub(crate) struct Workload {
    recipe: Arc<Recipe>,
    pool: Arc<TextPool>,
}

impl Workload {
    pub(crate) fn new(recipe: Recipe) -> Self {
        Self { pool: Arc::new(TextPool::new(recipe.seed, recipe.spans)), recipe: Arc::new(recipe) }
    }

    pub(crate) fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    pub(crate) fn batches(&self) -> u64 {
        self.recipe.spans.div_ceil(self.recipe.batch)
    }

    /// Words by frequency, most frequent first.
    pub(crate) fn words(&self) -> &[String] {
        self.pool.words()
    }

    /// Request `index` of the main stream, below `batches()`.
    pub(crate) fn batch(&self, index: u64) -> Batch {
        let recipe = &self.recipe;
        let spread = recipe.end_ns - recipe.start_ns;
        let spans = recipe.batch.min(recipe.spans.saturating_sub(index * recipe.batch));
        let (from, width) = match recipe.order {
            Order::Time => {
                let at = |index: u64| recipe.start_ns + (spread as f64 * index as f64 / self.batches() as f64) as u64;
                (at(index), at(index + 1) - at(index))
            }
            Order::Shuffled => (recipe.start_ns, spread),
        };
        self.make(Stream::Main, index, spans, from, width)
    }

    /// Request `index` of a stream, with traces that start in the `width_ns` after `from_ns`.
    pub(crate) fn batch_at(&self, stream: Stream, index: u64, from_ns: u64, width_ns: u64) -> Batch {
        self.make(stream, index, self.recipe.batch, from_ns, width_ns)
    }

    fn make(&self, stream: Stream, index: u64, spans: u64, from_ns: u64, width_ns: u64) -> Batch {
        let scale = ((self.recipe.span_bytes as f64 - FIXED_BYTES_PER_SPAN) / TEXT_BYTES_PER_SPAN).max(MIN_TEXT_SCALE);
        let mut shapes = shapes::Shapes::new(&self.pool, scale, Rng::new(self.recipe.seed, stream as u64, index));
        let service = shapes.rng().weighted(&SERVICES);
        let (mut traces, mut left) = (Vec::new(), spans);
        while left > 0 {
            let start_ns = from_ns + shapes.rng().below(width_ns.max(1));
            let note = shapes.trace(start_ns, left);
            left -= note.spans;
            traces.push(note);
        }
        Batch { body: wire::export_request(service, &shapes.into_bytes()).into(), spans, traces }
    }

    /// One trace of `spans` spans, in requests.
    pub(crate) fn wide_trace(&self, spans: u64) -> WideTrace<'_> {
        WideTrace { workload: self, spans, next: 0 }
    }
}

/// The requests of one very large trace.
pub(crate) struct WideTrace<'a> {
    workload: &'a Workload,
    spans: u64,
    next: u64,
}

impl WideTrace<'_> {
    /// Its id: there is one for each seed.
    pub(crate) fn id(&self) -> [u8; 16] {
        let mut rng = Rng::new(self.workload.recipe.seed, Stream::Wide as u64, u64::MAX);
        let mut id = [0; 16];
        id[..8].copy_from_slice(&rng.next().to_be_bytes());
        id[8..].copy_from_slice(&(rng.next() | 1).to_be_bytes());
        id
    }
}

impl Iterator for WideTrace<'_> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let recipe = &self.workload.recipe;
        let spans = recipe.batch.min(self.spans - self.next);
        if spans == 0 {
            return None;
        }
        let mut shapes = shapes::Shapes::new(&self.workload.pool, 1.0, Rng::new(recipe.seed, Stream::Wide as u64, self.next));
        let start_ns = recipe.start_ns + (recipe.end_ns - recipe.start_ns) / 2;
        shapes.wide_trace_part(&self.id(), WIDE_ROOT, start_ns, self.next, spans);
        self.next += spans;
        Some(Batch { body: wire::export_request("crawler", &shapes.into_bytes()).into(), spans, traces: Vec::new() })
    }
}

const WIDE_ROOT: [u8; 8] = [0, 0, 0, 0, 0, 0, 0, 1];

#[cfg(test)]
mod tests;
