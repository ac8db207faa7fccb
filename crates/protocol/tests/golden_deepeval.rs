//! What DeepEval's SDK sent → rows, as snapshots.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::library::NewResult;
use model::telemetry::{Score, Span};
use protocol::{
    IngestContext,
    native::deepeval,
    native::{NativeRows, deepeval::TraceRows},
    otlp,
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

/// What a run is kept as, without its traces.
fn run_of(name: &str) -> Value {
    let run = deepeval::test_run(serde_json::from_slice(&capture(name)).unwrap(), Some("deepeval 4.3.1"), &context()).unwrap();
    assert_eq!(run.cases.rejected, []);
    let experiment = run.experiment;
    let results: Vec<Value> = run.cases.cases.iter().map(|case| told(&case.result)).collect();
    json!({"name": experiment.name, "dataset_id": experiment.dataset_id, "metadata": experiment.metadata, "results": results})
}

fn told(result: &NewResult) -> Value {
    json!({
        "id": result.id, "position": result.position, "name": result.name, "trace_id": result.trace_id, "input": result.input,
        "output": result.output, "expected_output": result.expected_output, "context": result.context, "metadata": result.metadata,
        "success": result.success, "duration_ms": result.duration_ms, "cost_usd": result.cost_usd, "verdicts": result.verdicts,
    })
}

fn golden_run(name: &str) {
    let stem = name.split('.').next().unwrap();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, { insta::assert_json_snapshot!(stem, run_of(name)) });
}

#[test]
fn a_recorded_test_run() {
    golden_run("113_deepeval-evaluate_POST_v1_test_run.json");
}

#[test]
fn a_test_run_with_several_metrics() {
    golden_run("deepeval-run_POST_v1_test_run.json");
}

#[test]
fn a_test_run_of_conversations() {
    golden_run("deepeval-conversation_POST_v1_test_run.json");
}

#[test]
fn a_test_run_with_traces_in_it() {
    golden_run("deepeval-traced_POST_v1_test_run.json");
    let body = serde_json::from_slice(&capture("deepeval-traced_POST_v1_test_run.json")).unwrap();
    let run = deepeval::test_run(body, None, &context()).unwrap();
    let traces: Vec<_> = run.cases.cases.into_iter().map(|case| case.trace.unwrap()).collect();
    let names: Vec<_> = traces[0].rows.spans.iter().map(|report| report.span.name.as_str()).collect();
    assert_eq!(names, ["geographer", "answer"]);
    let scores: Vec<_> = traces[1].rows.scores.iter().map(|score| (score.row.target.as_str(), score.row.name.as_str())).collect();
    assert_eq!(scores, [("trace", "Exact Match"), ("span", "Words")]);
}

#[test]
fn a_test_run_with_an_image() {
    golden_run("deepeval-image_POST_v1_test_run.json");
    let body = serde_json::from_slice(&capture("deepeval-image_POST_v1_test_run.json")).unwrap();
    let run = deepeval::test_run(body, None, &context()).unwrap();
    let media = &run.cases.cases[0].media;
    assert_eq!((media.len(), media[0].mime_type.as_str(), &media[0].content[1..4]), (1, "image/png", &b"PNG"[..]));
}

#[test]
fn further_cases_say_whose_they_are() {
    let body = serde_json::from_slice(&capture("deepeval-run_PUT_v1_test_run.json")).unwrap();
    let (run, cases) = deepeval::further_cases(body, None, &context()).unwrap();
    assert_eq!((run.len(), cases.cases.len(), cases.cases[0].result.id.as_deref()), (32, 1, Some("case-2")));
}

#[test]
fn the_contestants_of_an_arena_are_a_run_each() {
    let body = serde_json::from_slice(&capture("deepeval-arena_POST_v1_experiment.json")).unwrap();
    let runs = deepeval::comparison(body, "c1", None, &context()).unwrap();
    let names: Vec<_> = runs.iter().map(|run| run.experiment.name.as_str()).collect();
    assert_eq!(names, ["friendly-arena: model-a", "friendly-arena: model-b"]);
    assert_eq!(runs[1].experiment.metadata["comparison"], json!({"id": "c1", "name": "friendly-arena"}));
    assert_eq!(runs[0].cases.cases[0].result.verdicts[0].model.as_deref(), Some("scripted-judge"));
}

#[test]
fn cases_that_cannot_be_kept_are_named() {
    let metric = json!({"name": "m", "score": 1.0});
    let run = json!({"testCases": [
        {"name": "good", "input": "q", "metricsData": [metric, metric, {"name": "m"}], "trace": {"uuid": 7}},
        {"name": "huge", "input": "x".repeat(2_000_000)},
        "text",
    ]});
    let run = deepeval::test_run(run, None, &context()).unwrap();
    let blamed: Vec<_> = run.cases.rejected.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(blamed, ["testCases[0].trace.uuid", "testCases[0].metricsData.score", "testCases[1].input", "testCases[2].test case"]);
    let verdicts: Vec<_> = run.cases.cases[0].result.verdicts.iter().map(|verdict| verdict.name.as_str()).collect();
    assert_eq!((run.cases.cases.len(), verdicts, run.experiment.name.as_str()), (1, vec!["m", "m (2)"], "Test run"));
}

#[test]
fn goldens_come_back_as_they_were() {
    let golden = json!({"input": "Capital?", "expectedOutput": "Paris", "retrievalContext": ["c"], "additionalMetadata": {"level": 1}});
    let talk = json!({"scenario": "Booking", "expectedOutcome": "Booked", "turns": [{"role": "user", "content": "Hi"}]});
    let body = json!({"finalized": true, "goldens": [golden, {"comments": "no input"}], "conversationalGoldens": [talk]});
    let read = deepeval::goldens(body, false).unwrap();
    assert_eq!(read.rejected.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["goldens[1].input"]);
    let time = context().received_at;
    let items: Vec<_> = read.items.into_iter().map(|item| item.into_item("i".into(), "d".into(), 0, time, time)).collect();
    let with_id = |mut golden: Value| {
        golden["id"] = json!("i");
        golden
    };
    assert_eq!(items.iter().map(deepeval::golden).collect::<Vec<_>>(), [with_id(golden), with_id(talk)]);
    assert_eq!(items.iter().map(deepeval::is_conversation).collect::<Vec<_>>(), [false, true]);
    assert!(items.iter().all(deepeval::is_finalized));
    let queued = deepeval::goldens(json!({"alias": "a", "goldens": [{"input": "q"}]}), true).unwrap().items.remove(0);
    assert!(!deepeval::is_finalized(&queued.into_item("i".into(), "d".into(), 0, time, time)));
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
fn a_stream_that_was_not_read_is_no_answer() {
    let mut call = span("a", None);
    call["output"] = json!({"response": {"status_code": 200, "is_stream_consumed": false}});
    let mut trace = trace_of(json!([]));
    trace["llmSpans"] = json!([call]);
    trace["output"] = Value::Null;
    let span = plain(read(trace).rows).spans.remove(0);
    assert_eq!((span.payload.output, span.quality), (None, vec!["stream_not_recorded".to_owned()]));
    assert_eq!(span.payload.attributes["stream"]["response"]["status_code"], 200);
}

#[test]
fn keys_that_came_along_are_not_kept() {
    let mut body = trace_of(json!([span("a", None)]));
    body["confidentApiKey"] = json!("confident_us_secret");
    body["metadata"] = json!({"tier": "gold", "openai_api_key": "abc"});
    body["baseSpans"][0]["metadata"] = json!({"password": "abc"});
    let span = plain(read(body).rows).spans.remove(0);
    assert_eq!((serde_json::to_value(&span.payload.metadata).unwrap(), span.payload.attributes.len()), (json!({"tier": "gold"}), 1));
    assert_eq!(span.quality, ["secret_removed"]);
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

#[test]
fn the_otel_mode_beside_openinference_and_by_hand() {
    let request = otlp::decode_traces(capture("deepeval-otel_POST_v1_traces.bin").into(), otlp::Encoding::Protobuf).unwrap();
    let rows = otlp::spans(request, &context());
    assert_eq!(rows.rejected, []);
    let spans: Vec<Span> = rows.rows.into_iter().map(|incoming| incoming.row).collect();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_json_snapshot!("deepeval-otel_POST_v1_traces", spans);
    });
}

#[test]
fn a_langchain_agent() {
    golden("deepeval-langchain_POST_v1_traces.json");
}
