//! Experiments: every name is one, from the first time that it is asked for.

use crate::{
    auth::{Authorized, Ingest},
    http::{ApiResult, Json, Problem, Query},
};
use protocol::native::mlflow::{experiment_id, experiment_json};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub(super) struct ById {
    experiment_id: String,
}

#[derive(Deserialize)]
pub(super) struct ByName {
    experiment_name: String,
}

#[derive(Deserialize)]
pub(super) struct New {
    name: String,
}

pub(super) async fn by_id(_caller: Authorized<Ingest>, Query(query): Query<ById>) -> ApiResult<Json<Value>> {
    answer(&query.experiment_id)
}

pub(super) async fn by_name(_caller: Authorized<Ingest>, Query(query): Query<ByName>) -> ApiResult<Json<Value>> {
    answer(&experiment_id(&query.experiment_name))
}

pub(super) async fn create(_caller: Authorized<Ingest>, Json(new): Json<New>) -> ApiResult<Json<Value>> {
    Ok(Json(json!({"experiment_id": experiment_id(&new.name)})))
}

fn answer(id: &str) -> ApiResult<Json<Value>> {
    if id.is_empty() {
        return Err(Problem::bad_request("expected an experiment"));
    }
    Ok(Json(json!({"experiment": experiment_json(id)})))
}
