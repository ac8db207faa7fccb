//! `input.value` and `output.value`: what went in and came out, as the application or the provider wrote it.

use super::super::{Draft, payload::take_value_text};
use super::{
    answer::{Answer, OUTPUT_VALUE},
    embedding,
};
use crate::{
    messages::{conversation_from_value, parse_or_text, regenerate, text_message},
    provider,
};
use model::telemetry::{Message, SpanKind, Status};
use serde_json::Value;

pub(super) const INPUT_VALUE: &str = "input.value";
/// Largest answer with vectors that is kept whole.
const MAX_VECTORS_BYTES: usize = 4_096;

pub(super) fn read(draft: &mut Draft, answer: Option<Answer>) {
    for name in ["input.mime_type", "output.mime_type"] {
        // Seen by the value itself.
        if draft.attributes.text(name).is_some_and(|mime| mime == "application/json" || mime == "text/plain") {
            draft.attributes.take(name);
        }
    }
    if let Some(text) = take_value_text(&mut draft.attributes, INPUT_VALUE) {
        if draft.span.kind.is_request() && draft.span.payload.input.is_none() {
            read_request(draft, &text);
        }
        let payload = &mut draft.span.payload;
        let messages = payload.input.get_or_insert_with(|| messages_of(&text, "user"));
        payload.originals.insert(INPUT_VALUE.to_owned(), regenerate::original_of_messages(messages, &text));
    }
    match answer {
        Some(answer) if draft.span.kind == SpanKind::Embedding => keep_vectors(draft, answer),
        // What a failed call came back with is no answer.
        Some(answer) if draft.span.status == Status::Error && draft.span.payload.output.is_none() => {
            draft.span.payload.originals.insert(OUTPUT_VALUE.to_owned(), Value::String(answer.text));
        }
        Some(Answer { text, value }) => {
            if draft.span.payload.output.is_none() {
                read_answer(draft, value);
            }
            keep_output(draft, text);
        }
        None => {
            if let Some(text) = take_value_text(&mut draft.attributes, OUTPUT_VALUE) {
                keep_output(draft, text);
            }
        }
    }
}

/// The provider's request, where no messages were flattened out of it.
fn read_request(draft: &mut Draft, text: &str) {
    let value = parse_or_text(text);
    let names_its_model = value.get("model").is_some_and(Value::is_string) || value.get("contents").is_some();
    if names_its_model && let Some(request) = provider::request(value) {
        request.fill(&mut draft.span);
    }
}

/// What was said in the provider's answer. The rest of it is known or kept as it came.
fn read_answer(draft: &mut Draft, value: Value) {
    let Some(response) = provider::response(value) else { return };
    let span = &mut draft.span;
    span.payload.output = (!response.output.is_empty()).then_some(response.output);
    if span.finish_reasons.is_empty() {
        span.finish_reasons = response.finish_reasons;
    }
}

fn keep_output(draft: &mut Draft, text: String) {
    let payload = &mut draft.span.payload;
    let messages = payload.output.get_or_insert_with(|| messages_of(&text, "assistant"));
    payload.originals.insert(OUTPUT_VALUE.to_owned(), regenerate::original_of_messages(messages, &text));
}

/// The answer of an embeddings API is little but its vectors.
fn keep_vectors(draft: &mut Draft, answer: Answer) {
    let span = &mut draft.span;
    let Some(vectors) = embedding::vectors_of(&answer.value) else { return keep_output(draft, answer.text) };
    let (output, is_truncated) = embedding::vectors_message(vectors);
    span.payload.output = span.payload.output.take().or(output);
    if answer.text.len() <= MAX_VECTORS_BYTES {
        span.payload.originals.insert(OUTPUT_VALUE.to_owned(), Value::String(answer.text));
    } else if is_truncated {
        span.note(embedding::TRUNCATED);
    }
}

/// A conversation where the value is one, else its text.
fn messages_of(text: &str, role: &str) -> Vec<Message> {
    match parse_or_text(text) {
        Value::String(_) => vec![text_message(role, text.to_owned())],
        value => match conversation_in(value) {
            Some(conversation) => conversation_from_value(conversation, role),
            None => vec![text_message(role, text.to_owned())],
        },
    }
}

/// `{messages: […]}` or a list, of objects that say who speaks. LangGraph's nodes answer with updates of such a state.
fn conversation_in(mut value: Value) -> Option<Value> {
    if let Some([only]) = value.as_array_mut().map(Vec::as_mut_slice)
        && let Some(update) = only.get_mut("update")
    {
        value = update.take();
    }
    is_conversation(&value).then_some(value)
}

fn is_conversation(value: &Value) -> bool {
    let list = value.get("messages").unwrap_or(value);
    // LangChain: a list of conversations, of which there is one.
    let list = match list.as_array().map(Vec::as_slice) {
        Some([Value::Array(inner)]) => inner,
        Some(items) => items,
        None => return false,
    };
    !list.is_empty() && list.iter().all(|item| item.get("role").is_some_and(Value::is_string) || is_of_langchain(item))
}

fn is_of_langchain(item: &Value) -> bool {
    let kind = item.get("type").and_then(Value::as_str).unwrap_or_default();
    let is_constructed = kind == "constructor" && item.get("lc").is_some() && item.get("kwargs").is_some();
    is_constructed || (matches!(kind, "human" | "ai" | "system" | "tool") && (item.get("content").is_some() || item.get("data").is_some()))
}
