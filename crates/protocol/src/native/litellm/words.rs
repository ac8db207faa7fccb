//! Words that LiteLLM's logger and its callbacks share.

use model::telemetry::SpanKind;
use serde_json::Value;

/// LiteLLM names calls after its functions, each of which is there twice.
pub(crate) fn kind_of_call(call: &str) -> SpanKind {
    match call.strip_prefix("litellm.").unwrap_or(call) {
        "completion"
        | "acompletion"
        | "text_completion"
        | "atext_completion"
        | "responses"
        | "aresponses"
        | "anthropic_messages"
        | "generate_content"
        | "agenerate_content"
        | "generate_content_stream"
        | "agenerate_content_stream" => SpanKind::Llm,
        "embedding" | "aembedding" => SpanKind::Embedding,
        "rerank" | "arerank" => SpanKind::Reranker,
        "moderation" | "amoderation" => SpanKind::Guardrail,
        "call_mcp_tool" => SpanKind::Tool,
        _ => SpanKind::Other,
    }
}

/// Most of what LiteLLM can say, it does not: nulls, empty texts, lists and objects.
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => value.is_null(),
    }
}
