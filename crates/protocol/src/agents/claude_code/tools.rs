//! Tool calls of Claude Code that no span tells of. Inside a trace they have spans of their own, with others below them.

use super::{CONVENTION, Place, TOOL};
use crate::{agents::record::Record, native::SpanReport, native_span_id};
use model::{
    Timestamp,
    telemetry::{Message, Part, Span, SpanKind, Status},
};

/// `tool_decision`: whether it may be used, and who said so. What is rejected has no result.
pub(super) fn decided(record: &Record<'_>, place: &Place) -> Option<SpanReport> {
    let mut span = tool_span(record, place, record.log.timestamp)?;
    record.copy(&["decision", "source", "permission_mode", "tool_source"], &mut span);
    if record.text("decision") == Some("reject") {
        span.end_at(record.log.timestamp);
        span.status = Status::Error;
        span.error_type = Some("rejected".to_owned());
    }
    Some(SpanReport::elsewhere(span, TOOL).with_unknown_start())
}

/// `tool_result`: it was used.
pub(super) fn finished(record: &Record<'_>, place: &Place) -> Option<SpanReport> {
    let mut span = tool_span(record, place, record.began("duration_ms"))?;
    span.end_at(record.log.timestamp);
    span.status = match record.flag("success") {
        Some(true) => Status::Ok,
        Some(false) => Status::Error,
        None => Status::Unset,
    };
    span.error_type = record.owned("error_type");
    span.error_message = record.owned("error");
    record.copy(&["decision_source", "decision_type", "tool_input_size_bytes", "tool_result_size_bytes", "mcp_server_scope"], &mut span);
    Some(SpanReport::elsewhere(span, TOOL))
}

fn tool_span(record: &Record<'_>, place: &Place, start: Timestamp) -> Option<Span> {
    let call = record.text("tool_use_id").filter(|_| !place.traced)?;
    let mut span = record.span(CONVENTION, place.trace, native_span_id(CONVENTION, call), start);
    span.name = TOOL.to_owned();
    span.kind = SpanKind::Tool;
    span.native_id = Some(call.to_owned());
    span.operation = Some("execute_tool".to_owned());
    span.parent_span_id = place.parent;
    span.tool = record.owned("tool_name");
    let arguments = record.json("tool_input").or_else(|| record.json("tool_parameters"));
    span.payload.input = arguments.map(|arguments| {
        let name = span.tool.clone().unwrap_or_default();
        let parts = vec![Part::ToolCall { id: Some(call.to_owned()), name, arguments }];
        vec![Message { role: "assistant".to_owned(), parts, name: None, finish_reason: None }]
    });
    record.copy(&["prompt.id", "request_id", "agent_id"], &mut span);
    Some(span)
}
