//! What was done, with which model, and how long the first piece took.

use super::super::{Draft, genai::by_operation};
use crate::{numbers::non_negative, provider_name::provider_name};
use model::telemetry::SpanKind;

pub(super) fn read(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    if span.kind == SpanKind::Other {
        let of_version_7 = attributes.text("gen_ai.operation.name").and_then(|operation| by_operation(&operation));
        span.kind = attributes.text("ai.operationId").map(|operation| kind(&operation)).or(of_version_7).unwrap_or_default();
    }
    attributes.fill_text(&mut span.operation, &["ai.operationId"]);
    attributes.fill_text(&mut span.agent, &["ai.telemetry.functionId"]);
    drop_repetitions(draft);

    let Draft { span, attributes, .. } = draft;
    if span.provider.is_none() {
        span.provider = attributes.take_first_text(&["ai.model.provider", "gen_ai.system"]).map(|name| provider_name(&name));
    }
    attributes.fill_text(&mut span.request_model, &["ai.model.id"]);
    attributes.fill_text(&mut span.response_model, &["ai.response.model"]);
    attributes.fill_text(&mut span.response_id, &["ai.response.id"]);
    attributes.fill_text(&mut span.tool, &["ai.toolCall.name", "gen_ai.tool.name"]);
    if span.finish_reasons.is_empty() {
        span.finish_reasons.extend(attributes.take_text("ai.response.finishReason"));
    }
    // The same once more, as a list. What differs stays.
    let reasons = span.finish_reasons.clone();
    let _ = attributes.take_checked("gen_ai.response.finish_reasons", |value| (*value == serde_json::json!(reasons)).then_some(()));
    for name in ["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"] {
        match attributes.take_checked(name, non_negative) {
            Ok(Some(millis)) if span.time_to_first_token_ms.is_none() => span.time_to_first_token_ms = Some(millis),
            Ok(_) => {}
            Err(()) => span.note("invalid_time_to_first_token"),
        }
    }
}

/// The calls of models are the innermost spans; what surrounds them may go through several steps.
fn kind(operation: &str) -> SpanKind {
    let inner = |suffixes: &[&str]| suffixes.iter().any(|suffix| operation.ends_with(suffix));
    if inner(&[".doGenerate", ".doStream", ".doTranscribe"]) {
        SpanKind::Llm
    } else if inner(&[".doEmbed"]) {
        SpanKind::Embedding
    } else if inner(&[".doRerank"]) {
        SpanKind::Reranker
    } else {
        match operation {
            "ai.toolCall" => SpanKind::Tool,
            "ai.generateText" | "ai.streamText" | "ai.workflowAgent.stream" => SpanKind::Agent,
            _ => SpanKind::Chain,
        }
    }
}

/// For the sake of one product each span says its operation and function a second time.
fn drop_repetitions(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    let (operation, function) = (span.operation.clone().unwrap_or_default(), span.agent.clone());
    let joined = match &function {
        Some(function) => format!("{operation} {function}"),
        None => operation,
    };
    attributes.fill_text(&mut Some(joined), &["operation.name"]);
    if function.is_some() {
        attributes.fill_text(&mut span.agent, &["resource.name"]);
    }
}
