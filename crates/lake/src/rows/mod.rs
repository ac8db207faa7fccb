//! Rows of the model to Arrow batches and back, and batches to the bytes of a level-0 segment and back.

mod columns;
mod decode;
mod encode;
pub(crate) mod ipc;
mod names;
mod reader;
#[cfg(test)]
mod tests;

pub(crate) use decode::{logs, metrics, scores, span_summaries, spans};
pub(crate) use encode::{encode_logs, encode_metrics, encode_scores, encode_spans};

use datafusion::arrow::{array::Array, record_batch::RecordBatch};

/// Bytes of the values of a batch. Not `get_array_memory_size`: arrays read from one IPC message share its buffer, which that counts
/// once per array.
pub(crate) fn decoded_bytes(batch: &RecordBatch) -> usize {
    batch.columns().iter().map(|column| column.to_data().get_slice_memory_size().unwrap_or_else(|_| column.get_array_memory_size())).sum()
}
