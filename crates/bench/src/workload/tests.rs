#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;
use model::{Timestamp, telemetry::SpanKind};
use protocol::{
    IngestContext,
    otlp::{self, Encoding},
};
use std::collections::HashSet;

const DAY_NS: u64 = 86_400_000_000_000;
const START_NS: u64 = 1_767_225_600_000_000_000;

fn workload(spans: u64, span_bytes: u64, order: Order) -> Workload {
    Workload::new(Recipe { seed: 7, spans, batch: 200, span_bytes, order, start_ns: START_NS, end_ns: START_NS + DAY_NS })
}

fn read(batch: &Batch) -> Vec<model::telemetry::Span> {
    let context = IngestContext { received_at: Timestamp::from_nanos((START_NS + DAY_NS).try_into().unwrap()), retention_floor: None };
    let read = otlp::spans(otlp::decode_traces(batch.body.clone(), Encoding::Protobuf).unwrap(), &context);
    assert_eq!(read.rejected, vec![]);
    read.rows.into_iter().map(|row| row.row).collect()
}

#[test]
fn requests_are_read_without_a_rejection_and_hold_every_kind_of_span() {
    let workload = workload(2_050, 6_200, Order::Time);
    let batches: Vec<Batch> = (0..workload.batches()).map(|index| workload.batch(index)).collect();
    assert_eq!(batches.iter().map(|batch| batch.spans).sum::<u64>(), 2_050);
    let spans: Vec<_> = batches.iter().flat_map(read).collect();
    assert_eq!(spans.len(), 2_050);
    assert_eq!(spans.iter().map(|span| (span.trace_id, span.span_id)).collect::<HashSet<_>>().len(), 2_050);
    for kind in [SpanKind::Llm, SpanKind::Embedding, SpanKind::Retrieval, SpanKind::Agent, SpanKind::Tool] {
        assert!(spans.iter().any(|span| span.kind == kind), "{kind:?}");
    }
    let failed = spans.iter().filter(|span| span.error_type.is_some()).count();
    assert!((5..60).contains(&failed), "{failed}");
}

#[test]
fn the_same_recipe_makes_the_same_bytes_and_another_seed_others() {
    let (one, two) = (workload(1_000, 6_200, Order::Time), workload(1_000, 6_200, Order::Time));
    assert_eq!(one.batch(3).body, two.batch(3).body);
    assert_ne!(one.batch(3).body, one.batch(4).body);
    let other = Workload::new(Recipe { seed: 8, ..one.recipe().clone() });
    assert_ne!(one.batch(3).body, other.batch(3).body);
}

#[test]
fn spans_are_as_large_as_asked_for() {
    for wanted in [2_000, 3_000, 6_200, 9_000] {
        let workload = workload(40_000, wanted, Order::Time);
        let bytes: usize = (0..workload.batches()).map(|index| workload.batch(index).body.len()).sum();
        let mean = bytes as f64 / 40_000.0;
        assert!((mean / wanted as f64 - 1.0).abs() < 0.08, "{wanted}: {mean}");
    }
}

#[test]
fn times_ascend_in_order_and_stay_in_the_spread() {
    let starts = |order| {
        let workload = workload(4_000, 1_500, order);
        (0..workload.batches())
            .map(|index| workload.batch(index).traces.iter().map(|trace| trace.start_ns).min().unwrap())
            .collect::<Vec<_>>()
    };
    let (ordered, shuffled) = (starts(Order::Time), starts(Order::Shuffled));
    assert!(ordered.is_sorted() && !shuffled.is_sorted());
    assert!(ordered.iter().chain(&shuffled).all(|start| (START_NS..START_NS + DAY_NS).contains(start)));
    assert!(ordered[ordered.len() - 1] - ordered[0] > DAY_NS / 2);
}

#[test]
fn what_is_noted_of_a_trace_is_in_its_messages() {
    let workload = workload(1_000, 6_200, Order::Time);
    let batch = workload.batch(2);
    let spans = read(&batch);
    for note in &batch.traces {
        let body = String::from_utf8_lossy(&batch.body);
        assert!(body.contains(&note.ticket), "{note:?}");
        assert_eq!(spans.iter().filter(|span| span.trace_id.as_bytes() == &note.id).count() as u64, note.spans);
    }
}

#[test]
fn a_large_trace_has_one_root_and_as_many_spans_as_asked_for() {
    let workload = workload(1_000, 6_200, Order::Time);
    let spans: Vec<_> = workload.wide_trace(450).flat_map(|batch| read(&batch)).collect();
    assert_eq!(spans.len(), 450);
    assert_eq!(spans.iter().filter(|span| span.parent_span_id.is_none()).count(), 1);
    assert_eq!(spans.iter().map(|span| span.trace_id).collect::<HashSet<_>>().len(), 1);
    assert_eq!(spans.iter().map(|span| span.span_id).collect::<HashSet<_>>().len(), 450);
}

/// As in the corpus of `bench/tools/corpus.py`, by which the budget was set: each message counts once, however often it is resent.
#[test]
fn distinct_texts_are_about_a_quarter_of_the_bytes() {
    let workload = workload(20_000, 6_200, Order::Time);
    let (mut bytes, mut distinct, mut seen) = (0usize, 0usize, HashSet::new());
    for index in 0..workload.batches() {
        let batch = workload.batch(index);
        bytes += batch.body.len();
        for span in read(&batch) {
            let json = serde_json::to_value(&span.payload).unwrap();
            texts(&json, &mut |text| {
                if seen.insert(text.to_owned()) {
                    distinct += text.len();
                }
            });
        }
    }
    let share = distinct as f64 / bytes as f64;
    assert!((0.19..0.29).contains(&share), "{share}");
}

fn texts(json: &serde_json::Value, found: &mut impl FnMut(&str)) {
    match json {
        serde_json::Value::String(text) => found(text),
        serde_json::Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        serde_json::Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        _ => {}
    }
}
