//! What a level-0 segment of spans holds, by hash: kept in memory, as level 0 is small.

use super::hash::{span_hash, trace_hash};
use crate::schema::{text_column, times_of};
use datafusion::arrow::record_batch::RecordBatch;

/// The columns that the keys are made from.
pub(crate) const KEY_COLUMNS: [&str; 3] = ["trace_id", "span_id", "start_time"];

/// A span as it is looked for: its hash, and its start in nanoseconds.
pub(crate) type SpanKey = (u64, i64);

#[derive(Debug, Default)]
pub(crate) struct Level0Keys {
    /// Sorted; a span reported twice is here twice.
    spans: Vec<SpanKey>,
    /// Sorted and distinct.
    traces: Vec<u64>,
}

impl Level0Keys {
    /// Of batches with [`KEY_COLUMNS`]; batches without them have no keys.
    pub(crate) fn of(batches: &[RecordBatch]) -> Self {
        let mut keys = Self::default();
        for batch in batches {
            let columns = (text_column(batch, "trace_id"), text_column(batch, "span_id"), times_of(batch, "start_time"));
            let (Some(traces), Some(spans), Some(starts)) = columns else { continue };
            for row in 0..batch.num_rows() {
                keys.spans.push((span_hash(traces.value(row), spans.value(row)), starts.value(row)));
                keys.traces.push(trace_hash(traces.value(row)));
            }
        }
        keys.spans.sort_unstable();
        keys.traces.sort_unstable();
        keys.traces.dedup();
        keys.spans.shrink_to_fit();
        keys.traces.shrink_to_fit();
        keys
    }

    pub(crate) fn spans(&self) -> &[SpanKey] {
        &self.spans
    }

    pub(crate) fn holds_span(&self, hash: u64) -> bool {
        let at = self.spans.partition_point(|(known, _)| *known < hash);
        self.spans.get(at).is_some_and(|(known, _)| *known == hash)
    }

    pub(crate) fn holds_trace(&self, hash: u64) -> bool {
        self.traces.binary_search(&hash).is_ok()
    }
}
