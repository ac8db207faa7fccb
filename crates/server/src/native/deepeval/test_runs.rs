//! `/v1/test-run` and `/v1/experiment`: results of `evaluate`, `deepeval test run` and `compare` → experiments. Traces inside of them are
//! telemetry, and linked.

use super::{envelope::Envelope, keep, traces::sdk};
use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::{ApiResult, Problem},
    ingest::{self, reports},
    native::links::Dashboard,
};
use axum::{body::Body, extract::State, http::HeaderMap};
use model::{
    ProjectId,
    library::{Experiment, MAX_BATCH, generate_id},
    telemetry::RowKind,
};
use protocol::{
    RowError,
    native::{
        NativeRows,
        deepeval::{self, Case, Cases, TestRun},
    },
};
use serde_json::json;

/// Spans that are committed together, at least: cases bring a few each.
const SPANS_AT_ONCE: usize = 1_000;

/// A run with its first cases.
pub(super) async fn begin(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    dashboard: Dashboard,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Envelope> {
    let (context, sdk) = (ingest::context(&state, caller.project, RowKind::Span).await?, sdk(&headers));
    let read = move |body| deepeval::test_run(body, sdk.as_deref(), &context);
    // Held to the end: what is stored is in memory until then.
    let (run, _received) = keep::read(&state, &headers, body, read).await?;
    let (experiment, rejected) = store(&state, caller.project, run).await?;
    let mut data = json!({"id": experiment.id});
    keep::name_rejected(&mut data, rejected.iter());
    Ok(Envelope::with_link(data, dashboard.of(&state, caller.project).await.experiment(&experiment.id)))
}

/// Further cases of a run.
pub(super) async fn go_on(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    dashboard: Dashboard,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Envelope> {
    let (context, sdk) = (ingest::context(&state, caller.project, RowKind::Span).await?, sdk(&headers));
    let read = move |body| deepeval::further_cases(body, sdk.as_deref(), &context);
    let ((id, cases), _received) = keep::read(&state, &headers, body, read).await?;
    // Before anything is stored: whether the run is there.
    state.library.put_results(caller.project, &id, Vec::new()).await?;
    let rejected = store_cases(&state, caller.project, &id, cases).await?;
    let mut data = json!({"id": id});
    keep::name_rejected(&mut data, rejected.iter());
    Ok(Envelope::with_link(data, dashboard.of(&state, caller.project).await.experiment(&id)))
}

/// The contestants of an arena: a run each.
pub(super) async fn compare(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    dashboard: Dashboard,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Envelope> {
    let (context, sdk, id) = (ingest::context(&state, caller.project, RowKind::Span).await?, sdk(&headers), generate_id());
    let comparison = id.clone();
    let read = move |body| deepeval::comparison(body, &comparison, sdk.as_deref(), &context);
    let (runs, _received) = keep::read(&state, &headers, body, read).await?;
    let (mut ids, mut rejected) = (Vec::new(), Vec::new());
    for run in runs {
        let (experiment, unread) = store(&state, caller.project, run).await?;
        ids.push(experiment.id);
        rejected.extend(unread);
    }
    let first = ids.first().cloned().ok_or_else(|| Problem::invalid("testRuns", "expected at least one test run"))?;
    let mut data = json!({"id": id, "testRunIds": ids});
    keep::name_rejected(&mut data, rejected.iter());
    Ok(Envelope::with_link(data, dashboard.of(&state, caller.project).await.experiment(&first)))
}

async fn store(state: &AppState, project: ProjectId, run: TestRun) -> ApiResult<(Experiment, Vec<RowError>)> {
    if let (true, Some(error)) = (run.cases.cases.is_empty(), run.cases.rejected.first()) {
        return Err(keep::refused(error.clone()));
    }
    let experiment = state.library.put_experiment(project, run.experiment).await?;
    let rejected = store_cases(state, project, &experiment.id, run.cases).await?;
    Ok((experiment, rejected))
}

/// Traces and media first: a result that is there leads to what is there.
async fn store_cases(state: &AppState, project: ProjectId, experiment: &str, cases: Cases) -> ApiResult<Vec<RowError>> {
    let Cases { cases, rejected } = cases;
    let mut rows = NativeRows::default();
    let mut results = Vec::with_capacity(cases.len());
    for Case { result, trace, media, .. } in cases {
        keep::media(state, project, media).await?;
        if let Some(trace) = trace {
            rows.spans.extend(trace.rows.spans);
            rows.scores.extend(trace.rows.scores);
        }
        if rows.spans.len() >= SPANS_AT_ONCE {
            reports::store_rows(state, project, std::mem::take(&mut rows), Vec::new()).await?;
        }
        results.push(result);
    }
    reports::store_rows(state, project, rows, Vec::new()).await?;
    let mut results = results.into_iter().peekable();
    while results.peek().is_some() {
        state.library.put_results(project, experiment, results.by_ref().take(MAX_BATCH).collect()).await?;
    }
    Ok(rejected)
}
