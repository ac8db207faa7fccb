//! Threads: sessions of traces, which the client names.

use super::{filters::Condition, lines, projects::of_id};
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead},
    http::{ApiResult, Json, Problem},
    ingest::LargeJson,
};
use axum::{extract::State, http::StatusCode, response::Response};
use model::{
    ProjectId, TimeRange, Timestamp,
    filter::{Field, FieldType, Filter},
    query::{ListQuery, MAX_PAGE, SessionSummary},
    telemetry::{Score, ScoreKind, ScoreTarget},
};
use protocol::native::opik::{CONVENTION, PROJECT_ATTRIBUTE, project_id, score_json};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Question {
    project_name: Option<String>,
    project_id: Option<String>,
    thread_id: Option<String>,
    filters: Option<Vec<Condition>>,
    limit: Option<usize>,
    last_retrieved_thread_model_id: Option<String>,
    from_time: Option<Timestamp>,
    to_time: Option<Timestamp>,
}

pub(super) async fn search(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    LargeJson(question, _permits): LargeJson<Question>,
) -> ApiResult<Response> {
    // One answer holds all that a search finds: nothing follows.
    if question.last_retrieved_thread_model_id.is_some() {
        return Ok(lines::whole(&[]));
    }
    Ok(lines::whole(&found(&state, caller.project, &question).await?))
}

pub(super) async fn retrieve(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    LargeJson(question, _permits): LargeJson<Question>,
) -> ApiResult<Json<Value>> {
    if question.thread_id.is_none() {
        return Err(Problem::invalid("thread_id", "expected a string; this field is required"));
    }
    let found = found(&state, caller.project, &question).await?.into_iter().next();
    Ok(Json(found.ok_or_else(|| Problem::not_found("thread"))?))
}

/// Threads are always open here, to traces and to scores: there is nothing to close.
pub(super) async fn close(_caller: Authorized<Ingest>) -> StatusCode {
    StatusCode::NO_CONTENT
}

async fn found(state: &AppState, project: ProjectId, question: &Question) -> ApiResult<Vec<Value>> {
    let range = TimeRange { from: question.from_time.unwrap_or(Timestamp::MIN), to: question.to_time.unwrap_or(Timestamp::MAX) };
    let limit = question.limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
    let query = ListQuery { project, range, filter: conditions(question)?, limit, cursor: None };
    let sessions = state.store.list_sessions(query).await?.items;
    let target = |session: &SessionSummary| ScoreTarget::Session { session_id: session.session_id.clone() };
    let targets: Vec<ScoreTarget> = sessions.iter().map(target).collect();
    let scores = state.store.scores_of(project, &targets).await?;
    let own = |target: &ScoreTarget| scores.iter().filter(|score| score.target == *target && score.kind == ScoreKind::Score).collect();
    Ok(sessions.iter().zip(&targets).map(|(session, target)| thread_json(session, question, own(target))).collect())
}

fn conditions(question: &Question) -> ApiResult<Filter> {
    let text = |name| Field::Column(name, FieldType::Text);
    let mut all = Filter::equal(text("convention"), CONVENTION);
    if let Some(name) = &question.project_name {
        all = all.and(Filter::equal(Field::Attribute(PROJECT_ATTRIBUTE.to_owned()), name.clone()));
    }
    if let Some(id) = &question.project_id {
        all = all.and(of_id(&id.to_lowercase()));
    }
    if let Some(id) = &question.thread_id {
        all = all.and(Filter::equal(text("session_id"), id.clone()));
    }
    for condition in question.filters.iter().flatten() {
        match (condition.field.as_str(), condition.operator.as_str(), &condition.value) {
            ("id", "=", Some(id)) => all = all.and(Filter::equal(text("session_id"), id.clone())),
            // All of them are.
            ("status", "=", Some(status)) if status == "active" => {}
            (field, operator, _) => {
                return Err(Problem::invalid(
                    "filters",
                    format!("expected id = \"…\": threads cannot be asked for by {field} {operator} here"),
                ));
            }
        }
    }
    Ok(all)
}

fn thread_json(session: &SessionSummary, question: &Question, scores: Vec<&Score>) -> Value {
    let project = question.project_id.clone().or_else(|| question.project_name.as_deref().map(project_id));
    json!({
        "id": session.session_id,
        "thread_model_id": session.session_id,
        "project_id": project,
        "start_time": session.first_seen,
        "end_time": session.last_seen,
        // A question and an answer of each trace, as Opik counts.
        "number_of_messages": session.traces * 2,
        "status": "active",
        "total_estimated_cost": session.total_cost_usd,
        "feedback_scores": scores.into_iter().map(score_json).collect::<Vec<_>>(),
        "created_at": session.first_seen,
        "last_updated_at": session.last_seen,
    })
}
