//! Values of fields, for pickers and completion.

use super::Items;
use crate::{
    AppState,
    auth::{Authorized, Read},
    http::{ApiResult, Json, Path, Problem, ProblemDocument, Query},
    params::{Scope, given, limit},
};
use axum::extract::State;
use model::{
    filter::{Field, FieldType},
    telemetry::RowKind,
};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct FieldParams {
    /// Whose field: `span` (default), `log` or `metric`.
    #[param(value_type = Option<RowKind>)]
    kind: Option<String>,
    /// Most values, 1 to 1000. Default: 50.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct FieldValue {
    value: String,
    /// Rows that have it.
    count: u64,
}

/// Values of a text field, most frequent first
#[utoipa::path(get, path = "/api/v1/fields/{field}/values", tag = "read", params(("field" = String, Path, description = "A field of the filter language, such as `model` or `user`"), Scope, FieldParams), responses((status = 200, body = Items<FieldValue>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn field_values(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Path(field): Path<String>,
    Query(scope): Query<Scope>,
    Query(params): Query<FieldParams>,
) -> ApiResult<Json<Items<FieldValue>>> {
    let kind = kind_of(&params.kind)?.unwrap_or(RowKind::Span);
    let column = match Field::lookup(kind, &field) {
        Some(Field::Column(column, FieldType::Text | FieldType::TextSet)) => column,
        Some(Field::Model) => "model",
        _ => return Err(Problem::invalid("field", "expected a text field of the filter language, such as model, user or env")),
    };
    let limit = limit(&params.limit, 50, 1_000)?;
    let values = state.store.field_values(caller.project, kind, column, scope.range()?, scope.filter(kind)?, limit).await?;
    Ok(Json(Items { items: values.into_iter().map(|(value, count)| FieldValue { value, count }).collect() }))
}

/// `span`, `log` or `metric`; scores have no fields to pick from yet.
pub(super) fn kind_of(text: &Option<String>) -> ApiResult<Option<RowKind>> {
    let known = |name: &str| RowKind::from_name(name).filter(|kind| *kind != RowKind::Score);
    given(text).map(|name| known(name).ok_or_else(|| Problem::invalid("kind", "expected span, log or metric"))).transpose()
}
