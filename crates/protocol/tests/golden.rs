//! Recorded payloads of real clients → rows, as snapshots. What a client sends today must keep meaning the same.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use bytes::Bytes;
use model::telemetry::Incoming;
use protocol::{
    billing,
    otlp::{self, Encoding},
};
use serde::Serialize;
use support::{context, fixture};

fn encoding(name: &str) -> Encoding {
    if name.ends_with(".json") { Encoding::Json } else { Encoding::Protobuf }
}

fn rows<T: Clone>(rows: &[Incoming<T>]) -> Vec<T> {
    rows.iter().map(|incoming| incoming.row.clone()).collect()
}

fn snapshot<T: Serialize>(name: &str, rows: &T) {
    let stem = name.split('.').next().unwrap();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, { insta::assert_json_snapshot!(stem, rows) });
}

fn traces(name: &str) {
    let request = otlp::decode_traces(Bytes::from(fixture(name)), encoding(name)).unwrap();
    let mut normalised = otlp::spans(request, &context());
    assert_eq!(normalised.rejected, []);
    billing::apply(&mut normalised.rows);
    snapshot(name, &rows(&normalised.rows));
}

fn logs(name: &str) {
    let request = otlp::decode_logs(Bytes::from(fixture(name)), encoding(name)).unwrap();
    let normalised = otlp::log_records(request, &context());
    assert_eq!(normalised.rejected, []);
    snapshot(name, &rows(&normalised.rows));
}

fn metrics(name: &str) {
    let request = otlp::decode_metrics(Bytes::from(fixture(name)), encoding(name)).unwrap();
    let normalised = otlp::metric_points(request, &context());
    assert_eq!(normalised.rejected, []);
    snapshot(name, &rows(&normalised.rows));
}

#[test]
fn otlp_protobuf_traces() {
    traces("001_otlp-http-protobuf_POST_v1_traces.bin");
}

#[test]
fn otlp_protobuf_logs() {
    logs("002_otlp-http-protobuf_POST_v1_logs.bin");
}

#[test]
fn otlp_protobuf_metrics() {
    metrics("003_otlp-http-protobuf_POST_v1_metrics.bin");
}

#[test]
fn otlp_json_traces() {
    traces("007_otlp-http-json_POST_v1_traces.json");
}

#[test]
fn otlp_json_logs() {
    logs("008_otlp-http-json_POST_v1_logs.json");
}

#[test]
fn otlp_json_metrics() {
    metrics("009_otlp-http-json_POST_v1_metrics.json");
}

#[test]
fn openai_v2_latest_logs() {
    logs("026_official-openai-v2-latest_POST_v1_logs.bin");
}

#[test]
fn openai_v2_latest_traces() {
    traces("027_official-openai-v2-latest_POST_v1_traces.bin");
}

#[test]
fn openai_v2_latest_metrics() {
    metrics("028_official-openai-v2-latest_POST_v1_metrics.bin");
}

#[test]
fn openai_v2_default_logs() {
    logs("029_official-openai-v2-default_POST_v1_logs.bin");
    logs("031_official-openai-v2-default_POST_v1_logs.bin");
}

#[test]
fn openai_v2_default_traces() {
    traces("030_official-openai-v2-default_POST_v1_traces.bin");
}

#[test]
fn openai_v2_default_metrics() {
    metrics("032_official-openai-v2-default_POST_v1_metrics.bin");
}

/// What a busy application sends: history as Python writes JSON, the session under two names, one finish reason as text.
#[test]
fn chat_with_python_json() {
    let span = support::span_from_json(
        serde_json::json!({
            "gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude-sonnet-4-5",
            "gen_ai.response.model": "claude-sonnet-4-5", "gen_ai.request.temperature": 0.7, "gen_ai.request.max_tokens": 2048,
            "gen_ai.usage.input_tokens": 812, "gen_ai.usage.output_tokens": 90, "gen_ai.usage.cache_read.input_tokens": 406,
            "gen_ai.response.id": "resp-00000000deadbeef", "gen_ai.conversation.id": "sess-000042", "session.id": "sess-000042",
            "user.id": "user-00007", "gen_ai.response.finish_reasons": "stop", "deployment.environment.name": "production",
            "gen_ai.input.messages": r#"[{"role": "system", "parts": [{"type": "text", "content": "Be brief."}]}, {"role": "user", "parts": [{"type": "text", "content": "Caf\u00e9 opening hours?"}]}]"#,
            "gen_ai.output.messages": r#"[{"role": "assistant", "parts": [{"type": "text", "content": "From 8 to 6."}], "finish_reason": "stop"}]"#,
        }),
        serde_json::json!([]),
        "chat claude-sonnet-4-5",
    );
    snapshot("chat_with_python_json", &span);
}

/// Captures 4 to 6 are still compressed: opening them is the server's work, and unopened they are not OTLP.
#[test]
fn compressed_bodies_are_refused() {
    let body = |name: &str| Bytes::from(fixture(name));
    assert!(otlp::decode_traces(body("004_otlp-http-protobuf-gzip_POST_v1_traces.bin"), Encoding::Protobuf).is_err());
    assert!(otlp::decode_logs(body("005_otlp-http-protobuf-gzip_POST_v1_logs.bin"), Encoding::Protobuf).is_err());
    assert!(otlp::decode_metrics(body("006_otlp-http-protobuf-gzip_POST_v1_metrics.bin"), Encoding::Protobuf).is_err());
}
