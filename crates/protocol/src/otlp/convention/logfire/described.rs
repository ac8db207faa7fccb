//! Attributes that `logfire.json_schema` describes as objects or lists are JSON in text.

use super::super::Draft;
use crate::messages::parse_or_text;
use serde_json::Value;

const SCHEMA: &str = "logfire.json_schema";
/// What other conventions read themselves, as text.
const OTHERS: [&str; 2] = ["gen_ai.", "pydantic_ai."];
/// Most attributes of one span that are looked up in its schema.
const MAX_DESCRIBED: usize = 256;

pub(super) fn read(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    let Some(text) = attributes.take_text(SCHEMA) else { return };
    if let Ok(schema) = serde_json::from_str::<Value>(&text)
        && let Some(properties) = schema.get("properties").and_then(Value::as_object)
    {
        let structured = |schema: &Value| matches!(schema.get("type").and_then(Value::as_str), Some("object" | "array"));
        let ours = properties.iter().filter(|(name, schema)| structured(schema) && !OTHERS.iter().any(|prefix| name.starts_with(prefix)));
        for (name, _) in ours.take(MAX_DESCRIBED) {
            if let Some(value) = attributes.text(name) {
                attributes.take(name);
                span.payload.attributes.insert(name.clone(), parse_or_text(&value));
            }
        }
    }
    span.payload.originals.insert(SCHEMA.to_owned(), Value::String(text));
}
