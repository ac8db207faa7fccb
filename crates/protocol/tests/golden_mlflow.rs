//! What MLflow sent, as OTLP and to its tracking server, recorded → rows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{Part, Span, SpanKind, Status};
use protocol::native::mlflow::{read_trace_data, read_trace_info, trace_id};
use serde_json::json;
use support::{
    captures::{OPENAI, billed, billed_spans, buckets, capture, named, snapshot},
    context,
};

fn assert_calls(spans: &[Span]) {
    let calls = named(spans, "Completions");
    let [asks, stream, failed] = calls.as_slice() else { panic!("{calls:#?}") };
    for call in [asks, stream] {
        assert_eq!((call.kind, call.billed, buckets(call)), (SpanKind::Llm, true, OPENAI));
        assert_eq!(call.response_model.as_deref(), Some("gpt-4o-mini-2024-07-18"));
    }
    let call = Part::ToolCall { id: Some("call_abc123".into()), name: "get_weather".into(), arguments: json!({"city": "Paris"}) };
    assert_eq!(asks.payload.output.as_ref().unwrap()[0].parts, [call]);
    assert_eq!(asks.payload.input.as_ref().unwrap().len(), 2);
    assert_eq!((asks.request_model.as_deref(), &asks.payload.model_parameters["temperature"]), (Some("gpt-4o-mini"), &json!(0.2)));
    assert!(asks.response_id.as_ref().unwrap().starts_with("chatcmpl-"));
    assert!(asks.payload.tools.as_ref().unwrap()[0]["function"]["name"] == "get_weather");
    assert!(!asks.payload.attributes.contains_key("model") && !asks.payload.attributes.contains_key("tools"), "arguments are told once");
    assert!(stream.time_to_first_token_ms.is_some_and(|millis| millis > 0.0 && millis < stream.duration_ms.unwrap()));
    assert_eq!((failed.status, failed.error_type.as_deref(), failed.usage.is_unknown()), (Status::Error, Some("RateLimitError"), true));
    let tool = named(spans, "get_weather")[0];
    assert_eq!((tool.kind, tool.tool.as_deref()), (SpanKind::Tool, Some("get_weather")));
    assert_eq!(tool.payload.output.as_ref().unwrap()[0].parts, [Part::ToolResult { id: None, result: json!({"t": 21}) }]);
}

#[test]
fn otlp() {
    let spans = billed_spans(&["112_mlflow-otlp_POST_v1_traces.bin"]);
    snapshot("112_mlflow-otlp", &spans);
    assert_calls(&spans);
}

/// The client of a server before 3.4: what is said of the trace comes first, then the spans as an artifact.
#[test]
fn tracking_server() {
    let told = serde_json::from_slice(&capture("110_mlflow-server_POST_api_3_0_mlflow_traces.json")).unwrap();
    let (trace, info) = read_trace_info(&told).unwrap();
    let body = capture("111_mlflow-server_PUT_facts_artifacts_1_traces_x_artifacts_traces_json.bin");
    let read = read_trace_data(&body, &context()).unwrap();
    assert_eq!(read.rejected, []);
    let mut spans = billed(read.rows.into_iter().map(|incoming| incoming.row));
    let root = spans.iter_mut().find(|span| span.parent_span_id.is_none()).unwrap();
    assert_eq!((root.trace_id, trace_id(&info.native_id)), (trace, Some(trace)));
    info.apply(root);
    snapshot("110_mlflow-server", &spans);
    assert_calls(&spans);
}
