//! When the first token came, and what the client says a call cost.

use super::Draft;
use crate::numbers::usd;

/// Time to first token by the earliest event of these names.
pub(super) fn first_event(draft: &mut Draft, names: &[&str]) {
    if draft.span.time_to_first_token_ms.is_some() {
        return;
    }
    let first = draft.events.iter().filter(|event| names.contains(&event.name.as_str())).map(|event| event.time).min();
    let nanos = first.map(|time| time.as_nanos().saturating_sub(draft.span.start_time.as_nanos()));
    draft.span.time_to_first_token_ms = nanos.filter(|nanos| *nanos >= 0).map(|nanos| nanos as f64 / 1e6);
}

/// The first of these amounts, in US dollars. Those that repeat it are taken too.
pub(super) fn reported_cost(draft: &mut Draft, names: &[&str]) {
    for name in names {
        let known = draft.span.cost.reported_usd;
        match draft.attributes.take_checked(name, |value| usd(value).filter(|amount| known.is_none_or(|known| known == *amount))) {
            Ok(amount) => draft.span.cost.reported_usd = known.or(amount),
            Err(()) if known.is_some() => {}
            Err(()) => draft.span.note("invalid_cost"),
        }
    }
}

/// Keeps the first of the events that only say that a piece of a stream came.
pub(super) fn keep_few_chunks(draft: &mut Draft, names: &[&str]) {
    let mut kept = 0;
    let before = draft.events.len();
    draft.events.retain(|event| {
        let is_chunk = names.contains(&event.name.as_str());
        kept += usize::from(is_chunk);
        !is_chunk || kept <= MAX_CHUNK_EVENTS
    });
    if draft.events.len() < before {
        draft.span.note("chunk_events_truncated");
    }
}

/// Streams send hundreds of pieces; the pace shows in a few.
const MAX_CHUNK_EVENTS: usize = 16;
