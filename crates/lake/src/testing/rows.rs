//! Rows to store, and everything stored.

use crate::{Lake, compact::read_all, rows};
use model::{
    ProjectId, SpanId, Timestamp, TraceId,
    telemetry::{BodyDigest, Incoming, Level, LogRecord, Message, RowBatch, RowKind, Span},
};

pub(crate) fn project(number: u8) -> ProjectId {
    ProjectId::from_bytes([number; 16]).unwrap()
}

pub(crate) fn digest(number: u32) -> BodyDigest {
    let mut digest = [0; 16];
    digest[..4].copy_from_slice(&number.to_le_bytes());
    digest
}

/// Span `number` of a trace of ten, with a payload of about `payload` bytes.
pub(crate) fn span(number: u32, payload: usize) -> Span {
    let mut trace = [7; 16];
    trace[..4].copy_from_slice(&(number / 10).wrapping_mul(2_654_435_761).to_le_bytes());
    let mut span_id = [9; 8];
    span_id[..4].copy_from_slice(&number.to_le_bytes());
    let start = Timestamp::now();
    let mut span = Span::new(TraceId::from_bytes(trace).unwrap(), SpanId::from_bytes(span_id).unwrap(), format!("span {number}"), start);
    let text: String = (0..payload / 12).map(|word| format!("w{:<10} ", word * 31 + number as usize)).collect();
    span.payload.input = Some(vec![Message::text("user", text)]);
    span
}

pub(crate) fn log(number: u32) -> LogRecord {
    let now = Timestamp::now();
    LogRecord {
        timestamp: now,
        observed_time: None,
        level: Level::Info,
        message: format!("message {number}"),
        logger: None,
        service: None,
        trace_id: None,
        span_id: None,
        session_id: None,
        user_id: None,
        attributes: Default::default(),
        ingest_time: now,
    }
}

/// A request with these spans, each with its number as digest.
pub(crate) fn batch_of(project: ProjectId, numbers: impl IntoIterator<Item = u32>, payload: usize) -> RowBatch {
    let mut batch = RowBatch::new(project);
    batch.spans = numbers.into_iter().map(|number| Incoming::new(span(number, payload), Some(digest(number)))).collect();
    batch
}

/// Every stored span row as a new reader finds it, with its segment's level; in segment and row order.
pub(crate) async fn stored_spans(lake: &Lake) -> Vec<(u8, Span)> {
    let mut found = Vec::new();
    for segment in lake.snapshot().await.unwrap().segments.iter().filter(|segment| segment.meta.kind == RowKind::Span) {
        let batches = match segment.parquet_path() {
            Some(path) => read_all(RowKind::Span, &path).unwrap(),
            None => segment.decode().await.unwrap(),
        };
        for batch in batches {
            found.extend(rows::spans(&batch).unwrap().into_iter().map(|span| (segment.meta.level, span)));
        }
    }
    found
}
