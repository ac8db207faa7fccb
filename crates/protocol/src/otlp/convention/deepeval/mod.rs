//! DeepEval's OTel mode: `confident.*` attributes, set by hand or written by its integrations beside those of another convention, which
//! then tells messages, models and tokens better.

mod repeated;

pub(super) use repeated::Repeated;

use super::{
    Convention, Draft,
    counts::count,
    metadata::texts,
    payload::{object, said},
};
use crate::{
    messages::parse_or_text,
    native::deepeval::{CONVENTION, read_messages},
    numbers::{self, token_count},
    otlp::{attributes::AttributeSet, resource::ResourceFacts},
    provider_name::provider_name,
    usage::ReportedUsage,
};
use model::telemetry::{Message, Part, Span, SpanKind};
use serde_json::Value;

pub(super) struct DeepEval;

impl Convention for DeepEval {
    fn name(&self) -> &'static str {
        CONVENTION
    }

    fn recognises(&self, draft: &Draft) -> bool {
        is_ours(draft)
    }

    fn read(&self, draft: &mut Draft, facts: &ResourceFacts) {
        let Draft { span, attributes, .. } = draft;
        read_trace(span, attributes, facts);
        read_labels(span, attributes);
        read_prices(span, attributes);
        let is_told_better = attributes.any_key(|name| name.starts_with(b"gen_ai.") || name.starts_with(b"openinference."));
        if !is_told_better {
            read_kind(span, attributes);
            read_model(span, attributes);
            read_usage(draft);
            read_payload(draft);
        }
        read_name(draft);
    }
}

fn is_ours(draft: &Draft) -> bool {
    draft.attributes.any_key(|name| name.starts_with(b"confident."))
}

/// What DeepEval says of the trace on each of its spans.
fn read_trace(span: &mut Span, attributes: &mut AttributeSet, facts: &ResourceFacts) {
    attributes.fill_text(&mut span.session_id, &["confident.trace.thread_id"]);
    attributes.fill_text(&mut span.user_id, &["confident.trace.user_id"]);
    attributes.fill_text(&mut span.environment, &["confident.trace.environment"]);
    if span.environment.is_none() {
        let of_resource = facts.rest.get("resource.confident.trace.environment").and_then(Value::as_str);
        span.environment = of_resource.map(str::to_owned);
    }
    // As in the traces that DeepEval sends by itself.
    attributes.rename("confident.trace.name", "trace.name");
    if span.tags.is_empty()
        && let Ok(Some(tags)) = attributes.take_checked("confident.trace.tags", texts)
    {
        span.tags = tags;
    }
    for name in ["confident.span.metadata", "confident.trace.metadata"] {
        if let Ok(Some(fields)) = attributes.take_checked(name, object) {
            for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_null()) {
                span.payload.metadata.entry(name).or_insert(value);
            }
        }
    }
}

fn read_labels(span: &mut Span, attributes: &mut AttributeSet) {
    attributes.fill_text(&mut span.prompt_name, &["confident.span.prompt_alias"]);
    // A prompt is known by its version where it has one, else by the hash of its commit.
    attributes.fill_text(&mut span.prompt_version, &["confident.span.prompt_version"]);
    if span.prompt_version.is_none() {
        span.prompt_version = attributes.text("confident.span.prompt_commit_hash");
    }
    attributes.fill_text(&mut span.agent, &["confident.agent.name"]);
    attributes.fill_text(&mut span.tool, &["confident.tool.name"]);
    if span.payload.tools.is_none() {
        span.payload.tools = attributes.take_json("confident.agent.available_tools");
    }
}

fn read_kind(span: &mut Span, attributes: &mut AttributeSet) {
    let kind = attributes.take_checked("confident.span.type", |value| {
        Some(match value.as_str()? {
            "llm" => SpanKind::Llm,
            "agent" => SpanKind::Agent,
            "retriever" => SpanKind::Retrieval,
            "tool" => SpanKind::Tool,
            _ => return None,
        })
    });
    if let Ok(Some(kind)) = kind
        && span.kind == SpanKind::Other
    {
        span.kind = kind;
    }
    match span.kind {
        SpanKind::Agent if span.agent.is_none() => span.agent = attributes.text("confident.span.name"),
        SpanKind::Tool if span.tool.is_none() => span.tool = attributes.text("confident.span.name").or_else(|| Some(span.name.clone())),
        _ => {}
    }
}

fn read_model(span: &mut Span, attributes: &mut AttributeSet) {
    attributes.fill_text(&mut span.request_model, &["confident.llm.model"]);
    if span.provider.is_none() {
        span.provider = attributes.take_text("confident.span.provider").map(|name| provider_name(&name));
    }
}

const INPUT_TOKENS: &str = "confident.llm.input_token_count";
const OUTPUT_TOKENS: &str = "confident.llm.output_token_count";

/// The prices and counts stay with the attributes: they say what the amount was made of.
fn read_prices(span: &mut Span, attributes: &mut AttributeSet) {
    let mut units = |counts: &[&str], price: &str| {
        let count = counts.iter().find_map(|name| token_count(&attributes.json(name)?));
        let price = attributes.json(price).as_ref().and_then(numbers::unit_price);
        (count, price)
    };
    let input = units(&[INPUT_TOKENS, "gen_ai.usage.input_tokens", "llm.token_count.prompt"], "confident.llm.cost_per_input_token");
    let output = units(&[OUTPUT_TOKENS, "gen_ai.usage.output_tokens", "llm.token_count.completion"], "confident.llm.cost_per_output_token");
    // Counts without prices are no amount.
    if span.cost.reported_usd.is_none() && (input.1.is_some() || output.1.is_some()) {
        span.cost.reported_usd = numbers::usd_of_units(&[input, output]);
    }
}

fn read_usage(draft: &mut Draft) {
    let reported =
        ReportedUsage { input: count(draft, &[INPUT_TOKENS]), output: count(draft, &[OUTPUT_TOKENS]), ..ReportedUsage::default() };
    if !draft.span.usage.is_unknown() {
        return;
    }
    let split = reported.split();
    split.notes.iter().for_each(|note| draft.span.note(note));
    draft.span.usage = split.usage;
}

fn read_payload(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    // Of a root, what the trace says of itself is as good.
    let names = if span.parent_span_id.is_none() { 2 } else { 1 };
    let mut take = |of_span: &'static str, of_trace: &'static str| {
        [of_span, of_trace].into_iter().take(names).find_map(|name| Some((name, parse_or_text(&attributes.take_text(name)?))))
    };
    let input = take("confident.span.input", "confident.trace.input");
    let output = take("confident.span.output", "confident.trace.output");
    let call = span.tool.clone().unwrap_or_else(|| span.name.clone());
    span.payload.input = input.and_then(|(name, value)| match span.kind {
        SpanKind::Tool => said("assistant", Part::ToolCall { id: None, name: call, arguments: value }),
        _ => words(span, name, value, "user"),
    });
    span.payload.output = output.and_then(|(name, value)| match span.kind {
        SpanKind::Tool | SpanKind::Retrieval => said("tool", Part::ToolResult { id: None, result: value }),
        _ => words(span, name, value, "assistant"),
    });
}

fn words(span: &mut Span, name: &str, value: Value, role: &str) -> Option<Vec<Message>> {
    let read = read_messages(value, role)?;
    if let Some(original) = read.original {
        span.payload.originals.insert(name.to_owned(), original);
    }
    Some(read.messages)
}

/// The name that the user gave takes the place of the tracer's.
fn read_name(draft: &mut Draft) {
    if let Some(name) = draft.attributes.take_text("confident.span.name") {
        draft.span.name = name;
    }
}
