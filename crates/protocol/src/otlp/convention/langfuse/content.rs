//! Input, output and metadata. Values are JSON or plain text: text that is no list and no object is the text itself.

use super::super::Draft;
use crate::{
    langfuse::{self, content},
    messages::{parse_or_text, regenerate},
    otlp::{attributes::AttributeSet, resource::ResourceFacts},
};
use model::telemetry::{Span, SpanKind};
use serde_json::Value;

pub(super) fn read(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    read_input(span, attributes, "langfuse.observation.input");
    read_output(span, attributes, "langfuse.observation.output");
}

/// What a trace as a whole was given and gave. Where an observation says it of itself, the trace's stay attributes.
pub(super) fn read_trace_io(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    read_input(span, attributes, "langfuse.trace.input");
    read_output(span, attributes, "langfuse.trace.output");
}

fn read_input(span: &mut Span, attributes: &mut AttributeSet, name: &str) {
    if span.payload.input.is_some() {
        return;
    }
    let Some(text) = attributes.take_text(name) else { return };
    let content::Input { messages, system, tools, parameters } = content::input_of(span.kind, &span.name, parse_or_text(&text));
    span.payload.originals.insert(name.to_owned(), regenerate::original_of_messages(&messages, &text));
    span.payload.input = Some(messages);
    span.payload.tools = span.payload.tools.take().or(tools);
    if span.payload.system.is_none() && !system.is_empty() {
        span.payload.system = Some(system);
    }
    for (name, value) in parameters {
        span.payload.model_parameters.entry(name).or_insert(value);
    }
}

fn read_output(span: &mut Span, attributes: &mut AttributeSet, name: &str) {
    if span.payload.output.is_some() {
        return;
    }
    let Some(text) = attributes.take_text(name) else { return };
    let messages = content::output_of(span.kind, parse_or_text(&text));
    span.payload.originals.insert(name.to_owned(), regenerate::original_of_messages(&messages, &text));
    span.payload.output = Some(messages);
}

/// One attribute per key, or one for all when the application's metadata is no object. A key that is known already stays an attribute.
pub(super) fn read_metadata(draft: &mut Draft, prefix: &str, facts: &ResourceFacts) {
    let Draft { span, attributes, .. } = draft;
    let scope_version = facts.rest.get("otel.scope.version").and_then(Value::as_str);
    let language = facts.sdk.as_deref().and_then(|sdk| sdk.split([' ', '-']).nth(1));
    let older_sdk = langfuse::is_older_sdk(scope_version, language);
    let decode = |value: Value| match value {
        Value::String(text) => langfuse::decoded(text, older_sdk),
        other => other,
    };
    let mut found = model::telemetry::Attributes::new();
    attributes.take_prefixed(&format!("{prefix}."), &mut found);
    match attributes.take_json(prefix).map(decode) {
        Some(Value::Object(fields)) => found.extend(fields),
        Some(other) => drop(found.insert("metadata".to_owned(), other)),
        None => {}
    }
    for (key, value) in found {
        let value = decode(value);
        match span.payload.metadata.get(&key) {
            None => drop(span.payload.metadata.insert(key, value)),
            Some(known) if *known == value => {}
            Some(_) => drop(span.payload.attributes.insert(format!("{prefix}.{key}"), value)),
        }
    }
}

/// The OpenAI drop-in has no better place for why a streamed answer ended.
pub(super) fn read_finish_reason(draft: &mut Draft) {
    const KEY: &str = "finish_reason";
    let span = &mut draft.span;
    if span.kind != SpanKind::Llm || !span.finish_reasons.is_empty() {
        return;
    }
    if let Some(Value::String(reason)) = span.payload.metadata.get(KEY) {
        span.finish_reasons.push(reason.clone());
        span.payload.metadata.remove(KEY);
    }
}

/// An object, as JSON text or as it is. What is something else stays.
pub(super) fn take_object(attributes: &mut AttributeSet, name: &str) -> Option<Value> {
    let object = |value: &Value| match value {
        Value::String(text) => Some(parse_or_text(text)).filter(Value::is_object),
        Value::Object(_) => Some(value.clone()),
        _ => None,
    };
    attributes.take_checked(name, object).ok().flatten()
}
