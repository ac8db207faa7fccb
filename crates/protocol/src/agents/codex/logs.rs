//! Log records of Codex → reports of spans.

use super::{CALL, CONVENTION, Call, Conversation, Memory, TURN, turns::Turn};
use crate::{
    agents::record::Record, messages::text_message, native::SpanReport, native_span_id, native_trace_id, provider_name::provider_name,
    usage::ReportedUsage,
};
use model::{
    ProjectId,
    telemetry::{Message, Part, Span, SpanKind, Status},
};
use serde_json::Value;

/// From this HTTP status on a request has failed.
const FIRST_FAILURE: u64 = 400;

impl Memory {
    pub(in crate::agents) fn of_log(&mut self, project: ProjectId, record: &Record<'_>, reports: &mut Vec<SpanReport>) {
        let Some(id) = record.log.session_id.clone() else { return };
        let conversation = self.conversations.entry((project, id.clone()));
        let conversation_id = id.as_str();
        match record.event() {
            "codex.conversation_starts" => {
                conversation.provider = record.text("provider_name").map(provider_name);
                return;
            }
            "codex.user_prompt" => reports.extend(asked(record, conversation, conversation_id)),
            "codex.api_request" | "codex.websocket_request" => reports.extend(requested(record, conversation, conversation_id)),
            "codex.sse_event" | "codex.websocket_event" => match record.text("event.kind") {
                // The event itself comes without counts, then the record of what it counted.
                Some("response.completed") if record.value("input_token_count").is_some() => {
                    reports.push(answered(record, conversation, conversation_id));
                }
                _ if record.text("error.message").is_some() => reports.extend(broken_off(record, conversation)),
                _ => return,
            },
            "codex.tool_decision" => reports.extend(decided(record, conversation, conversation_id)),
            "codex.tool_result" => reports.extend(used(record, conversation, conversation_id)),
            _ => return,
        }
        reports.extend(went_on(record, conversation));
    }
}

/// A prompt begins a turn.
fn asked(record: &Record<'_>, conversation: &mut Conversation, id: &str) -> Option<SpanReport> {
    if let Some(trace) = record.log.trace_id {
        conversation.turns.begun(record.log.timestamp, Turn { trace, span: None });
        return None;
    }
    let native = format!("{id}/{}", record.log.timestamp);
    let turn = Turn { trace: native_trace_id(CONVENTION, &native), span: Some(native_span_id(CONVENTION, &native)) };
    conversation.turns.begun(record.log.timestamp, turn);
    let mut span = turn_span(record, turn)?;
    span.name = TURN.to_owned();
    span.payload.input = record.text("prompt").map(|prompt| vec![text_message("user", prompt.to_owned())]);
    span.request_model = record.owned("model");
    record.copy(&["prompt_length"], &mut span);
    Some(SpanReport::new(span))
}

/// Whatever else is told of a turn: it lasted until then.
fn went_on(record: &Record<'_>, conversation: &Conversation) -> Option<SpanReport> {
    if record.event() == "codex.user_prompt" {
        return None;
    }
    let mut span = turn_span(record, conversation.turns.at(record.log.timestamp)?)?;
    span.end_at(record.log.timestamp);
    Some(SpanReport::elsewhere(span, TURN).with_unknown_start())
}

fn turn_span(record: &Record<'_>, turn: Turn) -> Option<Span> {
    let mut span = record.span(CONVENTION, turn.trace, turn.span?, record.log.timestamp);
    span.kind = SpanKind::Agent;
    span.operation = Some("invoke_agent".to_owned());
    span.agent = Some("codex".to_owned());
    Some(span)
}

/// A request was sent and its answer began, or was refused.
fn requested(record: &Record<'_>, conversation: &mut Conversation, id: &str) -> Option<SpanReport> {
    let call = new_call(record, conversation, id);
    let status = record.count("http.response.status_code");
    let failed = status.is_some_and(|status| status >= FIRST_FAILURE) || record.text("error.message").is_some();
    if !failed {
        conversation.open = Some(call);
        return None;
    }
    let mut span = call_span(record, conversation, call);
    fail(record, &mut span);
    Some(SpanReport::elsewhere(span, CALL))
}

fn new_call(record: &Record<'_>, conversation: &mut Conversation, id: &str) -> Call {
    let start = record.began("duration_ms");
    if let (Some(trace), Some(span)) = (record.log.trace_id, record.log.span_id) {
        conversation.turns.begun(record.log.timestamp, Turn { trace, span: None });
        return Call { trace, span, parent: None, start };
    }
    let turn = conversation.turns.at(record.log.timestamp).unwrap_or_else(|| Turn { trace: native_trace_id(CONVENTION, id), span: None });
    let span = native_span_id(CONVENTION, &format!("{id}/{}/{}", record.event(), record.log.timestamp));
    Call { trace: turn.trace, span, parent: turn.span, start }
}

/// The counts of a call, and its end. Input includes what was cached; `tool_token_count` is the total.
fn answered(record: &Record<'_>, conversation: &mut Conversation, id: &str) -> SpanReport {
    let known = conversation.open.take();
    let call = known.unwrap_or_else(|| new_call(record, conversation, id));
    let mut span = call_span(record, conversation, call);
    let split = ReportedUsage {
        input: record.count("input_token_count"),
        output: record.count("output_token_count"),
        total: record.count("tool_token_count"),
        cache_read: record.count("cached_token_count"),
        cache_write: record.count("cache_write_token_count"),
        reasoning: record.count("reasoning_token_count"),
        ..ReportedUsage::default()
    }
    .split_inclusive();
    span.usage = split.usage;
    split.notes.iter().for_each(|note| span.note(note));
    span.time_to_first_token_ms = record.number("ttft_ms");
    span.status = Status::Ok;
    let report = SpanReport::elsewhere(span, CALL);
    if known.is_some() { report } else { report.with_unknown_start() }
}

/// A stream that ended with an error.
fn broken_off(record: &Record<'_>, conversation: &mut Conversation) -> Option<SpanReport> {
    let call = conversation.open.take()?;
    let mut span = call_span(record, conversation, call);
    fail(record, &mut span);
    Some(SpanReport::elsewhere(span, CALL))
}

fn fail(record: &Record<'_>, span: &mut Span) {
    span.status = Status::Error;
    span.error_type = record.scalar("http.response.status_code").or_else(|| record.owned("event.kind"));
    span.error_message = record.owned("error.message");
}

fn call_span(record: &Record<'_>, conversation: &Conversation, call: Call) -> Span {
    let mut span = record.span(CONVENTION, call.trace, call.span, call.start);
    span.end_at(record.log.timestamp);
    span.kind = SpanKind::Llm;
    span.operation = Some("chat".to_owned());
    span.parent_span_id = call.parent;
    span.provider.clone_from(&conversation.provider);
    span.request_model = record.owned("model");
    record.copy(&["attempt", "endpoint"], &mut span);
    span
}

/// Whether a tool may be used. Traced tools have spans of their own.
fn decided(record: &Record<'_>, conversation: &Conversation, id: &str) -> Option<SpanReport> {
    let mut span = tool_span(record, conversation, id)?;
    record.copy(&["decision", "source"], &mut span);
    if record.text("decision").is_some_and(|decision| decision == "denied" || decision == "abort") {
        span.end_at(record.log.timestamp);
        span.status = Status::Error;
        span.error_type = Some("rejected".to_owned());
    }
    Some(SpanReport::elsewhere(span, TOOL_NAME).with_unknown_start())
}

const TOOL_NAME: &str = "codex.tool";

/// A tool was used. Inside a trace the record tells the span of its dispatching what went in and out.
fn used(record: &Record<'_>, conversation: &Conversation, id: &str) -> Option<SpanReport> {
    let mut span = match (record.log.trace_id, record.log.span_id) {
        (Some(trace), Some(span)) => record.span(CONVENTION, trace, span, record.log.timestamp),
        _ => tool_span(record, conversation, id)?,
    };
    span.start_time = record.began("duration_ms");
    span.end_at(record.log.timestamp);
    span.status = match record.flag("success") {
        Some(true) => Status::Ok,
        Some(false) => Status::Error,
        None => Status::Unset,
    };
    let call = record.owned("call_id");
    let said = |role: &str, part: Part| Some(vec![Message { role: role.to_owned(), parts: vec![part], name: None, finish_reason: None }]);
    if let Some(arguments) = record.json("arguments") {
        let name = record.owned("tool_name").unwrap_or_default();
        span.payload.input = said("assistant", Part::ToolCall { id: call.clone(), name, arguments });
    }
    if let Some(output) = record.text("output") {
        span.payload.output = said("tool", Part::ToolResult { id: call, result: Value::String(output.to_owned()) });
        span.error_message = record.owned("output").filter(|_| span.status == Status::Error);
    }
    record.copy(&["tool_namespace", "mcp_server", "agent_name", "output_truncated"], &mut span);
    Some(SpanReport::elsewhere(span, TOOL_NAME))
}

fn tool_span(record: &Record<'_>, conversation: &Conversation, id: &str) -> Option<Span> {
    let call = record.text("call_id").filter(|_| record.log.trace_id.is_none())?;
    let turn = conversation.turns.at(record.log.timestamp).unwrap_or_else(|| Turn { trace: native_trace_id(CONVENTION, id), span: None });
    let native = format!("{id}/{call}");
    let mut span = record.span(CONVENTION, turn.trace, native_span_id(CONVENTION, &native), record.log.timestamp);
    span.name = TOOL_NAME.to_owned();
    span.kind = SpanKind::Tool;
    span.native_id = Some(native);
    span.operation = Some("execute_tool".to_owned());
    span.parent_span_id = turn.span;
    span.tool = record.owned("tool_name");
    Some(span)
}
