//! Types of observations.

use model::telemetry::SpanKind;

/// The kind of an observation, whatever case its type is written in. `None` for a type that is not Langfuse's.
pub fn kind_of(observation_type: &str) -> Option<SpanKind> {
    Some(match observation_type.to_ascii_lowercase().as_str() {
        "generation" => SpanKind::Llm,
        "embedding" => SpanKind::Embedding,
        "agent" => SpanKind::Agent,
        "tool" => SpanKind::Tool,
        "chain" => SpanKind::Chain,
        "retriever" => SpanKind::Retrieval,
        "evaluator" => SpanKind::Evaluator,
        "guardrail" => SpanKind::Guardrail,
        "span" | "event" => SpanKind::Other,
        _ => return None,
    })
}

/// A point in time rather than a piece of work.
pub(crate) fn is_event(observation_type: &str) -> bool {
    observation_type.eq_ignore_ascii_case("event")
}

/// The type that observations of a kind have in Langfuse's API, which has fewer of them.
pub fn observation_type(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Llm => "GENERATION",
        SpanKind::Embedding => "EMBEDDING",
        SpanKind::Agent => "AGENT",
        SpanKind::Tool => "TOOL",
        SpanKind::Chain | SpanKind::Workflow => "CHAIN",
        SpanKind::Retrieval | SpanKind::Reranker => "RETRIEVER",
        SpanKind::Evaluator => "EVALUATOR",
        SpanKind::Guardrail => "GUARDRAIL",
        SpanKind::Prompt | SpanKind::Other => "SPAN",
    }
}
