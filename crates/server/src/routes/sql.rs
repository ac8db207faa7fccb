//! Read-only SQL.

use crate::{
    AppState,
    auth::{Authorized, Read},
    http::{ApiResult, Json, Problem, ProblemDocument},
};
use axum::extract::State;
use model::query::{SqlLimits, SqlQuery, SqlResult};
use serde::Deserialize;

/// Longer queries could exhaust the planner.
const MAX_QUERY_BYTES: usize = 64 * 1024;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct SqlRequest {
    /// One `SELECT` over `spans`, `logs`, `metrics` and `scores`. There is no implied time range.
    #[schema(example = "SELECT provider, count(*) AS calls, sum(cost_usd) AS cost FROM spans GROUP BY provider")]
    query: String,
    /// Most rows to answer; at most the server's limit (100,000), which is the default.
    #[serde(default)]
    max_rows: Option<usize>,
}

/// Answers one read-only query over the caller's project
#[utoipa::path(post, path = "/api/v1/sql", tag = "read", request_body = SqlRequest, responses((status = 200, body = SqlResult), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn sql(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Json(request): Json<SqlRequest>,
) -> ApiResult<Json<SqlResult>> {
    if request.query.len() > MAX_QUERY_BYTES {
        return Err(Problem::invalid("query", format!("expected at most {MAX_QUERY_BYTES} bytes")));
    }
    if request.query.trim().is_empty() {
        return Err(Problem::invalid("query", "expected a SELECT"));
    }
    if request.max_rows == Some(0) {
        return Err(Problem::invalid("max_rows", "expected 1 or more"));
    }
    let max_rows = request.max_rows.unwrap_or(usize::MAX).min(state.config.sql.max_rows);
    let limits = SqlLimits { max_rows, ..state.config.sql };
    Ok(Json(state.store.sql(SqlQuery { project: caller.project, query: request.query, limits }).await?))
}
