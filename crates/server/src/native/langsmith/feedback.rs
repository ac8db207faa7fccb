//! Feedback on runs, read back, changed and taken away: scores of ours, by their ids.

use super::{
    params::Params,
    runs::{find_run, run_of},
};
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead},
    http::{ApiResult, Json, Path, Problem},
    ingest,
};
use axum::{extract::State, http::StatusCode};
use model::{
    ProjectId, TimeRange, Timestamp,
    filter::{Field, FieldType, Filter},
    query::ListQuery,
    telemetry::{Incoming, RowBatch, RowKind, Score, ScoreTarget},
};
use protocol::native::{
    SpanReport,
    langsmith::{self, Feedback, FeedbackAbout, feedback_json, run_target},
};
use serde_json::{Map, Value, json};

/// Runs that one list may ask for: each is looked up.
const MAX_RUNS: usize = 100;

/// Finds the trace of a run that a feedback is about: among the runs of the same request, else among those that are stored.
pub(super) async fn placed(
    state: &AppState,
    project: ProjectId,
    feedback: Feedback,
    reports: &[SpanReport],
) -> ApiResult<Option<Incoming<Score>>> {
    let FeedbackAbout::Run { run_id, .. } = &feedback.about else { return Ok(None) };
    let reported = reports.iter().find(|report| report.span.native_id.as_ref() == Some(run_id)).map(|report| report.span.trace_id);
    let trace = match reported {
        Some(trace) => Some(trace),
        None => find_run(state, project, run_id).await?.map(|run| run.trace_id),
    };
    let target = trace.map(|trace| run_target(trace, run_id));
    Ok(target.map(|target| Incoming::new(feedback.aimed_at(target), None)))
}

/// By run (`run`), by what was judged (`key`).
pub(super) async fn list(State(state): State<AppState>, caller: Authorized<SdkRead>, params: Params) -> ApiResult<Json<Value>> {
    let mut runs = Vec::new();
    for id in params.all("run").take(MAX_RUNS) {
        runs.extend(find_run(&state, caller.project, id).await?);
    }
    if params.all("run").next().is_some() && runs.is_empty() {
        return Ok(Json(json!([])));
    }
    let targets: Vec<Filter> =
        runs.iter().map(|run| filter_of(&run_target(run.trace_id, run.native_id.as_deref().unwrap_or_default()))).collect();
    let keys: Vec<Filter> = params.all("key").map(|key| equal("name", key)).collect();
    let sessions: Vec<Filter> = params.all("session").map(|session| equal("session_id", session)).collect();
    let conditions = [targets, keys, sessions].into_iter().filter(|any| !any.is_empty()).map(Filter::Or);
    let filter = conditions.fold(Filter::All, Filter::and);
    let (offset, limit) = params.page()?;
    let query = ListQuery { project: caller.project, range: TimeRange::ALL, filter, limit: offset + limit, cursor: None };
    let found = state.store.list_scores(query).await?.items;
    let mut answer = Vec::new();
    for score in found.iter().skip(offset) {
        let known = runs.iter().find(|run| run_target(run.trace_id, run.native_id.as_deref().unwrap_or_default()) == score.target);
        let run_id = match known {
            Some(run) => run.native_id.clone(),
            None => run_of(&state, caller.project, &score.target).await?,
        };
        answer.push(feedback_json(score, run_id.as_deref()));
    }
    Ok(Json(Value::Array(answer)))
}

fn filter_of(target: &ScoreTarget) -> Filter {
    let of = |name: &'static str, value: Option<String>| value.map(|value| equal(name, &value));
    let conditions = [
        Some(equal("target", target.as_str())),
        of("trace_id", target.trace_id().map(|id| id.to_hex())),
        of("span_id", target.span_id().map(|id| id.to_hex())),
        of("session_id", target.session_id().map(str::to_owned)),
    ];
    conditions.into_iter().flatten().fold(Filter::All, Filter::and)
}

fn equal(column: &'static str, text: &str) -> Filter {
    Filter::equal(Field::Column(column, FieldType::Text), text.to_owned())
}

pub(super) async fn read(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let score = find(&state, caller.project, &id).await?;
    let run_id = run_of(&state, caller.project, &score.target).await?;
    Ok(Json(feedback_json(&score, run_id.as_deref())))
}

/// Only the fields that are told change.
pub(super) async fn change(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(id): Path<String>,
    Json(fields): Json<Map<String, Value>>,
) -> ApiResult<Json<Value>> {
    let mut score = find(&state, caller.project, &id).await?;
    langsmith::change(&mut score, &fields);
    score.ingest_time = Timestamp::now();
    let run_id = run_of(&state, caller.project, &score.target).await?;
    let answer = feedback_json(&score, run_id.as_deref());
    store(&state, caller.project, score).await?;
    Ok(Json(answer))
}

pub(super) async fn delete(State(state): State<AppState>, caller: Authorized<Ingest>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let score = find(&state, caller.project, &id).await?;
    store(&state, caller.project, score.deletion(Timestamp::now())).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn find(state: &AppState, project: ProjectId, id: &str) -> ApiResult<Score> {
    let found = state.store.score(project, &id.to_lowercase()).await?;
    found.ok_or_else(|| Problem::not_found("feedback"))
}

async fn store(state: &AppState, project: ProjectId, score: Score) -> ApiResult<()> {
    let batch = RowBatch { scores: vec![Incoming::new(score, None)], ..RowBatch::new(project) };
    ingest::store(state, RowKind::Score, batch, Vec::new()).await?;
    Ok(())
}
