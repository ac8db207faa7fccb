//! Claude Code: log events (`claude_code.api_request` …) beside spans (`claude_code.llm_request` …).
//!
//! A call is known on both sides by the id of its API request, so that its span id is made of that. Where no such id comes (gateways
//! leave it out), a call is known by what it counted, and by being the n-th of its trace that counted the same.
//!
//! A record made inside a trace carries the trace's id and, as its span id, the parent of what it tells about. Without a trace a prompt
//! makes one: its id is the trace's and that of its span. Calls beside any prompt (titles, suggestions) share a trace per session.

mod calls;
mod prompts;
mod tools;

pub(crate) use calls::provider_of;

use super::{recent::Recent, record::Record};
use crate::{native::SpanReport, native_span_id, native_trace_id};
use model::{
    ProjectId, SpanId, TraceId,
    telemetry::{LogRecord, Span},
};

pub const CONVENTION: &str = "claude_code";

/// The scope of its events.
const EVENTS: &str = "com.anthropic.claude_code.events";
/// The scope of its spans.
pub(crate) const TRACING: &str = "com.anthropic.claude_code.tracing";
pub const LLM_REQUEST: &str = "claude_code.llm_request";
pub(crate) const TOOL: &str = "claude_code.tool";
pub(crate) const INTERACTION: &str = "claude_code.interaction";

/// Calls without an id of which the number is remembered, and sessions.
const MAX_REMEMBERED: usize = 10_000;

pub(super) struct Memory {
    numbers: calls::Numbers,
    sessions: Recent<(ProjectId, String), calls::LastCall>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { numbers: calls::Numbers::new(MAX_REMEMBERED), sessions: Recent::new(MAX_REMEMBERED) }
    }
}

pub(super) fn recognises(log: &LogRecord) -> bool {
    log.logger.as_deref() == Some(EVENTS)
}

impl Memory {
    pub(super) fn of_log(&mut self, project: ProjectId, record: &Record<'_>, reports: &mut Vec<SpanReport>) {
        let Some(place) = Place::of(record) else { return };
        match record.event() {
            "user_prompt" => reports.extend(prompts::asked(record, &place)),
            "api_request" => reports.extend(self.answered(project, record, &place)),
            "api_error" => reports.extend(self.failed(project, record, &place)),
            "assistant_response" => reports.extend(self.said(project, record, &place)),
            "api_response_body" => reports.extend(calls::whole_answer(record, &place)),
            "tool_decision" => reports.extend(tools::decided(record, &place)),
            "tool_result" => reports.extend(tools::finished(record, &place)),
            _ => return,
        }
        reports.extend(prompts::went_on(record, &place));
    }

    /// Gives a span of a model call the id that its log records know.
    pub(super) fn of_span(&mut self, project: ProjectId, span: &mut Span) {
        if span.name == LLM_REQUEST {
            self.rename(project, span);
        }
    }
}

/// Where a record's span belongs.
struct Place {
    trace: TraceId,
    parent: Option<SpanId>,
    /// The record was made inside a trace.
    traced: bool,
}

impl Place {
    fn of(record: &Record<'_>) -> Option<Self> {
        if let Some(trace) = record.log.trace_id {
            return Some(Self { trace, parent: record.log.span_id, traced: true });
        }
        if let Some(prompt) = record.text("prompt.id")
            && record.text("query_source").is_none_or(is_of_prompt)
        {
            let (trace, parent) = place_of_prompt(prompt);
            return Some(Self { trace, parent: Some(parent), traced: false });
        }
        let session = record.log.session_id.as_deref()?;
        Some(Self { trace: trace_of_session(session), parent: None, traced: false })
    }
}

/// Whether a prompt, or a subagent on its behalf, made the call: what Claude Code counts as `main` and `subagent`, not `auxiliary`.
fn is_of_prompt(source: &str) -> bool {
    source == "sdk" || source == "hook_agent" || source.starts_with("repl_main_thread") || source.starts_with("agent:")
}

/// The span of a model call, by the id of its API request.
pub fn span_of_request(request: &str) -> SpanId {
    native_span_id(CONVENTION, request)
}

/// The trace and the span that a prompt makes where nothing is traced.
pub fn place_of_prompt(prompt: &str) -> (TraceId, SpanId) {
    (native_trace_id(CONVENTION, prompt), native_span_id(CONVENTION, prompt))
}

/// The trace of what a session does beside any prompt.
pub fn trace_of_session(session: &str) -> TraceId {
    native_trace_id(CONVENTION, session)
}
