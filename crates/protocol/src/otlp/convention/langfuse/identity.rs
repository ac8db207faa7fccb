//! What an observation is, which model and prompt it used, how it ended, and whose it is.

use super::super::Draft;
use crate::{langfuse, otlp::resource::ResourceFacts};
use model::telemetry::{SpanKind, Status};
use serde_json::Value;

const MODEL: &str = "langfuse.observation.model.name";

pub(super) fn read_kind(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    // That it is an event, no kind of span says.
    let kind = |value: &Value| value.as_str().filter(|text| !langfuse::is_event(text)).and_then(langfuse::kind_of);
    if let Ok(Some(kind)) = attributes.take_checked(langfuse::TYPE, kind)
        && span.kind == SpanKind::Other
    {
        span.kind = kind;
    }
    match span.kind {
        SpanKind::Tool if span.tool.is_none() => span.tool = Some(span.name.clone()),
        SpanKind::Agent if span.agent.is_none() => span.agent = Some(span.name.clone()),
        _ => {}
    }
    let mut name = Some(span.name.clone());
    attributes.fill_text(&mut name, &["langfuse.generation.name"]);
}

/// One attribute holds the model that was asked for until an answer says which one it was.
pub(super) fn read_model(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    let was_answered = attributes.contains("langfuse.observation.output") || attributes.contains("langfuse.observation.usage_details");
    let slot = if was_answered { &mut span.response_model } else { &mut span.request_model };
    attributes.fill_text(slot, &[MODEL]);
    attributes.fill_text(&mut span.prompt_name, &["langfuse.observation.prompt.name"]);
    attributes.fill_text(&mut span.prompt_version, &["langfuse.observation.prompt.version"]);
    if let Some(Value::Object(parameters)) = super::content::take_object(attributes, "langfuse.observation.model.parameters") {
        for (name, value) in parameters.into_iter().filter(|(name, value)| langfuse::is_told(name, value)) {
            span.payload.model_parameters.entry(name).or_insert(value);
        }
    }
}

/// An error says what went wrong. Other levels stay attributes, with their message.
pub(super) fn read_level(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    match attributes.text(langfuse::LEVEL).as_deref() {
        Some("ERROR") => {
            attributes.take(langfuse::LEVEL);
            span.status = Status::Error;
            attributes.fill_text(&mut span.error_message, &[langfuse::STATUS_MESSAGE]);
        }
        Some("DEFAULT") => drop(attributes.take(langfuse::LEVEL)),
        _ => {}
    }
}

pub(super) fn read_trace(draft: &mut Draft, facts: &ResourceFacts) {
    let Draft { span, attributes, .. } = draft;
    attributes.fill_text(&mut span.session_id, &["session.id", "langfuse.session.id"]);
    attributes.fill_text(&mut span.user_id, &["user.id", "langfuse.user.id"]);
    attributes.fill_text(&mut span.environment, &["langfuse.environment"]);
    attributes.fill_text(&mut span.release, &["langfuse.release", "langfuse.trace.release"]);
    attributes.fill_text(&mut span.prompt_name, &["langfuse.observation.prompt.name"]);
    attributes.fill_text(&mut span.prompt_version, &["langfuse.observation.prompt.version"]);
    // Half of a credential.
    span.payload.attributes.remove("otel.scope.public_key");
    // The SDKs say environment and release on the resource too.
    for (slot, name) in [(&mut span.environment, "resource.langfuse.environment"), (&mut span.release, "resource.langfuse.release")] {
        let Some(Value::String(of_resource)) = facts.rest.get(name) else { continue };
        let known = slot.get_or_insert_with(|| of_resource.clone());
        if known == of_resource {
            span.payload.attributes.remove(name);
        }
    }
    if let Ok(Some(tags)) = attributes.take_checked("langfuse.trace.tags", tags) {
        span.tags.extend(tags.into_iter().filter(|tag| !span.tags.contains(tag)).collect::<Vec<_>>());
    }
}

/// A list, or a list as JSON text.
fn tags(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        Value::String(text) => tags(&serde_json::from_str::<Value>(text).ok().filter(Value::is_array)?),
        _ => None,
    }
}
