//! A streamed answer, piece by piece as it arrives → the whole answer. Reads server-sent events (OpenAI, Anthropic, Gemini and those
//! like them) and Gemini's JSON lists; whose words they are is told by the words.
//!
//! What is kept is bounded: beyond [`MAX_KEPT_BYTES`] content is left out, and counts and endings are still read.

mod budget;
mod chat;
mod gemini;
mod json_list;
mod messages;
mod responses;
mod sse;

use super::{
    fields::Object,
    response::{ProviderResponse, response},
};
use crate::json_bounds::count_json_values;
use budget::Budget;
use json_list::JsonList;
use serde_json::Value;
use sse::EventLines;

/// Most bytes of content kept of one answer: more than any model writes, images included.
pub const MAX_KEPT_BYTES: usize = 16 << 20;
/// Longest event that is read: an image arrives in one.
const MAX_EVENT_BYTES: usize = 16 << 20;
/// Most values in one event. Parsed, each takes many times its bytes.
const MAX_EVENT_VALUES: usize = 200_000;
/// Most choices, blocks, items and calls of one answer that are told apart.
const MAX_PARTS: usize = 4_096;

/// Puts one streamed answer together.
pub struct StreamReader {
    framing: Framing,
    assembly: Assembly,
    error: Option<Value>,
    budget: Budget,
    skipped_events: bool,
}

enum Framing {
    Events(EventLines),
    List(JsonList),
}

/// Whose words: nobody's, until the first event that tells.
enum Assembly {
    Unknown,
    Chat(chat::Chat),
    Messages(messages::Messages),
    Responses(responses::Responses),
    Gemini(gemini::Gemini),
}

/// What a stream made up to.
#[derive(Debug)]
pub struct Streamed {
    /// `None`: nothing of it was understood.
    pub response: Option<ProviderResponse>,
    /// The answer came to its end, be it an error.
    pub is_complete: bool,
    /// Content was left out because there was too much of it.
    pub is_truncated: bool,
}

impl StreamReader {
    /// For `text/event-stream`.
    pub fn of_events() -> Self {
        Self::new(Framing::Events(EventLines::default()))
    }

    /// For a JSON list that arrives item by item.
    pub fn of_json_list() -> Self {
        Self::new(Framing::List(JsonList::default()))
    }

    fn new(framing: Framing) -> Self {
        Self { framing, assembly: Assembly::Unknown, error: None, budget: Budget::new(MAX_KEPT_BYTES), skipped_events: false }
    }

    /// Takes the next bytes, cut anywhere. Tells whether content came with them: text, a thought or a call, be it only its first letter.
    pub fn feed(&mut self, bytes: &[u8]) -> bool {
        let Self { framing, assembly, error, budget, skipped_events } = self;
        let mut has_content = false;
        let mut take = |text: Option<&str>| match text {
            Some(text) => has_content |= take_event(text, assembly, error, budget, skipped_events),
            None => *skipped_events = true,
        };
        match framing {
            Framing::Events(lines) => lines.feed(bytes, &mut take),
            Framing::List(list) => list.feed(bytes, &mut take),
        }
        has_content
    }

    /// Some bytes are missing here: reading goes on with the next event that is whole.
    pub fn skip(&mut self) {
        self.skipped_events = true;
        match &mut self.framing {
            Framing::Events(lines) => lines.skip(),
            Framing::List(list) => list.give_up(),
        }
    }

    /// No more content is kept from here on: there is no room for it.
    pub fn stop_keeping(&mut self) {
        self.budget.close();
    }

    /// About how many bytes are held.
    pub fn held_bytes(&self) -> usize {
        let buffered = match &self.framing {
            Framing::Events(lines) => lines.buffered(),
            Framing::List(list) => list.buffered(),
        };
        self.budget.taken() + buffered
    }

    /// The answer as far as it came.
    pub fn finish(mut self) -> Streamed {
        // The last event may lack the empty line behind it.
        if let Framing::Events(_) = self.framing {
            self.feed(b"\n\n");
        }
        let (mut body, mut is_complete) = match self.assembly {
            Assembly::Unknown => (Object::new(), false),
            Assembly::Chat(chat) => chat.finish(),
            Assembly::Messages(messages) => messages.finish(),
            Assembly::Responses(responses) => responses.finish(),
            Assembly::Gemini(gemini) => gemini.finish(),
        };
        if let Some(Value::Object(error)) = self.error {
            is_complete = true;
            body.extend(error);
        }
        Streamed { response: response(Value::Object(body)), is_complete, is_truncated: self.budget.is_exceeded() || self.skipped_events }
    }
}

/// Tells whether the event brought content.
fn take_event(text: &str, assembly: &mut Assembly, error: &mut Option<Value>, budget: &mut Budget, skipped: &mut bool) -> bool {
    let text = text.trim();
    if text == "[DONE]" {
        if let Assembly::Chat(chat) = assembly {
            chat.end();
        }
        return false;
    }
    if count_json_values(text.as_bytes()) > MAX_EVENT_VALUES {
        *skipped = true;
        return false;
    }
    // Some servers send words of their own between the events.
    let Ok(Value::Object(event)) = serde_json::from_str::<Value>(text) else { return false };
    if is_failure(&event) {
        let fields = event.into_iter().filter(|(name, _)| matches!(name.as_str(), "error" | "type" | "message" | "code" | "param"));
        *error = Some(Value::Object(fields.collect()));
        return false;
    }
    if matches!(assembly, Assembly::Unknown) {
        *assembly = Assembly::of(&event);
    }
    match assembly {
        Assembly::Unknown => false,
        Assembly::Chat(chat) => chat.take(event, budget),
        Assembly::Messages(messages) => messages.take(event, budget),
        Assembly::Responses(responses) => responses.take(event, text.len(), budget),
        Assembly::Gemini(gemini) => gemini.take(event, budget),
    }
}

/// An event that says only that the call failed.
fn is_failure(event: &Object) -> bool {
    let kind = event.get("type").and_then(Value::as_str);
    kind == Some("error") || kind.is_none() && event.get("error").is_some_and(|error| error.is_object() || error.is_string())
}

impl Assembly {
    fn of(event: &Object) -> Self {
        match event.get("type").and_then(Value::as_str) {
            Some(kind) if kind.starts_with("response.") => Self::Responses(responses::Responses::default()),
            Some(kind) if kind.starts_with("message_") || kind.starts_with("content_block_") => {
                Self::Messages(messages::Messages::default())
            }
            _ if event.contains_key("choices") => Self::Chat(chat::Chat::default()),
            _ if ["candidates", "usageMetadata", "promptFeedback"].iter().any(|name| event.contains_key(*name)) => {
                Self::Gemini(gemini::Gemini::default())
            }
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
