//! The text of a body to rows, chunk by chunk.

use super::lines::{Line, Lines};
use crate::http::{ApiResult, Problem};
use axum::body::BodyDataStream;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use model::{
    interchange::{CsvRecord, CsvRecords, ReadRow, Row, RowFault, csv::CsvHeader, read_json},
    query::FileFormat,
    telemetry::RowKind,
};
use protocol::check_json_values;
use std::time::Duration;

/// Text read, checked and stored at a time.
const CHUNK_BYTES: usize = 1 << 20;
/// Longest line or record: what an ingest body may hold.
const MAX_ROW_BYTES: usize = 64 << 20;
/// A sender that is silent for longer is gone.
const MAX_SILENCE: Duration = Duration::from_secs(60);

/// About [`CHUNK_BYTES`] of the body; empty at its end.
pub(super) async fn next_chunk(body: &mut BodyDataStream) -> ApiResult<Bytes> {
    let mut chunk = BytesMut::new();
    while chunk.len() < CHUNK_BYTES {
        let next = tokio::time::timeout(MAX_SILENCE, body.next()).await;
        let next = next.map_err(|_| Problem::bad_request(format!("no byte of the body came for {} s", MAX_SILENCE.as_secs())))?;
        match next {
            Some(Ok(piece)) => chunk.extend_from_slice(&piece),
            Some(Err(_)) => return Err(Problem::bad_request("the body was cut off before its end")),
            None => break,
        }
    }
    Ok(chunk.freeze())
}

/// Reads one file of JSON lines or CSV.
pub(super) struct TextRows {
    kind: RowKind,
    form: Form,
}

enum Form {
    Jsonl(Lines),
    /// The header is `None` before the first record.
    Csv(Option<CsvRecords>, Option<CsvHeader>),
}

impl TextRows {
    pub(super) fn new(kind: RowKind, format: FileFormat) -> Self {
        let form = match format {
            FileFormat::Csv => Form::Csv(Some(CsvRecords::new(MAX_ROW_BYTES)), None),
            FileFormat::Jsonl | FileFormat::Parquet => Form::Jsonl(Lines::new(MAX_ROW_BYTES)),
        };
        Self { kind, form }
    }

    /// The rows that end in this chunk. An error when the file as a whole cannot be read.
    pub(super) fn read(&mut self, chunk: &[u8]) -> ApiResult<Vec<ReadRow>> {
        let (kind, mut rows) = (self.kind, Vec::new());
        match &mut self.form {
            Form::Jsonl(lines) => lines.feed(chunk, &mut |number, line| rows.extend(json_row(kind, number, line))),
            Form::Csv(records, header) => {
                let mut fault = None;
                if let Some(records) = records {
                    records.feed(chunk, &mut |line, record| csv_row(kind, header, line, record, &mut rows, &mut fault));
                }
                refuse(fault)?;
            }
        }
        Ok(rows)
    }

    /// The rows after the last line break. To be called once.
    pub(super) fn finish(&mut self) -> ApiResult<Vec<ReadRow>> {
        let (kind, mut rows) = (self.kind, Vec::new());
        match &mut self.form {
            Form::Jsonl(lines) => lines.finish(&mut |number, line| rows.extend(json_row(kind, number, line))),
            Form::Csv(records, header) => {
                let mut fault = None;
                if let Some(records) = records.take() {
                    records.finish(&mut |line, record| csv_row(kind, header, line, record, &mut rows, &mut fault));
                }
                refuse(fault)?;
                if header.is_none() {
                    return Err(Problem::bad_request("expected a first line with the names of the columns"));
                }
            }
        }
        Ok(rows)
    }
}

fn refuse(fault: Option<RowFault>) -> ApiResult<()> {
    fault.map_or(Ok(()), |fault| Err(Problem::invalid(fault.field, fault.message)))
}

/// `None` for a line without text.
fn json_row(kind: RowKind, number: u64, line: Line<'_>) -> Option<ReadRow> {
    let row = match line {
        None => Err(RowFault::new("row", format!("expected at most {MAX_ROW_BYTES} bytes"))),
        Some(line) if line.iter().all(u8::is_ascii_whitespace) => return None,
        Some(line) => parse(kind, line),
    };
    Some(ReadRow { line: number, row })
}

fn parse(kind: RowKind, line: &[u8]) -> Result<Row, RowFault> {
    check_json_values(line).map_err(|error| RowFault::new("row", error.message))?;
    let text = std::str::from_utf8(line).map_err(|_| RowFault::new("row", "expected UTF-8"))?;
    read_json(kind, text)
}

fn csv_row(
    kind: RowKind,
    header: &mut Option<CsvHeader>,
    line: u64,
    record: Result<CsvRecord, RowFault>,
    rows: &mut Vec<ReadRow>,
    fault: &mut Option<RowFault>,
) {
    match header {
        Some(header) => {
            let row = record.and_then(|record| {
                record
                    .cells
                    .iter()
                    .flatten()
                    .try_for_each(|cell| check_json_values(cell.as_bytes()).map_err(|error| RowFault::new("row", error.message)))?;
                header.read_row(&record)
            });
            rows.push(ReadRow { line, row });
        }
        None if fault.is_none() => match record.and_then(|record| CsvHeader::read(kind, &record)) {
            Ok(read) => *header = Some(read),
            Err(wrong) => *fault = Some(wrong),
        },
        None => {}
    }
}
