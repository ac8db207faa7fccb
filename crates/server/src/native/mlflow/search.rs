//! Traces by a filter, and several at once by their ids.

use super::{
    expression,
    traces::{known, known_id},
};
use crate::{
    AppState,
    auth::{Authorized, SdkRead},
    http::{ApiResult, Json, Problem, Query},
};
use axum::extract::State;
use model::{
    TimeRange,
    filter::{Comparison, Field, FieldType, Filter, Operator, Value as FilterValue},
    query::{Cursor, ListQuery},
    telemetry::ScoreTarget,
};
use protocol::native::mlflow::{EXPERIMENT, trace_info_json, trace_json};
use serde::Deserialize;
use serde_json::{Value, json};

/// Traces of one page: each is read with its inputs and outputs. The client asks for what follows.
const MAX_TRACES: usize = 100;
/// Whole traces of one answer, which is what the client asks for by default.
const MAX_WHOLE_TRACES: usize = 10;
/// The experiment of traces that were logged to none.
const DEFAULT_EXPERIMENT: &str = "0";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Question {
    locations: Vec<Location>,
    filter: Option<String>,
    max_results: Option<usize>,
    order_by: Vec<String>,
    page_token: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Location {
    mlflow_experiment: Option<Experiment>,
}

#[derive(Debug, Deserialize)]
struct Experiment {
    experiment_id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Ids {
    trace_ids: Vec<String>,
}

/// `SearchTracesV3`: infos, newest first.
pub(super) async fn search(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Json(question): Json<Question>,
) -> ApiResult<Json<Value>> {
    if !question.order_by.iter().all(|order| is_newest_first(order)) {
        return Err(Problem::invalid("order_by", "expected timestamp DESC, which is how traces are answered here"));
    }
    let cursor = question.page_token.as_deref().map(str::parse::<Cursor>).transpose();
    let cursor = cursor.map_err(|_| Problem::invalid("page_token", "expected the token of an answer"))?;
    let limit = question.max_results.unwrap_or(MAX_TRACES).clamp(1, MAX_TRACES);
    let filter = filter_of(&question)?;
    let page = state.store.list_spans(ListQuery { project: caller.project, range: TimeRange::ALL, filter, limit, cursor }).await?;
    let mut infos = Vec::with_capacity(page.items.len());
    for summary in &page.items {
        let Some(root) = state.store.span(caller.project, summary.trace_id, summary.span_id).await? else { continue };
        let scores = state.store.scores_of(caller.project, &[ScoreTarget::Trace { trace_id: root.trace_id }]).await?;
        infos.extend(trace_info_json(&[root], &scores));
    }
    Ok(Json(json!({"traces": infos, "next_page_token": page.next_cursor.map(|cursor| cursor.to_string())})))
}

fn is_newest_first(order: &str) -> bool {
    let mut words = order.split_whitespace();
    let field = words.next().unwrap_or_default().trim_start_matches("attributes.").trim_start_matches("attribute.");
    matches!(field, "timestamp" | "timestamp_ms") && words.next().is_some_and(|direction| direction.eq_ignore_ascii_case("DESC"))
}

fn filter_of(question: &Question) -> ApiResult<Filter> {
    let exists = |field| Filter::Compare(Comparison { field, operator: Operator::Exists, value: FilterValue::Any });
    let parent = exists(Field::Column("parent_span_id", FieldType::Text));
    let experiment = || Field::Attribute(EXPERIMENT.to_owned());
    let mut either = Vec::new();
    for id in question.locations.iter().filter_map(|location| Some(&location.mlflow_experiment.as_ref()?.experiment_id)) {
        either.push(Filter::equal(experiment(), id.clone()));
        if id == DEFAULT_EXPERIMENT {
            either.push(Filter::Not(Box::new(exists(experiment()))));
        }
    }
    if either.is_empty() {
        return Err(Problem::invalid("locations", "expected at least one experiment"));
    }
    let condition = expression::read(question.filter.as_deref().unwrap_or_default())?;
    Ok(Filter::Not(Box::new(parent)).and(Filter::Or(either)).and(condition))
}

/// `BatchGetTraces`: whole ones, of which unknown ones are left out.
pub(super) async fn batch_get(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> ApiResult<Json<Value>> {
    let ids: Vec<String> = pairs.into_iter().filter(|(name, _)| name == "trace_ids").map(|(_, id)| id).collect();
    let mut traces = Vec::with_capacity(ids.len());
    for id in bounded(&ids, MAX_WHOLE_TRACES)? {
        let (spans, scores) = known(&state, caller.project, known_id(id)?).await?;
        traces.extend(trace_json(&spans, &scores));
    }
    Ok(Json(json!({"traces": traces})))
}

/// `BatchGetTraceInfos`.
pub(super) async fn batch_get_infos(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Json(ids): Json<Ids>,
) -> ApiResult<Json<Value>> {
    let mut infos = Vec::with_capacity(ids.trace_ids.len());
    for id in bounded(&ids.trace_ids, MAX_TRACES)? {
        let (spans, scores) = known(&state, caller.project, known_id(id)?).await?;
        infos.extend(trace_info_json(&spans, &scores));
    }
    Ok(Json(json!({"trace_infos": infos})))
}

fn bounded(ids: &[String], limit: usize) -> ApiResult<&[String]> {
    if ids.len() > limit {
        return Err(Problem::invalid("trace_ids", format!("expected at most {limit}")));
    }
    Ok(ids)
}
