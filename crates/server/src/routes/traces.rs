//! Traces.

use super::{
    attached::{Annotated, attach},
    trace_ids::trace_candidates,
};
use crate::{
    AppState,
    auth::{Authorized, Read},
    http::{ApiResult, Json, Path, Problem, ProblemDocument, Query},
    params::{Page, Scope},
};
use axum::extract::State;
use model::{
    query::{MAX_PAGE, TraceDetail, TracePage},
    telemetry::RowKind,
};

/// Traces with a matching span, newest first
#[utoipa::path(get, path = "/api/v1/traces", tag = "read", params(Scope, Page), responses((status = 200, body = TracePage), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_traces(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(scope): Query<Scope>,
    Query(page): Query<Page>,
) -> ApiResult<Json<TracePage>> {
    let query = scope.list_query(caller.project, RowKind::Span, &page)?;
    let mut page = state.store.list_traces(query).await?;
    attach(&state, caller.project, page.items.iter_mut()).await?;
    Ok(Json(page))
}

/// One trace, whatever its age: totals over all of it, and its spans by start
///
/// Large traces come in pages of up to 1000 spans; follow `next_cursor`.
#[utoipa::path(get, path = "/api/v1/traces/{trace_id}", tag = "read", params(("trace_id" = String, Path, description = "32 hex digits, a UUID, or the client's own id"), Page), responses((status = 200, body = TraceDetail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn get_trace(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Path(trace): Path<String>,
    Query(page): Query<Page>,
) -> ApiResult<Json<TraceDetail>> {
    let (candidates, limit, cursor) = (trace_candidates(&trace)?, page.limit(MAX_PAGE)?, page.cursor()?);
    for trace in candidates {
        if let Some(mut found) = state.store.trace(caller.project, trace, cursor.clone(), limit).await? {
            let spans = found.spans.iter_mut().map(|span| span as &mut dyn Annotated);
            attach(&state, caller.project, std::iter::once(&mut found.summary as &mut dyn Annotated).chain(spans)).await?;
            return Ok(Json(found));
        }
    }
    Err(Problem::not_found("trace"))
}
