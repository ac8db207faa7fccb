//! Scores, by pages (versions 1 and 2 of the API) and by cursor (version 3).

use super::{
    MAX_ROWS,
    params::{all, any_of, equal, is, range},
    view::DEFAULT_ENVIRONMENT,
};
use crate::{
    AppState,
    auth::{Authorized, SdkRead},
    http::{ApiResult, Path, Problem, Query},
    native::langfuse::paging::PageParams,
    params::given,
};
use axum::{Json, extract::State};
use model::{
    ProjectId, TraceId,
    query::{Cursor, ListQuery, MAX_PAGE},
    telemetry::{RowKind, Score, ScoreKind, ScoreSource, ScoreTarget, Span},
};
use protocol::{
    langfuse,
    native::langfuse::{score_metadata, score_values},
};
use serde::Deserialize;
use serde_json::{Value, json};

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 100;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in super::super) struct Wanted {
    page: Option<u64>,
    limit: Option<u64>,
    cursor: Option<String>,
    id: Option<String>,
    score_ids: Option<String>,
    name: Option<String>,
    trace_id: Option<String>,
    observation_id: Option<String>,
    session_id: Option<String>,
    data_type: Option<String>,
    environment: Option<String>,
    from_timestamp: Option<String>,
    to_timestamp: Option<String>,
}

impl Wanted {
    fn query(&self, project: ProjectId) -> ApiResult<ListQuery> {
        let score = RowKind::Score;
        let filter = all([
            is(score, "kind", ScoreKind::Score.as_str()),
            any_of(score, "id", &self.id),
            any_of(score, "id", &self.score_ids),
            any_of(score, "name", &self.name),
            equal(score, "trace", &given(&self.trace_id).map(|id| langfuse::trace_id(id).to_hex())),
            equal(score, "span", &given(&self.observation_id).map(|id| langfuse::observation_id(id).to_hex())),
            equal(score, "session", &self.session_id),
        ]);
        let range = range(("fromTimestamp", &self.from_timestamp), ("toTimestamp", &self.to_timestamp))?;
        Ok(ListQuery { project, range, filter, limit: MAX_PAGE, cursor: None })
    }

    /// What the store does not look at.
    fn matches(&self, score: &Score) -> bool {
        let (data_type, ..) = score_values(score);
        let is_in = |list: &Option<String>, text: &str| {
            given(list).is_none_or(|list| list.split(',').any(|item| item.trim().eq_ignore_ascii_case(text)))
        };
        is_in(&self.data_type, &data_type) && is_in(&self.environment, &environment(score))
    }
}

pub(in super::super) async fn list(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Json<Value>> {
    let page = PageParams::new(wanted.page, wanted.limit).page()?;
    let mut query = wanted.query(caller.project)?;
    let mut found = Vec::new();
    loop {
        let listed = state.store.list_scores(query.clone()).await?;
        found.extend(listed.items.into_iter().filter(|score| wanted.matches(score)));
        query.cursor = listed.next_cursor;
        if query.cursor.is_none() || found.len() >= MAX_ROWS {
            break;
        }
    }
    let (shown, total) = page.of(found);
    let data = shown.iter().map(|score| score_json(score, caller.project)).collect();
    Ok(Json(page.answer(data, total)))
}

pub(in super::super) async fn list_by_cursor(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Json<Value>> {
    let cursor = given(&wanted.cursor).map(str::parse::<Cursor>).transpose();
    let cursor = cursor.map_err(|error| Problem::invalid("cursor", error.to_string()))?;
    let limit = wanted.limit.map_or(DEFAULT_LIMIT, |limit| limit as usize).clamp(1, MAX_LIMIT);
    let listed = state.store.list_scores(ListQuery { limit, cursor, ..wanted.query(caller.project)? }).await?;
    let data: Vec<Value> =
        listed.items.iter().filter(|score| wanted.matches(score)).map(|score| typed_json(score, caller.project)).collect();
    Ok(Json(json!({"data": data, "meta": {"cursor": listed.next_cursor, "limit": limit}})))
}

pub(in super::super) async fn get(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    let score = state.store.score(caller.project, &id).await?.filter(|score| score.kind == ScoreKind::Score);
    score.map(|score| Json(score_json(&score, caller.project))).ok_or_else(|| Problem::not_found(&format!("score {id:?}")))
}

/// The scores of a trace and of these of its spans.
pub(super) async fn scores_of(state: &AppState, project: ProjectId, trace_id: TraceId, spans: &[Span]) -> ApiResult<Vec<Score>> {
    let of_spans = spans.iter().map(|span| ScoreTarget::Span { trace_id, span_id: span.span_id });
    let targets: Vec<ScoreTarget> = [ScoreTarget::Trace { trace_id }].into_iter().chain(of_spans).collect();
    let mut scores = Vec::new();
    for targets in targets.chunks(MAX_PAGE) {
        scores.extend(state.store.scores_of(project, targets).await?);
    }
    scores.retain(|score| score.kind == ScoreKind::Score);
    Ok(scores)
}

fn environment(score: &Score) -> String {
    let (_, own) = score_metadata(score);
    own.get("environment").and_then(Value::as_str).unwrap_or(DEFAULT_ENVIRONMENT).to_owned()
}

/// Versions 1 and 2: numbers in `value`, texts in `stringValue`.
pub(super) fn score_json(score: &Score, project: ProjectId) -> Value {
    let (data_type, value, label) = score_values(score);
    let mut json = shared_json(score, project, &data_type);
    // Models of the SDKs insist on a number: of a category without a configuration it is 0.
    json["value"] = json!(value.unwrap_or(0.0));
    if data_type != "NUMERIC" {
        json["stringValue"] = json!(label.unwrap_or_default());
    }
    json
}

/// Version 3: `value` has the type of the score.
fn typed_json(score: &Score, project: ProjectId) -> Value {
    let (data_type, value, label) = score_values(score);
    let mut json = shared_json(score, project, &data_type);
    json["value"] = match data_type.as_str() {
        "BOOLEAN" => json!(value == Some(1.0)),
        "NUMERIC" => json!(value),
        _ => json!(label.unwrap_or_default()),
    };
    json["subject"] = match (&json["observationId"], &json["traceId"], &json["sessionId"]) {
        (Value::String(id), trace, _) => json!({"kind": "observation", "id": id, "traceId": trace}),
        (_, Value::String(id), _) => json!({"kind": "trace", "id": id}),
        (_, _, session) => json!({"kind": "session", "id": session}),
    };
    json
}

fn shared_json(score: &Score, project: ProjectId, data_type: &str) -> Value {
    let (metadata, own) = score_metadata(score);
    let source = match score.source {
        ScoreSource::Human => "ANNOTATION",
        ScoreSource::Judge => "EVAL",
        ScoreSource::Code | ScoreSource::User => "API",
    };
    // As the client wrote them, where that is not how they are stored.
    let id = |name: &str, stored: Option<String>| own.get(name).cloned().unwrap_or_else(|| json!(stored));
    json!({
        "id": score.score_id, "projectId": project, "name": score.name, "dataType": data_type, "source": source,
        "traceId": id("traceId", score.target.trace_id().map(|id| id.to_hex())),
        "observationId": id("observationId", score.target.span_id().map(|id| id.to_hex())),
        "sessionId": score.target.session_id(), "datasetRunId": null, "timestamp": score.timestamp, "createdAt": score.ingest_time,
        "updatedAt": score.ingest_time, "comment": score.comment, "metadata": metadata, "configId": own.get("configId"),
        "queueId": own.get("queueId"), "authorUserId": score.author,
        "environment": own.get("environment").and_then(Value::as_str).unwrap_or(DEFAULT_ENVIRONMENT),
    })
}
