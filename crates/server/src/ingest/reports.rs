//! Rows of clients with a protocol of their own: their reports of spans are put together, then everything goes the one way into the store.

use super::{
    api::context,
    body::receive,
    decode::decode,
    elsewhere::{both_elsewhere, join_stored},
    pipeline,
};
use crate::{
    AppState,
    http::{ApiResult, Permit},
};
use axum::{body::Body, http::HeaderMap};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use model::{
    ProjectId, SpanId, Timestamp, TraceId,
    telemetry::{BodyDigest, Incoming, RowBatch, RowKind, Span},
};
use protocol::{
    IngestContext, RowError,
    native::{NativeRows, SpanReport},
};
use std::collections::HashMap;

/// Look-ups at once for the starts of spans that a request only updates.
const CONCURRENT_LOOKUPS: usize = 16;

/// From a body to stored rows. Answers the rows that were not taken; everything else is durable and visible.
pub(crate) async fn take_in(
    state: &AppState,
    project: ProjectId,
    path: &'static str,
    headers: &HeaderMap,
    body: Body,
    read: impl FnOnce(Bytes, &IngestContext) -> ApiResult<NativeRows> + Send + 'static,
) -> ApiResult<Vec<(usize, RowError)>> {
    let (rows, permits) = read_body(state, project, path, headers, body, read).await?;
    store_rows(state, project, rows, permits).await
}

/// What `read` makes of a body, and the body's places at the gate: given back when what was read is stored.
pub(crate) async fn read_body<T: Send + 'static>(
    state: &AppState,
    project: ProjectId,
    path: &'static str,
    headers: &HeaderMap,
    body: Body,
    read: impl FnOnce(Bytes, &IngestContext) -> ApiResult<T> + Send + 'static,
) -> ApiResult<(T, Vec<Permit>)> {
    let received = receive(state, headers, body).await?;
    let (bytes, length) = (received.bytes, received.length);
    let context = context(state, project, RowKind::Span).await?;
    let read = decode(length, move || read(bytes, &context)).await?;
    state.metrics.ingest_bytes(path, length as u64);
    Ok((read, received.permits))
}

/// Stores rows that were read already. See [`take_in`].
pub(crate) async fn store_rows(
    state: &AppState,
    project: ProjectId,
    rows: NativeRows,
    permits: Vec<Permit>,
) -> ApiResult<Vec<(usize, RowError)>> {
    let NativeRows { spans, scores, rejected } = rows;
    state.metrics.ingest_rejected(RowKind::Span.as_str(), rejected.len() as u64);
    let mut batch = RowBatch::new(project);
    batch.spans = with_starts(state, project, together(spans)).await?;
    if !batch.spans.is_empty() {
        pipeline::store(state, RowKind::Span, batch, Vec::new()).await?;
    }
    if !scores.is_empty() {
        let mut batch = RowBatch::new(project);
        batch.scores = scores;
        pipeline::store(state, RowKind::Score, batch, Vec::new()).await?;
    }
    drop(permits);
    Ok(rejected)
}

/// One report per span, in the order of their first ones.
fn together(reports: Vec<SpanReport>) -> Vec<SpanReport> {
    let mut places: HashMap<(TraceId, SpanId), usize> = HashMap::with_capacity(reports.len());
    let mut merged: Vec<SpanReport> = Vec::with_capacity(reports.len());
    for report in reports {
        match places.get(&(report.span.trace_id, report.span.span_id)) {
            Some(place) => amend(&mut merged[*place], report),
            None => {
                places.insert((report.span.trace_id, report.span.span_id), merged.len());
                merged.push(report);
            }
        }
    }
    merged
}

fn amend(earlier: &mut SpanReport, mut later: SpanReport) {
    if !later.start_known || (later.may_be_repeated && earlier.start_known) {
        later.span.start_time = earlier.span.start_time;
    }
    earlier.elsewhere = both_elsewhere(earlier, &later);
    earlier.span.amend(later.span);
    earlier.start_known |= later.start_known;
    earlier.may_be_repeated &= later.may_be_repeated;
    earlier.first_token = later.first_token.or(earlier.first_token);
    earlier.digest = earlier.digest.zip(later.digest).map(both);
    let start = earlier.span.start_time;
    begin_at(&mut earlier.span, start);
}

/// The digest of two reports put together. A resend of the same ones in the same order has it again.
fn both((earlier, later): (BodyDigest, BodyDigest)) -> BodyDigest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&earlier).update(&later);
    let mut digest = BodyDigest::default();
    hasher.finalize_xof().fill(&mut digest);
    digest
}

/// Updates and repeats take the start that is stored; the store knows a span by its ids and its start.
async fn with_starts(state: &AppState, project: ProjectId, reports: Vec<SpanReport>) -> ApiResult<Vec<Incoming<Span>>> {
    let resolved = stream::iter(reports).map(|report| with_start(state, project, report));
    resolved.buffered(CONCURRENT_LOOKUPS).try_collect().await
}

async fn with_start(state: &AppState, project: ProjectId, mut report: SpanReport) -> ApiResult<Incoming<Span>> {
    if let Some(elsewhere) = report.elsewhere {
        return join_stored(state, project, report, elsewhere).await;
    }
    let key = (project, report.span.trace_id, report.span.span_id);
    let overtaken = if report.start_known { state.unknown_starts.take(&key) } else { None };
    if !report.start_known || report.may_be_repeated || overtaken.is_some() {
        match state.store.span(project, report.span.trace_id, report.span.span_id).await? {
            // An update was here first: now its times are known.
            Some(stored) if overtaken.is_some() => {
                let start = report.span.start_time;
                report.span.end_time = report.span.end_time.or(stored.end_time);
                begin_at(&mut report.span, start);
                report.first_token = report.first_token.or(overtaken.flatten());
            }
            Some(stored) => {
                begin_at(&mut report.span, stored.start_time);
                report.start_known = true;
            }
            None if report.start_known => {}
            None => {
                report.span.note("start_unknown");
                state.unknown_starts.remember(key, report.first_token);
            }
        }
    }
    if let Some(first) = report.first_token.filter(|_| report.start_known) {
        report.span.first_token_at(first);
    }
    Ok(Incoming::new(report.span, report.digest))
}

pub(super) fn begin_at(span: &mut Span, start: Timestamp) {
    span.start_time = start;
    if let Some(end) = span.end_time {
        span.end_at(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::telemetry::Status;

    fn report(start: i64, span: u8) -> SpanReport {
        let ids = (TraceId::from_bytes([1; 16]).unwrap(), SpanId::from_bytes([span; 8]).unwrap());
        SpanReport::new(Span::new(ids.0, ids.1, "", Timestamp::from_nanos(start)))
    }

    #[test]
    fn an_update_takes_the_start_of_the_report_before_it() {
        let mut create = report(1_000_000, 1);
        create.span.name = "call".into();
        create.span.running = true;
        let mut update = SpanReport { start_known: false, ..report(9_000_000, 1) };
        update.span.end_at(Timestamp::from_nanos(5_000_000));
        update.span.status = Status::Ok;
        let merged = together(vec![create, report(2_000_000, 2), update]);
        assert_eq!(merged.len(), 2);
        let span = &merged[0].span;
        assert_eq!((span.start_time.as_nanos(), span.duration_ms, span.running), (1_000_000, Some(4.0), false));
        assert_eq!((span.name.as_str(), span.status), ("call", Status::Ok));
    }

    #[test]
    fn a_start_that_comes_after_its_update_is_the_start() {
        let mut update = SpanReport { start_known: false, ..report(9_000_000, 1) };
        update.span.end_at(Timestamp::from_nanos(9_500_000));
        let merged = together(vec![update, report(1_500_000, 1)]);
        assert_eq!((merged[0].span.duration_ms, merged[0].start_known), (Some(8.0), true));
    }
}
