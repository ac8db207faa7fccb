//! How many spans per second one core decodes and normalises: for each convention of the workload, and over all of them.
//!
//! `cargo run --profile fast -p protocol --example normalise_bench [SECONDS [FOLDER]]`
//!
//! SECONDS is for each line. FOLDER holds OTLP protobuf bodies (`*.bin`), measured together in place of the made ones.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring program: it prints, and stops at the first surprise")]

mod workload;

use bytes::Bytes;
use protocol::{
    IngestContext,
    otlp::{self, Encoding},
};
use std::time::{Duration, Instant};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(3.0);
    if let Some(folder) = arguments.next() {
        return measure("folder", &read_bodies(&folder), seconds);
    }
    let mut all = Vec::new();
    for (name, body) in workload::bodies() {
        measure(name, std::slice::from_ref(&body), seconds);
        all.push(body);
    }
    measure("all", &all, seconds);
}

/// Goes over the bodies again and again for this long, and prints a line.
fn measure(name: &str, bodies: &[Bytes], seconds: f64) {
    let context = IngestContext { received_at: model::Timestamp::now(), retention_floor: None };
    let (mut spans, mut bytes) = (0, 0);
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs_f64(seconds) {
        for body in bodies {
            let request = otlp::decode_traces(body.clone(), Encoding::Protobuf).unwrap();
            let normalised = otlp::spans(request, &context);
            assert_eq!(normalised.rejected.len(), 0);
            spans += normalised.rows.len();
            bytes += body.len();
        }
    }
    let elapsed = started.elapsed().as_secs_f64();
    println!(
        "{name}: {:.0} spans/s, {:.1} µs a span, {} bytes a span, {:.0} MB/s",
        spans as f64 / elapsed,
        elapsed * 1e6 / spans as f64,
        bytes / spans,
        bytes as f64 / elapsed / 1e6
    );
}

fn read_bodies(folder: &str) -> Vec<Bytes> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "bin"))
        .map(|path| std::fs::read(path).unwrap().into())
        .collect()
}
