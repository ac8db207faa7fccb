//! What kind of work a span is, by its operation.

use super::super::Draft;
use model::telemetry::{Span, SpanKind};

pub(super) fn read(draft: &mut Draft) {
    if draft.span.kind != SpanKind::Other {
        return;
    }
    let method = draft.attributes.text("mcp.method.name");
    draft.span.kind = by_operation(draft.span.operation.as_deref().unwrap_or_default())
        .or_else(|| method.as_deref().and_then(by_mcp_method))
        .unwrap_or_else(|| by_content(&draft.span, draft.attributes.any_key(|name| name.starts_with(b"gen_ai.usage."))));
}

/// OpenTelemetry's operations, and those that clients made up in their manner.
pub(in crate::otlp::convention) fn by_operation(operation: &str) -> Option<SpanKind> {
    Some(match operation {
        "chat" | "generate_content" | "text_completion" | "completion" | "acompletion" | "llm_call" => SpanKind::Llm,
        "embeddings" => SpanKind::Embedding,
        "rerank" => SpanKind::Reranker,
        "retrieval" | "search_memory" => SpanKind::Retrieval,
        "execute_tool" => SpanKind::Tool,
        "invoke_agent" | "create_agent" | "agent_step" => SpanKind::Agent,
        "invoke_workflow" | "plan" => SpanKind::Chain,
        "guardrail_check" => SpanKind::Guardrail,
        // Fetches an earlier answer: neither a new call nor new tokens.
        "fetch_response" => SpanKind::Other,
        _ => return None,
    })
}

fn by_mcp_method(method: &str) -> Option<SpanKind> {
    match method {
        "tools/call" => Some(SpanKind::Tool),
        "prompts/get" => Some(SpanKind::Prompt),
        _ => None,
    }
}

/// Without a known operation: a model or token counts make a model call.
fn by_content(span: &Span, has_usage: bool) -> SpanKind {
    if span.request_model.is_some() || span.response_model.is_some() || has_usage {
        SpanKind::Llm
    } else if span.tool.is_some() {
        SpanKind::Tool
    } else if span.agent.is_some() {
        SpanKind::Agent
    } else {
        SpanKind::Other
    }
}
