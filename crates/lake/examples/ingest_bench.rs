//! Commit and compaction speed of the lake alone: synthetic spans of about 6 kB with resent histories, a segment catalog in memory.
//!
//! `cargo run --profile fast -p lake --example ingest_bench -- [SPANS] [SPANS_PER_REQUEST] [CLIENTS] [DATA_DIR]`

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring program: it prints, and stops at the first failure")]

#[path = "../src/testing/catalog.rs"]
#[allow(dead_code, reason = "made for tests, which also inject failures")]
mod catalog;

use lake::{Lake, LakeConfig};
use model::{
    ProjectId, SpanId, Timestamp, TraceId,
    ports::Maintenance,
    telemetry::{Incoming, Message, RowBatch, Span, SpanKind},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

const TURNS: usize = 6;
const WORDS_PER_MESSAGE: usize = 42;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Words of 3 to 10 letters, some much more frequent than others.
    fn sentence(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..WORDS_PER_MESSAGE {
            let rank = self.next() % 100;
            let mut word = Random(0x9E37_79B9_7F4A_7C15 ^ (if rank < 60 { self.next() % 64 } else { self.next() % 20_000 }));
            word.next();
            let letters = 3 + word.next() % 8;
            text.extend((0..letters).map(|_| char::from(b'a' + (word.next() % 26) as u8)));
            text.push(' ');
        }
        text
    }
}

/// The calls of one conversation: each sends the whole history again.
fn conversation(random: &mut Random) -> Vec<Span> {
    let trace = TraceId::from_bytes(((u128::from(random.next()) << 64) | u128::from(random.next())).to_be_bytes()).unwrap();
    let mut history = vec![Message::text("system", random.sentence())];
    let mut spans = Vec::with_capacity(TURNS);
    for _ in 0..TURNS {
        for _ in 0..3 {
            history.push(Message::text("user", random.sentence()));
        }
        let answer = Message::text("assistant", random.sentence());
        let mut span = Span::new(trace, SpanId::from_bytes(random.next().to_be_bytes()).unwrap(), "chat gpt-4o", Timestamp::now());
        span.kind = SpanKind::Llm;
        span.provider = Some("openai".to_owned());
        span.request_model = Some("gpt-4o".to_owned());
        span.session_id = Some(format!("session-{}", random.next() % 10_000));
        span.user_id = Some(format!("user-{}", random.next() % 1_000));
        span.payload.input = Some(history.clone());
        span.payload.output = Some(vec![answer.clone()]);
        span.end_at(Timestamp::now());
        history.push(answer);
        spans.push(span);
    }
    spans
}

fn request(random: &mut Random, project: ProjectId, spans: usize) -> RowBatch {
    let mut batch = RowBatch::new(project);
    while batch.spans.len() < spans {
        for span in conversation(random) {
            let mut digest = [0; 16];
            digest[..8].copy_from_slice(span.span_id.as_bytes());
            batch.spans.push(Incoming::new(span, Some(digest)));
        }
    }
    batch
}

fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn argument(at: usize, default: usize) -> usize {
    std::env::args().nth(at).and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[tokio::main]
async fn main() {
    let (total, per_request, clients) = (argument(1, 50_000), argument(2, 256), argument(3, 4));
    let scratch = tempfile::tempdir().unwrap();
    let data_dir = std::env::args().nth(4).map_or_else(|| scratch.path().to_owned(), Into::into);
    let catalog = catalog::MemoryCatalog::new();
    let lake = Lake::open(LakeConfig::new(data_dir, 1 << 30), Arc::clone(&catalog) as _).await.unwrap();
    let project = ProjectId::from_bytes([1; 16]).unwrap();
    let sample = request(&mut Random(7), project, 600);
    let span_bytes = sample.spans.iter().map(|incoming| serde_json::to_vec(&incoming.row).unwrap().len()).sum::<usize>() / sample.len();
    let (sent, left) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(total)));
    let idle_rss = memory("VmRSS");
    let began = Instant::now();
    let mut making = std::time::Duration::ZERO;
    let tasks: Vec<_> = (0..clients)
        .map(|client| {
            let (lake, sent, left) = (lake.clone(), Arc::clone(&sent), Arc::clone(&left));
            tokio::spawn(async move {
                let mut random = Random(client as u64 + 1);
                let mut making = std::time::Duration::ZERO;
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(per_request.min(left)).filter(|_| left > 0))
                    .is_ok()
                {
                    let start = Instant::now();
                    let batch = request(&mut random, project, per_request);
                    making += start.elapsed();
                    sent.fetch_add(lake.commit(batch).await.unwrap().stored, Ordering::Relaxed);
                }
                making
            })
        })
        .collect();
    for task in tasks {
        making += task.await.unwrap();
    }
    let (elapsed, stored) = (began.elapsed(), sent.load(Ordering::Relaxed));
    let level0: u64 = catalog.live().iter().map(|segment| segment.bytes).sum();
    println!(
        "commit: {stored} spans of {span_bytes} B in {elapsed:.2?}: {:.0} spans/s (making them took {:.2?} of {clients} clients), {} groups, {:.3} stored bytes per byte, RSS {} MB (idle {idle_rss}, peak {})",
        stored as f64 / elapsed.as_secs_f64(),
        making,
        catalog.publications(),
        level0 as f64 / (stored * span_bytes) as f64,
        memory("VmRSS"),
        memory("VmHWM"),
    );
    let began = Instant::now();
    let mut pieces = 0;
    while lake.compact(true).await.unwrap().more {
        pieces += 1;
    }
    let live = catalog.live();
    let bytes: u64 = live.iter().map(|segment| segment.bytes).sum();
    let rows: u64 = live.iter().map(|segment| segment.rows).sum();
    println!(
        "compaction: {rows} rows in {} files after {pieces} pieces in {:.2?}: {:.0} spans/s, {:.3} stored bytes per byte, RSS {} MB (peak {})",
        live.len(),
        began.elapsed(),
        rows as f64 / began.elapsed().as_secs_f64(),
        bytes as f64 / (stored * span_bytes) as f64,
        memory("VmRSS"),
        memory("VmHWM"),
    );
    lake.shutdown().await;
}
