//! Codex CLI: log events (`codex.api_request`, `codex.sse_event` …) beside the spans of its own Rust code.
//!
//! The records of one conversation come in order, one call after the other: a request, the events of its stream, and the record with the
//! counts (a second `response.completed`, with token attributes). Only the request knows the trace it was made in, so that a call is the
//! span of its request on both sides; the counts, which another span of the trace and another record hold, are put there.
//! Without a trace each turn makes one.

mod calls;
mod logs;
mod spans;
mod turns;

use super::recent::Recent;
use calls::Calls;
use model::{ProjectId, SpanId, Timestamp, TraceId, telemetry::LogRecord};
use turns::Turns;

pub const CONVENTION: &str = "codex";
/// The tag of spans that only tell how Codex works inside.
pub const INTERNAL_TAG: &str = "codex-internal";

const TURN: &str = "codex.turn";
const CALL: &str = "codex.api_request";
/// The spans in which a request is sent and its answer begins, over HTTP and over a WebSocket: those that its log record names.
pub(crate) const REQUEST_SPANS: [&str; 2] = ["endpoint_session.stream_encoded_json_with", "responses_websocket.stream_request"];

/// Conversations remembered, and traces.
const MAX_REMEMBERED: usize = 10_000;

pub(super) struct Memory {
    conversations: Recent<(ProjectId, String), Conversation>,
    traces: Recent<(ProjectId, TraceId), TracedTurn>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { conversations: Recent::new(MAX_REMEMBERED), traces: Recent::new(MAX_REMEMBERED) }
    }
}

/// What the records of a conversation said last.
#[derive(Default)]
struct Conversation {
    provider: Option<String>,
    turns: Turns,
    /// A request whose counts are still to come.
    open: Option<Call>,
}

#[derive(Clone, Copy)]
struct Call {
    trace: TraceId,
    span: SpanId,
    parent: Option<SpanId>,
    start: Timestamp,
}

/// What the spans of a turn said last.
#[derive(Default)]
struct TracedTurn {
    session: Option<String>,
    model: Option<String>,
    calls: Calls,
}

pub(super) fn recognises(log: &LogRecord) -> bool {
    log.attributes.get("event.name").and_then(|name| name.as_str()).is_some_and(|name| name.starts_with("codex."))
}
