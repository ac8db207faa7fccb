//! Spans of Codex: counts go to the request they belong to, and what only tells how Codex works inside is tagged.

use super::{
    CALL, CONVENTION, INTERNAL_TAG, Memory, REQUEST_SPANS,
    calls::{Call, Counts, Request},
};
use crate::native::SpanReport;
use model::{
    ProjectId,
    telemetry::{Span, SpanKind},
};

impl Memory {
    pub(in crate::agents) fn of_span(&mut self, project: ProjectId, span: &mut Span, reports: &mut Vec<SpanReport>) {
        let turn = self.traces.entry((project, span.trace_id));
        if span.session_id.is_some() {
            turn.session.clone_from(&span.session_id);
        }
        if span.request_model.is_some() {
            turn.model.clone_from(&span.request_model);
            for call in turn.calls.without_model() {
                reports.extend(report(call, span, &turn.model, &turn.session));
            }
        }
        if span.kind == SpanKind::Llm {
            span.session_id = span.session_id.take().or_else(|| turn.session.clone());
            span.request_model = span.request_model.take().or_else(|| turn.model.clone());
            if REQUEST_SPANS.contains(&span.name.as_str()) {
                let request = Request { span: span.span_id, start: span.start_time };
                if let Some(call) = turn.calls.requested(request) {
                    reports.extend(call.counts.as_ref().map(|counts| moved(span, counts)));
                    reports.extend(report(call, span, &turn.model, &turn.session));
                }
            } else if let Some(call) = Counts::of(span).and_then(|counts| turn.calls.counted(counts)) {
                if call.request.is_some() {
                    reports.extend(report(call, span, &turn.model, &turn.session));
                    give_away(span);
                } else {
                    call.model_told = turn.model.is_some();
                }
            }
        }
        if span.kind == SpanKind::Other && span.source.convention == CONVENTION {
            span.tags.push(INTERNAL_TAG.to_owned());
        }
    }
}

/// What is known of a call, as a report of the span that stands for it. `of`: any span of its turn.
fn report(call: &mut Call, of: &Span, model: &Option<String>, session: &Option<String>) -> Option<SpanReport> {
    let Request { span: id, start } = call.span()?;
    let mut span = beside(of, id, start);
    span.operation = Some("chat".to_owned());
    span.request_model.clone_from(model);
    span.session_id.clone_from(session);
    if let Some(counts) = &call.counts {
        span.usage = counts.usage;
        span.quality.clone_from(&counts.quality);
        span.end_at(counts.end);
    }
    call.model_told = model.is_some();
    Some(SpanReport::elsewhere(span, CALL))
}

/// Counts that stood for a call of their own until their request came: it is the call.
fn moved(of: &Span, counts: &Counts) -> SpanReport {
    let mut span = beside(of, counts.span, counts.start);
    span.billed = false;
    SpanReport::elsewhere(span, "")
}

/// A report of another model call's span of the same trace.
fn beside(of: &Span, id: model::SpanId, start: model::Timestamp) -> Span {
    let mut span = Span::new(of.trace_id, id, "", start);
    span.kind = SpanKind::Llm;
    span.service.clone_from(&of.service);
    span.environment.clone_from(&of.environment);
    span.release.clone_from(&of.release);
    span.source.clone_from(&of.source);
    span.ingest_time = of.ingest_time;
    span
}

/// The span that read the last event of a stream is none of its call, whose counts are told of the request.
fn give_away(span: &mut Span) {
    span.kind = SpanKind::Other;
    span.usage = Default::default();
    span.quality.clear();
    span.request_model = None;
}
