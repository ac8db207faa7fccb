//! Log records with the content of a span that another record or the span itself reports: `gen_ai.client.inference.operation.details`,
//! and the older events of one message each. They fill the span's messages and say nothing else about it: what kind of span it is, and
//! what it cost, is for the span to say.

use crate::{
    messages::{
        conversation, conversation_from_value, instructions, instructions_from_value, message_from_chat, parse_or_text, text_message,
    },
    native::SpanReport,
};
use model::{
    SpanId, TraceId,
    telemetry::{LogRecord, Message, Source, Span},
};
use serde_json::{Map, Value};

const DETAILS: &str = "gen_ai.client.inference.operation.details";
const CHOICE: &str = "gen_ai.choice";
/// The name of a span as long as only its content is known.
const NOT_RECEIVED: &str = "(span not received, only its content in log records)";

/// What was said, by the span it was said in.
#[derive(Default)]
pub(super) struct Contents {
    spans: Vec<Span>,
    places: std::collections::HashMap<(TraceId, SpanId), usize>,
}

impl Contents {
    /// Takes in the content of a record, if it has any and names a span.
    pub(super) fn take(&mut self, log: &LogRecord) {
        let Some(event) = log.attributes.get("event.name").and_then(Value::as_str).filter(|event| event.starts_with("gen_ai.")) else {
            return;
        };
        let (Some(trace), Some(id)) = (log.trace_id, log.span_id) else { return };
        let read: fn(&LogRecord, &mut Span) = match event {
            DETAILS => read_details,
            CHOICE => read_choice,
            "gen_ai.system.message" | "gen_ai.user.message" | "gen_ai.assistant.message" | "gen_ai.tool.message" => read_message,
            _ => return,
        };
        let place = *self.places.entry((trace, id)).or_insert_with(|| {
            let mut span = Span::new(trace, id, "", log.timestamp);
            span.ingest_time = log.ingest_time;
            span.session_id.clone_from(&log.session_id);
            span.user_id.clone_from(&log.user_id);
            span.service.clone_from(&log.service);
            span.source = Source { convention: "otel_genai".to_owned(), sdk: None };
            self.spans.push(span);
            self.spans.len() - 1
        });
        read(log, &mut self.spans[place]);
    }

    pub(super) fn into_reports(self) -> Vec<SpanReport> {
        let said = |span: &Span| span.payload.input.is_some() || span.payload.output.is_some() || span.payload.system.is_some();
        self.spans.into_iter().filter(said).map(|span| SpanReport::content_of_elsewhere(span, NOT_RECEIVED)).collect()
    }
}

/// Everything in one record, under the names of the span's attributes.
pub(super) fn read_details(log: &LogRecord, span: &mut Span) {
    let messages = |name: &str, role: &str| match log.attributes.get(name)? {
        Value::String(text) => Some(conversation(text, role)),
        Value::Null => None,
        value => Some(conversation_from_value(value.clone(), role)),
    };
    let payload = &mut span.payload;
    payload.input = messages("gen_ai.input.messages", "user").or_else(|| payload.input.take());
    payload.output = messages("gen_ai.output.messages", "assistant").or_else(|| payload.output.take());
    payload.system = match log.attributes.get("gen_ai.system_instructions") {
        Some(Value::String(text)) => Some(instructions(text)),
        None | Some(Value::Null) => payload.system.take(),
        Some(value) => Some(instructions_from_value(value.clone())),
    };
    payload.tools = match log.attributes.get("gen_ai.tool.definitions") {
        Some(Value::String(text)) => Some(parse_or_text(text)),
        None | Some(Value::Null) => payload.tools.take(),
        Some(value) => Some(value.clone()),
    };
}

/// One message of the conversation before the answer: its fields are the body.
fn read_message(log: &LogRecord, span: &mut Span) {
    let role = log.attributes.get("event.name").and_then(Value::as_str).and_then(|event| event.split('.').nth(1)).unwrap_or("user");
    if let Some(fields) = body(log).filter(says_something) {
        span.payload.input.get_or_insert_default().push(message_from_chat(fields, role));
    }
}

fn read_choice(log: &LogRecord, span: &mut Span) {
    let Some(mut fields) = body(log) else { return };
    let finish_reason = fields.get("finish_reason").and_then(Value::as_str).map(str::to_owned);
    let message: Option<Message> = match fields.remove("message") {
        Some(Value::Object(message)) => Some(message).filter(says_something).map(|message| message_from_chat(message, "assistant")),
        Some(Value::String(text)) => Some(text_message("assistant", text)),
        _ => None,
    };
    if let Some(mut message) = message {
        message.finish_reason = message.finish_reason.or(finish_reason);
        span.payload.output.get_or_insert_default().push(message);
    }
}

/// Without leave to send content, events come with ids only.
fn says_something(fields: &Map<String, Value>) -> bool {
    ["content", "tool_calls", "refusal"].iter().any(|name| fields.get(*name).is_some_and(|value| !value.is_null()))
}

fn body(log: &LogRecord) -> Option<Map<String, Value>> {
    log.attributes.get("body")?.as_object().cloned()
}
