//! Conversations in the shapes clients write → canonical messages, and back to the text they came as.

mod chat;
mod langchain;
pub(crate) mod media_refs;
mod parts;
mod read;
pub(crate) mod regenerate;
mod value;

pub(crate) use chat::message_from_chat;
pub(crate) use read::{conversation, conversation_from_value, instructions, instructions_from_value, part_from_value};
pub(crate) use value::{media_class, parse_or_text};

use model::telemetry::{Message, Part};

/// One message of one text.
pub(crate) fn text_message(role: &str, text: String) -> Message {
    Message { role: role.to_owned(), parts: vec![Part::Text { text }], name: None, finish_reason: None }
}
