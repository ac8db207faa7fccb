//! `POST /v1/annotations`: what people said of a span, a trace or a thread.

use super::envelope::Envelope;
use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::{ApiResult, Problem},
    ingest::{self, Received},
};
use axum::{body::Body, extract::State, http::HeaderMap};
use model::{
    ProjectId, SpanId, TimeRange, Timestamp, TraceId,
    filter::{Field, Filter},
    query::ListQuery,
    telemetry::{RowBatch, RowKind},
};
use protocol::native::deepeval;
use serde_json::json;

/// How far back the span of an annotation is looked for, when the client does not name its trace.
const LOOK_BACK_DAYS: i64 = 90;

pub(super) async fn annotate(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Envelope> {
    let Received { bytes, length, permits } = ingest::receive(&state, &headers, body).await?;
    let value = ingest::decode(length, move || ingest::single(&bytes)).await?;
    let trace = match deepeval::span_without_trace(&value) {
        Some(span) => trace_of(&state, caller.project, span).await?,
        None => None,
    };
    let context = ingest::context(&state, caller.project, RowKind::Score).await?;
    let score = deepeval::annotation(value, trace, &context).map_err(|error| Problem::invalid(error.field, error.message))?;
    let id = score.row.score_id.clone();
    let mut batch = RowBatch::new(caller.project);
    batch.scores.push(score);
    ingest::store(&state, RowKind::Score, batch, permits).await?;
    Ok(Envelope::new(json!({"id": id})))
}

async fn trace_of(state: &AppState, project: ProjectId, span: SpanId) -> ApiResult<Option<TraceId>> {
    let now = Timestamp::now();
    let from = now.saturating_add_nanos(-LOOK_BACK_DAYS * model::time::NANOS_PER_DAY);
    let range = TimeRange { from, to: now.saturating_add_nanos(model::time::NANOS_PER_DAY) };
    let filter = Field::lookup(RowKind::Span, "span_id").map_or(Filter::All, |field| Filter::equal(field, span.to_hex()));
    let found = state.store.list_spans(ListQuery { project, range, filter, limit: 1, cursor: None }).await?;
    Ok(found.items.first().map(|span| span.trace_id))
}
