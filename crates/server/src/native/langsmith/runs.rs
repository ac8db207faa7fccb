//! Runs, read back as the SDKs know them.

use crate::{
    AppState,
    auth::{Authorized, SdkRead},
    http::{ApiResult, Json, Path, Problem},
};
use axum::extract::State;
use model::{
    ProjectId, TimeRange, Timestamp,
    filter::{Field, FieldType, Filter},
    query::ListQuery,
    telemetry::{ScoreTarget, Span},
    time::NANOS_PER_DAY,
};
use protocol::{
    native::langsmith::{CONVENTION, run_json, run_target},
    native_span_id, native_trace_id, uuid_text, uuid_time,
};
use serde_json::Value;

pub(super) async fn read(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let run = find_run(&state, caller.project, &id).await?.ok_or_else(|| Problem::not_found("run"))?;
    let run = rendered(&state, caller.project, vec![run]).await?.pop();
    Ok(Json(run.unwrap_or_default()))
}

/// The span of a run, by the run's id.
pub(super) async fn find_run(state: &AppState, project: ProjectId, run_id: &str) -> ApiResult<Option<Span>> {
    let run_id = run_id.to_lowercase();
    // The root of a trace has the trace's id.
    let root = (native_trace_id(CONVENTION, &run_id), native_span_id(CONVENTION, &run_id));
    if let Some(span) = state.store.span(project, root.0, root.1).await? {
        return Ok(Some(span));
    }
    let is_run = |name: &'static str, text: &str| Filter::equal(Field::Column(name, FieldType::Text), text);
    let filter = is_run("span_id", &root.1.to_hex()).and(is_run("convention", CONVENTION));
    let made = uuid_time(&run_id).map(around);
    for range in made.into_iter().chain([TimeRange::ALL]) {
        let query = ListQuery { project, range, filter: filter.clone(), limit: 1, cursor: None };
        if let Some(found) = state.store.list_spans(query).await?.items.pop() {
            return Ok(state.store.span(project, found.trace_id, found.span_id).await?);
        }
    }
    Ok(None)
}

/// Runs begin when their ids are made, but for clocks and queues.
fn around(time: Timestamp) -> TimeRange {
    TimeRange { from: time.saturating_add_nanos(-NANOS_PER_DAY), to: time.saturating_add_nanos(NANOS_PER_DAY) }
}

/// The id of the run that a score is about.
pub(super) async fn run_of(state: &AppState, project: ProjectId, target: &ScoreTarget) -> ApiResult<Option<String>> {
    Ok(match target {
        ScoreTarget::Trace { trace_id } => Some(uuid_text(&trace_id.to_hex())),
        ScoreTarget::Span { trace_id, span_id } => state.store.span(project, *trace_id, *span_id).await?.and_then(|span| span.native_id),
        ScoreTarget::Session { .. } => None,
    })
}

/// Runs with what is said about them.
pub(super) async fn rendered(state: &AppState, project: ProjectId, spans: Vec<Span>) -> ApiResult<Vec<Value>> {
    let target = |span: &Span| run_target(span.trace_id, span.native_id.as_deref().unwrap_or_default());
    let targets: Vec<ScoreTarget> = spans.iter().map(target).collect();
    let scores = state.store.scores_of(project, &targets).await?;
    let of = |target: &ScoreTarget| scores.iter().filter(|score| score.target == *target).cloned().collect::<Vec<_>>();
    Ok(spans.iter().zip(&targets).map(|(span, target)| run_json(span, &of(target))).collect())
}
