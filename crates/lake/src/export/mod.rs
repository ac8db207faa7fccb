//! Whole tables out, and Parquet files in: every row of a kind as one stream of bytes, from one snapshot, window after window of time, so
//! that memory is bounded whatever there is to export.

mod checked_rows;
mod read_parquet;
mod text;
mod windows;
mod write_parquet;

pub(crate) use read_parquet::read_parquet;

use crate::{
    Lake,
    query::{
        engine::{Session, Sink},
        failure::QueryResult,
        filter::filter_expr,
        list::{visible_columns, within},
        scores::current_rows,
        table::SegmentTable,
    },
    schema::time_column,
};
use bytes::Bytes;
use datafusion::{arrow::array::RecordBatch, execution::SendableRecordBatchStream, logical_expr::Expr, prelude::ident};
use futures::{StreamExt, stream::BoxStream};
use model::{
    StoreResult, TimeRange,
    query::{ExportQuery, FileFormat},
    telemetry::RowKind,
};
use std::sync::Arc;
use text::TextEncoder;
use windows::windows;
use write_parquet::ParquetEncoder;

/// Rows decoded and written at a time: a few megabytes of prompts.
const BATCH_ROWS: usize = 256;
/// Rows that one window is expected to hold. A window remembers the ids of its spans; more rows would take more memory, fewer would read
/// files more than once.
const WINDOW_ROWS: u64 = 262_144;

/// A file under construction.
trait Encoder: Send {
    /// What the file begins with.
    fn begin(&mut self) -> StoreResult<Vec<Bytes>>;
    fn rows(&mut self, batch: &RecordBatch) -> StoreResult<Vec<Bytes>>;
    /// What the file ends with.
    fn end(&mut self) -> StoreResult<Vec<Bytes>>;
}

pub(crate) async fn export(lake: &Lake, query: ExportQuery) -> StoreResult<BoxStream<'static, StoreResult<Bytes>>> {
    let filter = filter_expr(&query.filter, query.kind)?;
    let encoder: Box<dyn Encoder> = match query.format {
        FileFormat::Jsonl | FileFormat::Csv => Box::new(TextEncoder::new(query.kind, query.format)),
        FileFormat::Parquet => Box::new(ParquetEncoder::new(query.kind)?),
    };
    let slot = lake.engine().export_slot()?;
    // Held by the work until its end, and with it the snapshot, which the lake leases for long readers.
    let table = lake.table(query.kind, query.project).await?;
    let windows = windows(table.segments(), query.range, WINDOW_ROWS);
    let scan = Scan { kind: query.kind, table, filter };
    lake.engine().stream(slot, move |session, sink| run(session.one_at_a_time(BATCH_ROWS), scan, windows, encoder, sink))
}

struct Scan {
    kind: RowKind,
    table: Arc<SegmentTable>,
    filter: Option<Expr>,
}

async fn run(session: Session, scan: Scan, windows: Vec<TimeRange>, mut encoder: Box<dyn Encoder>, mut sink: Sink) -> QueryResult<()> {
    sink.send_all(encoder.begin()?).await?;
    for window in windows {
        // One after the other: side by side they would hold a batch each.
        for mut batches in scan.batches(&session, window).await? {
            while let Some(batch) = batches.next().await {
                let batch = batch?;
                for start in (0..batch.num_rows()).step_by(BATCH_ROWS) {
                    let piece = batch.slice(start, BATCH_ROWS.min(batch.num_rows() - start));
                    sink.send_all(encoder.rows(&piece)?).await?;
                    sink.step_aside().await;
                }
            }
        }
    }
    sink.send_all(encoder.end()?).await
}

impl Scan {
    async fn batches(&self, session: &Session, window: TimeRange) -> QueryResult<Vec<SendableRecordBatchStream>> {
        let mut frame = session.frame(&self.table)?;
        if self.kind == RowKind::Score {
            frame = current_rows(frame)?;
        }
        frame = frame.filter(within(time_column(self.kind), window))?;
        if let Some(filter) = &self.filter {
            frame = frame.filter(filter.clone())?;
        }
        let columns: Vec<Expr> = visible_columns(self.kind).iter().map(ident).collect();
        Ok(frame.select(columns)?.execute_stream_partitioned().await?)
    }
}

/// Pieces of at most about a megabyte, so that a slow reader holds little.
fn pieces(bytes: Vec<u8>) -> Vec<Bytes> {
    const PIECE_BYTES: usize = 1 << 20;
    let mut rest = Bytes::from(bytes);
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        pieces.push(rest.split_to(rest.len().min(PIECE_BYTES)));
    }
    pieces
}
