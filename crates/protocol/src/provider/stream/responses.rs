//! Events of OpenAI's Responses API. The last one holds the whole answer; the pieces matter only when it does not come.

use super::{MAX_PARTS, budget::Budget};
use crate::provider::fields::Object;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Responses {
    /// As it was created, or as it ended.
    response: Object,
    items: BTreeMap<u64, Object>,
    has_ended: bool,
}

impl Responses {
    /// `size`: of the event's text.
    pub(super) fn take(&mut self, mut event: Object, size: usize, budget: &mut Budget) -> bool {
        let kind = event.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let place = event.get("output_index").and_then(Value::as_u64).unwrap_or(0);
        match kind.as_str() {
            "response.completed" | "response.incomplete" | "response.failed" => {
                self.has_ended = true;
                self.replace(event.remove("response"), size, budget);
                false
            }
            "response.created" | "response.in_progress" | "response.queued" => {
                if let Some(Value::Object(response)) = event.remove("response") {
                    self.response = response;
                }
                false
            }
            "response.output_item.added" | "response.output_item.done" => self.put_item(place, event.remove("item"), size, budget),
            kind if kind.ends_with(".delta") => self.add(kind, place, &event, budget),
            _ => false,
        }
    }

    /// The end of the answer. Without room for its content, its counts are kept and the pieces stand for it.
    fn replace(&mut self, response: Option<Value>, size: usize, budget: &mut Budget) {
        let Some(Value::Object(mut response)) = response else { return };
        if budget.allows(size) {
            self.items.clear();
        } else {
            response.remove("output");
        }
        self.response = response;
    }

    fn put_item(&mut self, place: u64, item: Option<Value>, size: usize, budget: &mut Budget) -> bool {
        let Some(Value::Object(item)) = item else { return false };
        let is_call = item.get("type").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("_call"));
        let is_known = self.items.contains_key(&place);
        if (is_known || self.items.len() < MAX_PARTS) && budget.allows(size) {
            self.items.insert(place, item);
        }
        is_call && !is_known
    }

    fn add(&mut self, kind: &str, place: u64, event: &Object, budget: &mut Budget) -> bool {
        let Some(fragment) = event.get("delta").and_then(Value::as_str) else { return false };
        let Some(item) = self.items.get_mut(&place) else { return !fragment.is_empty() };
        let part = event.get("content_index").or_else(|| event.get("summary_index")).and_then(Value::as_u64).unwrap_or(0) as usize;
        match kind {
            "response.output_text.delta" => append_part(item, "content", part, ("output_text", "text"), fragment, budget),
            "response.refusal.delta" => append_part(item, "content", part, ("refusal", "refusal"), fragment, budget),
            "response.reasoning_text.delta" => append_part(item, "content", part, ("reasoning_text", "text"), fragment, budget),
            "response.reasoning_summary_text.delta" => append_part(item, "summary", part, ("summary_text", "text"), fragment, budget),
            "response.function_call_arguments.delta" | "response.mcp_call_arguments.delta" => {
                budget.append(item.entry("arguments").or_insert(Value::Null), fragment);
            }
            "response.custom_tool_call_input.delta" => budget.append(item.entry("input").or_insert(Value::Null), fragment),
            _ => {}
        }
        !fragment.is_empty()
    }

    pub(super) fn finish(self) -> (Object, bool) {
        let mut body = self.response;
        if !self.items.is_empty() {
            body.insert("output".to_owned(), json!(self.items.into_values().collect::<Vec<_>>()));
        }
        body.entry("output").or_insert_with(|| json!([]));
        body.insert("object".to_owned(), json!("response"));
        if !self.has_ended {
            // It is no answer's final word that it is in progress.
            body.remove("status");
        }
        (body, self.has_ended)
    }
}

fn append_part(item: &mut Object, list: &str, index: usize, (kind, field): (&str, &str), fragment: &str, budget: &mut Budget) {
    let Value::Array(parts) = item.entry(list).or_insert_with(|| json!([])) else { return };
    if index >= MAX_PARTS {
        return;
    }
    while parts.len() <= index {
        parts.push(json!({"type": kind, field: ""}));
    }
    budget.append(&mut parts[index][field], fragment);
}
