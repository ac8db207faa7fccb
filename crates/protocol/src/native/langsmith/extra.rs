//! What a run says about itself beside its inputs and outputs: `extra` with metadata, parameters and runtime. The OTel mode of the SDK
//! sends the same metadata as attributes.

use crate::{
    native::json::{says_something, take_object, take_text, text_of},
    provider,
    provider_name::provider_name,
    secrets::{SECRET_REMOVED, remove_secrets},
};
use model::telemetry::{Span, SpanKind};
use serde_json::{Map, Value};

/// Names that LangSmith takes for the thread of a conversation, in its order. They stay in the metadata: the name is the user's own.
const SESSION_NAMES: [&str; 3] = ["session_id", "thread_id", "conversation_id"];
/// `ls_…` names that are parameters of the call.
const PARAMETERS: [(&str, &str); 5] =
    [("ls_temperature", "temperature"), ("ls_max_tokens", "max_tokens"), ("ls_stop", "stop"), ("ls_top_p", "top_p"), ("ls_top_k", "top_k")];

/// Reads `extra`, secrets left out.
pub(super) fn read(span: &mut Span, extra: Value) {
    let Value::Object(mut extra) = extra else {
        if !extra.is_null() {
            span.payload.attributes.insert("langsmith.extra".to_owned(), extra);
        }
        return;
    };
    if remove_secrets(&mut extra) {
        span.note(SECRET_REMOVED);
    }
    if let Some(metadata) = take_object(&mut extra, "metadata") {
        read_metadata(span, metadata);
    }
    if let Some(parameters) = take_object(&mut extra, "invocation_params") {
        read_parameters(span, parameters);
    }
    if let Some(runtime) = take_object(&mut extra, "runtime") {
        read_runtime(span, runtime);
    }
    for (name, value) in extra.into_iter().filter(|(_, value)| says_something(value)) {
        span.payload.attributes.insert(format!("langsmith.extra.{name}"), value);
    }
}

/// Reads metadata: what has a field of its own goes there, the rest stays metadata.
pub(crate) fn read_metadata(span: &mut Span, mut metadata: Map<String, Value>) {
    metadata.retain(|_, value| !value.is_null());
    if let Some(name) = take_text(&mut metadata, "ls_provider") {
        span.provider = Some(provider_name(&name));
    }
    fill(&mut span.request_model, &mut metadata, &["ls_model_name"]);
    fill(&mut span.user_id, &mut metadata, &["user_id"]);
    fill(&mut span.agent, &mut metadata, &["lc_agent_name", "ls_agent_name"]);
    fill(&mut span.prompt_name, &mut metadata, &["lc_hub_repo"]);
    fill(&mut span.prompt_version, &mut metadata, &["lc_hub_commit_hash"]);
    fill(&mut span.release, &mut metadata, &["revision_id"]);
    span.session_id = SESSION_NAMES.iter().find_map(|name| text_of(metadata.get(*name)?)).or(span.session_id.take());
    if let Some(kind) = take_text(&mut metadata, "ls_model_type") {
        span.operation = Some(match kind.as_str() {
            "llm" => "text_completion".to_owned(),
            _ => kind,
        });
    }
    for (name, parameter) in PARAMETERS {
        if let Some(value) = metadata.remove(name) {
            span.payload.model_parameters.insert(parameter.to_owned(), value);
        }
    }
    if let Some(parameters) = take_object(&mut metadata, "ls_invocation_params") {
        read_parameters(span, parameters);
    }
    if let Some(counts) = metadata.get("usage_metadata").and_then(provider::usage) {
        counts.fill(span);
        metadata.remove("usage_metadata");
    }
    span.payload.metadata.extend(metadata);
}

/// Parameters of a call, tools among them. What LangChain's metadata repeats of them is not said twice.
fn read_parameters(span: &mut Span, mut parameters: Map<String, Value>) {
    parameters.retain(|_, value| says_something(value));
    for (name, value) in &parameters {
        if span.payload.metadata.get(name) == Some(value) {
            span.payload.metadata.remove(name);
        }
    }
    if let Some(tools) = parameters.remove("tools") {
        span.payload.tools.get_or_insert(tools);
    }
    for name in ["model", "model_name"] {
        match parameters.get(name) {
            Some(Value::String(model)) if span.request_model.as_ref().is_none_or(|known| known == model) => {
                span.request_model = Some(model.clone());
                parameters.remove(name);
            }
            _ => {}
        }
    }
    span.payload.model_parameters.extend(parameters);
}

fn read_runtime(span: &mut Span, mut runtime: Map<String, Value>) {
    let (sdk, version) = (take_text(&mut runtime, "sdk"), take_text(&mut runtime, "sdk_version"));
    span.source.sdk = match (sdk, version) {
        (Some(sdk), Some(version)) => Some(format!("{sdk} {version}")),
        (sdk, version) => sdk.or(version),
    };
    if !runtime.is_empty() {
        span.payload.attributes.insert("langsmith.runtime".to_owned(), Value::Object(runtime));
    }
}

fn fill(slot: &mut Option<String>, metadata: &mut Map<String, Value>, names: &[&str]) {
    for name in names {
        if slot.is_none() {
            *slot = take_text(metadata, name);
        }
    }
}

/// What a run's type means.
pub fn kind_of(run_type: &str) -> SpanKind {
    match run_type {
        "llm" => SpanKind::Llm,
        "chain" => SpanKind::Chain,
        "tool" => SpanKind::Tool,
        "retriever" => SpanKind::Retrieval,
        "embedding" => SpanKind::Embedding,
        "prompt" => SpanKind::Prompt,
        _ => SpanKind::Other,
    }
}
