//! The texts of a message: what it says, not how its JSON is written.

use model::telemetry::{Message, Part};
use serde_json::{Value, value::RawValue};

/// Deepest nesting of tool arguments and results that is searched: JSON from clients may nest without end.
const MAX_VALUE_DEPTH: usize = 32;

/// The messages of a JSON array, each as it is written there; `None` where it is no array.
pub(crate) fn split_messages(json: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(json).ok()
}

/// `None` where it is no message.
pub(crate) fn parse_message(json: &str) -> Option<Message> {
    serde_json::from_str(json).ok()
}

/// Whether any text of the message passes. Stops at the first that does.
pub(crate) fn any_text(message: &Message, test: &mut impl FnMut(&str) -> bool) -> bool {
    message.parts.iter().any(|part| match part {
        Part::Text { text } | Part::Reasoning { text } | Part::Refusal { text } => test(text),
        Part::ToolCall { name, arguments, .. } => test(name) || any_leaf(arguments, 0, test),
        Part::ToolResult { result, .. } => any_leaf(result, 0, test),
        // Inline data says nothing that one could search for.
        Part::Media { uri, .. } => !uri.starts_with("data:") && test(uri),
        Part::Other { value } => any_leaf(value, 0, test),
    })
}

pub(crate) fn for_each_text(message: &Message, mut sink: impl FnMut(&str)) {
    any_text(message, &mut |text| {
        sink(text);
        false
    });
}

fn any_leaf(value: &Value, depth: usize, test: &mut impl FnMut(&str) -> bool) -> bool {
    match value {
        Value::String(text) => test(text),
        Value::Number(number) => test(&number.to_string()),
        Value::Array(items) if depth < MAX_VALUE_DEPTH => items.iter().any(|item| any_leaf(item, depth + 1, test)),
        Value::Object(fields) if depth < MAX_VALUE_DEPTH => {
            fields.iter().any(|(name, field)| test(name) || any_leaf(field, depth + 1, test))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_and_leaves_of_values_are_texts() {
        let part = |value: Value| serde_json::from_value::<Part>(value).unwrap();
        let message = Message {
            parts: vec![
                part(json!({"type": "tool_call", "name": "add", "arguments": {"left": 1, "right": ["two", null, true]}})),
                part(json!({"type": "media", "media": "image", "uri": "data:image/png;base64,AAAA"})),
                part(json!({"type": "media", "media": "image", "uri": "https://example.com/cat.png"})),
            ],
            ..Message::text("assistant", "")
        };
        let mut texts = Vec::new();
        for_each_text(&message, |text| texts.push(text.to_owned()));
        assert_eq!(texts, ["add", "left", "1", "right", "two", "https://example.com/cat.png"]);
    }
}
