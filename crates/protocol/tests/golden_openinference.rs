//! What OpenInference's instrumentations sent, recorded → rows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{Part, Span, SpanKind, Status, UsageSplit};
use serde_json::json;
use support::captures::{ANTHROPIC, OPENAI, buckets, named, snapshot, spans};

fn call() -> Part {
    Part::ToolCall { id: Some("call_abc123".into()), name: "get_weather".into(), arguments: json!({"city": "Paris"}) }
}

#[test]
fn openai() {
    let chats = spans("016_openinference-openai_POST_v1_traces.bin");
    snapshot("016_openinference-openai", &chats);
    let others = spans("017_openinference-openai_POST_v1_traces.bin");
    snapshot("017_openinference-openai", &others);

    let told: Vec<&Span> = chats.iter().filter(|span| !span.usage.is_unknown()).collect();
    assert_eq!(told.len(), 4);
    for span in told {
        assert_eq!((buckets(span), span.usage.split, span.quality.len()), (OPENAI, UsageSplit::Exact, 0));
    }
    let [chat, stream, without_usage, with_tool, answered, failed, _] = chats.as_slice() else { panic!("seven calls") };
    assert_eq!((chat.request_model.as_deref(), chat.response_model.as_deref()), (Some("gpt-4o-mini"), Some("gpt-4o-mini-2024-07-18")));
    assert_eq!((chat.session_id.as_deref(), chat.user_id.as_deref(), chat.tags.len()), (Some("sess-1"), Some("user-1"), 2));
    assert!(stream.time_to_first_token_ms.is_some());
    assert!(without_usage.usage.is_unknown() && without_usage.payload.output.is_some(), "missing usage is not zero");
    assert_eq!(with_tool.payload.output.as_ref().unwrap()[0].parts, [call()]);
    assert_eq!(answered.payload.input.as_ref().unwrap()[2].parts, [call()]);
    assert_eq!((failed.status, failed.error_type.as_deref()), (Status::Error, Some("openai.RateLimitError")));

    assert_eq!(named(&others, "CreateEmbeddings")[0].usage.input_tokens, Some(16));
    let responses = named(&others, "Response");
    assert!(responses.iter().all(|span| buckets(span)[..2] == OPENAI[..2] && buckets(span)[5..] == OPENAI[5..]));
    assert_eq!(responses[0].payload.output.as_ref().unwrap()[0].parts, [call()], "the id to answer to, not the item's");
    let tool = named(&others, "get_weather")[0];
    assert_eq!(tool.payload.tools.as_ref().unwrap()[0]["parameters"]["required"], json!(["city"]), "parameters are the schema");
}

#[test]
fn anthropic() {
    let all = spans("018_openinference-anthropic_POST_v1_traces.bin");
    snapshot("018_openinference-anthropic", &all);
    let own = ["messages.create", "messages.stream"].iter().flat_map(|name| named(&all, name));
    let own: Vec<&Span> = own.filter(|span| span.status == Status::Ok).collect();
    assert_eq!(own.len(), 4);
    for span in own {
        assert_eq!((buckets(span), span.usage.input_tokens), (ANTHROPIC, Some(1080)), "the lifetimes are in the answer only");
        assert_eq!(span.usage.buckets.web_searches, Some(1));
        // The SDK's own span tells the same call: they are known by the answer's id.
        let id = span.response_id.as_ref().unwrap();
        assert_eq!(all.iter().filter(|other| other.response_id.as_ref() == Some(id)).count(), 2);
    }
}

#[test]
fn langchain() {
    let all = spans("150_openinference-langchain_POST_v1_traces.bin");
    snapshot("150_openinference-langchain", &all);
    let told: Vec<&Span> = all.iter().filter(|span| !span.usage.is_unknown()).collect();
    assert_eq!(told.len(), 3, "containers tell none");
    assert!(told.iter().all(|span| buckets(span) == OPENAI && span.kind == SpanKind::Llm));
    let agent = named(&all, "weather_agent")[0];
    assert_eq!((agent.kind, agent.agent.as_deref(), agent.session_id.as_deref()), (SpanKind::Agent, Some("weather_agent"), Some("sess-1")));
    let tool = named(&all, "get_weather")[0];
    assert_eq!(
        tool.payload.output.as_ref().unwrap()[0].parts,
        [Part::ToolResult { id: Some("call_abc123".into()), result: json!("sunny") }]
    );
    let failed = all.iter().find(|span| span.status == Status::Error).unwrap();
    assert!(!failed.error_message.as_ref().unwrap().contains("Traceback") && failed.payload.output.is_none());
}

#[test]
fn llama_index() {
    let all = spans("151_openinference-llama-index_POST_v1_traces.bin");
    snapshot("151_openinference-llama-index", &all);
    assert!(named(&all, "OpenAI.chat").iter().all(|span| buckets(span) == OPENAI && span.billed));
    assert!(!named(&all, "OpenAI.predict")[0].billed, "stands around a chat");
    assert!(!named(&all, "OpenAIEmbedding._get_query_embedding")[0].billed);
    let documents = json!([{"content": "hello world", "id": "b6369227-5283-457f-8017-7946b819116d", "score": 0.9999999999999998}]);
    let retrieval = named(&all, "VectorIndexRetriever.retrieve")[0];
    assert_eq!(retrieval.payload.output.as_ref().unwrap()[0].parts, [Part::ToolResult { id: None, result: documents }]);
}

#[test]
fn openai_agents() {
    let all = spans("153_openai-agents-openinference_POST_v1_traces.bin");
    snapshot("153_openai-agents-openinference", &all);
    let responses = named(&all, "response");
    assert!(responses[..2].iter().all(|span| buckets(span)[..2] == OPENAI[..2] && buckets(span)[5..] == OPENAI[5..]));
    let generation = named(&all, "generation")[0];
    assert_eq!(
        (generation.usage.buckets.input_uncached, generation.usage.split),
        (Some(100), UsageSplit::Assumed),
        "cache details are lost"
    );
    let roles: Vec<&str> = responses[1].payload.input.as_ref().unwrap().iter().map(|message| message.role.as_str()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "tool"]);
    assert_eq!(named(&all, "Weather")[0].agent.as_deref(), Some("Weather"));
}
