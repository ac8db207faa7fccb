//! Results of `evaluate()`: runs that name an example, and feedback on them, become results of the experiment that their project is.

use crate::{AppState, http::ApiResult};
use model::{
    ProjectId, StoreError,
    library::{MAX_BATCH, NewResult, Verdict},
    telemetry::{Score, ScoreTarget, Span, Status},
};
use protocol::{
    native::{
        Side, SpanReport,
        langsmith::{self, PROJECT_ID_ATTRIBUTE, REFERENCE_ATTRIBUTE},
    },
    uuid_text,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Results by experiment.
type Results = BTreeMap<String, Vec<NewResult>>;

/// What a request says of experiments. Read before the rows are stored, kept after: a result that is there leads to a run that is there.
pub(super) fn results_of(reports: &[SpanReport], scores: &[Score]) -> Results {
    let mut results = Results::new();
    for report in reports {
        if let (Some(experiment), Some(example)) = (text(&report.span, PROJECT_ID_ATTRIBUTE), text(&report.span, REFERENCE_ATTRIBUTE)) {
            add(&mut results, experiment, result_of(&report.span, example));
        }
    }
    for score in scores {
        let experiment = score.metadata.get("session_id").and_then(Value::as_str);
        if let (Some(experiment), ScoreTarget::Trace { trace_id }) = (experiment, &score.target) {
            let id = Some(uuid_text(&trace_id.to_hex()));
            add(&mut results, experiment, NewResult { id, verdicts: vec![verdict_of(score)], ..NewResult::default() });
        }
    }
    results
}

/// Reports of one result in one request become one: the library takes each once.
fn add(results: &mut Results, experiment: &str, result: NewResult) {
    let of_experiment = results.entry(experiment.to_owned()).or_default();
    let Some(known) = of_experiment.iter_mut().find(|known| known.id == result.id) else {
        return of_experiment.push(result);
    };
    macro_rules! told {
        ($($field:ident),+) => { $(if result.$field.is_some() { known.$field = result.$field; })+ };
    }
    told!(item_id, name, trace_id, span_id, duration_ms, error);
    for (known, told) in [(&mut known.input, result.input), (&mut known.output, result.output)] {
        if !told.is_null() {
            *known = told;
        }
    }
    for verdict in result.verdicts {
        known.verdicts.retain(|said| said.name != verdict.name);
        known.verdicts.push(verdict);
    }
}

fn text<'a>(span: &'a Span, attribute: &str) -> Option<&'a str> {
    span.payload.attributes.get(attribute)?.as_str()
}

fn result_of(span: &Span, example: &str) -> NewResult {
    NewResult {
        id: span.native_id.clone(),
        item_id: Some(example.to_owned()),
        name: (!span.name.is_empty()).then(|| span.name.clone()),
        trace_id: Some(span.trace_id.to_hex()),
        span_id: Some(span.span_id.to_hex()),
        input: langsmith::object(span, Side::Input).unwrap_or_default(),
        output: langsmith::object(span, Side::Output).unwrap_or_default(),
        duration_ms: span.duration_ms,
        error: (span.status == Status::Error).then(|| span.error_message.clone().or(span.error_type.clone()).unwrap_or_default()),
        ..NewResult::default()
    }
}

fn verdict_of(score: &Score) -> Verdict {
    let failed = score.metadata.get("error").and_then(Value::as_bool) == Some(true);
    Verdict {
        name: score.name.clone(),
        value: score.value,
        label: score.label.clone(),
        reason: score.comment.clone().filter(|_| !failed),
        error: score.comment.clone().filter(|_| failed),
        ..Verdict::default()
    }
}

/// Keeps results of the experiments that are there. Other projects have none.
pub(super) async fn keep(state: &AppState, project: ProjectId, results: Results) -> ApiResult<()> {
    for (experiment, mut results) in results {
        if state.library.experiment(project, &experiment).await?.is_none() {
            continue;
        }
        for result in &mut results {
            if let Some(item) = &result.item_id
                && let Some(item) = state.library.dataset_item(project, item).await?
            {
                result.expected_output = item.expected_output;
            }
        }
        for batch in results.chunks(MAX_BATCH) {
            match state.library.put_results(project, &experiment, batch.to_vec()).await {
                // It may have gone meanwhile, or be too large for the library: the runs are stored all the same.
                Ok(_) | Err(StoreError::NotFound(_)) => {}
                Err(StoreError::Invalid { field, message }) => tracing::warn!(%field, %message, "results of an experiment were not kept"),
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}
