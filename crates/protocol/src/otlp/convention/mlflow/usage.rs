//! Token counts: the provider's own in the answer, else MLflow's, which count caches inside the input whatever the provider.

use super::super::Draft;
use crate::{numbers::token_count, otlp::attributes::AttributeSet, usage::ReportedUsage};
use serde_json::Value;

pub(super) fn take(attributes: &mut AttributeSet) -> Option<Value> {
    super::take(attributes, "mlflow.chat.tokenUsage")
}

/// `told`: what MLflow counted. Whatever adds up the calls inside has only that.
pub(super) fn read(draft: &mut Draft, told: Option<Value>) {
    let Some(told) = told else { return };
    if !draft.span.usage.is_unknown() {
        return;
    }
    let count = |name: &str| told.get(name).and_then(token_count);
    let reported = ReportedUsage {
        input: count("input_tokens"),
        output: count("output_tokens"),
        total: count("total_tokens"),
        cache_read: count("cache_read_input_tokens"),
        cache_write: count("cache_creation_input_tokens"),
        cache_write_1h: count("cache_creation_input_tokens_above_1hr"),
        ..ReportedUsage::default()
    };
    if reported == ReportedUsage::default() {
        draft.span.payload.attributes.insert("mlflow.chat.tokenUsage".to_owned(), told);
        return;
    }
    let split = reported.split_inclusive();
    draft.span.usage = split.usage;
    split.notes.iter().for_each(|note| draft.span.note(note));
}
