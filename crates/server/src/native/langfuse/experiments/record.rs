//! Spans in the library: what the spans of a batch tell of experiments becomes results. Telling it again changes nothing.

use super::{
    PROTOCOL, experiment_id, result_id,
    scores::{keep_scores, verdicts_of},
};
use crate::{AppState, native::run_memory::Link};
use model::{
    ProjectId, SpanId, StoreResult, TraceId,
    library::{MAX_BATCH, NewExperiment, NewResult},
    telemetry::{Incoming, Span, Status},
};
use protocol::langfuse::{self, ExperimentItem};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a batch tells of experiments, to be recorded once the batch is stored.
#[derive(Default)]
pub(crate) struct Told {
    experiments: BTreeMap<String, NewExperiment>,
    results: Vec<(String, NewResult, TraceId, SpanId)>,
}

/// Collects what spans tell. Quick where they tell nothing.
pub(crate) fn told_by(state: &AppState, project: ProjectId, spans: &[Incoming<Span>]) -> Told {
    let mut told = Told::default();
    let no_runs = state.runs.is_empty();
    for span in spans.iter().map(|incoming| &incoming.row).filter(|span| span.source.convention == langfuse::CONVENTION) {
        if let Some(item) = langfuse::experiment_item(span) {
            told.item(project, span, item);
        } else if !no_runs {
            told.linked(state, project, span);
        }
    }
    told
}

impl Told {
    fn item(&mut self, project: ProjectId, span: &Span, item: ExperimentItem) {
        let id = item.experiment_id.unwrap_or_else(|| experiment_id(project, "", &item.name));
        let result = NewResult {
            id: Some(result_id(span.trace_id, &item.item_id)),
            item_id: Some(item.item_id).filter(|id| !id.is_empty()),
            trace_id: Some(span.trace_id.to_hex()),
            span_id: Some(span.span_id.to_hex()),
            input: item.input,
            output: item.output,
            expected_output: item.expected_output,
            metadata: item.item_metadata,
            duration_ms: item.duration_ms,
            error: item.error,
            ..NewResult::default()
        };
        self.experiments.entry(id.clone()).or_insert(NewExperiment {
            id: Some(id.clone()),
            name: item.name,
            dataset_id: item.dataset_id,
            protocol: PROTOCOL.to_owned(),
            description: item.description,
            metadata: item.metadata,
        });
        self.results.push((id, result, span.trace_id, span.span_id));
    }

    /// The span that a run was linked to, or the root of a trace that was.
    fn linked(&mut self, state: &AppState, project: ProjectId, span: &Span) {
        for link in state.runs.links(project, span.trace_id) {
            let is_it = link.span.map_or(span.parent_span_id.is_none(), |id| id == span.span_id);
            if !is_it || span.running {
                continue;
            }
            let failed = span.status == Status::Error;
            let result = NewResult {
                id: Some(link.result_id),
                output: langfuse::output_of_span(span),
                duration_ms: span.duration_ms,
                error: failed.then(|| span.error_message.clone().unwrap_or_else(|| "error".to_owned())),
                ..NewResult::default()
            };
            self.results.push((link.experiment_id, result, span.trace_id, span.span_id));
        }
    }

    fn is_empty(&self) -> bool {
        self.results.is_empty()
    }
}

/// Writes what was told into the library, with the scores that came before. Telemetry is stored whether or not this succeeds.
pub(crate) async fn record(state: &AppState, project: ProjectId, told: Told) {
    if told.is_empty() {
        return;
    }
    if let Err(error) = try_record(state, project, told).await {
        tracing::warn!(%error, "what spans tell of an experiment could not be recorded");
    }
}

async fn try_record(state: &AppState, project: ProjectId, told: Told) -> StoreResult<()> {
    for experiment in told.experiments.into_values() {
        put_experiment(state, project, experiment).await?;
    }
    let mut by_experiment: BTreeMap<String, BTreeMap<String, NewResult>> = BTreeMap::new();
    for (experiment, mut result, trace, span) in told.results {
        let Some(id) = result.id.clone() else { continue };
        // First the link, then the scores: whichever comes first, one of both finds the other.
        state.runs.link(project, trace, Link { experiment_id: experiment.clone(), result_id: id.clone(), span: Some(span) });
        result.verdicts = verdicts_of(state, project, trace, Some(span)).await?;
        by_experiment.entry(experiment).or_default().insert(id, result);
    }
    for (experiment, results) in by_experiment {
        let results: Vec<NewResult> = results.into_values().collect();
        for chunk in results.chunks(MAX_BATCH) {
            state.library.put_results(project, &experiment, chunk.to_vec()).await?;
        }
    }
    Ok(())
}

/// Writes an experiment, with the scores of the run as a whole that are kept in its metadata.
pub(super) async fn put_experiment(state: &AppState, project: ProjectId, mut report: NewExperiment) -> StoreResult<()> {
    let _one_at_a_time = state.runs.writing.lock().await;
    if let Some(id) = &report.id
        && report.metadata != Value::Null
        && let Some(known) = state.library.experiment(project, id).await?
    {
        report.metadata = keep_scores(&known.metadata, report.metadata);
    }
    state.library.put_experiment(project, report).await.map(|_| ())
}
