//! Streams: each chunk is an event, `mlflow.chunk.item.N`.

use super::super::Draft;

const PREFIX: &str = "mlflow.chunk.item.";
/// The answer as a whole is told too: of its pieces the pace is of interest, which a few show.
const MAX_CHUNKS: usize = 16;

pub(super) fn read(draft: &mut Draft) {
    let is_chunk = |name: &str| name.starts_with(PREFIX);
    let first = draft.events.iter().filter(|event| is_chunk(&event.name)).map(|event| event.time).min();
    if draft.span.time_to_first_token_ms.is_none() {
        let nanos = first.map(|time| time.as_nanos().saturating_sub(draft.span.start_time.as_nanos()));
        draft.span.time_to_first_token_ms = nanos.filter(|nanos| *nanos >= 0).map(|nanos| nanos as f64 / 1e6);
    }
    let (before, mut kept) = (draft.events.len(), 0);
    draft.events.retain(|event| {
        kept += usize::from(is_chunk(&event.name));
        !is_chunk(&event.name) || kept <= MAX_CHUNKS
    });
    if draft.events.len() < before {
        draft.span.note("chunk_events_truncated");
    }
}
