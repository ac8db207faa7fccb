//! The JSON bodies of the ingest API: what is read, and what each mistake is answered with.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{CostSource, Level, MetricType, Part, Span, SpanKind, Status, Temporality, UsageSplit};
use protocol::{RowError, ingest_api};
use serde_json::{Value, json};
use support::context;

fn minimal() -> Value {
    json!({"provider": "openai", "model": "gpt-4o", "prompt": "hi", "response": "hello"})
}

/// The minimal call with some fields changed.
fn call_with(changes: Value) -> Value {
    let mut call = minimal();
    for (name, value) in changes.as_object().unwrap() {
        call[name] = value.clone();
    }
    call
}

fn read(changes: Value) -> Span {
    ingest_api::llm_call(call_with(changes), &context()).unwrap().row
}

fn refused(changes: Value) -> RowError {
    ingest_api::llm_call(call_with(changes), &context()).unwrap_err()
}

fn text(part: &Part) -> &str {
    match part {
        Part::Text { text } => text,
        other => panic!("not text: {other:?}"),
    }
}

#[test]
fn a_minimal_call_is_a_finished_successful_request() {
    let incoming = ingest_api::llm_call(minimal(), &context()).unwrap();
    let span = incoming.row;
    assert_eq!(incoming.digest, None);
    assert_eq!((span.kind, span.status, span.name.as_str()), (SpanKind::Llm, Status::Ok, "chat gpt-4o"));
    assert_eq!((span.provider.as_deref(), span.request_model.as_deref()), (Some("openai"), Some("gpt-4o")));
    assert_eq!((span.start_time, span.end_time, span.duration_ms), (context().received_at, Some(context().received_at), None));
    assert!(span.is_request() && span.usage.is_unknown());
    assert_eq!(text(&span.payload.input.unwrap()[0].parts[0]), "hi");
    assert_eq!(text(&span.payload.output.unwrap()[0].parts[0]), "hello");
    let other = ingest_api::llm_call(minimal(), &context()).unwrap().row;
    assert_ne!((span.trace_id, span.span_id), (other.trace_id, other.span_id));
}

#[test]
fn every_field_has_its_place() {
    let span = read(json!({
        "timestamp": "2026-11-23T10:00:00Z", "id": "call-1", "trace_id": "0af7651916cd43dd8448eb211c80319c", "parent_span_id": "b7ad6b7169203331",
        "name": "answer", "input_tokens": 100, "output_tokens": 20, "total_tokens": 120, "cached_input_tokens": 64,
        "cache_creation_input_tokens": 6, "reasoning_tokens": 8, "cost_usd": 0.0125, "latency_ms": 1500.5, "time_to_first_token_ms": 300,
        "session_id": "s", "user_id": "u", "environment": "prod", "tags": ["a", "b"], "metadata": {"k": [1]}, "temperature": 0.5,
    }));
    assert_eq!(
        (span.start_time.to_string().as_str(), span.end_time.unwrap().to_string().as_str()),
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00:01.500500Z")
    );
    assert_eq!((span.duration_ms, span.time_to_first_token_ms), (Some(1500.5), Some(300.0)));
    assert_eq!(span.trace_id.to_hex(), "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(span.parent_span_id.unwrap().to_hex(), "b7ad6b7169203331");
    assert_eq!((span.native_id.as_deref(), span.name.as_str()), (Some("call-1"), "answer"));
    let buckets = span.usage.buckets;
    assert_eq!((buckets.input_uncached, buckets.cache_read, buckets.cache_write_unknown), (Some(30), Some(64), Some(6)));
    assert_eq!((buckets.output_text, buckets.output_reasoning), (Some(12), Some(8)));
    assert_eq!((span.usage.input_tokens, span.usage.output_tokens, span.usage.split), (Some(100), Some(20), UsageSplit::Exact));
    assert_eq!((span.cost.reported_usd.unwrap().to_string().as_str(), span.cost.source), ("0.0125", CostSource::Unknown));
    assert_eq!((span.session_id.as_deref(), span.user_id.as_deref(), span.environment.as_deref()), (Some("s"), Some("u"), Some("prod")));
    assert_eq!((span.tags, span.payload.metadata["k"].clone()), (vec!["a".to_owned(), "b".to_owned()], json!([1])));
    assert_eq!(span.payload.attributes, [("temperature".to_owned(), json!(0.5))].into());
    assert_eq!(span.source.convention, "ingest_api");
}

#[test]
fn a_repeated_id_is_the_same_row_whatever_else_it_says() {
    let first = ingest_api::llm_call(call_with(json!({"id": "call-1"})), &context()).unwrap();
    let second = ingest_api::llm_call(call_with(json!({"id": "call-1", "response": "different"})), &context()).unwrap();
    assert!(first.digest.is_some());
    assert_eq!((first.digest, first.row.trace_id, first.row.span_id), (second.digest, second.row.trace_id, second.row.span_id));
    let child = read(json!({"id": "call-2", "parent_span_id": "call-1"}));
    assert_eq!(child.parent_span_id, Some(first.row.span_id), "a native id names the same span wherever it stands");
    let uuid = read(json!({"id": "018f2f6e-0000-7000-8000-00000000abcd"}));
    assert_eq!(uuid.trace_id.to_hex(), "018f2f6e00007000800000000000abcd");
}

#[test]
fn timestamps_are_read_in_every_unit() {
    for timestamp in [
        json!(1_795_428_000),
        json!(1_795_428_000_000_i64),
        json!("1795428000000000000"),
        json!("2026-11-23T10:00:00"),
        json!(1_795_428_000.0),
    ] {
        assert_eq!(read(json!({"timestamp": timestamp})).start_time.to_string(), "2026-11-23T10:00:00Z", "{timestamp}");
    }
    // Without a timestamp the call has just ended.
    assert_eq!(read(json!({"latency_ms": 2000})).end_time, Some(context().received_at));
}

#[test]
fn chat_messages_of_the_common_shapes_become_canonical() {
    let messages = json!([
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}]},
        {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "w", "arguments": "{\"a\": 1}"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "21C"},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm"}, {"type": "tool_use", "id": "t", "name": "x", "input": {"b": 2}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "ok"}]},
    ]);
    let mut call = call_with(json!({"messages": messages}));
    call.as_object_mut().unwrap().remove("prompt");
    let input = ingest_api::llm_call(call, &context()).unwrap().row.payload.input.unwrap();
    assert_eq!(
        input[1].parts[1],
        Part::Media { media: "image".into(), mime_type: Some("image/png".into()), uri: "data:image/png;base64,aGk=".into() }
    );
    assert_eq!(input[2].parts, [Part::ToolCall { id: Some("c1".into()), name: "w".into(), arguments: json!({"a": 1}) }]);
    assert_eq!(input[3].parts, [Part::ToolResult { id: Some("c1".into()), result: json!("21C") }]);
    assert_eq!(input[4].parts[0], Part::Reasoning { text: "hm".into() });
    assert_eq!(input[4].parts[1], Part::ToolCall { id: Some("t".into()), name: "x".into(), arguments: json!({"b": 2}) });
    assert_eq!(input[5].parts, [Part::ToolResult { id: Some("t".into()), result: json!("ok") }]);
}

#[test]
fn responses_may_be_text_a_message_a_completion_or_anything() {
    let message = read(json!({"response": {"role": "assistant", "content": "a"}}));
    assert_eq!(text(&message.payload.output.unwrap()[0].parts[0]), "a");
    let completion = read(json!({"response": {
        "id": "chatcmpl-1", "model": "gpt-4o-2024", "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "b"}}],
    }}));
    assert_eq!((completion.response_id.as_deref(), completion.response_model.as_deref()), (Some("chatcmpl-1"), Some("gpt-4o-2024")));
    assert_eq!((text(&completion.payload.output.unwrap()[0].parts[0]), completion.finish_reasons), ("b", vec!["stop".to_owned()]));
    let data = read(json!({"response": {"answer": 42}}));
    assert_eq!(data.payload.output.unwrap()[0].parts, [Part::Other { value: json!({"answer": 42}) }]);
    assert_eq!(read(json!({"response": null, "status": "error"})).payload.output, None);
}

#[test]
fn errors_are_recognised() {
    let span = read(json!({"status": "error", "error_type": "rate_limit", "error_message": "slow down"}));
    assert_eq!(
        (span.status, span.error_type.as_deref(), span.error_message.as_deref()),
        (Status::Error, Some("rate_limit"), Some("slow down"))
    );
    assert_eq!(read(json!({"error_type": "timeout"})).status, Status::Error);
    assert_eq!(read(json!({"status": "success"})).status, Status::Ok);
}

#[test]
fn each_mistake_names_its_field_and_what_was_expected() {
    for (changes, field, expectation) in [
        (json!({"model": null}), "model", "required"),
        (json!({"provider": 5}), "provider", "expected a string"),
        (json!({"input_tokens": -1}), "input_tokens", "zero or more, found -1"),
        (json!({"output_tokens": 1.5}), "output_tokens", "whole number"),
        (json!({"input_tokens": "100"}), "input_tokens", "whole number of tokens, zero or more, found a string"),
        (json!({"input_tokens": true}), "input_tokens", "whole number"),
        (json!({"input_tokens": 10, "cached_input_tokens": 11}), "cached_input_tokens", "at most input_tokens"),
        (json!({"output_tokens": 10, "reasoning_tokens": 11}), "reasoning_tokens", "at most output_tokens"),
        (json!({"latency_ms": "12"}), "latency_ms", "number of milliseconds"),
        (json!({"latency_ms": -3}), "latency_ms", "zero or more"),
        (json!({"latency_ms": 1e300}), "latency_ms", "at most a year"),
        (json!({"cost_usd": -0.1}), "cost_usd", "zero or more"),
        (json!({"cost_usd": "cheap"}), "cost_usd", "US dollars"),
        (json!({"status": "maybe"}), "status", "\"success\" or \"error\""),
        (json!({"timestamp": "soon"}), "timestamp", "RFC 3339"),
        (json!({"timestamp": 5}), "timestamp", "before 2000"),
        (json!({"timestamp": "3000-01-01T00:00:00Z"}), "timestamp", "RFC 3339"),
        (json!({"timestamp": "2030-01-01T00:00:00Z"}), "timestamp", "24 hours ahead"),
        (json!({"tags": "a"}), "tags", "list of strings"),
        (json!({"metadata": []}), "metadata", "an object"),
        (json!({"messages": "hi", "prompt": null}), "messages", "list of chat messages"),
        (json!({"messages": [5], "prompt": null}), "messages[0]", "role and content"),
        (json!({"messages": []}), "prompt", "either prompt or messages"),
        (json!({"trace_id": "00000000000000000000000000000000"}), "trace_id", "not all zeros"),
        (json!({"id": "x".repeat(5000)}), "id", "at most 4096 bytes"),
    ] {
        let error = refused(changes.clone());
        assert_eq!(error.field, field, "{changes}");
        assert!(error.message.contains(expectation), "{changes}: {}", error.message);
    }
    assert_eq!(ingest_api::llm_call(json!([]), &context()).unwrap_err().field, "body");
}

#[test]
fn errors_never_repeat_payload_text() {
    let error = refused(json!({"input_tokens": "the secret prompt"}));
    assert!(!error.to_string().contains("secret"));
}

#[test]
fn a_total_that_does_not_add_up_is_noted() {
    let span = read(json!({"input_tokens": 10, "output_tokens": 5, "total_tokens": 99}));
    assert_eq!((span.usage.total_tokens, span.quality), (Some(15), vec!["total_tokens_mismatch".to_owned()]));
    assert_eq!(read(json!({"total_tokens": 99})).usage.total_tokens, Some(99));
}

#[test]
fn application_logs_are_read() {
    let log = json!({
        "timestamp": "2026-11-23T10:00:00Z", "level": "warning", "message": "careful", "logger": "app", "service": "shop",
        "trace_id": "order-7", "span_id": "b7ad6b7169203331", "user_id": "u", "attributes": {"k": 1}, "extra": true,
    });
    let row = ingest_api::app_log(log, &context()).unwrap().row;
    assert_eq!((row.level, row.message.as_str(), row.user_id.as_deref()), (Level::Warning, "careful", Some("u")));
    assert_eq!(row.trace_id, Some(protocol::native_trace_id("ingest_api", "order-7")));
    assert_eq!(serde_json::to_value(&row.attributes).unwrap(), json!({"extra": true, "k": 1, "native_trace_id": "order-7"}));
    for (log, field) in [
        (json!({"level": "LOUD", "message": "m"}), "level"),
        (json!({"message": "m"}), "level"),
        (json!({"level": "INFO"}), "message"),
        (json!({"level": "INFO", "message": {"a": 1}}), "message"),
        (json!({"level": "INFO", "message": "m", "attributes": []}), "attributes"),
        (json!("INFO"), "body"),
    ] {
        assert_eq!(ingest_api::app_log(log.clone(), &context()).unwrap_err().field, field, "{log}");
    }
}

#[test]
fn metrics_are_read() {
    let row = ingest_api::metric(json!({"name": "queue", "value": 3, "unit": "1", "tags": {"q": "a"}}), &context()).unwrap().row;
    assert_eq!((row.metric_type, row.value, row.temporality), (MetricType::Gauge, Some(3.0), None));
    let row = ingest_api::metric(json!({"name": "sent", "value": 1, "type": "counter"}), &context()).unwrap().row;
    assert_eq!((row.metric_type, row.temporality, row.monotonic), (MetricType::Counter, Some(Temporality::Delta), Some(true)));
    for (metric, field) in [
        (json!({"name": "m", "value": "3"}), "value"),
        (json!({"name": "m"}), "value"),
        (json!({"value": 3}), "name"),
        (json!({"name": "m", "value": 3, "type": "dial"}), "type"),
        (json!({"name": "m", "value": 3, "tags": "a"}), "tags"),
    ] {
        assert_eq!(ingest_api::metric(metric.clone(), &context()).unwrap_err().field, field, "{metric}");
    }
}

#[test]
fn values_nested_too_deep_to_be_read_back_are_refused_by_name() {
    let nested = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(read(json!({"metadata": {"k": nested(63)}})).payload.metadata["k"], nested(63));
    for (field, value) in [("metadata", json!({"k": nested(64)})), ("response", nested(100)), ("unknown", nested(65))] {
        let error = refused(json!({field: value}));
        assert_eq!((error.field.as_str(), error.message.contains("64 levels")), (field, true), "{error}");
    }
    let long = "a secret in the place of a name ".repeat(10);
    assert!(refused(json!({long.as_str(): nested(65)})).field.len() <= 64);
}
