//! The one way of telemetry into the store: fill in what traces say, decide what is billed, price, commit, tell. Every ingest route ends
//! here.

use super::{recent_calls::Decision, trace_memory::Pending};
use crate::{
    AppState,
    http::{ApiResult, Permit, Problem},
    native,
    prices::ProjectPrices,
};
use model::{
    ProjectId, StoreError, StoreResult,
    live::{LiveBatch, LiveRow},
    ports::Topic,
    telemetry::{CommitReceipt, Incoming, RowBatch, RowKind, Span, SpanSummary},
};
use pricing::cost_span;
use std::time::Instant;

/// Fills in what the spans' traces say, decides which spans are billed, prices them, makes the batch (rows of one kind) durable, and tells live readers. Goes on to its end
/// when the client leaves meanwhile: what is committed must also be told. The permits are held until all is done.
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
        let receipt = commit(&state, batch).await?;
        state.metrics.ingest_rows(kind.as_str(), receipt.stored as u64);
        if receipt.stored > 0 {
            state.bus.publish(&Topic::Committed, receipt.commit_seq.to_string().into()).await;
        }
        Ok(receipt)
    };
    tokio::spawn(work).await.unwrap_or_else(|stopped| Err(StoreError::internal(stopped)))
}

async fn commit_and_tell(state: &AppState, kind: RowKind, mut batch: RowBatch) -> ApiResult<CommitReceipt> {
    let project = batch.project;
    let prices = state.known_prices.of(state.prices.as_ref(), project).await?;
    let reports = state.trace_memory.fill(project, &mut batch.spans);
    let came = batch.spans.len();
    batch.spans.extend(reports.into_iter().map(unsigned));
    let (decision, amendments) = state.recent_calls.decide(project, &mut batch.spans);
    price(&prices, &mut batch.spans);
    let mut changes = batch.spans.split_off(came);
    changes.extend(as_rows(&prices, amendments));
    // Live readers are told of the rows that came, not of what they change in older ones.
    let (rows, omitted) = live_rows(&batch);
    let pending = Pending::of(&batch.spans);
    let told = native::told_of_experiments(state, project, &batch.spans);
    let amended = changes.len();
    batch.spans.append(&mut changes);
    let mut receipt = match commit(state, batch).await {
        Ok(receipt) => receipt,
        Err(error) => {
            state.recent_calls.refused(decision);
            return Err(error.into());
        }
    };
    receipt.stored = receipt.stored.saturating_sub(amended);
    state.metrics.ingest_rows(kind.as_str(), receipt.stored as u64);
    if receipt.stored > 0 {
        tell(state, LiveBatch { project, commit_seq: receipt.commit_seq, rows, omitted }).await;
    }
    amend_overtaken(state, project, &prices, decision).await;
    report_overtaken(state, project, &prices, pending).await;
    native::record_experiments(state, project, told).await;
    Ok(receipt)
}

/// Tells spans what another request said about their trace while they were being stored. What fails here is tried again with the next
/// report of the trace.
async fn report_overtaken(state: &AppState, project: ProjectId, prices: &ProjectPrices, pending: Pending) {
    let due = state.trace_memory.settle(project, pending);
    if due.is_empty() {
        return;
    }
    let mut batch = RowBatch { spans: due.into_iter().map(unsigned).collect(), ..RowBatch::new(project) };
    let (decision, amendments) = state.recent_calls.decide(project, &mut batch.spans);
    price(prices, &mut batch.spans);
    batch.spans.extend(as_rows(prices, amendments));
    match commit(state, batch).await {
        Ok(_) => amend_overtaken(state, project, prices, decision).await,
        Err(error) => {
            state.recent_calls.refused(decision);
            tracing::warn!(%error, "spans stay without what their trace says of itself until it is reported of again");
        }
    }
}

/// How often amendments are looked over that were overtaken in their turn.
const MAX_OVERTAKEN: usize = 4;

/// Requests that were under way at the same time could not amend each other's spans: whoever comes last does. What fails here is
/// tried again with the next report of the trace.
async fn amend_overtaken(state: &AppState, project: ProjectId, prices: &ProjectPrices, mut decision: Decision) {
    for _ in 0..MAX_OVERTAKEN {
        let (next, amendments) = state.recent_calls.stored(decision);
        if amendments.is_empty() {
            return;
        }
        let batch = RowBatch { spans: as_rows(prices, amendments).collect(), ..RowBatch::new(project) };
        if let Err(error) = commit(state, batch).await {
            tracing::warn!(%error, "second reports of calls stay billed until their trace is reported of again");
            return;
        }
        decision = next;
    }
}

fn as_rows(prices: &ProjectPrices, mut amendments: Vec<Span>) -> impl Iterator<Item = Incoming<Span>> + use<> {
    prices.with(|prices| amendments.iter_mut().for_each(|span| cost_span(prices, span)));
    amendments.into_iter().map(unsigned)
}

/// What we say about a span ourselves has no digest: it is no resend.
fn unsigned(span: Span) -> Incoming<Span> {
    Incoming::new(span, None)
}

fn price(prices: &ProjectPrices, spans: &mut [Incoming<Span>]) {
    prices.with(|prices| spans.iter_mut().for_each(|incoming| cost_span(prices, &mut incoming.row)));
}

async fn commit(state: &AppState, batch: RowBatch) -> StoreResult<CommitReceipt> {
    let started = Instant::now();
    let receipt = state.store.commit(batch).await?;
    state.metrics.commit(started.elapsed());
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
