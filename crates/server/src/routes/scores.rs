//! Scores, comments and bookmarks: late facts about spans, traces and sessions.

use super::trace_ids::{span_candidates, trace_candidates};
use crate::{
    AppState,
    auth::{Authorized, Ingest, Read},
    http::{ApiResult, Json, Path, Problem, ProblemDocument, Query},
    ingest,
    params::{Page, Scope, given},
};
use axum::{extract::State, http::StatusCode};
use model::{
    Timestamp,
    filter::{Field, FieldType, Filter},
    query::{ListQuery, ScorePage},
    telemetry::{Incoming, RowBatch, RowKind},
};
use serde::Deserialize;
use utoipa::IntoParams;

/// What the facts are about. Without a range, such reads are of all time.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct TargetParams {
    /// Only facts about this trace and its spans: 32 hex digits, a UUID, or the client's own id.
    trace_id: Option<String>,
    /// With `trace_id`, only facts about this span: 16 hex digits, or the client's own id.
    span_id: Option<String>,
    /// Only facts about this session.
    session_id: Option<String>,
}

impl TargetParams {
    fn filter(&self) -> ApiResult<Option<Filter>> {
        match (given(&self.trace_id), given(&self.span_id), given(&self.session_id)) {
            (None, None, None) => Ok(None),
            (Some(trace), Some(span), None) => {
                let candidates = span_candidates(trace, span)?;
                let of_span =
                    |(trace, span): (model::TraceId, model::SpanId)| equal("trace_id", trace.to_hex()).and(equal("span_id", span.to_hex()));
                Ok(Some(Filter::Or(candidates.into_iter().map(of_span).collect())))
            }
            (Some(trace), None, None) => {
                let candidates = trace_candidates(trace)?;
                Ok(Some(Filter::Or(candidates.into_iter().map(|trace| equal("trace_id", trace.to_hex())).collect())))
            }
            (None, None, Some(session)) => Ok(Some(equal("session_id", session.to_owned()))),
            (None, Some(_), _) => Err(Problem::invalid("trace_id", "expected the trace of the span; it is required with span_id")),
            (Some(_), _, Some(_)) => Err(Problem::invalid("session_id", "expected either trace_id or session_id, found both")),
        }
    }
}

fn equal(column: &'static str, text: String) -> Filter {
    Filter::equal(Field::Column(column, FieldType::Text), text)
}

/// Scores, comments and bookmarks, newest first by when they were made
#[utoipa::path(get, path = "/api/v1/scores", tag = "scores", params(Scope, Page, TargetParams), responses((status = 200, body = ScorePage), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_scores(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(scope): Query<Scope>,
    Query(page): Query<Page>,
    Query(target): Query<TargetParams>,
) -> ApiResult<Json<ScorePage>> {
    let mut query = scope.list_query(caller.project, RowKind::Score, &page)?;
    if let Some(about) = target.filter()? {
        query = ListQuery { range: scope.range_or_all()?, filter: query.filter.and(about), ..query };
    }
    Ok(Json(state.store.list_scores(query).await?))
}

/// Takes a score, comment or bookmark away
#[utoipa::path(delete, path = "/api/v1/scores/{score_id}", tag = "scores", params(("score_id" = String, Path)), responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn delete_score(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(score_id): Path<String>,
) -> ApiResult<StatusCode> {
    let score = state.store.score(caller.project, &score_id).await?.ok_or_else(|| Problem::not_found("score"))?;
    let deletion = Incoming::new(score.deletion(Timestamp::now()), None);
    let batch = RowBatch { scores: vec![deletion], ..RowBatch::new(caller.project) };
    ingest::store(&state, RowKind::Score, batch, Vec::new()).await?;
    Ok(StatusCode::NO_CONTENT)
}
