//! What the SDKs of Anthropic and of the Model Context Protocol, which trace themselves, and Phoenix' own client sent → rows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{Part, SpanKind, Status};
use serde_json::json;
use support::captures::{ANTHROPIC, buckets, named, snapshot, spans};

#[test]
fn anthropic() {
    let mut all = spans("019_anthropic-sdk-native_POST_v1_traces.bin");
    snapshot("019_anthropic-sdk-native", &all);
    let more = spans("020_anthropic-sdk-native_POST_v1_traces.bin");
    snapshot("020_anthropic-sdk-native", &more);
    all.extend(more);

    let calls = named(&all, "anthropic.messages.create");
    for call in calls.iter().filter(|call| call.status == Status::Ok) {
        assert_eq!(buckets(call), ANTHROPIC);
        assert_eq!((call.kind, call.session_id.as_deref()), (SpanKind::Llm, Some("conv-77")));
    }
    let streams = calls.iter().filter(|call| call.payload.model_parameters.contains_key("stream"));
    assert!(streams.filter(|call| call.time_to_first_token_ms.is_some()).count() >= 2);
    let tool = named(&all, "anthropic.custom_tool_use get_weather")[0];
    assert_eq!(tool.kind, SpanKind::Tool);
    let result = json!([{"type": "text", "text": "sunny 21C"}]);
    assert_eq!(tool.payload.output.as_ref().unwrap()[0].parts, [Part::ToolResult { id: Some("toolu_abc123".into()), result }]);
    assert_eq!(named(&all, "anthropic.messages.tool_runner")[0].kind, SpanKind::Agent);
}

#[test]
fn mcp() {
    let all = spans("179_mcp-sdk-native_POST_v1_traces.bin");
    snapshot("179_mcp-sdk-native", &all);
    let calls = named(&all, "tools/call get_weather");
    assert!(calls.iter().all(|call| call.kind == SpanKind::Tool && call.tool.as_deref() == Some("get_weather")));
    assert_eq!((calls[1].status, calls[1].error_type.as_deref()), (Status::Error, Some("tool_error")));
    // Asking for a prompt is no call of a model.
    assert_eq!(named(&all, "prompts/get greet")[0].kind, SpanKind::Prompt);
    assert_eq!(named(&all, "tools/list")[0].kind, SpanKind::Other);
}

#[test]
fn phoenix_client() {
    snapshot("117_phoenix-client", &spans("117_phoenix-client_POST_try_proto_collector_trace_v1_TraceService_Export.bin"));
    let plain = spans("118_phoenix-client_POST_try_proto_collector_trace_v1_TraceService_Export.bin");
    snapshot("118_phoenix-client", &plain);
    assert_eq!(plain[0].service.as_deref(), Some("demo"), "Phoenix' project stands for the service that nobody named");
}
