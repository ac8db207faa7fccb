//! Scores as verdicts of results, and scores of runs as a whole, which are kept in the experiment's metadata.

use super::PROTOCOL;
use crate::{AppState, http::ApiResult, native::run_memory::Link};
use model::{
    ProjectId, SpanId, StoreResult, TraceId,
    library::{NewExperiment, NewResult, Verdict},
    telemetry::{Incoming, Score, ScoreKind, ScoreTarget},
};
use protocol::{langfuse, native::langfuse::score_values};
use serde_json::{Map, Value, json};

/// Where an experiment keeps the scores of the run as a whole.
const RUN_SCORES: &str = "langfuse.scores";
/// Most of them.
const MAX_RUN_SCORES: usize = 200;

/// Scores of telemetry that was just stored, given to the results they are about.
pub(crate) async fn of_telemetry(state: &AppState, project: ProjectId, scores: &[Incoming<Score>]) -> ApiResult<()> {
    for score in scores.iter().map(|incoming| &incoming.row) {
        let (Some(trace), span) = (score.target.trace_id(), score.target.span_id()) else { continue };
        if score.deleted || score.kind != ScoreKind::Score {
            continue;
        }
        for link in links(state, project, trace, span).await? {
            let result = NewResult { id: Some(link.result_id), verdicts: vec![verdict(score)], ..NewResult::default() };
            state.library.put_results(project, &link.experiment_id, vec![result]).await?;
        }
    }
    Ok(())
}

/// The results that a score is about. A span that ran an item tells it itself when nobody remembers.
async fn links(state: &AppState, project: ProjectId, trace: TraceId, span: Option<SpanId>) -> ApiResult<Vec<Link>> {
    let known = state.runs.links(project, trace);
    if known.is_empty() {
        let Some(id) = span else { return Ok(Vec::new()) };
        let stored = state.store.span(project, trace, id).await?;
        let item = stored.as_ref().and_then(langfuse::experiment_item);
        let link = item.map(|item| Link {
            result_id: super::result_id(trace, &item.item_id),
            experiment_id: item.experiment_id.unwrap_or_else(|| super::experiment_id(project, "", &item.name)),
            span,
        });
        return Ok(link.into_iter().collect());
    }
    let is_alone = known.len() == 1;
    let is_about = |link: &Link| match (span, link.span) {
        (Some(span), Some(linked)) => span == linked,
        // A score of the trace, or of any of its spans: of the one item that the trace ran.
        _ => is_alone,
    };
    Ok(known.into_iter().filter(is_about).collect())
}

/// The scores that a result's span and trace have already.
pub(super) async fn verdicts_of(
    state: &AppState,
    project: ProjectId,
    trace_id: TraceId,
    span: Option<SpanId>,
) -> StoreResult<Vec<Verdict>> {
    let of_span = span.map(|span_id| ScoreTarget::Span { trace_id, span_id });
    let targets: Vec<ScoreTarget> = of_span.into_iter().chain([ScoreTarget::Trace { trace_id }]).collect();
    let mut verdicts: Vec<Verdict> = Vec::new();
    for score in state.store.scores_of(project, &targets).await?.iter().filter(|score| score.kind == ScoreKind::Score) {
        if !verdicts.iter().any(|known| known.name == score.name) {
            verdicts.push(verdict(score));
        }
    }
    Ok(verdicts)
}

fn verdict(score: &Score) -> Verdict {
    let (data_type, value, label) = score_values(score);
    let success = if data_type == "BOOLEAN" { value.map(|value| value == 1.0) } else { None };
    Verdict { name: score.name.clone(), value, label, success, reason: score.comment.clone(), ..Verdict::default() }
}

/// Scores of runs as a whole, whose target is the run's id as a session's.
pub(crate) async fn of_runs(state: &AppState, project: ProjectId, scores: Vec<Score>) -> ApiResult<()> {
    for score in scores {
        let Some(run) = score.target.session_id().map(str::to_owned) else { continue };
        let _one_at_a_time = state.runs.writing.lock().await;
        let known = state.library.experiment(project, &run).await?;
        // A run may be scored before its first item is told.
        let (name, mut metadata) = known.map_or_else(|| (run.clone(), Value::Null), |known| (known.name, known.metadata));
        add_score(&mut metadata, &score);
        let report = NewExperiment { id: Some(run), name, protocol: PROTOCOL.to_owned(), metadata, ..NewExperiment::default() };
        state.library.put_experiment(project, report).await?;
    }
    Ok(())
}

fn add_score(metadata: &mut Value, score: &Score) {
    let (data_type, value, label) = score_values(score);
    let entry = json!({
        "id": score.score_id, "name": score.name, "dataType": data_type, "value": value, "stringValue": label,
        "comment": score.comment, "timestamp": score.timestamp,
    });
    if !metadata.is_object() {
        let told = std::mem::replace(metadata, Value::Object(Map::new()));
        if !told.is_null() {
            metadata["metadata"] = told;
        }
    }
    let mut scores = run_scores(metadata);
    scores.retain(|known| known["id"] != entry["id"]);
    scores.truncate(MAX_RUN_SCORES - 1);
    scores.push(entry);
    metadata[RUN_SCORES] = Value::Array(scores);
}

/// The scores of a run as a whole.
pub(super) fn run_scores(metadata: &Value) -> Vec<Value> {
    metadata[RUN_SCORES].as_array().cloned().unwrap_or_default()
}

/// What the client told of the run, without what is kept beside it.
pub(super) fn without_scores(mut metadata: Value) -> Value {
    if let Value::Object(fields) = &mut metadata {
        fields.remove(RUN_SCORES);
        if fields.is_empty() {
            return Value::Null;
        }
    }
    metadata
}

/// New metadata with the scores that the known has.
pub(super) fn keep_scores(known: &Value, told: Value) -> Value {
    let scores = run_scores(known);
    if scores.is_empty() {
        return told;
    }
    let mut fields = match told {
        Value::Object(fields) => fields,
        other => Map::from_iter([("metadata".to_owned(), other)]),
    };
    fields.insert(RUN_SCORES.to_owned(), Value::Array(scores));
    Value::Object(fields)
}
