//! Retrievals and rerankings: a query in, documents out.

use super::super::{Draft, payload::said};
use crate::{
    messages::parse_or_text,
    otlp::{attributes::AttributeSet, flattened::Flattened},
};
use model::telemetry::{Message, Part};
use serde_json::{Value, json};

pub(super) const RETRIEVED: &str = "retrieval.documents.";
pub(super) const RERANKER_INPUT: &str = "reranker.input_documents.";
pub(super) const RERANKER_OUTPUT: &str = "reranker.output_documents.";

pub(super) fn read(draft: &mut Draft, lists: &mut Flattened) {
    let Draft { span, attributes, .. } = draft;
    let given: Vec<Value> = lists.list(RERANKER_INPUT).into_iter().map(document).collect();
    if !given.is_empty() && span.payload.input.is_none() {
        span.payload.input = Some(question(attributes, given));
    }
    let found: Vec<Value> = [RETRIEVED, RERANKER_OUTPUT].iter().flat_map(|name| lists.list(name)).map(document).collect();
    if !found.is_empty() && span.payload.output.is_none() {
        span.payload.output = said("tool", Part::ToolResult { id: None, result: Value::Array(found) });
    }
    if let Some(top_k) = attributes.take_json("reranker.top_k") {
        span.payload.model_parameters.insert("top_k".to_owned(), top_k);
    }
}

/// The query of a reranking, and what is to be ranked.
fn question(attributes: &mut AttributeSet, documents: Vec<Value>) -> Vec<Message> {
    let query = attributes.take_text("reranker.query");
    let query = query.map(|text| Part::Text { text });
    let parts = query.into_iter().chain([Part::Other { value: json!({"documents": documents}) }]).collect();
    vec![Message { role: "user".to_owned(), parts, name: None, finish_reason: None }]
}

fn document(mut document: Value) -> Value {
    if let Some(Value::String(text)) = document.get("metadata") {
        document["metadata"] = parse_or_text(text);
    }
    document
}
