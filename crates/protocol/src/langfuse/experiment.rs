//! Experiments that are told by spans alone: the span that ran an item carries the experiment, the item and what was expected.

use super::{is_older_sdk, spoken};
use crate::messages::parse_or_text;
use model::telemetry::{Span, Status};
use serde_json::Value;

const ID: &str = "langfuse.experiment.id";
const ITEM_ID: &str = "langfuse.experiment.item.id";
const ROOT: &str = "langfuse.experiment.item.root_observation_id";

/// One item of an experiment, as the span that ran it tells.
#[derive(Debug, Clone, PartialEq)]
pub struct ExperimentItem {
    /// `None`: each item has an id of its own, so that only the name tells which ran together.
    pub experiment_id: Option<String>,
    pub name: String,
    pub description: Option<String>,
    /// Null where nothing is told, here and below.
    pub metadata: Value,
    pub dataset_id: Option<String>,
    pub item_id: String,
    pub item_metadata: Value,
    pub input: Value,
    pub output: Value,
    pub expected_output: Value,
    pub duration_ms: Option<f64>,
    pub error: Option<String>,
}

/// What a span tells of an item, if it is the one that ran it.
pub fn experiment_item(span: &Span) -> Option<ExperimentItem> {
    let attribute = |name: &str| span.payload.attributes.get(name).and_then(Value::as_str);
    let id = attribute(ID)?;
    if attribute(ROOT)? != span.span_id.to_hex() {
        return None;
    }
    let text = |name: &str| attribute(name).map(str::to_owned);
    let value = |name: &str| attribute(name).map_or(Value::Null, parse_or_text);
    let dataset_id = text("langfuse.experiment.dataset.id");
    // Version 3 of the Python SDK makes up an id for each item when no dataset binds them.
    let is_python = span.source.sdk.as_deref().is_some_and(|sdk| sdk.contains("python"));
    let is_bound = dataset_id.is_some() || !is_python || !is_older_sdk(attribute("otel.scope.version"), Some("python"));
    Some(ExperimentItem {
        experiment_id: is_bound.then(|| id.to_owned()),
        name: text("langfuse.experiment.name").unwrap_or_else(|| id.to_owned()),
        description: text("langfuse.experiment.description"),
        metadata: value("langfuse.experiment.metadata"),
        dataset_id,
        item_id: text(ITEM_ID).unwrap_or_default(),
        item_metadata: value("langfuse.experiment.item.metadata"),
        input: spoken::input_of_span(span),
        output: spoken::output_of_span(span),
        expected_output: value("langfuse.experiment.item.expected_output"),
        duration_ms: span.duration_ms,
        error: (span.status == Status::Error).then(|| span.error_message.clone().unwrap_or_else(|| "error".to_owned())),
    })
}
