//! Calls of coding agents that went through our proxy and are told of by the agent too. Both know the call by the provider's id of the
//! request, and so its span; the trace, which is the agent's, the proxy knows only when the agent sends it along. Where it did not, what
//! the proxy recorded goes to the agent's span as soon as both are known, and the proxy's own is no longer summed.
//!
//! Best effort, in the memory of one process: after a restart between the two, and between the nodes of a cluster, both are summed.

use super::reports::store_rows;
use crate::{AppState, http::ApiResult};
use model::{ProjectId, SpanId, TraceId, telemetry::SpanKind};
use parking_lot::Mutex;
use protocol::{
    agents::claude_code,
    native::{Elsewhere, NativeRows, SpanReport},
};
use std::collections::HashMap;

/// Calls of a generation; there are two. Agents export within seconds what a proxy saw.
const MAX_CALLS: usize = 10_000;
/// What the proxy's span says about itself when the agent tells of the call in another trace.
pub(crate) const IN_ANOTHER_TRACE: &str = "reported_in_another_trace";

type Key = (ProjectId, SpanId);

/// When the young generation is full it becomes the old one.
#[derive(Default)]
pub(crate) struct AgentCalls(Mutex<[HashMap<Key, Places>; 2]>);

/// The traces in which a call is stored, or is about to be.
#[derive(Debug, Default, Clone, Copy)]
struct Places {
    proxied: Option<TraceId>,
    reported: Option<TraceId>,
}

/// A call that stands in two traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Apart {
    span: SpanId,
    proxied: TraceId,
    reported: TraceId,
}

impl AgentCalls {
    /// The proxy is about to store a call. Answers the trace in which it belongs.
    pub(crate) fn proxied(&self, project: ProjectId, span: SpanId, trace: TraceId) -> TraceId {
        self.with(project, span, |places| *places.proxied.insert(places.reported.unwrap_or(trace)))
    }

    /// The agent tells of a call.
    fn reported(&self, project: ProjectId, span: SpanId, trace: TraceId) -> Option<Apart> {
        self.with(project, span, |places| places.reported = Some(trace));
        self.apart(project, span)
    }

    /// Whether both have told of a call, in different traces.
    pub(crate) fn apart(&self, project: ProjectId, span: SpanId) -> Option<Apart> {
        let places = self.with(project, span, |places| *places);
        let (proxied, reported) = places.proxied.zip(places.reported)?;
        (proxied != reported).then_some(Apart { span, proxied, reported })
    }

    fn joined(&self, project: ProjectId, call: Apart) {
        self.with(project, call.span, |places| places.proxied = Some(call.reported));
    }

    fn with<T>(&self, project: ProjectId, span: SpanId, read: impl FnOnce(&mut Places) -> T) -> T {
        let [young, old] = &mut *self.0.lock();
        let known = old.remove(&(project, span));
        if young.len() >= MAX_CALLS && !young.contains_key(&(project, span)) {
            *old = std::mem::take(young);
        }
        read(young.entry((project, span)).or_insert_with(|| known.unwrap_or_default()))
    }
}

/// The calls among what a request of an agent tells that the proxy has stored in other traces.
pub(super) fn told_apart<'a>(state: &AppState, project: ProjectId, spans: impl Iterator<Item = &'a model::telemetry::Span>) -> Vec<Apart> {
    let calls = spans.filter(|span| span.kind == SpanKind::Llm && span.source.convention == claude_code::CONVENTION);
    let mut apart: Vec<Apart> = calls.filter_map(|call| state.agent_calls.reported(project, call.span_id, call.trace_id)).collect();
    apart.dedup();
    apart
}

/// What the proxy recorded is told of the agent's span, and its own is no longer billed.
pub(crate) async fn join(state: &AppState, project: ProjectId, calls: Vec<Apart>) -> ApiResult<()> {
    let mut spans = Vec::with_capacity(2 * calls.len());
    let mut joined = Vec::with_capacity(calls.len());
    for call in calls {
        // Not stored yet: the proxy joins them when it is.
        let Some(recorded) = state.store.span(project, call.proxied, call.span).await? else { continue };
        joined.push(call);
        // Both sides may find out at the same moment: whoever was first told all there is in one commit.
        if recorded.quality.iter().any(|note| note == IN_ANOTHER_TRACE) {
            continue;
        }
        let mut own = model::telemetry::Span::new(call.proxied, call.span, "", recorded.start_time);
        (own.kind, own.billed) = (recorded.kind, false);
        (own.source, own.ingest_time) = (recorded.source.clone(), recorded.ingest_time);
        own.quality = recorded.quality.clone();
        own.note(IN_ANOTHER_TRACE);
        spans.push(SpanReport::new(own));
        let mut moved = recorded;
        moved.trace_id = call.reported;
        moved.parent_span_id = None;
        moved.name.clear();
        spans.push(as_second_report(moved));
    }
    if !spans.is_empty() {
        store_rows(state, project, NativeRows { spans, ..NativeRows::default() }, Vec::new()).await?;
    }
    joined.into_iter().for_each(|call| state.agent_calls.joined(project, call));
    Ok(())
}

/// What the proxy says of a span that the agent tells of as well.
pub(crate) fn as_second_report(span: model::telemetry::Span) -> SpanReport {
    let elsewhere = Elsewhere { name: claude_code::LLM_REQUEST, content_yields: false };
    SpanReport { elsewhere: Some(elsewhere), ..SpanReport::new(span) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(number: u8) -> TraceId {
        TraceId::from_bytes([number; 16]).unwrap()
    }

    fn span(number: u64) -> SpanId {
        SpanId::from_bytes((number + 1).to_be_bytes()).unwrap()
    }

    #[test]
    fn whoever_comes_second_finds_the_other() {
        let project = ProjectId::generate();
        let calls = AgentCalls::default();
        assert_eq!(calls.proxied(project, span(1), trace(1)), trace(1));
        let apart = calls.reported(project, span(1), trace(2)).unwrap();
        assert_eq!((apart.proxied, apart.reported), (trace(1), trace(2)));
        calls.joined(project, apart);
        assert_eq!(calls.reported(project, span(1), trace(2)), None, "joined once");
        assert_eq!(calls.reported(project, span(2), trace(2)), None);
        assert_eq!(calls.proxied(project, span(2), trace(1)), trace(2), "the agent was first");
        assert_eq!(calls.apart(project, span(2)), None);
        assert_eq!(calls.reported(ProjectId::generate(), span(1), trace(3)), None, "another project's");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (project, calls) = (ProjectId::generate(), AgentCalls::default());
        for number in 0..3 * MAX_CALLS as u64 {
            assert_eq!(calls.reported(project, span(number), trace(1)), None);
        }
        assert!(calls.0.lock().iter().all(|generation| generation.len() <= MAX_CALLS));
        assert_eq!(calls.proxied(project, span(3 * MAX_CALLS as u64 - 1), trace(2)), trace(1));
        assert_eq!(calls.proxied(project, span(0), trace(2)), trace(2), "forgotten");
    }
}
