//! What DeepEval's SDK sent → rows, as snapshots.

#![allow(clippy::unwrap_used, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{Score, Span};
use protocol::{
    IngestContext,
    native::deepeval,
    native::{NativeRows, deepeval::TraceRows},
};
use serde::Serialize;
use serde_json::{Value, json};
use support::capture;

/// After the day on which the fixtures were recorded.
fn context() -> IngestContext {
    IngestContext { received_at: "2026-11-27T20:00:00Z".parse().unwrap(), retention_floor: None }
}

#[derive(Serialize)]
struct Rows {
    spans: Vec<Span>,
    scores: Vec<Score>,
}

fn read(body: Value) -> TraceRows {
    deepeval::trace(body, Some("deepeval 4.3.1".to_owned()), &context()).unwrap()
}

fn plain(rows: NativeRows) -> Rows {
    let spans = rows.spans.into_iter().map(|report| report.span).collect();
    Rows { spans, scores: rows.scores.into_iter().map(|incoming| incoming.row).collect() }
}

fn golden(name: &str) {
    let rows = read(serde_json::from_slice(&capture(name)).unwrap()).rows;
    assert_eq!(rows.rejected, []);
    let stem = name.split('.').next().unwrap();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, { insta::assert_json_snapshot!(stem, plain(rows)) });
}

#[test]
fn observed_functions() {
    golden("105_deepeval-observe_POST_v1_traces.json");
}

#[test]
fn an_agent_with_a_patched_openai_client() {
    golden("deepeval-agent_POST_v1_traces.json");
}

#[test]
fn a_streamed_answer_with_prices_of_its_own() {
    golden("deepeval-streamed_POST_v1_traces.json");
}

#[test]
fn a_failed_call() {
    golden("deepeval-failed_POST_v1_traces.json");
}

#[test]
fn an_image_and_a_prompt() {
    golden("deepeval-image_POST_v1_traces.json");
}

fn span(uuid: &str, parent: Option<&str>) -> Value {
    json!({"uuid": uuid, "name": uuid, "status": "SUCCESS", "type": "base", "parentUuid": parent,
        "startTime": "2026-11-27T10:00:00.000Z", "endTime": "2026-11-27T10:00:01.000Z", "input": {}, "output": null})
}

fn trace_of(spans: Value) -> Value {
    json!({"uuid": "f365b5fc-a64d-4d5f-8a3d-7f2fac72442b", "baseSpans": spans, "name": "pair", "threadId": "t", "input": "in", "output": "out",
        "startTime": "2026-11-27T10:00:00.000Z", "endTime": "2026-11-27T10:00:02.000Z", "status": "SUCCESS"})
}

#[test]
fn several_roots_get_one_that_says_what_the_trace_says() {
    let rows = plain(read(trace_of(json!([span("a", None), span("b", None), span("c", Some("a"))]))).rows);
    let root = &rows.spans[0];
    assert_eq!((root.name.as_str(), root.parent_span_id, root.duration_ms), ("pair", None, Some(2000.0)));
    assert_eq!(serde_json::to_value(&root.payload.input).unwrap()[0]["parts"][0]["text"], "in");
    let parents: Vec<_> = rows.spans[1..].iter().map(|span| span.parent_span_id).collect();
    assert_eq!(parents, [Some(root.span_id), Some(root.span_id), Some(deepeval::span_id("a"))]);
    assert!(rows.spans.iter().all(|span| span.session_id.as_deref() == Some("t")));
}

#[test]
fn one_root_says_it_itself() {
    let rows = plain(read(trace_of(json!([span("a", None), span("b", Some("a"))]))).rows);
    assert_eq!(rows.spans.len(), 2);
    let root = &rows.spans[0];
    assert_eq!((root.name.as_str(), root.payload.attributes["trace.name"].as_str()), ("a", Some("pair")));
    assert_eq!(serde_json::to_value(&root.payload.output).unwrap()[0]["parts"][0]["text"], "out");
}

#[test]
fn what_is_under_way_has_no_end() {
    let mut running = span("a", None);
    running["status"] = json!("IN_PROGRESS");
    let rows = plain(read(trace_of(json!([running]))).rows);
    assert_eq!((rows.spans[0].running, rows.spans[0].end_time, rows.spans[0].duration_ms), (true, None, None));
}

#[test]
fn bad_spans_and_metrics_are_named_and_the_others_kept() {
    let mut measured = span("a", None);
    measured["metricsData"] = json!([{"name": "Length", "score": 0.5, "success": true}, {"score": 1.0}, 7]);
    let rows = read(trace_of(json!([measured, {"uuid": "b"}, "text"]))).rows;
    assert_eq!((rows.spans.len(), rows.scores.len()), (1, 1));
    let blamed: Vec<_> = rows.rejected.iter().map(|(_, error)| error.field.as_str()).collect();
    assert_eq!(blamed, ["baseSpans[1].startTime", "baseSpans[2].span", "metricsData.name", "metricsData.metric"]);
}

#[test]
fn a_trace_that_cannot_be_read_names_the_field() {
    let blamed = |body: Value| deepeval::trace(body, None, &context()).unwrap_err().field;
    assert_eq!(blamed(json!({"baseSpans": []})), "uuid");
    assert_eq!(blamed(json!([])), "trace");
    assert_eq!(blamed(json!({"uuid": "u", "baseSpans": []})), "startTime");
}

#[test]
fn bodies_are_told_apart() {
    assert!(deepeval::is_trace(br#"{"llmSpans":[],"baseSpans":[],"uuid":"x"}"#));
    assert!(!deepeval::is_trace(br#"{"resourceSpans":[]}"#) && !deepeval::is_trace(br#"{"uuid":"x"}"#) && !deepeval::is_trace(b"[]"));
}

#[test]
fn annotations_become_scores_of_what_they_are_about() {
    let about = |body: Value| deepeval::annotation(body, None, &context()).map(|score| score.row);
    let trace = "f365b5fc-a64d-4d5f-8a3d-7f2fac72442b";
    let thumbs = about(json!({"rating": 1, "traceUuid": trace, "type": "THUMBS_RATING", "explanation": "good", "userId": "ann"})).unwrap();
    assert_eq!((thumbs.name.as_str(), thumbs.value, thumbs.label.as_deref()), ("thumbs_rating", Some(1.0), Some("up")));
    assert_eq!((thumbs.comment.as_deref(), thumbs.author.as_deref(), thumbs.target.as_str()), (Some("good"), Some("ann"), "trace"));
    let stars = about(json!({"rating": 4, "threadId": "t", "type": "FIVE_STAR_RATING", "expectedOutcome": "Booked"})).unwrap();
    assert_eq!((stars.name.as_str(), stars.value, stars.label.as_deref()), ("five_star_rating", Some(4.0), None));
    assert_eq!((stars.target.session_id(), &stars.metadata["expectedOutcome"]), (Some("t"), &json!("Booked")));
    let of_span = json!({"rating": 0, "spanUuid": "s"});
    assert_eq!(deepeval::span_without_trace(&of_span), Some(deepeval::span_id("s")));
    let found = deepeval::annotation(of_span.clone(), Some(deepeval::trace_id(trace)), &context()).unwrap().row;
    assert_eq!(found.target.span_id(), Some(deepeval::span_id("s")));
    assert_eq!(about(of_span).unwrap_err().field, "spanUuid");
    assert_eq!(about(json!({"traceUuid": trace})).unwrap_err().field, "rating");
    assert_eq!(about(json!({"rating": 1})).unwrap_err().field, "traceUuid");
}
