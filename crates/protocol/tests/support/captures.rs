//! Recorded requests of real clients, as rows and as snapshots.

use super::context;
use bytes::Bytes;
use model::telemetry::{Incoming, LogRecord, MetricPoint, Span};
use protocol::{
    billing,
    otlp::{self, Encoding},
};
use serde::Serialize;

pub(crate) fn capture(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/captures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn encoding(name: &str) -> Encoding {
    if name.ends_with(".json") { Encoding::Json } else { Encoding::Protobuf }
}

fn rows<T>(rows: Vec<Incoming<T>>) -> Vec<T> {
    rows.into_iter().map(|incoming| incoming.row).collect()
}

pub(crate) fn spans(name: &str) -> Vec<Span> {
    let request = otlp::decode_traces(Bytes::from(capture(name)), encoding(name)).unwrap();
    let normalised = otlp::spans(request, &context());
    assert_eq!(normalised.rejected, []);
    rows(normalised.rows)
}

/// The spans of requests in which a client told of the same traces: reports of one span as one, after it was decided which are billed.
pub(crate) fn billed_spans(names: &[&str]) -> Vec<Span> {
    billed(names.iter().flat_map(|name| spans(name)))
}

pub(crate) fn billed(reports: impl IntoIterator<Item = Span>) -> Vec<Span> {
    let mut merged: Vec<Incoming<Span>> = Vec::new();
    for report in reports {
        let same = |known: &&mut Incoming<Span>| (known.row.trace_id, known.row.span_id) == (report.trace_id, report.span_id);
        match merged.iter_mut().find(same) {
            Some(known) => known.row.amend(report),
            None => merged.push(Incoming::new(report, None)),
        }
    }
    billing::apply(&mut merged);
    rows(merged)
}

pub(crate) fn logs(name: &str) -> Vec<LogRecord> {
    let request = otlp::decode_logs(Bytes::from(capture(name)), encoding(name)).unwrap();
    let normalised = otlp::log_records(request, &context());
    assert_eq!(normalised.rejected, []);
    rows(normalised.rows)
}

pub(crate) fn metrics(name: &str) -> Vec<MetricPoint> {
    let request = otlp::decode_metrics(Bytes::from(capture(name)), encoding(name)).unwrap();
    let normalised = otlp::metric_points(request, &context());
    assert_eq!(normalised.rejected, []);
    rows(normalised.rows)
}

pub(crate) fn snapshot<T: Serialize>(name: &str, rows: &T) {
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, { insta::assert_json_snapshot!(name, rows) });
}

/// The spans of a name, in the order in which they were sent.
pub(crate) fn named<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

/// (uncached, cache read, written for 5 min, for 1 h, for an unknown time; text, reasoning)
pub(crate) fn buckets(span: &Span) -> [Option<u64>; 7] {
    let buckets = span.usage.buckets;
    [
        buckets.input_uncached,
        buckets.cache_read,
        buckets.cache_write_5m,
        buckets.cache_write_1h,
        buckets.cache_write_unknown,
        buckets.output_text,
        buckets.output_reasoning,
    ]
}

/// What the scripted provider counts: 100 in, of which 64 cached; 20 out, of which 8 reasoning.
pub(crate) const OPENAI: [Option<u64>; 7] = [Some(36), Some(64), None, None, None, Some(12), Some(8)];
/// 30 in, 1000 read from the cache, 50 written to it, 40 of them for five minutes; 25 out.
pub(crate) const ANTHROPIC: [Option<u64>; 7] = [Some(30), Some(1000), Some(40), Some(10), None, Some(25), None];
/// The same from a client that does not tell for how long.
pub(crate) const ANTHROPIC_WITHOUT_LIFETIMES: [Option<u64>; 7] = [Some(30), Some(1000), None, None, Some(50), Some(25), None];
