//! OpenTelemetry's instrumentation of the OpenAI Agents SDK. It writes the GenAI conventions, with placeholders where it knows nothing
//! and with Python's writing of objects where a tool was called.

use super::{Convention, Draft};
use crate::{
    messages::{conversation, conversation_from_value},
    otlp::resource::ResourceFacts,
    provider::repr,
};
use model::telemetry::{Message, Part, SpanKind};
use serde_json::{Value, json};

const NAME: &str = "openai_agents_otel";
const SCOPE: &str = "opentelemetry.instrumentation.openai_agents";
/// What it says of every agent, in want of anything better.
const PLACEHOLDERS: [(&str, &str); 3] =
    [("gen_ai.agent.name", "OpenAI Agent"), ("gen_ai.agent.id", "agent"), ("gen_ai.agent.description", "OpenAI Agents instrumentation")];
/// How the objects begin that it prints: a call of a tool of the application, and of a tool of the provider.
const PRINTED: [&str; 2] = ["ResponseFunctionToolCall(", "ResponseFunctionWebSearch("];

pub(super) struct OpenAiAgents;

impl Convention for OpenAiAgents {
    fn name(&self) -> &'static str {
        NAME
    }

    fn recognises(&self, draft: &Draft) -> bool {
        draft.has_scope(SCOPE)
    }

    fn read(&self, draft: &mut Draft, _facts: &ResourceFacts) {
        let is_outermost = draft.span.payload.attributes.get("otel.span_kind").is_some_and(|kind| kind == "server");
        let Draft { span, attributes, .. } = draft;
        for (name, placeholder) in PLACEHOLDERS {
            if attributes.text(name).is_some_and(|text| text == placeholder) {
                attributes.take(name);
            }
        }
        if span.kind == SpanKind::Other {
            span.kind = match attributes.text("gen_ai.operation.name").as_deref() {
                Some("invoke_agent") if is_outermost => SpanKind::Workflow,
                // Turns and tasks, and what the application adds.
                Some("unknown") => SpanKind::Chain,
                _ => SpanKind::Other,
            };
        }
        for (name, role, slot) in
            [("gen_ai.input.messages", "user", &mut span.payload.input), ("gen_ai.output.messages", "assistant", &mut span.payload.output)]
        {
            if slot.is_none()
                && let Some(text) = attributes.text(name).filter(|text| PRINTED.iter().any(|printed| text.contains(printed)))
            {
                attributes.take(name);
                *slot = Some(conversation(&text, role).into_iter().map(with_calls).collect());
                span.payload.originals.insert(name.to_owned(), Value::String(text));
            }
        }
    }
}

/// Turns printed objects into the parts that they are.
fn with_calls(mut message: Message) -> Message {
    for part in &mut message.parts {
        if let Part::Text { text } = part
            && PRINTED.iter().any(|printed| text.starts_with(printed))
            && let Some(object) = repr::value(text)
            && let Some(Message { parts, .. }) =
                conversation_from_value(json!([{"role": "assistant", "content": [object]}]), "assistant").pop()
            && let [only] = <[Part; 1]>::try_from(parts).unwrap_or_else(|parts| [Part::Other { value: json!(parts) }])
        {
            *part = only;
        }
    }
    message
}
