//! Spans: the list of calls, and one call with everything that was said.

use super::trace_ids::span_candidates;
use crate::{
    AppState,
    auth::{Authorized, Read},
    http::{ApiResult, Json, Path, Problem, ProblemDocument, Query},
    params::{Page, Scope},
};
use axum::extract::State;
use model::{
    query::SpanPage,
    telemetry::{RowKind, Span},
};

/// Spans, newest first
///
/// Lists carry previews of what was said; a single span has all of it.
#[utoipa::path(get, path = "/api/v1/spans", tag = "read", params(Scope, Page), responses((status = 200, body = SpanPage), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_spans(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(scope): Query<Scope>,
    Query(page): Query<Page>,
) -> ApiResult<Json<SpanPage>> {
    let query = scope.list_query(caller.project, RowKind::Span, &page)?;
    Ok(Json(state.store.list_spans(query).await?))
}

/// One span with its payload
#[utoipa::path(get, path = "/api/v1/spans/{trace_id}/{span_id}", tag = "read", params(("trace_id" = String, Path, description = "32 hex digits, a UUID, or the client's own id"), ("span_id" = String, Path, description = "16 hex digits, or the client's own id")), responses((status = 200, body = Span), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn get_span(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Path((trace, span)): Path<(String, String)>,
) -> ApiResult<Json<Span>> {
    for (trace, span) in span_candidates(&trace, &span)? {
        if let Some(found) = state.store.span(caller.project, trace, span).await? {
            return Ok(Json(found));
        }
    }
    Err(Problem::not_found("span"))
}
