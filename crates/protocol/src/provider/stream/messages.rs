//! Events of Anthropic's messages.

use super::{MAX_PARTS, budget::Budget};
use crate::{messages::parse_or_text, provider::fields::Object};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Messages {
    message: Object,
    blocks: BTreeMap<u64, Object>,
    has_ended: bool,
}

/// Where the text of a tool's input is collected, which arrives in pieces.
const PARTIAL_INPUT: &str = "partial_json";

impl Messages {
    pub(super) fn take(&mut self, mut event: Object, budget: &mut Budget) -> bool {
        let kind = event.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let index = event.get("index").and_then(Value::as_u64).unwrap_or(0);
        match (kind.as_str(), event.remove("message"), event.remove("content_block"), event.remove("delta")) {
            ("message_start", Some(Value::Object(message)), ..) => {
                self.message = message;
                false
            }
            ("content_block_start", _, Some(Value::Object(block)), _) => self.open(index, block, budget),
            ("content_block_delta", .., Some(Value::Object(delta))) => self.add(index, delta, budget),
            ("message_delta", .., delta) => {
                if let Some(Value::Object(delta)) = delta {
                    self.message.extend(delta);
                }
                self.count(event.remove("usage"));
                false
            }
            ("message_stop", ..) => {
                self.has_ended = true;
                false
            }
            _ => false,
        }
    }

    fn open(&mut self, index: u64, block: Object, budget: &mut Budget) -> bool {
        // Calls and the results of the provider's tools say something by being there; texts begin empty.
        let has_content = !matches!(block.get("type").and_then(Value::as_str), Some("text" | "thinking"))
            || ["text", "thinking"].iter().any(|name| block.get(*name).and_then(Value::as_str).is_some_and(|text| !text.is_empty()));
        if self.blocks.len() < MAX_PARTS && budget.allows(super::budget::size_of_value(&Value::Object(block.clone()))) {
            self.blocks.insert(index, block);
        }
        has_content
    }

    fn add(&mut self, index: u64, delta: Object, budget: &mut Budget) -> bool {
        let text = |name: &str| delta.get(name).and_then(Value::as_str).unwrap_or_default();
        let Some(block) = self.blocks.get_mut(&index) else { return false };
        let (field, fragment) = match text("type") {
            "text_delta" => ("text", text("text")),
            "thinking_delta" => ("thinking", text("thinking")),
            "input_json_delta" => (PARTIAL_INPUT, text("partial_json")),
            "signature_delta" => ("signature", text("signature")),
            "citations_delta" => {
                if let Some(citation) = delta.get("citation").filter(|citation| budget.allows(super::budget::size_of_value(citation)))
                    && let Value::Array(citations) = block.entry("citations").or_insert_with(|| json!([]))
                {
                    citations.push(citation.clone());
                }
                return false;
            }
            _ => return false,
        };
        budget.append(block.entry(field).or_insert(Value::Null), fragment);
        field != "signature" && !fragment.is_empty()
    }

    /// Counts are of the whole answer so far: they replace those before. A part that is not repeated stays.
    fn count(&mut self, usage: Option<Value>) {
        let Some(Value::Object(usage)) = usage else { return };
        match self.message.get_mut("usage") {
            Some(Value::Object(known)) => known.extend(usage.into_iter().filter(|(_, count)| !count.is_null())),
            _ => {
                self.message.insert("usage".to_owned(), Value::Object(usage));
            }
        }
    }

    pub(super) fn finish(self) -> (Object, bool) {
        let mut body = self.message;
        let blocks = self.blocks.into_values().map(|mut block| {
            if let Some(Value::String(text)) = block.remove(PARTIAL_INPUT) {
                block.insert("input".to_owned(), parse_or_text(&text));
            }
            Value::Object(block)
        });
        body.insert("content".to_owned(), blocks.collect());
        // Even a message that broke off before it began is one.
        body.insert("type".to_owned(), json!("message"));
        (body, self.has_ended)
    }
}
