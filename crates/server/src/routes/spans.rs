//! Spans: the list of calls, and one call with everything that was said.

use crate::{
    AppState,
    auth::{Authorized, Read},
    http::{ApiResult, Json, Path, Problem, ProblemDocument, Query},
    params::{Page, Scope},
};
use axum::extract::State;
use model::{
    SpanId, TraceId,
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
#[utoipa::path(get, path = "/api/v1/spans/{trace_id}/{span_id}", tag = "read", params(("trace_id" = String, Path, description = "32 hex digits"), ("span_id" = String, Path, description = "16 hex digits")), responses((status = 200, body = Span), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn get_span(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Path((trace, span)): Path<(String, String)>,
) -> ApiResult<Json<Span>> {
    let (trace, span) = (parse_trace_id(&trace)?, parse_span_id(&span)?);
    let found = state.store.span(caller.project, trace, span).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("span"))
}

/// Hex, or a UUID with its dashes.
pub(super) fn parse_trace_id(text: &str) -> ApiResult<TraceId> {
    let digits = if text.len() == 36 { text.replace('-', "") } else { text.to_owned() };
    digits.parse().map_err(|error: model::id::InvalidId| Problem::invalid("trace_id", error.to_string()))
}

fn parse_span_id(text: &str) -> ApiResult<SpanId> {
    text.parse().map_err(|error: model::id::InvalidId| Problem::invalid("span_id", error.to_string()))
}
