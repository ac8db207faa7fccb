//! Chunks of Gemini. Each is a whole answer of its own: parts are put one after the other, counts replace those before.

use super::{MAX_PARTS, budget::Budget, budget::size_of_value};
use crate::provider::fields::{Object, says_nothing};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Gemini {
    candidates: BTreeMap<u64, Candidate>,
    rest: Object,
    has_ended: bool,
}

#[derive(Default)]
struct Candidate {
    role: Option<Value>,
    parts: Vec<Value>,
    rest: Object,
}

impl Gemini {
    pub(super) fn take(&mut self, mut chunk: Object, budget: &mut Budget) -> bool {
        let mut has_content = false;
        if let Some(Value::Array(candidates)) = chunk.remove("candidates") {
            for candidate in candidates {
                let Value::Object(mut fields) = candidate else { continue };
                let index = fields.remove("index").and_then(|index| index.as_u64()).unwrap_or(0);
                self.has_ended |= fields.get("finishReason").is_some_and(|reason| !reason.is_null());
                if self.candidates.len() < MAX_PARTS || self.candidates.contains_key(&index) {
                    has_content |= self.candidates.entry(index).or_default().take(fields, budget);
                }
            }
        }
        self.has_ended |= chunk.get("promptFeedback").is_some_and(|feedback| feedback.get("blockReason").is_some());
        self.rest.extend(chunk.into_iter().filter(|(_, value)| !says_nothing(value)));
        has_content
    }

    pub(super) fn finish(self) -> (Object, bool) {
        let mut body = self.rest;
        let candidates = self.candidates.into_values().map(|candidate| {
            let mut fields = candidate.rest;
            fields.insert("content".to_owned(), json!({"role": candidate.role, "parts": candidate.parts}));
            Value::Object(fields)
        });
        body.insert("candidates".to_owned(), candidates.collect());
        (body, self.has_ended)
    }
}

impl Candidate {
    fn take(&mut self, mut fields: Object, budget: &mut Budget) -> bool {
        let mut has_content = false;
        if let Some(Value::Object(mut content)) = fields.remove("content") {
            self.role = self.role.take().or_else(|| content.remove("role"));
            if let Some(Value::Array(parts)) = content.remove("parts") {
                for part in parts {
                    has_content |= part.get("text").is_none_or(|text| text != "");
                    self.add(part, budget);
                }
            }
        }
        self.rest.extend(fields.into_iter().filter(|(_, value)| !says_nothing(value)));
        has_content
    }

    /// A text goes on where the one before it ended, if both are thoughts or neither is.
    fn add(&mut self, part: Value, budget: &mut Budget) {
        let plain = |part: &Value| {
            let fields = part.as_object()?;
            let is_text = fields.get("text")?.is_string() && fields.keys().all(|name| matches!(name.as_str(), "text" | "thought"));
            is_text.then(|| part["thought"] == true)
        };
        if let Some(last) = self.parts.last_mut()
            && plain(last).is_some()
            && plain(last) == plain(&part)
        {
            budget.append(&mut last["text"], part["text"].as_str().unwrap_or_default());
        } else if self.parts.len() < MAX_PARTS && budget.allows(size_of_value(&part)) {
            self.parts.push(part);
        }
    }
}
