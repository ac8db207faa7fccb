//! Prompts and tool calls of Gemini CLI that no span tells of.

use super::{CONVENTION, SCOPE};
use crate::{agents::record::Record, messages::text_message, native::SpanReport, native_span_id, native_trace_id};
use model::{
    SpanId, TraceId,
    telemetry::{Message, Part, SpanKind, Status},
};
use serde_json::Value;

const PROMPT: &str = "gemini_cli.user_prompt";
const TOOL: &str = "gemini_cli.tool_call";

/// The trace and the span that a prompt makes.
pub(super) fn prompt_ids(session: &str, prompt: Option<&str>) -> (TraceId, SpanId) {
    // In a run without a terminal the prompt's id is the session's.
    let prompt = prompt.unwrap_or(session);
    (native_trace_id(CONVENTION, prompt), native_span_id(CONVENTION, prompt))
}

/// `user_prompt`.
pub(super) fn asked(record: &Record<'_>, session: &str) -> Option<SpanReport> {
    let (trace, id) = prompt_ids(session, record.text("prompt_id"));
    let mut span = record.span(CONVENTION, trace, id, record.log.timestamp);
    span.name = PROMPT.to_owned();
    span.kind = SpanKind::Agent;
    span.operation = Some("invoke_agent".to_owned());
    span.agent = Some(SCOPE.to_owned());
    span.payload.input = record.text("prompt").map(|prompt| vec![text_message("user", prompt.to_owned())]);
    record.copy(&["prompt_id", "prompt_length"], &mut span);
    Some(SpanReport::new(span))
}

/// `tool_call`. Inside a trace it has a span of its own.
pub(super) fn used(record: &Record<'_>, session: &str) -> Option<SpanReport> {
    let tool = record.owned("function_name").filter(|_| record.log.trace_id.is_none())?;
    let (trace, parent) = prompt_ids(session, record.text("prompt_id"));
    let id = native_span_id(CONVENTION, &format!("{session}/{tool}/{}", record.log.timestamp));
    let mut span = record.span(CONVENTION, trace, id, record.began("duration_ms"));
    span.end_at(record.log.timestamp);
    span.name = TOOL.to_owned();
    span.kind = SpanKind::Tool;
    span.operation = Some("execute_tool".to_owned());
    span.parent_span_id = Some(parent);
    span.status = match record.flag("success") {
        Some(true) => Status::Ok,
        Some(false) => Status::Error,
        None => Status::Unset,
    };
    span.error_type = record.owned("error_type");
    span.error_message = record.owned("error");
    let arguments = record.json("function_args").unwrap_or(Value::Null);
    let parts = vec![Part::ToolCall { id: None, name: tool.clone(), arguments }];
    span.payload.input = Some(vec![Message { role: "assistant".to_owned(), parts, name: None, finish_reason: None }]);
    span.tool = Some(tool);
    record.copy(&["prompt_id", "decision", "tool_type", "content_length"], &mut span);
    Some(SpanReport::new(span))
}
