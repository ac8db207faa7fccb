//! Whose call it was: `telemetry.metadata` of versions 5 and 6, the runtime context of version 7. Their keys are the application's choice.

use super::super::Draft;
use model::telemetry::Attributes;
use serde_json::Value;

const PREFIXES: [&str; 2] = ["ai.telemetry.metadata.", "ai.settings.context."];
const SESSION: [&str; 9] =
    ["sessionId", "session_id", "session.id", "threadId", "thread_id", "conversationId", "conversation_id", "chatId", "chat_id"];
const USER: [&str; 3] = ["userId", "user_id", "user.id"];
/// Headers of the request to the provider whose values are secrets.
const SECRET_HEADERS: [&str; 6] = ["authorization", "x-api-key", "api-key", "x-goog-api-key", "proxy-authorization", "cookie"];
const HEADER_PREFIX: &str = "ai.request.headers.";

pub(super) fn read(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    let mut context = Attributes::new();
    PREFIXES.iter().for_each(|prefix| attributes.take_prefixed(prefix, &mut context));
    take_text(&mut context, &SESSION, &mut span.session_id);
    take_text(&mut context, &USER, &mut span.user_id);
    if span.tags.is_empty()
        && let Some(tags) = context.get("tags").and_then(tags)
    {
        span.tags = tags;
        context.remove("tags");
    }
    for (name, value) in context {
        span.payload.metadata.entry(name).or_insert(value);
    }
    for name in SECRET_HEADERS {
        attributes.take(&format!("{HEADER_PREFIX}{name}"));
    }
}

/// The first of several names. Others, which may mean something else, stay.
fn take_text(context: &mut Attributes, names: &[&str], slot: &mut Option<String>) {
    let found = names.iter().find(|name| context.get(**name).is_some_and(|value| value.is_string() || value.is_number()));
    if slot.is_none()
        && let Some(value) = found.and_then(|name| context.remove(*name))
    {
        *slot = Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
}

/// A list of texts, or texts with commas between them.
fn tags(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        Value::String(text) => Some(text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()),
        _ => None,
    }
}
