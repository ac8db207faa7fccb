//! What coding agents sent → spans and reports of spans, as snapshots. How reports of one span become one is tested in `server`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::{
    ProjectId,
    telemetry::{Incoming, LogRecord, Span, SpanKind},
};
use protocol::{
    agents::AgentMemory,
    native::SpanReport,
    otlp::{self, Encoding},
};
use serde_json::{Value, json};
use support::context;

fn body(name: &str) -> (bytes::Bytes, Encoding) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/agents").join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (bytes.into(), if name.ends_with(".json") { Encoding::Json } else { Encoding::Protobuf })
}

fn project() -> ProjectId {
    ProjectId::from_bytes([7; 16]).unwrap()
}

fn read_logs(name: &str) -> Vec<Incoming<LogRecord>> {
    let (bytes, encoding) = body(name);
    let mut context = context();
    context.received_at = "2026-11-28T00:00:00Z".parse().unwrap();
    let read = otlp::log_records(otlp::decode_logs(bytes, encoding).unwrap(), &context);
    assert_eq!(read.rejected, []);
    read.rows
}

fn read_spans(name: &str) -> Vec<Incoming<Span>> {
    let (bytes, encoding) = body(name);
    let mut context = context();
    context.received_at = "2026-11-28T00:00:00Z".parse().unwrap();
    let read = otlp::spans(otlp::decode_traces(bytes, encoding).unwrap(), &context);
    assert_eq!(read.rejected, []);
    read.rows
}

/// Only what says something: what is null, empty or the same in all rows would fill pages.
fn shown(span: &Span) -> Value {
    let mut value = serde_json::to_value(span).unwrap();
    let fields = value.as_object_mut().unwrap();
    fields.remove("ingest_time");
    for name in ["usage", "cost"] {
        if let Some(group) = fields.get_mut(name).and_then(Value::as_object_mut) {
            group.retain(|name, value| {
                let is_default = (name == "source" && value == "unknown") || (name == "split" && value == "assumed");
                !value.is_null() && !is_default
            });
        }
    }
    if let Some(attributes) = fields.get_mut("attributes").and_then(Value::as_object_mut) {
        attributes.retain(|name, _| !name.starts_with("resource.") && !name.starts_with("otel.scope.") && !name.starts_with("code."));
    }
    fields.retain(|_, value| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    });
    value
}

fn shown_report(report: &SpanReport) -> Value {
    let mut value = shown(&report.span);
    let fields = value.as_object_mut().unwrap();
    fields.insert("(start known)".to_owned(), report.start_known.into());
    fields.insert("(reported elsewhere as)".to_owned(), json!(report.elsewhere.map(|elsewhere| elsewhere.name)));
    value
}

fn snapshot(stem: &str, rows: &[Value]) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, { insta::assert_json_snapshot!(stem, rows) });
}

fn logs(stem: &str, name: &str) {
    let reports = AgentMemory::default().of_logs(project(), &mut read_logs(name));
    snapshot(stem, &reports.iter().map(shown_report).collect::<Vec<_>>());
}

fn traces(stem: &str, names: &[&str]) {
    let mut memory = AgentMemory::default();
    let mut rows = Vec::new();
    for name in names {
        let mut spans = read_spans(name);
        let reports = memory.of_spans(project(), &mut spans);
        rows.extend(spans.iter().filter(|incoming| incoming.row.kind != SpanKind::Other).map(|incoming| shown(&incoming.row)));
        rows.extend(reports.iter().map(shown_report));
    }
    snapshot(stem, &rows);
}

#[test]
fn claude_code_traces() {
    traces("claude-code-2.1.332_traces", &["claude-code-2.1.332_traces.json"]);
    traces("127_claude-code_traces", &["127_claude-code_POST_v1_traces.json"]);
    traces("136_claude-code-error_traces", &["136_claude-code-error_POST_v1_traces.json"]);
}

#[test]
fn claude_code_logs() {
    logs("claude-code-2.1.332_logs", "claude-code-2.1.332_logs.json");
    logs("claude-code-2.1.332-untraced_logs", "claude-code-2.1.332-untraced_logs.json");
    logs("128_claude-code_logs", "128_claude-code_POST_v1_logs.json");
    logs("137_claude-code-error_logs", "137_claude-code-error_POST_v1_logs.json");
}

#[test]
fn claude_code_says_the_same_over_grpc_and_http() {
    let calls = |name: &str| {
        let mut spans = read_spans(name);
        AgentMemory::default().of_spans(project(), &mut spans);
        spans
            .into_iter()
            .map(|incoming| (incoming.row.name, incoming.row.kind, incoming.row.usage, incoming.row.payload.input))
            .collect::<Vec<_>>()
    };
    let grpc = calls("131_claude-code-grpc_POST_try_proto_collector_trace_v1_TraceService_Export.bin");
    assert_eq!(grpc, calls("133_claude-code-protobuf_POST_v1_traces.bin"));
    assert_eq!(grpc.iter().filter(|(_, kind, ..)| *kind == SpanKind::Llm).count(), 2);
    let messages = |name: &str| read_logs(name).into_iter().map(|incoming| incoming.row.message).collect::<Vec<_>>();
    let grpc = messages("130_claude-code-grpc_POST_metry_proto_collector_logs_v1_LogsService_Export.bin");
    assert_eq!(grpc, messages("134_claude-code-protobuf_POST_v1_logs.bin"));
    assert!(grpc.len() >= 6);
}

#[test]
fn codex_traces() {
    traces("codex-0.171.0_traces", &["codex-0.171.0_traces_1.json", "codex-0.171.0_traces_2.json"]);
    // The spans of its requests were cut: the counts stand for the calls.
    traces("142_codex-cli_traces", &["142_codex-cli_POST_v1_traces.json", "143_codex-cli_POST_v1_traces.json"]);
}

#[test]
fn codex_logs() {
    logs("codex-0.171.0-untraced_logs", "codex-0.171.0-untraced_logs_1.json");
    logs("144_codex-cli_logs", "144_codex-cli_POST_v1_logs.json");
}

#[test]
fn gemini_cli_traces() {
    traces("gemini-cli-0.61.0_traces", &["gemini-cli-0.61.0_traces.json"]);
    traces("147_gemini-cli_traces", &["147_gemini-cli_POST_v1_traces.json"]);
}

#[test]
fn gemini_cli_logs() {
    logs("gemini-cli-0.61.0_logs", "gemini-cli-0.61.0_logs.json");
    logs("148_gemini-cli_logs", "148_gemini-cli_POST_v1_logs.json");
}

#[test]
fn metrics_stay_metrics() {
    for (name, metric, count) in [
        ("129_claude-code_POST_v1_metrics.json", "claude_code.cost.usage", 1),
        ("132_claude-code-grpc_POST_proto_collector_metrics_v1_MetricsService_Export.bin", "claude_code.token.usage", 4),
        ("135_claude-code-protobuf_POST_v1_metrics.bin", "claude_code.token.usage", 4),
        ("138_claude-code-error_POST_v1_metrics.json", "claude_code.session.count", 1),
        ("claude-code-2.1.332_metrics.json", "claude_code.cost.usage", 1),
        ("145_codex-cli_POST_v1_metrics.json", "codex.turn.token_usage", 2),
        ("149_gemini-cli_POST_v1_metrics.json", "gemini_cli.token.usage", 5),
    ] {
        let (bytes, encoding) = body(name);
        let mut context = context();
        context.received_at = "2026-11-28T00:00:00Z".parse().unwrap();
        let read = otlp::metric_points(otlp::decode_metrics(bytes, encoding).unwrap(), &context);
        assert_eq!(read.rejected, [], "{name}");
        assert_eq!(read.rows.iter().filter(|row| row.row.name == metric).count(), count, "{name}");
    }
}
