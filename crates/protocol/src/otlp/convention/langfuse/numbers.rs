//! Tokens, costs, and the time of the first token.

use super::super::Draft;
use crate::langfuse;
use model::Timestamp;
use serde_json::Value;

const USAGE: &str = "langfuse.observation.usage_details";
const COST: &str = "langfuse.observation.cost_details";
const COMPLETION_START: &str = "langfuse.observation.completion_start_time";

pub(super) fn read(draft: &mut Draft) {
    read_usage(draft);
    read_cost(draft);
    read_first_token(draft);
}

fn read_usage(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    if !span.usage.is_unknown() {
        return;
    }
    if let Some(Value::Object(details)) = super::content::take_object(attributes, USAGE) {
        langfuse::set_usage(span, details, USAGE);
    }
}

fn read_cost(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    let Some(Value::Object(details)) = super::content::take_object(attributes, COST) else { return };
    langfuse::set_cost(span, details, COST);
}

fn read_first_token(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    if span.time_to_first_token_ms.is_some() {
        return;
    }
    // A time as JSON: in quotes.
    let time = |value: &Value| value.as_str()?.trim_matches('"').parse::<Timestamp>().ok();
    if let Ok(Some(first)) = attributes.take_checked(COMPLETION_START, time) {
        span.first_token_at(first);
    }
}
