//! The one way of telemetry into the store: price, commit, tell. Every ingest route ends here.

use crate::{
    AppState,
    http::{ApiResult, Permit, Problem},
};
use model::{
    StoreError, StoreResult,
    live::{LiveBatch, LiveRow},
    ports::Topic,
    telemetry::{CommitReceipt, RowBatch, RowKind, SpanSummary},
};
use pricing::{PriceBook, cost_span};
use std::time::Instant;

/// Prices the spans, makes the batch (rows of one kind) durable, and tells live readers. Goes on to its end when the client leaves meanwhile: what is
/// committed must also be told. The permits are held until all is done.
pub(crate) async fn store(state: &AppState, kind: RowKind, batch: RowBatch, permits: Vec<Permit>) -> ApiResult<CommitReceipt> {
    let state = state.clone();
    let work = async move {
        let receipt = commit_and_tell(&state, kind, batch).await;
        drop(permits);
        receipt
    };
    tokio::spawn(work).await.unwrap_or_else(|stopped| Err(Problem::internal(stopped)))
}

/// Makes rows durable that were stored before, elsewhere: with the costs they have, and without telling live readers, for whom they are
/// no news. Goes on to its end like [`store`].
pub(super) async fn store_again(state: &AppState, kind: RowKind, batch: RowBatch) -> StoreResult<CommitReceipt> {
    let state = state.clone();
    let work = async move {
        let started = Instant::now();
        let receipt = state.store.commit(batch).await?;
        state.metrics.commit(started.elapsed());
        state.metrics.ingest_rows(kind.as_str(), receipt.stored as u64);
        if receipt.stored > 0 {
            state.bus.publish(&Topic::Committed, receipt.commit_seq.to_string().into()).await;
        }
        Ok(receipt)
    };
    tokio::spawn(work).await.unwrap_or_else(|stopped| Err(StoreError::internal(stopped)))
}

async fn commit_and_tell(state: &AppState, kind: RowKind, mut batch: RowBatch) -> ApiResult<CommitReceipt> {
    let prices = PriceBook::embedded();
    batch.spans.iter_mut().for_each(|incoming| cost_span(prices, &mut incoming.row));
    let project = batch.project;
    let (rows, omitted) = live_rows(&batch);
    let started = Instant::now();
    let receipt = state.store.commit(batch).await?;
    state.metrics.commit(started.elapsed());
    state.metrics.ingest_rows(kind.as_str(), receipt.stored as u64);
    if receipt.stored > 0 {
        tell(state, LiveBatch { project, commit_seq: receipt.commit_seq, rows, omitted }).await;
    }
    Ok(receipt)
}

async fn tell(state: &AppState, batch: LiveBatch) {
    match serde_json::to_vec(&batch) {
        Ok(payload) => state.bus.publish(&Topic::Live(batch.project), payload.into()).await,
        Err(error) => tracing::error!(%error, "a live batch could not be written"),
    }
    state.bus.publish(&Topic::Committed, batch.commit_seq.to_string().into()).await;
}

/// The first rows of a batch as the live view shows them, and how many more there are.
fn live_rows(batch: &RowBatch) -> (Vec<LiveRow>, usize) {
    let spans = batch.spans.iter().map(|incoming| LiveRow::Span(Box::new(SpanSummary::from(&incoming.row))));
    let logs = batch.logs.iter().map(|incoming| LiveRow::Log(incoming.row.clone()));
    let metrics = batch.metrics.iter().map(|incoming| LiveRow::Metric { point: incoming.row.clone() });
    let rows: Vec<LiveRow> = spans.chain(logs).chain(metrics).take(LiveBatch::MAX_ROWS).collect();
    // Scores are no live rows: they are about rows that were shown before.
    let omitted = batch.len() - batch.scores.len() - rows.len();
    (rows, omitted)
}
