//! LangSmith's OTel mode: its runs as spans. Inputs and outputs are whole, as JSON in `gen_ai.prompt` and `gen_ai.completion`; what kind of
//! work it is, `langsmith.span.kind` says, not the operation (retrievers call themselves embeddings); error types are in the text.

use super::{Convention, Draft, counts::count};
use crate::{
    json_bounds::is_too_deep,
    messages::parse_or_text,
    native::{
        io::{self, Names},
        langsmith::{PROJECT_ATTRIBUTE, error, extra},
    },
    otlp::resource::ResourceFacts,
    provider,
    provider_name::provider_name,
    secrets::{SECRET_REMOVED, remove_secrets},
};
use model::telemetry::{Attributes, Span, SpanKind, Status};
use serde_json::{Map, Value, json};

const NAMES: Names = Names { input: "gen_ai.prompt", output: "gen_ai.completion" };

pub(super) struct LangSmith;

impl Convention for LangSmith {
    fn name(&self) -> &'static str {
        "langsmith"
    }

    fn recognises(&self, draft: &Draft) -> bool {
        draft.attributes.any_key(|name| name.starts_with(b"langsmith."))
    }

    fn read(&self, draft: &mut Draft, _facts: &ResourceFacts) {
        read_kind(draft);
        read_metadata(draft);
        read_labels(draft);
        read_usage(draft);
        read_payload(draft);
        drop_repeated(draft);
        read_error(draft);
        draft.span.billed = draft.span.kind.is_request() || draft.span.kind == SpanKind::Other;
    }
}

fn read_kind(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    let Some(run_type) = attributes.take_text("langsmith.span.kind") else { return };
    if span.kind == SpanKind::Other {
        span.kind = extra::kind_of(&run_type);
    }
    // Of other kinds, provider and operation are what the exporter puts there for want of better.
    if !matches!(span.kind, SpanKind::Llm | SpanKind::Embedding) {
        attributes.take("gen_ai.system");
        attributes.take("gen_ai.operation.name");
    }
    match span.kind {
        SpanKind::Tool => attributes.fill_text(&mut span.tool, &["gen_ai.tool.name"]),
        SpanKind::Other => span.operation = Some(run_type),
        _ => {}
    }
}

fn read_metadata(draft: &mut Draft) {
    let mut metadata = Attributes::new();
    draft.attributes.take_prefixed("langsmith.metadata.", &mut metadata);
    // Lists and objects come as JSON text.
    let mut metadata: Map<String, Value> = metadata.into_iter().map(|(name, value)| (name, parsed(value))).collect();
    if remove_secrets(&mut metadata) {
        draft.span.note(SECRET_REMOVED);
    }
    extra::read_metadata(&mut draft.span, metadata);
    if let Some(Value::Object(mut headers)) = draft.attributes.take_json("langsmith.request.headers").map(parsed) {
        if remove_secrets(&mut headers) {
            draft.span.note(SECRET_REMOVED);
        }
        draft.span.payload.attributes.insert("langsmith.request.headers".to_owned(), Value::Object(headers));
    }
}

fn parsed(value: Value) -> Value {
    match value {
        Value::String(text) => parse_or_text(&text),
        other => other,
    }
}

fn read_labels(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    if span.tags.is_empty()
        && let Some(tags) = attributes.take_text("langsmith.span.tags")
    {
        span.tags = tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    }
    if let Some(project) = attributes.take_text("langsmith.trace.session_name") {
        span.payload.attributes.insert(PROJECT_ATTRIBUTE.to_owned(), Value::String(project));
    }
    for name in ["langsmith.trace.name", "gen_ai.serialized.name"] {
        if attributes.text(name).as_ref() == Some(&span.name) {
            attributes.take(name);
        }
    }
}

/// The counts of the metadata go first; those beside them are the same, with details as Python prints them.
fn read_usage(draft: &mut Draft) {
    let counts = [
        ("input_tokens", count(draft, &["gen_ai.usage.input_tokens"])),
        ("output_tokens", count(draft, &["gen_ai.usage.output_tokens"])),
        ("total_tokens", count(draft, &["gen_ai.usage.total_tokens"])),
    ];
    let mut usage: Map<String, Value> = counts.iter().filter_map(|(name, count)| Some(((*name).to_owned(), json!((*count)?)))).collect();
    for name in ["input_token_details", "output_token_details"] {
        let text = draft.attributes.take_text(&format!("gen_ai.usage.{name}"));
        let details = text.and_then(|text| provider::repr::value(&text).filter(Value::is_object));
        usage.extend(details.map(|details| (name.to_owned(), details)));
    }
    if let Some(known) = provider::usage(&Value::Object(usage)) {
        known.fill(&mut draft.span);
    }
}

fn read_payload(draft: &mut Draft) {
    let call_id = draft.attributes.take_text("gen_ai.tool.call.id");
    let Draft { span, attributes, .. } = draft;
    let mut take = |name: &str, is_known: bool| {
        let text = attributes.text(name).filter(|_| !is_known)?;
        let value = serde_json::from_str::<Value>(&text).ok().filter(|value| value.is_object() && !is_too_deep(value))?;
        attributes.take(name);
        Some((text, value))
    };
    let input = take(NAMES.input, span.payload.input.is_some());
    let output = take(NAMES.output, span.payload.output.is_some());
    let (input_text, input) = input.unzip();
    let (output_text, output) = output.unzip();
    io::read(span, NAMES, input.clone(), output.clone(), call_id);
    keep_text(span, NAMES.input, input_text, input);
    keep_text(span, NAMES.output, output_text, output);
}

/// The text is the original where the messages do not say all of it, or it is not written as we would write it.
fn keep_text(span: &mut Span, name: &str, text: Option<String>, value: Option<Value>) {
    let (Some(text), Some(value)) = (text, value) else { return };
    let written = value.to_string();
    if span.payload.originals.contains_key(name) || written != text {
        span.payload.originals.insert(name.to_owned(), Value::String(text));
    }
}

/// What the exporter says beside the whole answer is in the answer already.
fn drop_repeated(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    let known = |name: &str| span.payload.attributes.get(name).cloned();
    let repeated = [
        ("gen_ai.response.service_tier", known("service_tier")),
        ("gen_ai.response.system_fingerprint", known("response.system_fingerprint")),
        ("gen_ai.response.finish_reasons", Some(json!(span.finish_reasons))),
    ];
    for (name, known) in repeated {
        let _ = attributes.take_checked(name, |value| (Some(value) == known.as_ref()).then_some(()));
    }
    if let Some(provider) = &span.provider {
        let _ = attributes.take_checked("gen_ai.system", |value| (provider_name(value.as_str()?) == *provider).then_some(()));
    }
}

/// The exception's type is always `Exception`; its message is the whole error.
fn read_error(draft: &mut Draft) {
    let Draft { span, events, .. } = draft;
    let text = events.iter().rev().find(|event| event.name == "exception").and_then(|event| event.attributes.text("exception.message"));
    if let Some(text) = text
        && span.error_message.is_none()
    {
        let error = error::read(&text);
        span.status = Status::Error;
        span.error_type = span.error_type.take().or(error.kind);
        span.error_message = Some(error.message);
    }
}
