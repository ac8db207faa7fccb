//! What the SDK looks at before it sends, and the pages that it shows to its users.

use crate::{
    auth::{Authorized, Ingest},
    http::{ApiResult, Json, Path, Problem, Query},
    native::links::Dashboard,
};
use axum::{http::StatusCode, response::Redirect};
use protocol::native::opik;
use serde::Deserialize;
use serde_json::{Value, json};

/// The API's version that is spoken here: the SDK's of the tests. From 2.2.8 on the SDK sends parts of a dataset at once.
const VERSION: &str = "2.2.122";

pub(super) async fn ping() -> Json<Value> {
    Json(json!({"message": "Healthy Server", "healthy": true}))
}

pub(super) async fn version() -> Json<Value> {
    Json(json!({"version": VERSION}))
}

/// `auth_check()`: the extractor has checked.
pub(super) async fn check_access(_caller: Authorized<Ingest>) -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The one workspace that there is: a key belongs to a project.
pub(super) async fn workspace(_caller: Authorized<Ingest>) -> Json<Value> {
    Json(json!({"workspaceName": "default"}))
}

#[derive(Deserialize)]
pub(super) struct OfTrace {
    trace_id: Option<String>,
}

/// "Started logging traces to … at": leads to the trace. What may be seen there is the dashboard's to decide.
pub(super) async fn trace_page(dashboard: Dashboard, Query(asked): Query<OfTrace>) -> Redirect {
    match asked.trace_id {
        Some(id) => Redirect::to(&dashboard.trace(opik::trace_id(&id)).0),
        None => Redirect::to(dashboard.home()),
    }
}

#[derive(Deserialize)]
pub(super) struct OfExperiments {
    /// A list, as JSON.
    experiments: String,
}

pub(super) async fn experiment_page(dashboard: Dashboard, Query(asked): Query<OfExperiments>) -> ApiResult<Redirect> {
    let ids: Vec<String> = serde_json::from_str(&asked.experiments).unwrap_or_default();
    let id = ids.first().ok_or_else(|| Problem::invalid("experiments", "expected a JSON list of ids"))?;
    Ok(Redirect::to(&dashboard.experiment(id).0))
}

pub(super) async fn dataset_page(dashboard: Dashboard, Path((_workspace, _project, id)): Path<(String, String, String)>) -> Redirect {
    Redirect::to(&dashboard.dataset(&id).0)
}
