//! Spans: the list of calls, and one call with everything that was said.

use super::{
    attached::{attach, detailed},
    trace_ids::span_candidates,
};
use crate::{
    AppState,
    auth::{Authorized, Read},
    http::{ApiResult, Json, Path, Problem, ProblemDocument, Query},
    params::{Page, Scope},
};
use axum::extract::State;
use model::{
    query::{SpanDetail, SpanPage},
    telemetry::RowKind,
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
    let mut page = state.store.list_spans(query).await?;
    attach(&state, caller.project, page.items.iter_mut()).await?;
    Ok(Json(page))
}

/// One span with its payload, and what was said about it later
#[utoipa::path(get, path = "/api/v1/spans/{trace_id}/{span_id}", tag = "read", params(("trace_id" = String, Path, description = "32 hex digits, a UUID, or the client's own id"), ("span_id" = String, Path, description = "16 hex digits, or the client's own id")), responses((status = 200, body = SpanDetail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn get_span(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Path((trace, span)): Path<(String, String)>,
) -> ApiResult<Json<SpanDetail>> {
    for (trace, span) in span_candidates(&trace, &span)? {
        if let Some(found) = state.store.span(caller.project, trace, span).await? {
            return Ok(Json(detailed(&state, caller.project, found).await?));
        }
    }
    Err(Problem::not_found("span"))
}
