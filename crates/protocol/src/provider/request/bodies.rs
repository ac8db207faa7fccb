//! The fields of each API's request that hold what is said.

use super::ProviderRequest;
use crate::{
    messages::{conversation_from_value, instructions_from_value},
    provider::{
        content::{embedded, gemini_contents},
        fields::{Object, take, take_array, take_object, take_text},
        items,
    },
};
use model::telemetry::Message;
use serde_json::Value;

/// The fields that all APIs name alike.
pub(super) fn shared(body: &mut Object, request: &mut ProviderRequest) {
    request.model = request.model.take().or_else(|| take_text(body, &["model"]));
    request.tools = request.tools.take().or_else(|| take(body, &["tools", "functions"]));
    request.is_streamed = body.get("stream") == Some(&Value::Bool(true));
}

/// OpenAI puts instructions among the messages, Anthropic beside them.
pub(super) fn chat(body: &mut Object, request: &mut ProviderRequest) {
    if let Some(messages) = take_array(body, &["messages"]) {
        request.input = conversation_from_value(Value::Array(messages), "user");
    }
    request.system = take(body, &["system"]).map(instructions_from_value).unwrap_or_default();
}

/// One prompt or several, as text or tokens.
pub(super) fn completions(body: &mut Object, request: &mut ProviderRequest) {
    request.input = take(body, &["prompt"]).map(embedded).unwrap_or_default();
}

pub(super) fn embeddings(body: &mut Object, request: &mut ProviderRequest) {
    request.input = take(body, &["input"]).map(embedded).unwrap_or_default();
}

pub(super) fn responses(body: &mut Object, request: &mut ProviderRequest) {
    request.system = take(body, &["instructions"]).map(instructions_from_value).unwrap_or_default();
    request.input = match take(body, &["input"]) {
        Some(Value::Array(list)) => items::messages(list, "user"),
        Some(other) => conversation_from_value(other, "user"),
        None => Vec::new(),
    };
}

/// On the wire settings are in `generationConfig`; the Python SDK's `config` holds the instructions and tools too.
pub(super) fn generate_content(body: &mut Object, request: &mut ProviderRequest) {
    request.input = take(body, &["contents"]).map(|contents| gemini_contents(contents, "user")).unwrap_or_default();
    for name in ["config", "generationConfig", "generation_config"] {
        if let Some(settings) = take_object(body, &[name]) {
            body.extend(settings);
        }
    }
    request.system = take(body, &["systemInstruction", "system_instruction"]).map(system_of_gemini).unwrap_or_default();
    if let Some(labels) = take_object(body, &["labels"]) {
        request.metadata.extend(labels);
    }
}

fn system_of_gemini(value: Value) -> Vec<Message> {
    let mut messages = gemini_contents(value, "system");
    messages.iter_mut().for_each(|message| "system".clone_into(&mut message.role));
    messages
}

/// One content, or a list of requests with one each; the settings are those of the first.
pub(super) fn embed_content(body: &mut Object, request: &mut ProviderRequest) {
    let requests = take_array(body, &["requests"]).unwrap_or_default();
    let mut contents: Vec<Value> = take(body, &["content"]).into_iter().collect();
    for (index, one) in requests.into_iter().enumerate() {
        let Value::Object(mut one) = one else { continue };
        contents.extend(take(&mut one, &["content"]));
        if index == 0 {
            body.extend(one);
        }
    }
    request.input = gemini_contents(Value::Array(contents), "user");
    // The path names the model, the body repeats it as `models/…`.
    request.model = take_text(body, &["model"]).map(|model| model.strip_prefix("models/").unwrap_or(&model).to_owned());
}
