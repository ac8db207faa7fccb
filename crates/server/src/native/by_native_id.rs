//! Spans by the ids of clients that do not tell the trace.

use crate::{AppState, http::ApiResult};
use model::{
    ProjectId, TimeRange, Timestamp,
    filter::{Field, FieldType, Filter},
    query::ListQuery,
    telemetry::Span,
    time::NANOS_PER_DAY,
};
use protocol::{native_span_id, native_trace_id, uuid_time};

/// A span by its client's id, in any case.
pub(super) async fn span_by_native_id(state: &AppState, project: ProjectId, convention: &str, id: &str) -> ApiResult<Option<Span>> {
    let id = id.to_lowercase();
    // The root of a trace has the trace's id.
    let root = (native_trace_id(convention, &id), native_span_id(convention, &id));
    if let Some(span) = state.store.span(project, root.0, root.1).await? {
        return Ok(Some(span));
    }
    let is = |name: &'static str, text: &str| Filter::equal(Field::Column(name, FieldType::Text), text);
    let filter = is("span_id", &root.1.to_hex()).and(is("convention", convention));
    let made = uuid_time(&id).map(around);
    for range in made.into_iter().chain([TimeRange::ALL]) {
        let query = ListQuery { project, range, filter: filter.clone(), limit: 1, cursor: None };
        if let Some(found) = state.store.list_spans(query).await?.items.pop() {
            return Ok(state.store.span(project, found.trace_id, found.span_id).await?);
        }
    }
    Ok(None)
}

/// Spans begin when their ids are made, but for clocks and queues.
fn around(time: Timestamp) -> TimeRange {
    TimeRange { from: time.saturating_add_nanos(-NANOS_PER_DAY), to: time.saturating_add_nanos(NANOS_PER_DAY) }
}
