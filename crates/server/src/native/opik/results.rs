//! Results of experiments. `evaluate()` tells in requests of their own, in any order: which trace ran which item, the traces, and their
//! scores. Whichever comes last finds the others: in the store, or by what is remembered of the links.

use super::{datasets::by_id, experiments, lines, pages::PageParams};
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead},
    http::{ApiResult, Json, Path, Problem, Query},
    ingest::LargeJson,
    native::run_memory::Link,
};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use model::{
    ProjectId, SpanId, StoreError, StoreResult, TraceId,
    library::{DatasetItem, ExperimentResult, MAX_BATCH, NewResult, PageRequest, ResultFilter, Verdict},
    query::MAX_PAGE,
    telemetry::{Score, ScoreKind, ScoreTarget, Span, Status},
};
use protocol::{
    native::{
        Side,
        opik::{self, item_json, payload, score_json},
    },
    uuid_text,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Experiments that one answer compares.
const MAX_EXPERIMENTS: usize = 10;

#[derive(Deserialize)]
pub(super) struct Links {
    experiment_items: Vec<LinkSent>,
}

#[derive(Deserialize)]
struct LinkSent {
    id: Option<String>,
    experiment_id: String,
    dataset_item_id: String,
    trace_id: String,
}

/// Which trace ran which item of a dataset.
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    LargeJson(sent, _permits): LargeJson<Links>,
) -> ApiResult<StatusCode> {
    if sent.experiment_items.len() > MAX_BATCH {
        return Err(Problem::invalid("experiment_items", format!("expected at most {MAX_BATCH}")));
    }
    let mut results: BTreeMap<String, Vec<NewResult>> = BTreeMap::new();
    for link in sent.experiment_items {
        let trace = opik::trace_id(&link.trace_id);
        let (experiment_id, item_id) = (link.experiment_id.to_lowercase(), link.dataset_item_id.to_lowercase());
        let id = link.id.map_or_else(|| format!("{trace}-{item_id}"), |id| id.to_lowercase());
        // First the link, then what is stored: whichever comes first, one of both finds the other.
        state.runs.link(caller.project, trace, Link { experiment_id: experiment_id.clone(), result_id: id.clone(), span: None });
        let item = state.library.dataset_item(caller.project, &item_id).await?;
        let mut result = match root(&state, caller.project, trace).await? {
            Some(span) => ran(&span),
            None => NewResult::default(),
        };
        let scores = state.store.scores_of(caller.project, &[ScoreTarget::Trace { trace_id: trace }]).await?;
        for score in scores.iter().filter(|score| counts(score)) {
            if !result.verdicts.iter().any(|known| known.name == score.name) {
                result.verdicts.push(verdict(score));
            }
        }
        let (input, expected_output) = item.map_or((Value::Null, Value::Null), |item| (item.input, item.expected_output));
        results.entry(experiment_id).or_default().push(NewResult {
            id: Some(id),
            item_id: Some(item_id),
            trace_id: Some(trace.to_hex()),
            input,
            expected_output,
            ..result
        });
    }
    for (experiment, results) in results {
        state.library.put_results(caller.project, &experiment, results).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn root(state: &AppState, project: ProjectId, trace: TraceId) -> StoreResult<Option<Span>> {
    state.store.span(project, trace, opik::root_of(trace)).await
}

/// What a trace tells of the item that it ran.
fn ran(span: &Span) -> NewResult {
    let failed = span.status == Status::Error;
    NewResult {
        output: payload(span, Side::Output).unwrap_or_default(),
        duration_ms: span.duration_ms,
        error: failed.then(|| span.error_message.clone().or_else(|| span.error_type.clone()).unwrap_or_else(|| "error".to_owned())),
        ..NewResult::default()
    }
}

fn counts(score: &Score) -> bool {
    score.kind == ScoreKind::Score && !score.deleted
}

fn verdict(score: &Score) -> Verdict {
    Verdict {
        name: score.name.clone(),
        value: score.value,
        label: score.label.clone(),
        reason: score.comment.clone(),
        ..Verdict::default()
    }
}

/// Traces that were just stored, told to the results that they ran.
pub(super) async fn of_traces(state: &AppState, project: ProjectId, traces: &[(TraceId, SpanId)]) {
    for (trace, span) in traces {
        let links = state.runs.links(project, *trace);
        if links.is_empty() {
            continue;
        }
        match state.store.span(project, *trace, *span).await {
            Ok(Some(span)) => tell(state, project, links, &ran(&span)).await,
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "what a trace tells of an experiment could not be recorded"),
        }
    }
}

/// Scores that were just stored, given to the results of their traces.
pub(super) async fn of_scores(state: &AppState, project: ProjectId, scores: &[Score]) {
    for score in scores.iter().filter(|score| counts(score)) {
        let Some(trace) = score.target.trace_id() else { continue };
        let result = NewResult { verdicts: vec![verdict(score)], ..NewResult::default() };
        tell(state, project, state.runs.links(project, trace), &result).await;
    }
}

/// Telemetry is stored whether or not this succeeds.
async fn tell(state: &AppState, project: ProjectId, links: Vec<Link>, told: &NewResult) {
    for link in links {
        let result = NewResult { id: Some(link.result_id), ..told.clone() };
        match state.library.put_results(project, &link.experiment_id, vec![result]).await {
            Ok(_) | Err(StoreError::NotFound(_)) => {}
            Err(error) => tracing::warn!(%error, "a result of an experiment was not kept"),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct CompareParams {
    /// A list, as JSON.
    experiment_ids: String,
    filters: Option<String>,
    page: Option<u64>,
    size: Option<u64>,
}

/// Items of a dataset, each with its results in these experiments.
pub(super) async fn compare(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path(dataset): Path<String>,
    Query(params): Query<CompareParams>,
) -> ApiResult<Json<Value>> {
    if params.filters.as_deref().is_some_and(|filters| !matches!(filters, "" | "[]")) {
        return Err(Problem::invalid("filters", "expected none: results are not filtered here"));
    }
    let ids: Vec<String> =
        serde_json::from_str(&params.experiment_ids).map_err(|_| Problem::invalid("experiment_ids", "expected a JSON list of ids"))?;
    if ids.is_empty() || ids.len() > MAX_EXPERIMENTS {
        return Err(Problem::invalid("experiment_ids", format!("expected 1 to {MAX_EXPERIMENTS} ids")));
    }
    let dataset = by_id(&state, caller.project, &dataset).await?;
    let page = PageParams::new(params.page, params.size);
    // In the order of the results: items that were deleted since are still shown.
    let mut rows: Vec<(String, Vec<Value>)> = Vec::new();
    let mut total = 0;
    for id in &ids {
        let experiment = experiments::find(&state, caller.project, id).await?;
        let listed = state.library.list_results(caller.project, &experiment.id, &ResultFilter::default(), page.request()).await?;
        total = total.max(listed.total);
        let shown = rendered(&state, caller.project, &listed.items).await?;
        for (result, shown) in listed.items.iter().zip(shown) {
            let item = result.item_id.clone().unwrap_or_default();
            match rows.iter_mut().find(|(known, _)| *known == item) {
                Some((_, results)) => results.push(shown),
                None => rows.push((item, vec![shown])),
            }
        }
    }
    let mut content = Vec::with_capacity(rows.len());
    for (item_id, results) in rows {
        let item = state.library.dataset_item(caller.project, &item_id).await?;
        let mut row = item.as_ref().map_or_else(|| gone(&item_id, &dataset.id), |item: &DatasetItem| item_json(item));
        row["experiment_items"] = Value::Array(results);
        content.push(row);
    }
    Ok(Json(page.answer(content, total)))
}

fn gone(item_id: &str, dataset_id: &str) -> Value {
    json!({"id": item_id, "dataset_id": dataset_id, "source": "sdk", "data": {}})
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    experiment_name: String,
    limit: Option<usize>,
    last_retrieved_id: Option<String>,
}

/// The results of the newest experiment of a name. The SDK asks only whether there are any.
pub(super) async fn stream(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    LargeJson(wanted, _permits): LargeJson<Wanted>,
) -> ApiResult<Response> {
    if wanted.last_retrieved_id.is_some() {
        return Err(Problem::invalid("last_retrieved_id", "expected none: results are read in pages, with the items of their dataset"));
    }
    let filter = model::library::ExperimentFilter { name: Some(wanted.experiment_name), ..Default::default() };
    let found = state.library.list_experiments(caller.project, &filter, PageRequest::first(1)).await?;
    let experiment = found.items.first().ok_or_else(|| Problem::not_found("experiment"))?;
    let page = PageRequest::first(wanted.limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE));
    let listed = state.library.list_results(caller.project, &experiment.id, &ResultFilter::default(), page).await?;
    Ok(lines::whole(&rendered(&state, caller.project, &listed.items).await?).into_response())
}

/// Results, with what is said of their traces by now.
async fn rendered(state: &AppState, project: ProjectId, results: &[ExperimentResult]) -> ApiResult<Vec<Value>> {
    let trace_of = |result: &ExperimentResult| result.trace_id.as_deref().and_then(|id| id.parse::<TraceId>().ok());
    let targets: Vec<ScoreTarget> = results.iter().filter_map(trace_of).map(|trace_id| ScoreTarget::Trace { trace_id }).collect();
    let scores = state.store.scores_of(project, &targets).await?;
    let mut answer = Vec::with_capacity(results.len());
    for result in results {
        let trace = trace_of(result);
        let mut output = result.output.clone();
        if let Some(trace) = trace.filter(|_| output.is_null()) {
            output = root(state, project, trace).await?.and_then(|span| payload(&span, Side::Output)).unwrap_or_default();
        }
        let own = scores.iter().filter(|score| counts(score) && score.target.trace_id() == trace && trace.is_some());
        answer.push(json!({
            "id": result.id,
            "experiment_id": result.experiment_id,
            "dataset_item_id": result.item_id.clone().unwrap_or_default(),
            "trace_id": trace.map(|trace| uuid_text(&trace.to_hex())).or_else(|| result.trace_id.clone()).unwrap_or_default(),
            "input": result.input,
            "output": output,
            "duration": result.duration_ms,
            "feedback_scores": own.map(score_json).collect::<Vec<_>>(),
            "created_at": result.created_at,
            "last_updated_at": result.updated_at,
        }));
    }
    Ok(answer)
}
