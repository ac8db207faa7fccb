//! Erasing: asked for here, hidden at once, physically gone when its receipt says so.

use super::Items;
use crate::{
    AppState,
    auth::{Admin, Authorized},
    http::{ApiResult, Json, Path, Problem, ProblemDocument, Query},
    params,
};
use axum::{
    extract::State,
    http::{HeaderName, StatusCode, header},
};
use model::{
    erase::{EraseTarget, Erasure},
    filter::{self, Filter},
    ports::Topic,
    query::MAX_PAGE,
    telemetry::RowKind,
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

const DEFAULT_RECEIPTS: usize = 50;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Newest {
    /// Receipts to list, 1 to 1000. Default: 50.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
}

/// Erases rows of the caller's project
///
/// When it answers, no read shows rows that were stored before and that the target names; rows that are sent later are not touched.
/// Files lose the rows soon after: the receipt, under the address in `Location`, says when. Backups are not reached.
#[utoipa::path(post, path = "/api/v1/erasures", tag = "erasing", request_body = EraseTarget, responses((status = 202, body = Erasure, headers(("Location" = String, description = "Address of the receipt"))), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn erase(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Json(body): Json<Value>,
) -> ApiResult<(StatusCode, [(HeaderName, String); 1], Json<Erasure>)> {
    let target = checked_target(body)?;
    let receipt = state.store.erase(caller.project, target).await?;
    // Whoever runs the jobs begins to rewrite.
    state.bus.publish(&Topic::Committed, bytes::Bytes::new()).await;
    let location = format!("/api/v1/erasures/{}", receipt.id);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(receipt)))
}

/// Receipts of erasures, newest first
#[utoipa::path(get, path = "/api/v1/erasures", tag = "erasing", params(Newest), responses((status = 200, body = Items<Erasure>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_erasures(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Query(newest): Query<Newest>,
) -> ApiResult<Json<Items<Erasure>>> {
    let limit = params::limit(&newest.limit, DEFAULT_RECEIPTS, MAX_PAGE)?;
    Ok(Json(Items { items: state.store.erasures(caller.project, limit).await? }))
}

/// A receipt: whether and since when the rows are hidden, out of live files, and gone
#[utoipa::path(get, path = "/api/v1/erasures/{id}", tag = "erasing", params(("id" = String, Path)), responses((status = 200, body = Erasure), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn get_erasure(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Path(id): Path<String>,
) -> ApiResult<Json<Erasure>> {
    let id = id.parse().map_err(|_| Problem::not_found("erasure"))?;
    let receipt = state.store.erasure(caller.project, id).await?;
    receipt.map(Json).ok_or_else(|| Problem::not_found("erasure"))
}

/// A mistake here deletes what nobody meant, so that every field must be one that the kind of target knows.
fn checked_target(body: Value) -> ApiResult<EraseTarget> {
    let named: Vec<String> = body.as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default();
    let target: EraseTarget = serde_json::from_value(body).map_err(|error| Problem::invalid("body", error.to_string()))?;
    let known: &[&str] = match &target {
        EraseTarget::Trace { .. } => &["by", "trace_id"],
        EraseTarget::Session { .. } => &["by", "session_id"],
        EraseTarget::User { .. } => &["by", "user_id"],
        EraseTarget::Filter { .. } => &["by", "filter", "from", "to"],
        EraseTarget::Project => &["by"],
    };
    if let Some(unknown) = named.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(Problem::invalid(unknown, format!("expected only {} here", known.join(", "))));
    }
    let empty = |field: &str| Problem::invalid(field, "expected a text that is not empty");
    match &target {
        EraseTarget::Session { session_id } if session_id.is_empty() => Err(empty("session_id")),
        EraseTarget::User { user_id } if user_id.is_empty() => Err(empty("user_id")),
        EraseTarget::Filter { filter, from, to } => {
            let parsed = filter::parse(filter, RowKind::Span).map_err(|error| Problem::invalid("filter", error.to_string()))?;
            if parsed == Filter::All {
                return Err(Problem::invalid(
                    "filter",
                    "expected a filter that is not empty; everything is erased with {\"by\": \"project\"}",
                ));
            }
            match (from, to) {
                (Some(from), Some(to)) if from >= to => {
                    Err(Problem::invalid("from", format!("expected a time before `to` ({to}), got {from}")))
                }
                _ => Ok(target),
            }
        }
        _ => Ok(target),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn blamed(body: Value) -> String {
        checked_target(body).unwrap_err().errors[0].field.clone()
    }

    #[test]
    fn good_targets_are_taken() {
        for body in [
            json!({"by": "trace", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}),
            json!({"by": "session", "session_id": "s 1"}),
            json!({"by": "user", "user_id": "ann"}),
            json!({"by": "filter", "filter": "env:test status:error"}),
            json!({"by": "filter", "filter": "user:ann", "from": "2026-01-01T00:00:00Z", "to": null}),
            json!({"by": "project"}),
        ] {
            assert!(checked_target(body.clone()).is_ok(), "{body}");
        }
    }

    #[test]
    fn what_could_erase_more_than_was_meant_is_refused_by_name() {
        for (body, field) in [
            (json!({"by": "project", "user_id": "ann"}), "user_id"),
            (json!({"by": "filter", "filter": "env:test", "form": "2026-01-01T00:00:00Z"}), "form"),
            (json!({"by": "user", "user_id": ""}), "user_id"),
            (json!({"by": "session", "session_id": ""}), "session_id"),
            (json!({"by": "filter", "filter": "  "}), "filter"),
            (json!({"by": "filter", "filter": "cost>"}), "filter"),
            (json!({"by": "filter", "filter": "a", "from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}), "from"),
            (json!({"by": "trace", "trace_id": "xyz"}), "body"),
            (json!({"by": "everything"}), "body"),
            (json!({}), "body"),
            (json!([]), "body"),
            (json!("project"), "body"),
        ] {
            assert_eq!(blamed(body.clone()), field, "{body}");
        }
    }
}
