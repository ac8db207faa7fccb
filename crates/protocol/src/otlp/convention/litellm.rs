//! LiteLLM's callbacks: GenAI attributes (`otel`) or OpenInference's (`arize_phoenix`, `langfuse_otel`), with names of its own, metadata
//! that is mostly empty, Python's way of writing dictionaries, and a second span per call with the provider's raw fields.

use super::{Convention, Draft, openinference};
use crate::{
    ids::uuid_bytes,
    messages::parse_or_text,
    native::litellm::{is_empty, kind_of_call},
    otlp::resource::ResourceFacts,
    provider::{self, ProviderUsage, repr},
    provider_name::provider_name,
};
use model::telemetry::{Attributes, SpanKind, Status};
use serde_json::Value;

const NAME: &str = "litellm";
const USAGE: &str = "metadata.usage_object";

pub(super) struct LiteLlm;

impl Convention for LiteLlm {
    fn name(&self) -> &'static str {
        NAME
    }

    fn recognises(&self, draft: &Draft) -> bool {
        let is_of_scope = draft.span.payload.attributes.get("otel.scope.name").is_some_and(|scope| scope == "litellm");
        is_of_scope || draft.attributes.any_key(|name| name.starts_with(b"litellm."))
    }

    fn read(&self, draft: &mut Draft, _facts: &ResourceFacts) {
        const NOTHING: [&str; 5] = ["None", "[]", "{}", "()", "null"];
        draft.attributes.drop_empty(|name| name.starts_with(b"metadata.") || name.starts_with(b"litellm.metadata."), &NOTHING);
        draft.attributes.drop_empty(|name| name.starts_with(b"llm."), &[]);
        if is_raw_copy(draft) {
            // The call is told by its parent. This is the same once more.
            draft.span.kind = SpanKind::Other;
            draft.span.billed = false;
            return;
        }
        super::metadata::read(draft);
        draft.span.payload.metadata.retain(|_, value| !is_empty(value));
        read_identity(draft);
        read_usage(draft);
        read_error(draft);
        read_vectors(draft);
    }
}

/// Embeddings as Python prints them: one attribute each, and the first one again as the output.
fn read_vectors(draft: &mut Draft) {
    let mut written = Attributes::new();
    draft.attributes.take_prefixed("embedding.vector.", &mut written);
    let vectors: Vec<Value> = written.values().filter_map(|text| Some(parse_or_text(text.as_str()?))).collect();
    if vectors.is_empty() {
        return;
    }
    draft.attributes.take("output.value");
    openinference::keep_vectors(&mut draft.span, vectors);
}

/// Raw fields of the provider (`llm.openai.messages`) and none of those of a call.
fn is_raw_copy(draft: &Draft) -> bool {
    const OF_CALLS: [&str; 4] = ["gen_ai.request.model", "gen_ai.operation.name", "openinference.span.kind", "litellm.call_id"];
    !OF_CALLS.iter().any(|name| draft.attributes.contains(name)) && draft.attributes.any_key(|name| name.starts_with(b"llm."))
}

/// The provider's own counts, of which the attributes repeat only the sums. They are an attribute, or in the metadata.
fn read_usage(draft: &mut Draft) {
    if !draft.span.usage.is_unknown() {
        return;
    }
    let told = |usage: &ProviderUsage| !usage.usage.is_unknown();
    if let Some(usage) = draft.attributes.text(USAGE).and_then(|text| provider::usage_from_text(&text)).filter(told) {
        usage.fill(&mut draft.span);
        draft.attributes.take(USAGE);
    } else if let Some(usage) = draft.span.payload.metadata.get("usage_object").and_then(provider::usage).filter(told) {
        usage.fill(&mut draft.span);
        draft.span.payload.metadata.remove("usage_object");
    }
}

fn read_identity(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    attributes.fill_text(&mut span.user_id, &["user.id", "llm.user"]);
    attributes.fill_text(&mut span.session_id, &["session.id"]);
    // Applications give the id of their session for that of a trace.
    if span.session_id.is_none() {
        span.session_id = attributes.text("litellm.trace_id").filter(|id| uuid_bytes(id).is_none());
    }
    attributes.fill_text(&mut span.request_model, &["gen_ai.request.model", "llm.model_name"]);
    attributes.fill_text(&mut span.response_model, &["llm.response.model"]);
    // The type of the call, under two names.
    attributes.fill_text(&mut span.operation, &["gen_ai.operation.name", "llm.request.type"]);
    if span.kind == SpanKind::Other {
        span.kind = span.operation.as_deref().map_or(SpanKind::Other, kind_of_call);
    }
    // `openai/gpt-4o`: where nothing else says who answered.
    if span.provider.is_none()
        && !attributes.contains("gen_ai.system")
        && !attributes.contains("gen_ai.provider.name")
        && let Some((provider, _)) = attributes.text("litellm.provider.model").as_deref().and_then(|model| model.split_once('/'))
    {
        span.provider = Some(provider_name(provider));
    }
    // A call that no provider answered gets LiteLLM's own id.
    let call_id = attributes.text("litellm.call_id");
    for name in ["gen_ai.response.id", "llm.response.id"] {
        let id = attributes.take_text(name).filter(|id| Some(id) != call_id.as_ref());
        span.response_id = span.response_id.take().or(id);
    }
    for (from, to) in [("llm.request.temperature", "temperature"), ("llm.request.max_tokens", "max_tokens"), ("llm.request.top_p", "top_p")]
    {
        if let Some(value) = attributes.take_json(from) {
            span.payload.model_parameters.entry(to.to_owned()).or_insert(value);
        }
    }
    if let Some(is_streaming) = attributes.take_text("llm.is_streaming") {
        let is_streaming = is_streaming.eq_ignore_ascii_case("true");
        span.payload.model_parameters.entry("stream".to_owned()).or_insert(Value::Bool(is_streaming));
    }
    super::timing::reported_cost(draft, &["llm.response.cost", "llm.cost.total", "gen_ai.cost.total_cost", "litellm.cost.total_cost"]);
    let cache_hit = draft.attributes.take_checked("litellm.cache_hit", truth).ok().flatten();
    if cache_hit == Some(true) {
        // Answered from LiteLLM's own cache: nothing was bought.
        draft.span.billed = false;
        draft.span.note("served_from_gateway_cache");
    }
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) => match repr::value(text) {
            Some(Value::Bool(value)) => Some(value),
            _ => text.parse().ok(),
        },
        _ => None,
    }
}

/// The message has an attribute of its own, and a failed call costs and counts nothing.
fn read_error(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    attributes.fill_text(&mut span.error_message, &["error.message"]);
    if span.status == Status::Error && span.cost.reported_usd.is_some_and(|amount| amount == model::Money::ZERO) {
        span.cost.reported_usd = None;
    }
}
