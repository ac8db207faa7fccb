//! Requests whose cost is unknown, and why.

use crate::{
    AppState,
    auth::{Authorized, Read},
    http::{ApiResult, Problem, ProblemDocument, Query, cached_json},
    params::Scope,
};
use axum::{extract::State, response::Response};
use model::{
    StoreResult,
    filter::{Filter, parse},
    query::{CostGroup, CostQuery, CostRow},
    telemetry::RowKind,
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// More is no list that anybody reads.
const MAX_MODELS: usize = 500;
/// Notes of `quality` that say why a cost is unknown: `docs/cost.md`.
const REASONS: [&str; 5] = ["unpriced_model", "missing_bucket_price", "input_tokens_unknown", "output_tokens_unknown", "implausible_usage"];

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnpricedAnswer {
    /// All requests that match.
    requests: u64,
    unpriced_requests: u64,
    /// Which part of the requests is priced, 0 to 1. Null without requests.
    coverage: Option<f64>,
    /// Most requests first; at most 500.
    items: Vec<UnpricedModel>,
}

/// The unpriced requests of one provider and model.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnpricedModel {
    provider: Option<String>,
    model: Option<String>,
    requests: u64,
    failed_requests: u64,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    total_tokens: Option<u64>,
    /// Most frequent first. A request may have several, or none: then nothing was noted when it came in.
    reasons: Vec<UnpricedReason>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnpricedReason {
    /// A data-quality note, such as `unpriced_model`.
    note: String,
    requests: u64,
}

/// Requests whose cost is unknown, by provider and model, with the reasons
#[utoipa::path(get, path = "/api/v1/costs/unpriced", tag = "costs", params(Scope), responses((status = 200, body = UnpricedAnswer), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn unpriced_costs(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(scope): Query<Scope>,
) -> ApiResult<Response> {
    let base = scope.dashboard_query(caller.project)?;
    let by_model = vec![CostGroup::Provider, CostGroup::Model];
    let query =
        CostQuery { project: base.project, range: base.range, filter: base.filter, group_by: by_model, interval: None, limit: MAX_MODELS };
    let unpriced = CostQuery { filter: query.filter.clone().and(condition("-cost:*")?), ..query.clone() };
    let reasons = REASONS.iter().map(|note| Ok((*note, unpriced.filter.clone().and(condition(&format!("quality:{note}"))?))));
    let reasons: Vec<(&str, Filter)> = reasons.collect::<ApiResult<_>>()?;
    let answer = async {
        let all = CostQuery { group_by: Vec::new(), ..query.clone() };
        let total = state.store.costs(all).await?.rows.into_iter().next().unwrap_or_default();
        let rows = state.store.costs(unpriced.clone()).await?.rows;
        let mut models: Vec<UnpricedModel> = rows.into_iter().map(UnpricedModel::from).collect();
        for (note, filter) in reasons {
            add_reason(&state, CostQuery { filter, ..unpriced.clone() }, note, &mut models).await?;
        }
        for model in &mut models {
            model.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.requests));
        }
        Ok(UnpricedAnswer {
            requests: total.requests,
            unpriced_requests: total.requests - total.priced_requests,
            coverage: (total.requests > 0).then(|| total.priced_requests as f64 / total.requests as f64),
            items: models,
        })
    };
    cached_json(&state, "unpriced", &query, answer).await
}

/// A condition of our own.
fn condition(text: &str) -> ApiResult<Filter> {
    parse(text, RowKind::Span).map_err(Problem::internal)
}

async fn add_reason(state: &AppState, query: CostQuery, note: &str, models: &mut [UnpricedModel]) -> StoreResult<()> {
    let rows = state.store.costs(query).await?.rows;
    let counts: BTreeMap<_, u64> = rows.iter().map(|row| (row.groups.as_slice(), row.requests)).collect();
    for model in models {
        if let Some(requests) = counts.get([model.provider.clone(), model.model.clone()].as_slice()) {
            model.reasons.push(UnpricedReason { note: note.to_owned(), requests: *requests });
        }
    }
    Ok(())
}

impl From<CostRow> for UnpricedModel {
    fn from(row: CostRow) -> Self {
        let mut groups = row.groups.into_iter();
        Self {
            provider: groups.next().flatten(),
            model: groups.next().flatten(),
            requests: row.requests,
            failed_requests: row.failed_requests,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            total_tokens: row.total_tokens,
            reasons: Vec::new(),
        }
    }
}
