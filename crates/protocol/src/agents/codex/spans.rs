//! Spans of Codex: counts go to the request they belong to, and what only tells how Codex works inside is tagged.

use super::{CALL, CONVENTION, INTERNAL_TAG, Memory, REQUEST_SPANS};
use crate::native::SpanReport;
use model::{
    ProjectId,
    telemetry::{Span, SpanKind},
};

impl Memory {
    /// Spans come in the order in which they end, which is that of a turn's steps as far as calls go.
    pub(in crate::agents) fn of_span(&mut self, project: ProjectId, span: &mut Span, reports: &mut Vec<SpanReport>) {
        let turn = self.traces.entry((project, span.trace_id));
        if span.session_id.is_some() {
            turn.session.clone_from(&span.session_id);
        }
        if span.request_model.is_some() {
            turn.model.clone_from(&span.request_model);
        }
        if REQUEST_SPANS.contains(&span.name.as_str()) && span.kind == SpanKind::Llm {
            span.session_id = span.session_id.take().or_else(|| turn.session.clone());
            span.request_model = span.request_model.take().or_else(|| turn.model.clone());
            turn.open = Some((span.span_id, span.start_time));
            return;
        }
        // The span that read the last event of a stream holds the counts of the call.
        if span.kind == SpanKind::Llm {
            span.session_id = span.session_id.take().or_else(|| turn.session.clone());
            span.request_model = turn.model.clone();
            if let Some((request, start)) = turn.open.take() {
                let mut call = Span::new(span.trace_id, request, "", start);
                call.kind = SpanKind::Llm;
                call.operation = Some("chat".to_owned());
                call.usage = std::mem::take(&mut span.usage);
                call.request_model = span.request_model.take();
                call.quality = std::mem::take(&mut span.quality);
                call.session_id.clone_from(&span.session_id);
                call.service.clone_from(&span.service);
                call.environment.clone_from(&span.environment);
                call.release.clone_from(&span.release);
                call.source.clone_from(&span.source);
                call.ingest_time = span.ingest_time;
                if let Some(end) = span.end_time {
                    call.end_at(end);
                }
                reports.push(SpanReport::elsewhere(call, CALL));
                span.kind = SpanKind::Other;
            }
        }
        if span.kind == SpanKind::Other && span.source.convention == CONVENTION {
            span.tags.push(INTERNAL_TAG.to_owned());
        }
    }
}
