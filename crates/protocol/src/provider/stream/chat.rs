//! Chunks of chat completions and of text completions.

use super::{MAX_PARTS, budget::Budget};
use crate::provider::fields::Object;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Chat {
    choices: BTreeMap<u64, Object>,
    /// Every other field, as said last.
    rest: Object,
    has_ended: bool,
}

impl Chat {
    pub(super) fn take(&mut self, mut chunk: Object, budget: &mut Budget) -> bool {
        let mut has_content = false;
        if let Some(Value::Array(choices)) = chunk.remove("choices") {
            for choice in choices {
                let Value::Object(mut choice) = choice else { continue };
                let index = choice.remove("index").and_then(|index| index.as_u64()).unwrap_or(0);
                has_content |= brings_content(&choice);
                self.has_ended |= choice.get("finish_reason").is_some_and(|reason| !reason.is_null());
                if self.choices.len() < MAX_PARTS || self.choices.contains_key(&index) {
                    budget.merge(self.choices.entry(index).or_default(), choice);
                }
            }
        }
        for (name, value) in chunk {
            // What was said once is not unsaid by a null.
            if !value.is_null() {
                self.rest.insert(name, value);
            }
        }
        has_content
    }

    /// The last event said so.
    pub(super) fn end(&mut self) {
        self.has_ended = true;
    }

    pub(super) fn finish(self) -> (Object, bool) {
        let mut body = self.rest;
        body.insert("choices".to_owned(), json!(self.choices.into_values().collect::<Vec<_>>()));
        (body, self.has_ended)
    }
}

/// Anything but a role: a first chunk that says who speaks is not an answer yet.
fn brings_content(choice: &Object) -> bool {
    let says = |value: &Value| match value {
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => false,
    };
    let delta = choice.get("delta").and_then(Value::as_object);
    delta.is_some_and(|delta| delta.iter().any(|(name, value)| name != "role" && says(value))) || choice.get("text").is_some_and(says)
}
