//! What Langfuse's SDKs sent, recorded → rows, as snapshots. What they send today must keep meaning the same.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

use bytes::Bytes;
use model::{
    TraceId,
    telemetry::{Span, SpanKind},
};
use protocol::{
    IngestContext,
    langfuse::experiment_item,
    native::langfuse::{ReadScore, read_ingestion, read_score},
    otlp::{self, Encoding},
    trace_facts::TraceFacts,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::HashMap;

/// The evening of the day on which the last of them were recorded.
fn context() -> IngestContext {
    IngestContext { received_at: "2026-11-27T20:00:00Z".parse().unwrap(), retention_floor: None }
}

fn capture(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/captures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn snapshot<T: Serialize>(name: &str, rows: &T) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, { insta::assert_json_snapshot!(name, rows) });
}

/// The spans of a body, with what it says about their traces.
fn spans(name: &str) -> Vec<Span> {
    let encoding = if name.ends_with(".json") { Encoding::Json } else { Encoding::Protobuf };
    let request = otlp::decode_traces(Bytes::from(capture(name)), encoding).unwrap();
    let normalised = otlp::spans(request, &context());
    assert_eq!(normalised.rejected, []);
    let mut spans: Vec<Span> = normalised.rows.into_iter().map(|incoming| incoming.row).collect();
    let mut facts: HashMap<TraceId, TraceFacts> = HashMap::new();
    spans.iter().for_each(|span| facts.entry(span.trace_id).or_default().note(span));
    for span in &mut spans {
        facts[&span.trace_id].fill(span);
    }
    spans
}

fn named<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

/// (uncached, cache read, 5 min, 1 h, unknown lifetime; text, reasoning)
fn buckets(span: &Span) -> [Option<u64>; 7] {
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

/// 100 tokens in, 64 of them cached; 20 out, 8 of them reasoning.
const OPENAI: [Option<u64>; 7] = [Some(36), Some(64), None, None, None, Some(12), Some(8)];

#[test]
fn python_5() {
    let spans = spans("042_langfuse-py-v5_POST_api_public_otel_v1_traces.bin");
    snapshot("langfuse_python_5", &spans);
    let calls = named(&spans, "OpenAI-generation");
    let answered: Vec<_> = calls.iter().filter(|span| span.error_message.is_none()).map(|span| buckets(span)).collect();
    assert_eq!(answered[..2], [OPENAI, OPENAI]);
    let agents_of_trace = spans.iter().filter(|span| span.session_id.as_deref() == Some("sess-1")).count();
    assert_eq!(agents_of_trace, spans.len() - 1, "all but the span of the other trace");
}

#[test]
fn python_5_experiment() {
    let spans = spans("052_langfuse-py-v5_POST_api_public_otel_v1_traces.bin");
    snapshot("langfuse_python_5_experiment", &spans);
    let items: Vec<_> = spans.iter().filter_map(experiment_item).collect();
    assert_eq!(items.len(), 1, "only the task's span ran the item");
    let item = &items[0];
    assert_eq!(
        (item.experiment_id.as_deref(), item.item_id.as_str(), item.dataset_id.as_deref()),
        (Some("60f125eadb180841"), "it1", Some("ds1"))
    );
    assert_eq!((&item.input, &item.output, &item.expected_output), (&json!({"q": "2+2"}), &json!("4"), &json!("4")));
}

#[test]
fn python_3_tells_a_trace_on_one_span() {
    let spans = spans("058_langfuse-py-v3_POST_api_public_otel_v1_traces.bin");
    snapshot("langfuse_python_3", &spans);
    let call = named(&spans, "OpenAI-generation")[0];
    assert_eq!((call.session_id.as_deref(), call.user_id.as_deref()), (Some("sess-1"), Some("user-1")));
    assert_eq!((call.tags.as_slice(), buckets(call)), (&["a".to_owned()][..], OPENAI));
}

#[test]
fn python_3_dataset_run() {
    snapshot("langfuse_python_3_dataset_run", &spans("063_langfuse-py-v3_POST_api_public_otel_v1_traces.bin"));
}

#[test]
fn javascript_5() {
    let spans = spans("langfuse-js-v5_traces.json");
    snapshot("langfuse_javascript_5", &spans);
    let chats: Vec<_> = named(&spans, "chat").into_iter().filter(|span| span.error_message.is_none()).collect();
    let messages_in: Vec<_> = chats.iter().filter(|span| span.usage.output_tokens.is_some()).map(|span| buckets(span)).collect();
    assert!(messages_in.iter().all(|counts| counts[..2] == OPENAI[..2] && counts[5..] == OPENAI[5..]), "{messages_in:?}");
    assert_eq!(messages_in.len(), 4);
}

#[test]
fn python_2_events() {
    for (capture_name, snapshot_name) in [
        ("055_langfuse-py-v2_POST_api_public_ingestion.json", "langfuse_python_2_decorator"),
        ("056_langfuse-py-v2_POST_api_public_ingestion.json", "langfuse_python_2_low_level"),
    ] {
        let read = read_ingestion(&capture(capture_name), &context()).unwrap();
        assert_eq!(read.rows.rejected, []);
        let reports: Vec<Value> = read
            .rows
            .spans
            .iter()
            .map(|report| serde_json::json!({"start_known": report.start_known, "first_token": report.first_token, "span": report.span}))
            .collect();
        let scores: Vec<_> = read.rows.scores.iter().map(|score| &score.row).collect();
        assert_eq!(read.event_ids.len(), reports.len() + scores.len());
        snapshot(snapshot_name, &serde_json::json!({"spans": reports, "scores": scores}));
        let usage = |span: &&Span| span.kind == SpanKind::Llm && span.usage.output_tokens.is_some();
        let calls = read.rows.spans.iter().map(|report| &report.span).filter(usage).filter(|span| span.payload.output.is_some());
        let counts: Vec<_> = calls.map(buckets).collect();
        let low_level = [Some(10), Some(3), None, None, None, Some(5), None];
        let expected = if capture_name.starts_with("055") { vec![OPENAI, OPENAI] } else { vec![low_level] };
        assert_eq!(counts, expected);
    }
}

#[test]
fn scores_of_all_sdks() {
    let mut scores = Vec::new();
    for name in ["045_langfuse-py-v5_POST_api_public_scores.json", "053_langfuse-py-v5_POST_api_public_scores.json"] {
        let items: Vec<Value> = serde_json::from_slice(&capture(name)).unwrap();
        for item in items {
            let ReadScore::Row(score) = read_score(item, &context()).unwrap() else { panic!("a score of a run") };
            scores.push(score.row);
        }
    }
    for name in ["059_langfuse-py-v3_POST_api_public_ingestion.json", "langfuse-js-v5_ingestion.json"] {
        let read = read_ingestion(&capture(name), &context()).unwrap();
        assert_eq!(read.rows.rejected, []);
        scores.extend(read.rows.scores.into_iter().map(|score| score.row));
    }
    snapshot("langfuse_scores", &scores);
}
