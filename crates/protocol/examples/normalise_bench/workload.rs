//! The spans that are measured: model calls of about 6 kB, one body for each convention. A third of them are single calls, a third
//! calls with retrieved documents, a third agent turns that resend their history.

use bytes::Bytes;
use prost::Message;
use protocol::otlp::wire::{
    AnyValue, ExportTraceServiceRequest, KeyValue, Resource, ResourceSpans, ScopeSpans, Span, SpanStatus, any_value::Value,
};

const SPANS: usize = 180;
const TURNS: usize = 15;
const START: u64 = 1_767_225_600_000_000_000;
const WORDS: [&str; 16] = [
    "return",
    "the",
    "value",
    "of",
    "a",
    "mapping",
    "when",
    "called",
    "with",
    "iterable",
    "\"quoted\"",
    "object",
    "raises",
    "if",
    "not",
    "found\n",
];

/// What was said in a call: role and text of each message.
struct Call {
    input: Vec<(&'static str, String)>,
    answer: String,
}

type Convention = fn(&Call) -> Vec<KeyValue>;

pub(crate) fn bodies() -> Vec<(&'static str, Bytes)> {
    // OpenInference says everything twice, as list and as value: half the text makes spans of the same size.
    let conventions: [(&str, Convention, usize); 3] =
        [("GenAI", genai, 100), ("OpenInference", openinference, 48), ("OpenLLMetry", openllmetry, 100)];
    conventions.map(|(name, write, percent)| (name, body(write, percent))).into()
}

fn body(write: Convention, percent: usize) -> Bytes {
    let spans = (0..SPANS).map(|index| span(index, write(&call(index, percent)))).collect();
    let resource = Resource { attributes: vec![text("service.name", "shop-assistant")] };
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { resource: Some(resource), scope_spans: vec![ScopeSpans { scope: None, spans }] }],
    };
    request.encode_to_vec().into()
}

/// `percent` scales the lengths of the texts.
fn call(index: usize, percent: usize) -> Call {
    let said = |role, seed: usize, length: usize| (role, prose(index + seed, length * percent / 100));
    let input = match index % 3 {
        0 => vec![said("system", 0, 900), said("user", 1, 3_400)],
        1 => (0..8).map(|document| said("system", document, 480)).chain([said("user", 8, 300)]).collect(),
        _ => (0..=index / 3 % TURNS).map(|turn| said(["user", "assistant", "tool"][turn % 3], turn, 530)).collect(),
    };
    Call { input, answer: said("assistant", 99, 700).1 }
}

fn span(index: usize, attributes: Vec<KeyValue>) -> Span {
    Span {
        trace_id: vec![1 + (index / TURNS) as u8; 16].into(),
        span_id: ((index + 1) as u64).to_be_bytes().to_vec().into(),
        parent_span_id: vec![7; 8].into(),
        name: "chat gpt-4o".into(),
        kind: 3,
        start_time_unix_nano: START + index as u64,
        end_time_unix_nano: START + 900_000_000,
        attributes,
        status: Some(SpanStatus { code: 1, ..Default::default() }),
        ..Default::default()
    }
}

fn genai(call: &Call) -> Vec<KeyValue> {
    let message =
        |role: &str, content: &str| format!(r#"{{"role": "{role}", "parts": [{{"type": "text", "content": {}}}]}}"#, json(content));
    let input: Vec<String> = call.input.iter().map(|(role, content)| message(role, content)).collect();
    vec![
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", "openai"),
        text("gen_ai.request.model", "gpt-4o"),
        text("gen_ai.response.model", "gpt-4o"),
        attribute("gen_ai.request.temperature", Value::Double(0.7)),
        number("gen_ai.request.max_tokens", 2048),
        number("gen_ai.usage.input_tokens", 1200),
        number("gen_ai.usage.output_tokens", 170),
        text("gen_ai.response.id", "resp-0123456789abcdef"),
        text("gen_ai.conversation.id", "sess-000042"),
        text("session.id", "sess-000042"),
        text("user.id", "user-00007"),
        text("gen_ai.response.finish_reasons", "stop"),
        text("gen_ai.input.messages", &format!("[{}]", input.join(", "))),
        text("deployment.environment.name", "production"),
        number("gen_ai.usage.cache_read.input_tokens", 600),
        text("gen_ai.output.messages", &format!("[{}]", message("assistant", &call.answer))),
    ]
}

fn openinference(call: &Call) -> Vec<KeyValue> {
    let message = |role: &str, content: &str| format!(r#"{{"role": "{role}", "content": {}}}"#, json(content));
    let input: Vec<String> = call.input.iter().map(|(role, content)| message(role, content)).collect();
    let mut attributes = vec![
        text("openinference.span.kind", "LLM"),
        text("llm.system", "openai"),
        text("llm.model_name", "gpt-4o"),
        text("llm.invocation_parameters", r#"{"model": "gpt-4o", "temperature": 0.7, "max_tokens": 2048}"#),
        number("llm.token_count.prompt", 1200),
        number("llm.token_count.completion", 170),
        number("llm.token_count.total", 1370),
        number("llm.token_count.prompt_details.cache_read", 600),
        text("session.id", "sess-000042"),
        text("user.id", "user-00007"),
        text("input.value", &format!(r#"{{"messages": [{}], "model": "gpt-4o"}}"#, input.join(", "))),
        text("input.mime_type", "application/json"),
        text("output.value", &format!(r#"{{"choices": [{{"index": 0, "message": {}}}]}}"#, message("assistant", &call.answer))),
        text("output.mime_type", "application/json"),
        text("llm.output_messages.0.message.role", "assistant"),
        text("llm.output_messages.0.message.content", &call.answer),
    ];
    for (index, (role, content)) in call.input.iter().enumerate() {
        attributes.push(text(&format!("llm.input_messages.{index}.message.role"), role));
        attributes.push(text(&format!("llm.input_messages.{index}.message.content"), content));
    }
    attributes
}

fn openllmetry(call: &Call) -> Vec<KeyValue> {
    let mut attributes = vec![
        text("llm.request.type", "chat"),
        text("gen_ai.system", "OpenAI"),
        text("gen_ai.request.model", "gpt-4o"),
        text("gen_ai.response.model", "gpt-4o"),
        number("gen_ai.usage.prompt_tokens", 1200),
        number("gen_ai.usage.completion_tokens", 170),
        number("llm.usage.total_tokens", 1370),
        text("traceloop.workflow.name", "answer"),
        text("traceloop.association.properties.session_id", "sess-000042"),
        text("gen_ai.completion.0.role", "assistant"),
        text("gen_ai.completion.0.content", &call.answer),
        text("gen_ai.completion.0.finish_reason", "stop"),
    ];
    for (index, (role, content)) in call.input.iter().enumerate() {
        attributes.push(text(&format!("gen_ai.prompt.{index}.role"), role));
        attributes.push(text(&format!("gen_ai.prompt.{index}.content"), content));
    }
    attributes
}

fn attribute(name: &str, value: Value) -> KeyValue {
    KeyValue { key: name.to_owned().into(), value: Some(AnyValue { value: Some(value) }) }
}

fn text(name: &str, value: &str) -> KeyValue {
    attribute(name, Value::String(value.to_owned().into()))
}

fn number(name: &str, value: i64) -> KeyValue {
    attribute(name, Value::Int(value))
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn prose(seed: usize, length: usize) -> String {
    let mut words = String::with_capacity(length + 16);
    let mut state = seed as u64 * 2_654_435_761 + 1;
    while words.len() < length {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        words.push_str(WORDS[(state >> 60) as usize]);
        words.push(' ');
    }
    words
}
