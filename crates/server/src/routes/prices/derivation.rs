//! How the cost of a span came about.

use crate::{
    AppState,
    auth::{Authorized, Read},
    http::{ApiResult, Json, Path, Problem, ProblemDocument},
    routes::trace_ids::span_candidates,
};
use axum::extract::State;
use model::{Money, telemetry::CostSource};
use pricing::{Derivation, explain};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SpanCost {
    /// The cost that is stored.
    stored_usd: Option<Money>,
    stored_source: CostSource,
    stored_price_id: Option<String>,
    stored_price_version: Option<String>,
    /// How today's prices lead to a cost: the same as the stored one, unless prices have changed since.
    derivation: Derivation,
    /// Today's prices give another cost than the stored one.
    is_outdated: bool,
}

/// How the cost of a span came about: buckets, prices, decisions, sum
#[utoipa::path(get, path = "/api/v1/spans/{trace_id}/{span_id}/cost", tag = "costs", params(("trace_id" = String, Path, description = "32 hex digits, a UUID, or the client's own id"), ("span_id" = String, Path, description = "16 hex digits, or the client's own id")), responses((status = 200, body = SpanCost), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn span_cost(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Path((trace, span)): Path<(String, String)>,
) -> ApiResult<Json<SpanCost>> {
    for (trace, span) in span_candidates(&trace, &span)? {
        if let Some(span) = state.store.span(caller.project, trace, span).await? {
            let prices = state.known_prices.of(state.prices.as_ref(), caller.project).await?;
            let derivation = prices.with(|prices| explain(prices, &span));
            let cost = span.cost;
            return Ok(Json(SpanCost {
                stored_usd: cost.total_usd,
                stored_source: cost.source,
                stored_price_id: cost.price_id,
                stored_price_version: cost.price_version,
                is_outdated: derivation.total_usd != cost.total_usd,
                derivation,
            }));
        }
    }
    Err(Problem::not_found("span"))
}
