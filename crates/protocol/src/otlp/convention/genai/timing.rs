//! Time to first token, and the client's own cost figure.

use super::super::{
    Draft,
    timing::{first_event, keep_few_chunks, reported_cost},
};
use crate::numbers::non_negative;

/// In seconds.
const TIME_TO_FIRST_CHUNK: [&str; 3] =
    ["gen_ai.response.time_to_first_chunk", "gen_ai.client.operation.time_to_first_chunk", "gen_ai.server.time_to_first_token"];
const CHUNK_EVENTS: [&str; 2] = ["gen_ai.content.completion.chunk", "llm.content.completion.chunk"];
const REPORTED_COST: [&str; 3] = ["operation.cost", "gen_ai.cost.total_cost", "gen_ai.usage.cost"];

pub(super) fn read(draft: &mut Draft) {
    for name in TIME_TO_FIRST_CHUNK {
        if draft.span.time_to_first_token_ms.is_some() {
            break;
        }
        match draft.attributes.take_checked(name, non_negative) {
            Ok(Some(seconds)) => {
                draft.span.time_to_first_token_ms = Some(seconds * 1e3);
            }
            Ok(None) => {}
            Err(()) => draft.span.note("invalid_time_to_first_token"),
        }
    }
    first_event(draft, &CHUNK_EVENTS);
    keep_few_chunks(draft, &CHUNK_EVENTS);
    reported_cost(draft, &REPORTED_COST);
}
