//! Observations that a client names without their trace.

use crate::{AppState, http::ApiResult};
use model::{
    ProjectId, SpanId, TimeRange, TraceId,
    filter::{Field, Filter},
    query::ListQuery,
    telemetry::RowKind,
};

/// The trace of an observation, whatever its age.
pub(super) async fn trace_of_observation(state: &AppState, project: ProjectId, span: SpanId) -> ApiResult<Option<TraceId>> {
    let filter = Field::lookup(RowKind::Span, "span_id").map_or(Filter::All, |field| Filter::equal(field, span.to_hex()));
    let found = state.store.list_spans(ListQuery { project, range: TimeRange::ALL, filter, limit: 1, cursor: None }).await?;
    Ok(found.items.first().map(|span| span.trace_id))
}
