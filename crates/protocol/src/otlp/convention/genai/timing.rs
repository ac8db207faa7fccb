//! Time to first token, and the client's own cost figure.

use super::super::Draft;
use crate::numbers::{non_negative, usd};

/// In seconds.
const TIME_TO_FIRST_CHUNK: [&str; 3] =
    ["gen_ai.response.time_to_first_chunk", "gen_ai.client.operation.time_to_first_chunk", "gen_ai.server.time_to_first_token"];
const FIRST_CHUNK_EVENTS: [&str; 2] = ["gen_ai.content.completion.chunk", "llm.content.completion.chunk"];
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
    if draft.span.time_to_first_token_ms.is_none() {
        let first = draft.events.iter().filter(|event| FIRST_CHUNK_EVENTS.contains(&event.name.as_str())).map(|event| event.time).min();
        let nanos = first.map(|time| time.as_nanos().saturating_sub(draft.span.start_time.as_nanos()));
        draft.span.time_to_first_token_ms = nanos.filter(|nanos| *nanos >= 0).map(|nanos| nanos as f64 / 1e6);
    }
    for name in REPORTED_COST {
        if draft.span.cost.reported_usd.is_some() {
            break;
        }
        match draft.attributes.take_checked(name, usd) {
            Ok(Some(amount)) => {
                draft.span.cost.reported_usd = Some(amount);
            }
            Ok(None) => {}
            Err(()) => draft.span.note("invalid_cost"),
        }
    }
}
