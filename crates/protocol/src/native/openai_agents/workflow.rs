//! A trace as the span around its spans.

use super::{CONVENTION, begin, required};
use crate::{
    IngestContext, RowError,
    ids::native_span_id,
    native::{SpanReport, json::take_text},
};
use model::{
    Timestamp, TraceId,
    telemetry::{Attributes, Span, SpanKind},
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// `{id, workflow_name, group_id, metadata}`.
pub(super) fn read(mut fields: Map<String, Value>, context: &IngestContext) -> Result<Span, RowError> {
    let id = required(&mut fields, "id")?;
    let mut span = begin(&id, id.clone(), context.received_at, context);
    span.kind = SpanKind::Workflow;
    span.name = take_text(&mut fields, "workflow_name").unwrap_or_default();
    span.session_id = take_text(&mut fields, "group_id");
    if let Some(Value::Object(metadata)) = fields.remove("metadata") {
        span.payload.metadata = metadata.into_iter().collect::<Attributes>();
        let user = ["user_id", "userId"].iter().find_map(|name| span.payload.metadata.get(*name)?.as_str().map(str::to_owned));
        span.user_id = user;
    }
    fields.retain(|_, value| !value.is_null());
    span.payload.attributes.extend(fields);
    Ok(span)
}

/// The workflows that a request tells of, or of whose spans.
#[derive(Default)]
pub(super) struct Workflows(BTreeMap<TraceId, Workflow>);

#[derive(Default)]
struct Workflow {
    told: Option<Span>,
    /// Of the outermost spans in the request.
    begun: Option<Timestamp>,
    ended: Option<Timestamp>,
    trace: Option<Span>,
}

impl Workflows {
    pub(super) fn told(&mut self, span: Span) {
        let trace = span.trace_id;
        self.0.entry(trace).or_default().told = Some(span);
    }

    /// Takes note of a span; those without a parent are the workflow's own.
    pub(super) fn contains(&mut self, span: &Span, context: &IngestContext) {
        let Some(native_trace) = span.payload.attributes.get("native_trace_id").and_then(Value::as_str) else { return };
        if span.parent_span_id != Some(native_span_id(CONVENTION, native_trace)) {
            return;
        }
        let workflow = self.0.entry(span.trace_id).or_default();
        workflow.begun = workflow.begun.into_iter().chain([span.start_time]).min();
        workflow.ended = workflow.ended.into_iter().chain(span.end_time).max();
        workflow.trace.get_or_insert_with(|| begin(native_trace, native_trace.to_owned(), context.received_at, context));
    }

    /// A workflow begins with the first of its spans and ends with the last, as far as is known by now.
    pub(super) fn into_reports(self) -> impl Iterator<Item = SpanReport> {
        self.0.into_values().filter_map(|workflow| {
            let mut span = workflow.told.or(workflow.trace)?;
            span.start_time = workflow.begun.unwrap_or(span.start_time);
            if let Some(ended) = workflow.ended {
                span.end_at(ended);
            }
            Some(SpanReport::update(span))
        })
    }
}
