//! Anthropic messages, and clients that write Anthropic's names with a total of their own.
//!
//! What was read from and written to the cache stands beside the input; thinking is inside the output. With a total the sum tells, for
//! whoever added one may have added up the input as well.

use super::{ProviderUsage, fields::Fields};
use crate::{
    numbers::token_count,
    usage::{ReportedUsage, Stands},
};
use serde_json::Value;

pub(super) fn read(mut fields: Fields) -> ProviderUsage {
    let mut reported = ReportedUsage {
        input: fields.count(&["input_tokens"]),
        output: fields.count(&["output_tokens"]),
        total: fields.count(&["total_tokens"]),
        cache_read: fields.count(&["cache_read_input_tokens"]),
        cache_write: fields.count(&["cache_creation_input_tokens"]),
        cache_write_5m: fields.count(&["cache_creation", "ephemeral_5m_input_tokens"]),
        cache_write_1h: fields.count(&["cache_creation", "ephemeral_1h_input_tokens"]),
        reasoning: fields.count(&["output_tokens_details", "thinking_tokens"]),
        web_searches: fields.count(&["server_tool_use", "web_search_requests"]),
        ..ReportedUsage::default()
    };
    let other_models = add_iterations(&fields, &mut reported);
    let split = match reported.total {
        Some(_) => reported.split(),
        None => reported.split_known(Stands::Beside, Stands::Inside),
    };
    let mut usage = ProviderUsage::of(split, fields);
    if other_models {
        usage.note("usage_of_other_models_not_counted");
    }
    usage
}

/// The counts above leave out two kinds of steps, listed apart: compactions of the context, of the same model, which are added; and
/// advisers, which are other models with other prices. Tells whether there were such.
fn add_iterations(fields: &Fields, reported: &mut ReportedUsage) -> bool {
    let Some(Value::Array(iterations)) = fields.peek("iterations") else { return false };
    for step in iterations.iter().filter(|step| step["type"] == "compaction") {
        let count = |value: &Value| token_count(value);
        add(&mut reported.input, count(&step["input_tokens"]));
        add(&mut reported.output, count(&step["output_tokens"]));
        add(&mut reported.cache_read, count(&step["cache_read_input_tokens"]));
        add(&mut reported.cache_write, count(&step["cache_creation_input_tokens"]));
        add(&mut reported.cache_write_5m, count(&step["cache_creation"]["ephemeral_5m_input_tokens"]));
        add(&mut reported.cache_write_1h, count(&step["cache_creation"]["ephemeral_1h_input_tokens"]));
    }
    iterations.iter().any(|step| step["model"].is_string())
}

fn add(count: &mut Option<u64>, more: Option<u64>) {
    if let Some(more) = more {
        *count = Some(count.unwrap_or(0).saturating_add(more));
    }
}
