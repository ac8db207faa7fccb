//! What kind of work a span is, and which spans only stand around the call that is counted.

use super::super::Draft;
use crate::otlp::resource::ResourceFacts;
use model::telemetry::{SpanKind, Status};

pub(super) const KIND: &str = "openinference.span.kind";

pub(super) fn read(draft: &mut Draft) {
    let Some(name) = draft.attributes.text(KIND) else {
        if draft.span.kind == SpanKind::Other {
            draft.span.kind = SpanKind::Llm;
        }
        return;
    };
    let Some(kind) = by_name(&name) else { return };
    if draft.span.kind == SpanKind::Other {
        draft.span.kind = kind;
    }
    draft.attributes.take(KIND);
}

fn by_name(name: &str) -> Option<SpanKind> {
    Some(match name.to_ascii_uppercase().as_str() {
        // A decision model answers questions in place of writing text: it is called, counted and priced alike.
        "LLM" | "DECISION" => SpanKind::Llm,
        "TOOL" => SpanKind::Tool,
        "AGENT" => SpanKind::Agent,
        "CHAIN" => SpanKind::Chain,
        "RETRIEVER" => SpanKind::Retrieval,
        "RERANKER" => SpanKind::Reranker,
        "EMBEDDING" => SpanKind::Embedding,
        "GUARDRAIL" => SpanKind::Guardrail,
        "EVALUATOR" => SpanKind::Evaluator,
        "PROMPT" => SpanKind::Prompt,
        "UNKNOWN" => SpanKind::Other,
        _ => return None,
    })
}

/// LlamaIndex traces a call as often as its own methods call each other, each time as a model call. `LLM.predict` and its kin format a
/// prompt and then call `LLM.chat`; `_get_query_embedding` is what `get_query_embedding` does. One of them is the request.
pub(super) fn mark_containers(draft: &mut Draft, facts: &ResourceFacts) {
    let span = &mut draft.span;
    let is_llama_index = facts.scope_name.as_deref() == Some("openinference.instrumentation.llama_index");
    if !is_llama_index || !span.kind.is_request() || !span.usage.is_unknown() {
        return;
    }
    let method = span.name.rsplit('.').next().unwrap_or_default();
    const AROUND: [&str; 8] = [
        "predict",
        "apredict",
        "stream",
        "astream",
        "structured_predict",
        "astructured_predict",
        "stream_structured_predict",
        "predict_and_call",
    ];
    let is_around = match span.kind {
        SpanKind::Llm => AROUND.contains(&method),
        _ => method.starts_with('_'),
    };
    // A failed call may be told by no other span.
    if is_around && span.status != Status::Error {
        span.billed = false;
    }
}
