//! Lists of one's own prices: one for each project, one for all of them.

use crate::{
    AppState,
    auth::{Admin, Authorized, Caller},
    http::{ApiResult, Json, Path, Problem, ProblemDocument},
    prices::version_name,
    routes::projects::managed_project,
};
use axum::extract::State;
use model::{ProjectId, Timestamp};
use pricing::CustomPrices;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use utoipa::ToSchema;

/// The scope of the list that goes for every project.
const ALL: &str = "all";

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnPrices {
    /// 0: no list was set yet. A change names the version that it is made to.
    version: u64,
    updated_at: Option<Timestamp>,
    /// Entries in order, the first that matches a call decides: `{id, provider?, model, from?, until?, prices | discount}`. In `provider`
    /// and `model`, `*` stands for any text; `prices` are US dollars per million tokens; `discount` is a part of the book's price.
    prices: Vec<Value>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnPricesChange {
    /// The version that was read.
    version: u64,
    #[schema(value_type = Vec<Value>)]
    prices: Box<RawValue>,
}

/// Prices of a project's own, or of all projects
#[utoipa::path(get, path = "/api/v1/prices/lists/{scope}", tag = "costs", params(("scope" = String, Path, description = "`all`, or the id of a project")), responses((status = 200, body = OwnPrices), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn get_price_list(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Path(scope): Path<String>,
) -> ApiResult<Json<OwnPrices>> {
    let scope = scope_of(&caller, &scope)?;
    let Some(list) = state.prices.price_list(scope).await? else {
        return Ok(Json(OwnPrices { version: 0, updated_at: None, prices: Vec::new() }));
    };
    let prices = serde_json::from_str(&list.prices).map_err(Problem::internal)?;
    Ok(Json(OwnPrices { version: list.version, updated_at: Some(list.updated_at), prices }))
}

/// Replaces the prices of a project's own, or of all projects
///
/// They go for calls that come in from now on; what is stored keeps its cost. 409 when somebody else has changed the list since it was read.
#[utoipa::path(put, path = "/api/v1/prices/lists/{scope}", tag = "costs", params(("scope" = String, Path, description = "`all`, or the id of a project")), request_body = OwnPricesChange, responses((status = 200, body = OwnPrices), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn set_price_list(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Path(scope): Path<String>,
    Json(change): Json<OwnPricesChange>,
) -> ApiResult<Json<OwnPrices>> {
    let scope = scope_of(&caller, &scope)?;
    let text = change.prices.get();
    CustomPrices::from_json(&version_name(scope, change.version + 1), text.as_bytes())
        .map_err(|error| Problem::invalid("prices", error.to_string()))?;
    let list = state.prices.set_price_list(scope, change.version, text).await?;
    let prices = serde_json::from_str(text).map_err(Problem::internal)?;
    Ok(Json(OwnPrices { version: list.version, updated_at: Some(list.updated_at), prices }))
}

fn scope_of(caller: &Caller, scope: &str) -> ApiResult<Option<ProjectId>> {
    match scope {
        ALL if caller.is_operator() => Ok(None),
        ALL => Err(Problem::forbidden("prices of all projects belong to the admin, not to a project's key")),
        project => managed_project(caller, project).map(Some),
    }
}
