//! Runs, read back as the SDKs know them.

use crate::{
    AppState,
    auth::{Authorized, SdkRead},
    http::{ApiResult, Json, Path, Problem},
    native::by_native_id::span_by_native_id,
};
use axum::extract::State;
use model::{
    ProjectId,
    telemetry::{ScoreTarget, Span},
};
use protocol::{
    native::langsmith::{CONVENTION, run_json, run_target},
    uuid_text,
};
use serde_json::Value;

pub(super) async fn read(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let run = find_run(&state, caller.project, &id).await?.ok_or_else(|| Problem::not_found("run"))?;
    let run = rendered(&state, caller.project, vec![run]).await?.pop();
    Ok(Json(run.unwrap_or_default()))
}

/// The span of a run, by the run's id.
pub(super) async fn find_run(state: &AppState, project: ProjectId, run_id: &str) -> ApiResult<Option<Span>> {
    span_by_native_id(state, project, CONVENTION, run_id).await
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
