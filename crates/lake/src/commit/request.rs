//! One request on its way in: encoded by its caller, so that all cores encode while one group commits.

use crate::{
    rows::{encode_logs, encode_metrics, encode_scores, encode_spans},
    storage::blocking,
};
use datafusion::arrow::{error::ArrowError, record_batch::RecordBatch};
use model::{
    ProjectId, StoreError, StoreResult,
    telemetry::{CommitReceipt, RowBatch, RowKind},
};
use tokio::sync::oneshot;

/// From so many rows on, encoding leaves the async thread: it would hold up other requests.
const BLOCKING_ROWS: usize = 16;

/// The rows of a request as stored batches, at most one per kind.
pub(super) struct Encoded {
    pub(super) project: ProjectId,
    pub(super) parts: Vec<(RowKind, RecordBatch)>,
    pub(super) rows: usize,
    pub(super) bytes: usize,
}

/// What waits for its group.
pub(super) struct Request {
    pub(super) encoded: Encoded,
    pub(super) answer: oneshot::Sender<StoreResult<CommitReceipt>>,
    /// Given back when the request is answered.
    pub(super) _room: super::task::Room,
}

pub(super) async fn encode(batch: RowBatch) -> StoreResult<Encoded> {
    if batch.len() < BLOCKING_ROWS {
        return encode_now(&batch).map_err(StoreError::internal);
    }
    blocking(move || encode_now(&batch).map_err(StoreError::internal)).await
}

fn encode_now(batch: &RowBatch) -> Result<Encoded, ArrowError> {
    let mut parts = Vec::new();
    if !batch.spans.is_empty() {
        parts.push((RowKind::Span, encode_spans(batch.project, &batch.spans)?));
    }
    if !batch.logs.is_empty() {
        parts.push((RowKind::Log, encode_logs(batch.project, &batch.logs)?));
    }
    if !batch.metrics.is_empty() {
        parts.push((RowKind::Metric, encode_metrics(batch.project, &batch.metrics)?));
    }
    if !batch.scores.is_empty() {
        parts.push((RowKind::Score, encode_scores(batch.project, &batch.scores)?));
    }
    let bytes = parts.iter().map(|(_, part)| part.get_array_memory_size()).sum();
    Ok(Encoded { project: batch.project, parts, rows: batch.len(), bytes })
}
