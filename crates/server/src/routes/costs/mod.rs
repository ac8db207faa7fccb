//! What was used and paid: `/api/v1/costs`; `/unpriced` for what is in no sum; `/forecast` for what is to come.

mod answer;
mod csv;
mod forecast;
mod unpriced;

pub(crate) use forecast::{__path_cost_forecast, cost_forecast};
pub(crate) use unpriced::{__path_unpriced_costs, unpriced_costs};

use super::analytics::interval_of;
use crate::{
    AppState,
    auth::{Authorized, Read},
    http::{ApiResult, Problem, ProblemDocument, Query, cached_json},
    params::{Scope, given, limit},
};
use answer::CostAnswer;
use axum::{extract::State, response::Response};
use model::query::{CostGroup, CostQuery, MAX_COST_GROUPS, MAX_COST_ROWS};
use serde::Deserialize;
use utoipa::IntoParams;

const DEFAULT_ROWS: usize = 100;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct CostParams {
    /// What to split by, up to three separated by commas: `provider`, `model`, `user`, `session`, `agent`, `tag`, `prompt_name`,
    /// `prompt_version`, `environment`, `service`, `release`, `api_key` or `price_id`. Default: nothing.
    #[param(example = "model,user")]
    group_by: Option<String>,
    /// Sums of each interval apart: a whole number of minutes, hours or days, `1m` to `1d`. Default: sums of the whole range.
    #[param(example = "1d")]
    interval: Option<String>,
    /// Most rows, 1 to 10,000. Default: 100.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// `json` (default) or `csv`.
    format: Option<String>,
}

/// Tokens and costs of the requests of a range, split as asked
#[utoipa::path(get, path = "/api/v1/costs", tag = "costs", params(Scope, CostParams), responses((status = 200, body = CostAnswer), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn costs(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(scope): Query<Scope>,
    Query(params): Query<CostParams>,
) -> ApiResult<Response> {
    let base = scope.dashboard_query(caller.project)?;
    let interval = given(&params.interval).map(|_| interval_of(&params.interval, &base.range)).transpose()?;
    let query = CostQuery {
        project: base.project,
        range: base.range,
        filter: base.filter,
        group_by: groups(&params.group_by)?,
        interval,
        limit: limit(&params.limit, DEFAULT_ROWS, MAX_COST_ROWS)?,
    };
    let total = CostQuery { group_by: Vec::new(), interval: None, ..query.clone() };
    let answer = async {
        let (total, report) = tokio::try_join!(state.store.costs(total), state.store.costs(query.clone()))?;
        Ok(CostAnswer::of(&query, total, report))
    };
    match given(&params.format) {
        None | Some("json") => cached_json(&state, "costs", &query, answer).await,
        Some("csv") => csv::file(&query, &answer.await?),
        Some(_) => Err(Problem::invalid("format", "expected json or csv")),
    }
}

fn groups(text: &Option<String>) -> ApiResult<Vec<CostGroup>> {
    let mut groups = Vec::new();
    for name in given(text).into_iter().flat_map(|text| text.split(',')).map(str::trim).filter(|name| !name.is_empty()) {
        let group = CostGroup::from_name(name).ok_or_else(|| {
            Problem::invalid("group_by", format!("expected one of {}; found {name:?}", CostGroup::ALL.map(CostGroup::as_str).join(", ")))
        })?;
        if groups.contains(&group) {
            return Err(Problem::invalid("group_by", format!("expected each only once; found {name:?} again")));
        }
        groups.push(group);
    }
    if groups.len() > MAX_COST_GROUPS {
        return Err(Problem::invalid("group_by", format!("expected at most {MAX_COST_GROUPS}, found {}", groups.len())));
    }
    Ok(groups)
}
