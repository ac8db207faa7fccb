//! `POST /runs/query`: runs by project, trace, kind, error, start, and a useful part of LangSmith's filter language.

use super::{
    expression,
    projects::of_project,
    runs::{find_run, rendered},
};
use crate::{
    AppState,
    auth::{Authorized, SdkRead},
    http::{ApiResult, Json, Problem},
};
use axum::extract::State;
use model::{
    ProjectId, TimeRange, Timestamp,
    filter::{Comparison, Field, FieldType, Filter, Operator, Value as FilterValue},
    query::{Cursor, ListQuery},
    telemetry::{Span, SpanKind},
};
use protocol::{
    native::langsmith::{CONVENTION, REFERENCE_ATTRIBUTE},
    native_span_id, native_trace_id,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Runs of one page: each is read with its inputs and outputs.
const MAX_RUNS: usize = 100;

/// What the SDKs ask. Fields that they send and that change nothing here (`select`, `order` of newest first) are not named.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Question {
    session: Option<Vec<String>>,
    id: Option<Vec<String>>,
    trace: Option<String>,
    parent_run: Option<String>,
    reference_example: Option<Vec<String>>,
    run_type: Option<String>,
    is_root: Option<bool>,
    error: Option<bool>,
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    filter: Option<String>,
    trace_filter: Option<String>,
    tree_filter: Option<String>,
    query: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

pub(super) async fn query(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Json(question): Json<Question>,
) -> ApiResult<Json<Value>> {
    for (name, value) in [("trace_filter", &question.trace_filter), ("tree_filter", &question.tree_filter), ("query", &question.query)] {
        if value.is_some() {
            return Err(Problem::invalid(name, "expected none: runs are found by `filter` and the other fields here"));
        }
    }
    if let Some(ids) = &question.id {
        let mut found = Vec::new();
        for id in ids.iter().take(MAX_RUNS) {
            found.extend(find_run(&state, caller.project, id).await?);
        }
        return answer(&state, caller.project, found, None).await;
    }
    let cursor = question.cursor.as_deref().map(str::parse::<Cursor>).transpose();
    let cursor = cursor.map_err(|_| Problem::invalid("cursor", "expected the cursor of an answer"))?;
    let range = TimeRange { from: question.start_time.unwrap_or(Timestamp::MIN), to: question.end_time.unwrap_or(Timestamp::MAX) };
    let limit = question.limit.unwrap_or(MAX_RUNS).clamp(1, MAX_RUNS);
    let query = ListQuery { project: caller.project, range, filter: filter_of(&question)?, limit, cursor };
    let page = state.store.list_spans(query).await?;
    let mut found = Vec::new();
    for summary in &page.items {
        found.extend(state.store.span(caller.project, summary.trace_id, summary.span_id).await?);
    }
    answer(&state, caller.project, found, page.next_cursor).await
}

async fn answer(state: &AppState, project: ProjectId, spans: Vec<Span>, next: Option<Cursor>) -> ApiResult<Json<Value>> {
    let runs = rendered(state, project, spans).await?;
    Ok(Json(json!({"runs": runs, "cursors": {"next": next.map(|cursor| cursor.to_string())}})))
}

fn filter_of(question: &Question) -> ApiResult<Filter> {
    let mut conditions = vec![column("convention", CONVENTION)];
    if let Some(sessions) = &question.session {
        conditions.push(Filter::Or(sessions.iter().map(|id| of_project(&id.to_lowercase())).collect()));
    }
    if let Some(trace) = &question.trace {
        conditions.push(column("trace_id", &native_trace_id(CONVENTION, &trace.to_lowercase()).to_hex()));
    }
    if let Some(parent) = &question.parent_run {
        conditions.push(column("parent_span_id", &native_span_id(CONVENTION, &parent.to_lowercase()).to_hex()));
    }
    if let Some(examples) = &question.reference_example {
        let of = |id: &String| Filter::equal(Field::Attribute(REFERENCE_ATTRIBUTE.to_owned()), id.to_lowercase());
        conditions.push(Filter::Or(examples.iter().map(of).collect()));
    }
    if let Some(run_type) = &question.run_type {
        conditions.push(of_type(run_type));
    }
    if let Some(is_root) = question.is_root {
        conditions.push(when(is_root, negated(exists("parent_span_id"))));
    }
    if let Some(has_error) = question.error {
        conditions.push(when(has_error, column("status", "error")));
    }
    if let Some(text) = &question.filter {
        conditions.push(expression::read(text)?);
    }
    Ok(conditions.into_iter().fold(Filter::All, Filter::and))
}

pub(super) fn column(name: &'static str, text: &str) -> Filter {
    Filter::equal(Field::Column(name, FieldType::Text), text)
}

pub(super) fn negated(filter: Filter) -> Filter {
    Filter::Not(Box::new(filter))
}

fn when(holds: bool, filter: Filter) -> Filter {
    if holds { filter } else { negated(filter) }
}

fn exists(name: &'static str) -> Filter {
    let field = Field::Column(name, FieldType::Text);
    Filter::Compare(Comparison { field, operator: Operator::Exists, value: FilterValue::Any })
}

/// Spans of a type of run.
pub(super) fn of_type(run_type: &str) -> Filter {
    match protocol::native::langsmith::kind_of(run_type) {
        SpanKind::Other => column("operation", run_type),
        kind => column("kind", kind.as_str()),
    }
}
