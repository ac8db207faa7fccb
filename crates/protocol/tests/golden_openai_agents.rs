//! What the OpenAI Agents SDK's exporter sent, recorded → rows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{Part, Span, SpanKind, Status};
use protocol::native::openai_agents;
use serde_json::json;
use support::{
    captures::{OPENAI, billed, buckets, capture, named, snapshot},
    context,
};

fn spans(body: &[u8]) -> Vec<Span> {
    let rows = openai_agents::read(body, &context()).unwrap();
    assert_eq!(rows.rejected, []);
    billed(rows.spans.into_iter().map(|report| report.span))
}

#[test]
fn a_workflow() {
    let spans = spans(&capture("086_openai-agents-backend-export_POST_v1_traces_ingest.json"));
    snapshot("086_openai-agents", &spans);

    let workflow = named(&spans, "My workflow")[0];
    assert_eq!(
        (workflow.kind, workflow.parent_span_id, workflow.native_id.as_deref()),
        (SpanKind::Workflow, None, Some("trace_bd1242e2400c47eb83e227a1dc26a509"))
    );
    assert_eq!((workflow.session_id.as_deref(), workflow.user_id.as_deref()), (Some("conv-1"), Some("u1")));
    let first = spans.iter().filter(|span| span.parent_span_id == Some(workflow.span_id)).map(|span| span.start_time).min().unwrap();
    assert_eq!((workflow.start_time, workflow.end_time.is_some()), (first, true));

    // Tasks and turns repeat what the calls in them used.
    let requests: Vec<&Span> = spans.iter().filter(|span| span.is_request()).collect();
    assert_eq!(requests.iter().map(|span| span.name.as_str()).collect::<Vec<_>>(), ["response", "response", "generation", "response"]);
    let tokens = |spans: &[&Span]| spans.iter().filter_map(|span| span.usage.total_tokens).sum::<u64>();
    assert_eq!(tokens(&requests), 360);
    let around: Vec<&Span> = spans.iter().filter(|span| matches!(span.kind, SpanKind::Workflow | SpanKind::Chain)).collect();
    assert!(around.iter().all(|span| span.billed == span.usage.is_unknown()) && tokens(&around) == 720);

    let [response, _, generation, failed] = requests.as_slice() else { panic!() };
    for call in [response, generation] {
        assert_eq!(buckets(call)[..2], OPENAI[..2]);
        assert_eq!(buckets(call)[5..], OPENAI[5..]);
    }
    assert_eq!(
        (response.response_id.as_deref(), response.model()),
        (Some("resp_f076d3dd5a71"), None),
        "no model is told, and none is guessed"
    );
    assert_eq!(
        (generation.model(), &generation.payload.model_parameters["base_url"]),
        (Some("gpt-4o-mini"), &json!("http://127.0.0.1:9100/v1/"))
    );
    assert_eq!(generation.payload.output.as_ref().unwrap()[0].parts, [Part::Text { text: "Hello, the weather in Paris is sunny.".into() }]);
    assert_eq!((failed.status, failed.error_type.as_deref()), (Status::Error, Some("Error getting response")));
    assert_eq!(failed.error_message.as_deref(), Some("Error code: 404 - The model `gpt-err404` does not exist"));
    assert!(failed.usage.is_unknown());

    let tool = named(&spans, "get_weather")[0];
    let call = Part::ToolCall { id: None, name: "get_weather".into(), arguments: json!({"city": "Paris"}) };
    assert_eq!((tool.kind, &tool.payload.input.as_ref().unwrap()[0].parts[0]), (SpanKind::Tool, &call));
    let agent = named(&spans, "Weather")[0];
    assert_eq!(
        (agent.kind, agent.agent.as_deref(), &agent.payload.attributes["tools"]),
        (SpanKind::Agent, Some("Weather"), &json!(["get_weather"]))
    );
    assert_eq!(named(&spans, "my-custom")[0].payload.metadata["a"], 1);
    assert_eq!(
        (named(&spans, "gr")[0].kind, &named(&spans, "gr")[0].payload.attributes["triggered"]),
        (SpanKind::Guardrail, &json!(false))
    );
}

/// OpenTelemetry's instrumentation of the same SDK, as it writes the answer with a tool call.
#[test]
fn printed_tool_calls_of_the_instrumentation() {
    let printed = "ResponseFunctionToolCall(arguments='{\"city\": \"Paris\"}', call_id='call_abc123', name='get_weather', type='function_call', id='fc_1', async_=None, status='completed')";
    let output = json!([{"role": "assistant", "parts": [{"type": "text", "content": printed}]}]).to_string();
    let attributes = json!({
        "gen_ai.operation.name": "chat", "gen_ai.agent.name": "OpenAI Agent", "gen_ai.agent.id": "agent", "gen_ai.output.messages": output,
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18", "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20,
    });
    let span = support::span_of_scope(attributes, "opentelemetry.instrumentation.openai_agents");
    let call = Part::ToolCall { id: Some("call_abc123".into()), name: "get_weather".into(), arguments: json!({"city": "Paris"}) };
    assert_eq!(span.payload.output.unwrap()[0].parts, [call]);
    assert_eq!((span.agent, span.kind, span.source.convention.as_str()), (None, SpanKind::Llm, "openai_agents_otel"));
    assert_eq!((span.usage.total_tokens, span.usage.split), (Some(120), model::telemetry::UsageSplit::Assumed));
    let turn = support::span_of_scope(json!({"gen_ai.operation.name": "unknown"}), "opentelemetry.instrumentation.openai_agents");
    assert_eq!(turn.kind, SpanKind::Chain);
}

#[test]
fn other_types_of_spans() {
    let span = |id: &str, data: serde_json::Value| json!({"object": "trace.span", "id": id, "trace_id": "trace_1", "parent_id": null, "started_at": "2026-11-23T08:00:00Z", "ended_at": "2026-11-23T08:00:01Z", "span_data": data});
    let body = json!({"data": [
        span("span_1", json!({"type": "handoff", "from_agent": "Triage", "to_agent": "Refunds"})),
        span("span_2", json!({"type": "mcp_tools", "server": "files", "result": ["read_file"]})),
        span("span_3", json!({"type": "transcription", "input": {"data": "aGk=", "format": "wav"}, "output": "hi", "model": "whisper-1", "model_config": {"language": "en"}})),
        span("span_4", json!({"type": "speech", "input": "hi", "output": {"data": "aGk... [truncated]", "format": "pcm"}, "model": "tts-1", "first_content_at": "2026-11-23T08:00:00.250Z"})),
        span("span_5", json!({"type": "brand_new", "name": "n", "field": {"x": 1}})),
        {"object": "trace.span", "id": "span_6", "trace_id": "trace_1", "started_at": "yesterday"},
        {"object": "trace.span", "id": "span_7"}, {"object": "other"}, 7,
    ]});
    let rows = openai_agents::read(body.to_string().as_bytes(), &context()).unwrap();
    assert_eq!(
        rows.rejected.iter().map(|(place, error)| (*place, error.field.as_str())).collect::<Vec<_>>(),
        [(5, "started_at"), (6, "trace_id"), (7, "object"), (8, "data")]
    );
    let spans: Vec<Span> = rows.spans.into_iter().map(|report| report.span).collect();
    let [_, handoff, tools, heard, spoken, new] = spans.as_slice() else { panic!("{spans:#?}") };
    assert_eq!((handoff.name.as_str(), handoff.kind), ("handoff from Triage to Refunds", SpanKind::Chain));
    assert_eq!((tools.name.as_str(), &tools.payload.attributes["server"]), ("mcp_tools", &json!("files")));
    let sound = Part::Media { media: "audio".into(), mime_type: Some("audio/wav".into()), uri: "data:audio/wav;base64,aGk=".into() };
    assert_eq!((&heard.payload.input.as_ref().unwrap()[0].parts[0], heard.model()), (&sound, Some("whisper-1")));
    assert_eq!((spoken.payload.output.as_ref(), spoken.time_to_first_token_ms), (None, Some(250.0)));
    assert_eq!((new.name.as_str(), new.kind, &new.payload.attributes["field"]), ("n", SpanKind::Other, &json!({"x": 1})));
    assert!(openai_agents::read(b"{}", &context()).is_err() && openai_agents::read(b"[", &context()).is_err());
}
