//! What OpenLLMetry (Traceloop) sent, current and legacy, recorded → rows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{Part, SpanKind};
use serde_json::json;
use support::captures::{ANTHROPIC_WITHOUT_LIFETIMES, OPENAI, buckets, metrics, named, snapshot, spans};

#[test]
fn current() {
    let entities = spans("021_traceloop-openai_POST_v1_traces.bin");
    snapshot("021_traceloop-openai", &entities);
    let calls = spans("023_traceloop-openai_POST_v1_traces.bin");
    snapshot("023_traceloop-openai", &calls);
    snapshot("022_traceloop-openai_metrics", &metrics("022_traceloop-openai_POST_v1_metrics.bin"));

    let chats = named(&calls, "openai.chat");
    assert_eq!(buckets(chats[0]), OPENAI);
    let stream = chats[1];
    assert_eq!(buckets(stream)[..2], OPENAI[..2], "streams tell no reasoning");
    assert!(stream.time_to_first_token_ms.is_some_and(|time| time > 0.0));
    assert!(chats[2].usage.is_unknown(), "a stream without usage is unknown, not zero");
    let failed = chats.iter().find(|span| span.request_model.as_deref() == Some("gpt-err429")).unwrap();
    assert_eq!(failed.error_type.as_deref(), Some("RateLimitError"));
    let response = named(&calls, "openai.response")[0];
    assert!(response.quality.contains(&"tool_call_ids_are_item_ids".to_owned()));

    let tool = named(&entities, "get_weather.tool")[0];
    assert_eq!((tool.kind, tool.tool.as_deref()), (SpanKind::Tool, Some("get_weather")));
    assert_eq!((tool.session_id.as_deref(), tool.user_id.as_deref()), (Some("sess-1"), Some("user-1")));
    assert_eq!(tool.payload.metadata["chat_id"], "c1");
    assert_eq!(tool.payload.output.as_ref().unwrap()[0].parts, [Part::ToolResult { id: None, result: json!("sunny 21C") }]);
}

#[test]
fn legacy_openai() {
    let mut calls = spans("033_traceloop-legacy-openai_POST_v1_traces.bin");
    snapshot("033_traceloop-legacy-openai", &calls);
    let more = spans("035_traceloop-legacy-openai_POST_v1_traces.bin");
    snapshot("035_traceloop-legacy-openai", &more);
    snapshot("034_traceloop-legacy-openai_metrics", &metrics("034_traceloop-legacy-openai_POST_v1_metrics.bin"));
    calls.extend(more);

    let chat = named(&calls, "openai.chat")[0];
    assert_eq!(buckets(chat), [Some(36), Some(64), None, None, None, Some(20), None], "no reasoning told");
    assert_eq!(chat.usage.total_tokens, Some(120));
    assert_eq!((chat.operation.as_deref(), chat.finish_reasons.as_slice()), (Some("chat"), ["stop".to_owned()].as_slice()));
    let roles: Vec<&str> = chat.payload.input.as_ref().unwrap().iter().map(|message| message.role.as_str()).collect();
    assert_eq!(roles, ["system", "user"]);
    let workflow = named(&calls, "my_workflow.workflow")[0];
    assert_eq!(workflow.kind, SpanKind::Workflow);
    let agent = named(&calls, "weather_agent.agent")[0];
    assert_eq!((agent.kind, agent.agent.as_deref()), (SpanKind::Agent, Some("weather_agent")));
}

#[test]
fn legacy_anthropic() {
    let calls = spans("037_traceloop-legacy-anthropic_POST_v1_traces.bin");
    snapshot("037_traceloop-legacy-anthropic", &calls);
    snapshot("036_traceloop-legacy-anthropic_metrics", &metrics("036_traceloop-legacy-anthropic_POST_v1_metrics.bin"));
    let chats = named(&calls, "anthropic.chat");
    assert_eq!(buckets(chats[0]), ANTHROPIC_WITHOUT_LIFETIMES);
    assert_eq!((chats[0].provider.as_deref(), chats[0].usage.input_tokens), (Some("anthropic"), Some(1080)));
    // The stream's output is one too many: nothing in the span tells the right number.
    assert_eq!(chats[1].usage.output_tokens, Some(26));
    assert!(chats[1].quality.contains(&"output_tokens_overcounted_by_client".to_owned()));
}
