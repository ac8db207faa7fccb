//! Embeddings: the texts, and as much of their vectors as tells them apart.

use super::super::Draft;
use crate::{messages::text_message, otlp::flattened::Flattened};
use model::telemetry::{Message, Part, Span};
use serde_json::{Value, json};

pub(super) const EMBEDDINGS: &str = "embedding.embeddings.";
/// Numbers kept of a vector. Nobody reads the thousands that follow, and they do not compress.
const MAX_NUMBERS: usize = 32;
pub(super) const TRUNCATED: &str = "embedding_vectors_truncated";

pub(super) fn read(draft: &mut Draft, lists: &mut Flattened) {
    let mut texts = Vec::new();
    let mut vectors = Vec::new();
    for mut item in lists.list(EMBEDDINGS) {
        if let Some(Value::String(text)) = item.get_mut("text") {
            texts.push(text_message("user", std::mem::take(text)));
        }
        vectors.extend(item.get_mut("vector").map(std::mem::take));
    }
    let span = &mut draft.span;
    if span.payload.input.is_none() && !texts.is_empty() {
        span.payload.input = Some(texts);
    }
    keep_vectors(span, vectors);
}

/// Puts vectors into the output of an embedding, as much of them as is kept.
pub(in super::super) fn keep_vectors(span: &mut Span, vectors: Vec<Value>) {
    let (output, is_truncated) = vectors_message(vectors);
    if span.payload.output.is_none() {
        span.payload.output = output;
    }
    if is_truncated {
        span.note(TRUNCATED);
    }
}

/// The vectors of an answer of an embeddings API, if it is one.
pub(super) fn vectors_of(answer: &Value) -> Option<Vec<Value>> {
    let data = answer.get("data")?.as_array()?;
    let vectors: Vec<Value> = data.iter().filter_map(|item| item.get("embedding").cloned()).collect();
    (!vectors.is_empty()).then_some(vectors)
}

/// One part per vector, and whether one of them was cut.
pub(super) fn vectors_message(vectors: Vec<Value>) -> (Option<Vec<Message>>, bool) {
    let mut is_truncated = false;
    let parts: Vec<Part> = vectors
        .into_iter()
        .map(|vector| match vector {
            Value::Array(mut numbers) => {
                let dimensions = numbers.len();
                is_truncated |= dimensions > MAX_NUMBERS;
                numbers.truncate(MAX_NUMBERS);
                Part::Other { value: json!({"dimensions": dimensions, "vector": numbers}) }
            }
            Value::String(text) if text.len() > MAX_NUMBERS * 8 => {
                is_truncated = true;
                Part::Other { value: json!({"vector_bytes": text.len()}) }
            }
            other => Part::Other { value: json!({"vector": other}) },
        })
        .collect();
    let message = Message { role: "assistant".to_owned(), parts, name: None, finish_reason: None };
    ((!message.parts.is_empty()).then(|| vec![message]), is_truncated)
}
