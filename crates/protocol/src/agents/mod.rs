//! Coding agents (Claude Code, Codex CLI, Gemini CLI) tell of one model call in log records, in spans, and in metrics. Here the records
//! and the spans are made to tell of one span, so that a call is one row whether logs come, traces come, or both, in any order
//! (`docs/adr/0010`). Metrics stay metrics and are never added to anything.
//!
//! Log records that hold the content of somebody else's span (the GenAI events) fill that span's messages.
//!
//! Pure but for [`AgentMemory`], which remembers what one request says and a later one needs; without it rows are less well joined,
//! never wrong about what they say.

pub mod claude_code;
pub mod codex;
mod content;
pub mod gemini_cli;
mod recent;
mod record;

use crate::native::SpanReport;
use model::{
    ProjectId,
    telemetry::{Incoming, LogRecord, Span},
};
use record::Record;

/// What is remembered between requests, within bounds.
#[derive(Default)]
pub struct AgentMemory {
    claude_code: claude_code::Memory,
    codex: codex::Memory,
    gemini_cli: gemini_cli::Memory,
}

impl AgentMemory {
    /// What these records say about spans. The records themselves stay what they are, but for the user: an address tells more than the
    /// hash of a device.
    pub fn of_logs(&mut self, project: ProjectId, logs: &mut [Incoming<LogRecord>]) -> Vec<SpanReport> {
        let mut reports = Vec::new();
        let mut contents = content::Contents::default();
        for incoming in logs {
            let log = &mut incoming.row;
            if claude_code::recognises(log) {
                name_user(log);
                self.claude_code.of_log(project, &Record::new(log), &mut reports);
            } else if codex::recognises(log) {
                name_user(log);
                self.codex.of_log(project, &Record::new(log), &mut reports);
            } else if gemini_cli::recognises(log) {
                name_user(log);
                self.gemini_cli.of_log(project, &Record::new(log), &mut reports);
            } else {
                contents.take(log);
            }
        }
        reports.extend(contents.into_reports());
        reports
    }

    /// Gives the spans of agents the ids that their log records know them by, and answers what some of them say about others.
    pub fn of_spans(&mut self, project: ProjectId, spans: &mut [Incoming<Span>]) -> Vec<SpanReport> {
        let mut reports = Vec::new();
        for incoming in spans {
            let span = &mut incoming.row;
            match span.source.convention.as_str() {
                claude_code::CONVENTION => self.claude_code.of_span(project, span),
                codex::CONVENTION => self.codex.of_span(project, span, &mut reports),
                _ => {}
            }
        }
        reports
    }
}

/// Who used the agent, from best to worst.
pub(crate) const USER_NAMES: [&str; 4] = ["user.email", "user.account_uuid", "user.account_id", "user.id"];

fn name_user(log: &mut LogRecord) {
    let known = USER_NAMES.iter().find_map(|name| log.attributes.get(*name)?.as_str());
    if let Some(user) = known.filter(|user| !user.is_empty()) {
        log.user_id = Some(user.to_owned());
    }
}
