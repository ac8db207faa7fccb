//! Canonical messages: a role and typed parts, whatever convention they came in.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Message {
    /// `system`, `user`, `assistant`, `tool`, or what the client wrote.
    pub role: String,
    pub parts: Vec<Part>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<String>,
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    Text {
        text: String,
    },
    ToolCall {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        name: String,
        /// Parsed arguments; a string when the model wrote invalid JSON.
        arguments: Value,
    },
    ToolResult {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        result: Value,
    },
    Reasoning {
        text: String,
    },
    /// An image, sound or file by reference, or inline as a data URI.
    Media {
        /// `image`, `audio`, `video` or `file`.
        media: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mime_type: Option<String>,
        uri: String,
    },
    Refusal {
        text: String,
    },
    /// A part of a kind that has no name here: kept whole.
    Other {
        value: Value,
    },
}

impl Message {
    pub fn text(role: impl Into<String>, text: impl Into<String>) -> Self {
        Self { role: role.into(), parts: vec![Part::Text { text: text.into() }], name: None, finish_reason: None }
    }
}

/// The first `max_chars` characters of what was said last: for a prompt the newest message, for an answer its text.
pub fn preview(messages: &[Message], max_chars: usize) -> Option<String> {
    let message = messages.last()?;
    let mut out = String::new();
    for part in &message.parts {
        let piece = match part {
            Part::Text { text } | Part::Refusal { text } => text.clone(),
            Part::Reasoning { .. } if message.parts.len() > 1 => continue,
            Part::Reasoning { text } => text.clone(),
            Part::ToolCall { name, arguments, .. } => format!("{name}({arguments})"),
            Part::ToolResult { result, .. } => result.as_str().map_or_else(|| result.to_string(), str::to_owned),
            Part::Media { media, .. } => format!("[{media}]"),
            Part::Other { value } => value.to_string(),
        };
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(piece.chars().take(max_chars));
        if out.chars().count() >= max_chars {
            break;
        }
    }
    (!out.is_empty()).then(|| out.chars().take(max_chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preview_shows_the_newest_message_and_is_bounded() {
        let history = [Message::text("user", "first"), Message::text("user", "é".repeat(500))];
        assert_eq!(preview(&history, 200).unwrap(), "é".repeat(200));
        assert_eq!(preview(&[], 200), None);
    }

    #[test]
    fn parts_are_tagged_by_type() {
        let part = Part::ToolCall { id: Some("c1".into()), name: "add".into(), arguments: serde_json::json!({"a": 1}) };
        let json = serde_json::to_string(&part).unwrap();
        assert_eq!(json, r#"{"type":"tool_call","id":"c1","name":"add","arguments":{"a":1}}"#);
        assert_eq!(serde_json::from_str::<Part>(&json).unwrap(), part);
    }
}
