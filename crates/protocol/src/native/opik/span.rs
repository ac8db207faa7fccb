//! A span: a step of a trace.

use super::{
    NAMES,
    fields::Fields,
    observation::{Ids, begin},
    span_id, trace_id,
};
use crate::{
    IngestContext, RowError,
    native::{SpanReport, io, json::text_of},
    provider,
    provider_name::provider_name,
};
use model::telemetry::{Span, SpanKind};
use serde_json::{Map, Value};
use std::net::IpAddr;

/// Before these keys of `usage` stands what the provider itself reported.
const ORIGINAL: &str = "original_usage.";
/// Parameters of calls, which the integrations put among the metadata.
const PARAMETERS: [&str; 22] = [
    "temperature",
    "top_p",
    "top_k",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "n",
    "seed",
    "stop",
    "stop_sequences",
    "stream",
    "stream_options",
    "frequency_penalty",
    "presence_penalty",
    "logit_bias",
    "logprobs",
    "response_format",
    "reasoning",
    "reasoning_effort",
    "parallel_tool_calls",
    "tool_choice",
    "service_tier",
];

pub(super) fn read(mut fields: Fields, changed: Option<&str>, context: &IngestContext) -> Result<SpanReport, RowError> {
    let native = match changed {
        Some(id) => id.to_lowercase(),
        None => fields.required_id("id")?,
    };
    let trace_native = fields.required_id("trace_id")?;
    let trace = trace_id(&trace_native);
    let parent = fields.id("parent_span_id")?;
    let mut report = begin(&mut fields, Ids { trace, span: span_id(&native), native }, context)?;
    let span = &mut report.span;
    // An update need not repeat the parent: without one it says nothing of it.
    span.parent_span_id = match parent {
        Some(parent) => Some(span_id(&parent)),
        None => changed.is_none().then(|| span_id(&trace_native)),
    };
    read_type(span, &mut fields);
    read_model(span, &mut fields);
    read_usage(span, &mut fields);
    span.cost.reported_usd = fields.usd("total_estimated_cost").or(span.cost.reported_usd);
    io::read(span, NAMES, fields.take("input"), fields.take("output"), None);
    // A report that does not say what the span is must not overrule one that does.
    span.billed = span.kind.is_request() || span.kind == SpanKind::Other;
    fields.into_rest(&mut span.payload.attributes);
    Ok(report)
}

fn read_type(span: &mut Span, fields: &mut Fields) {
    span.kind = match fields.text("type").as_deref() {
        Some("llm") => SpanKind::Llm,
        Some("tool") => SpanKind::Tool,
        Some("guardrail") => SpanKind::Guardrail,
        Some(_) => SpanKind::Chain,
        None => SpanKind::Other,
    };
    if span.kind == SpanKind::Tool && !span.name.is_empty() {
        span.tool = Some(span.name.clone());
    }
}

/// The model of an answer where there is one, else the one that was asked for.
fn read_model(span: &mut Span, fields: &mut Fields) {
    let metadata = &mut span.payload.metadata;
    let is_integration = metadata.contains_key("created_from");
    let mut take = |name: &str| metadata.remove(name).as_ref().and_then(text_of);
    if is_integration {
        span.response_id = take("id");
        let created_from = metadata.get("created_from").and_then(text_of);
        for name in PARAMETERS {
            if let Some(value) = metadata.remove(name) {
                span.payload.model_parameters.insert(name.to_owned(), value);
            }
        }
        span.payload.tools = metadata.remove("tools");
        span.provider = created_from.filter(|_| span.kind == SpanKind::Llm).map(|name| provider_name(&name));
    }
    if let Some(model) = fields.text("model") {
        if span.payload.metadata.get("model").and_then(Value::as_str) == Some(&model) {
            span.payload.metadata.remove("model");
        }
        let slot = if span.response_id.is_some() { &mut span.response_model } else { &mut span.request_model };
        *slot = Some(model);
    }
    match fields.text("provider") {
        // With an address of its own, the OpenAI client's provider is the host.
        Some(host) if is_host(&host) => drop(span.payload.attributes.insert("server.address".to_owned(), Value::String(host))),
        Some(name) => span.provider = Some(provider_name(&name)),
        None => {}
    }
}

fn is_host(name: &str) -> bool {
    name.parse::<IpAddr>().is_ok() || name == "localhost" || name.contains('.') || name.contains(':')
}

/// What the provider reported goes before what Opik makes of it; metadata that repeats it is not said twice.
fn read_usage(span: &mut Span, fields: &mut Fields) {
    let Some(usage) = fields.object("usage") else { return };
    let original: Map<String, Value> =
        usage.iter().filter_map(|(name, value)| Some((name.strip_prefix(ORIGINAL)?.to_owned(), value.clone()))).collect();
    let known = [original, usage.clone()]
        .into_iter()
        .filter(|counts| !counts.is_empty())
        .find_map(|counts| provider::usage(&Value::Object(counts)));
    match known {
        Some(known) => {
            known.fill(span);
            span.payload.metadata.remove("usage");
        }
        None => drop(span.payload.attributes.insert("opik.usage".to_owned(), Value::Object(usage))),
    }
}
