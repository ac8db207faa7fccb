//! MLflow Tracing, exported as OTLP. Every attribute is JSON in text; a model call holds the provider's request and answer whole, its
//! arguments a second time as attributes of their own, and each chunk of a stream as an event.

mod chunks;
mod usage;

use super::{Convention, Draft};
use crate::{
    json_bounds::is_too_deep,
    native::io::{self, Names},
    numbers::usd,
    otlp::{attributes::AttributeSet, resource::ResourceFacts},
    provider_name::provider_name,
};
use model::telemetry::{Span, SpanKind};
use serde_json::Value;

const NAME: &str = crate::native::mlflow::CONVENTION;
const INPUTS: &str = "mlflow.spanInputs";
const OUTPUTS: &str = "mlflow.spanOutputs";
const NAMES: Names = Names { input: INPUTS, output: OUTPUTS };
/// Message formats that are a provider's own.
const PROVIDER_FORMATS: [&str; 6] = ["openai", "anthropic", "gemini", "bedrock", "mistral", "groq"];
const TAG_PREFIX: &str = "mlflow.traceTag.";

pub(super) struct Mlflow;

impl Convention for Mlflow {
    fn name(&self) -> &'static str {
        NAME
    }

    fn recognises(&self, draft: &Draft) -> bool {
        draft.attributes.any_key(|name| name.starts_with(b"mlflow."))
    }

    fn read(&self, draft: &mut Draft, _facts: &ResourceFacts) {
        let Draft { span, attributes, .. } = draft;
        let kind = take_text(attributes, "mlflow.spanType");
        if span.kind == SpanKind::Other {
            span.kind = kind.as_deref().map(kind_of).unwrap_or_default();
        }
        read_names(span, attributes);
        let told = usage::take(attributes);
        let (inputs, outputs) = (take(attributes, INPUTS), take(attributes, OUTPUTS));
        drop_repeated_arguments(attributes, inputs.as_ref());
        io::read(span, NAMES, inputs, outputs, None);
        if span.kind == SpanKind::Embedding {
            // Vectors say nothing to a reader; their number and length are kept.
            span.payload.originals.remove(OUTPUTS);
        }
        chunks::read(draft);
        usage::read(draft, told);
        read_rest(draft);
    }
}

fn kind_of(kind: &str) -> SpanKind {
    match kind {
        "LLM" | "CHAT_MODEL" => SpanKind::Llm,
        "EMBEDDING" => SpanKind::Embedding,
        "RERANKER" => SpanKind::Reranker,
        "RETRIEVER" => SpanKind::Retrieval,
        "TOOL" => SpanKind::Tool,
        "AGENT" => SpanKind::Agent,
        "WORKFLOW" => SpanKind::Workflow,
        "GUARDRAIL" => SpanKind::Guardrail,
        "EVALUATOR" => SpanKind::Evaluator,
        "CHAIN" | "PARSER" | "TASK" | "MEMORY" => SpanKind::Chain,
        _ => SpanKind::Other,
    }
}

fn read_names(span: &mut Span, attributes: &mut AttributeSet) {
    let function = take_text(attributes, "mlflow.spanFunctionName");
    match span.kind {
        SpanKind::Tool => span.tool = span.tool.take().or(function),
        SpanKind::Agent => span.agent = span.agent.take().or(function),
        // Decorated functions give spans their name.
        _ => span.payload.attributes.extend(
            function.filter(|function| *function != span.name).map(|function| ("mlflow.spanFunctionName".to_owned(), function.into())),
        ),
    }
    let model = take_text(attributes, "mlflow.llm.model");
    span.response_model = span.response_model.take().or(model);
    let provider = take_text(attributes, "mlflow.llm.provider");
    // Whose client library was called; frameworks have formats of their own.
    let format = take_text(attributes, "mlflow.message.format");
    let of_format = format.clone().filter(|format| span.kind.is_request() && PROVIDER_FORMATS.contains(&format.as_str()));
    span.provider = span.provider.take().or(provider.or(of_format).map(|name| provider_name(&name)));
    span.payload.attributes.extend(format.map(|format| ("mlflow.message.format".to_owned(), format.into())));
    // The trace's id is this one, written differently.
    attributes.take("mlflow.traceRequestId");
    if span.tags.is_empty() {
        let mut tags = model::telemetry::Attributes::new();
        attributes.take_prefixed(TAG_PREFIX, &mut tags);
        span.payload.metadata.extend(tags.into_iter().map(|(name, value)| (name, from_json_text(value))));
    }
}

/// The client's tool definitions, format and cost; and what has no field, as the JSON that it is.
fn read_rest(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    let tools = take(attributes, "mlflow.chat.tools");
    span.payload.tools = span.payload.tools.take().or(tools);
    let cost = take(attributes, "mlflow.llm.cost").and_then(|cost| usd(cost.get("total_cost")?));
    span.cost.reported_usd = span.cost.reported_usd.or(cost);
    let mut rest = model::telemetry::Attributes::new();
    attributes.take_prefixed("mlflow.", &mut rest);
    span.payload.attributes.extend(rest.into_iter().map(|(name, value)| (format!("mlflow.{name}"), from_json_text(value))));
}

/// Arguments of a traced call stand in its inputs already.
fn drop_repeated_arguments(attributes: &mut AttributeSet, inputs: Option<&Value>) {
    let Some(Value::Object(inputs)) = inputs else { return };
    for (name, value) in inputs {
        let repeated = |told: &Value| match told {
            Value::String(text) => (serde_json::from_str::<Value>(text).ok().as_ref() == Some(value) || value == told).then_some(()),
            other => (other == value).then_some(()),
        };
        let _ = attributes.take_checked(name, repeated);
    }
}

/// Takes a value that is JSON in text.
fn take(attributes: &mut AttributeSet, name: &str) -> Option<Value> {
    Some(from_json_text(attributes.take_json(name)?)).filter(|value| !value.is_null())
}

fn take_text(attributes: &mut AttributeSet, name: &str) -> Option<String> {
    match take(attributes, name)? {
        Value::String(text) if !text.is_empty() => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn from_json_text(value: Value) -> Value {
    match value {
        Value::String(text) => match serde_json::from_str::<Value>(&text) {
            Ok(parsed) if !is_too_deep(&parsed) => parsed,
            _ => Value::String(text),
        },
        other => other,
    }
}
