//! Gemini CLI: log events (`gemini_cli.api_request`, `gemini_cli.api_response` …) beside its spans (`llm_call` …).
//!
//! A request's record is made inside the span of its call, if there is one, and names it; its answer's record names nothing, but comes
//! next for the same prompt and role. The answer's record has the counts that the span leaves out (cached and thought tokens).

mod calls;
mod tools;

use super::{recent::Recent, record::Record};
use crate::native::SpanReport;
use model::{ProjectId, SpanId, Timestamp, TraceId, telemetry::LogRecord};

pub const CONVENTION: &str = "gemini_cli";
/// Its spans' scope and its service.
pub(crate) const SCOPE: &str = "gemini-cli";
pub(crate) const LLM_CALL: &str = "llm_call";
const PREFIX: &str = "gemini_cli.";
const DETAILS: &str = "gen_ai.client.inference.operation.details";

/// Sessions remembered.
const MAX_REMEMBERED: usize = 10_000;

pub(super) struct Memory(Recent<(ProjectId, String), Session>);

impl Default for Memory {
    fn default() -> Self {
        Self(Recent::new(MAX_REMEMBERED))
    }
}

/// What the records of a session said last.
#[derive(Default)]
struct Session {
    /// Requests whose answers are still to come, oldest first.
    open: Vec<Call>,
    /// The call that was told of last: the details of a request, and of an answer, follow it.
    last: Option<Call>,
}

#[derive(Clone)]
struct Call {
    prompt: Option<String>,
    role: Option<String>,
    trace: TraceId,
    span: SpanId,
    parent: Option<SpanId>,
    start: Timestamp,
}

pub(super) fn recognises(log: &LogRecord) -> bool {
    let event = log.attributes.get("event.name").and_then(|name| name.as_str()).unwrap_or_default();
    event.starts_with(PREFIX) || (event == DETAILS && log.service.as_deref() == Some(SCOPE))
}

impl Memory {
    pub(super) fn of_log(&mut self, project: ProjectId, record: &Record<'_>, reports: &mut Vec<SpanReport>) {
        let Some(id) = record.log.session_id.clone() else { return };
        let session = self.0.entry((project, id.clone()));
        match record.event() {
            DETAILS => reports.extend(session.details(record)),
            "gemini_cli.user_prompt" => reports.extend(tools::asked(record, &id)),
            "gemini_cli.api_request" => reports.push(session.requested(record, &id)),
            "gemini_cli.api_response" => reports.push(session.answered(record, &id)),
            "gemini_cli.api_error" => reports.push(session.failed(record, &id)),
            "gemini_cli.tool_call" => reports.extend(tools::used(record, &id)),
            _ => {}
        }
    }
}
