//! Input and output of a model call: a provider's request and answer, or LangChain's.

use super::{Side, generations, generic};
use crate::{
    messages::{conversation_from_value, text_message},
    provider,
};
use model::telemetry::{Message, Span};
use serde_json::{Map, Value};

/// LangChain's counts, which its tracers and LangSmith's wrappers put beside or in place of the provider's.
const USAGE_METADATA: &str = "usage_metadata";

/// What was asked. Fills in what the request says beside its messages.
pub(super) fn read_input(span: &mut Span, input: &Value) -> Vec<Message> {
    if let Some(messages) = langchain_messages(input) {
        return messages;
    }
    if let Some(request) = provider::request(input.clone()) {
        request.fill(span);
    }
    span.payload.input.take().unwrap_or_else(|| generic(input.clone(), Side::Input))
}

/// `{"messages": [[message …]]}` or `{"prompts": [text …]}`.
fn langchain_messages(input: &Value) -> Option<Vec<Message>> {
    if let Some(Value::Array(prompts)) = input.get("prompts") {
        return prompts.iter().map(|prompt| Some(text_message("user", prompt.as_str()?.to_owned()))).collect();
    }
    let messages = input.get("messages")?;
    let first = messages.as_array()?.first()?;
    (first.is_array() || first.get("role").is_none()).then(|| conversation_from_value(messages.clone(), "user"))
}

/// What was answered. Fills in what the answer says beside its messages. Counts that stand beside are the same whatever the provider.
pub(super) fn read_output(span: &mut Span, output: &Value) -> Vec<Message> {
    if let Some(messages) = generations::read(span, output) {
        return messages;
    }
    if let Some(counts) = output.get(USAGE_METADATA).and_then(provider::usage) {
        counts.fill(span);
    }
    let fields: Option<Map<String, Value>> = output.as_object().map(|fields| {
        let others = fields.iter().filter(|(name, _)| name.as_str() != USAGE_METADATA);
        others.map(|(name, value)| (name.clone(), value.clone())).collect()
    });
    if let Some(answer) = fields.and_then(|fields| provider::response(Value::Object(fields))) {
        answer.fill(span);
    }
    span.payload.output.take().unwrap_or_else(|| generic(output.clone(), Side::Output))
}
