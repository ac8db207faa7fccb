//! Exports: every matching row, rendered at once.

use super::{filter::Matcher, row::FilterRow, scores, table::Rows};
use bytes::Bytes;
use futures::{StreamExt, stream, stream::BoxStream};
use model::{
    StoreError, StoreResult,
    interchange::{csv, write_json},
    query::{ExportQuery, FileFormat},
    telemetry::RowKind,
};
use serde::Serialize;

pub(super) fn export(rows: &Rows, query: &ExportQuery) -> StoreResult<BoxStream<'static, StoreResult<Bytes>>> {
    let matcher = Matcher::new(&scores::resolved(rows, query.filter.clone())?)?;
    let range = query.range;
    let mut lines = match query.kind {
        RowKind::Span => lines(rows.spans_in(range), &matcher, query)?,
        RowKind::Log => lines(rows.logs().map(|(_, log)| log).filter(|log| range.contains(log.timestamp)), &matcher, query)?,
        RowKind::Metric => lines(rows.metrics().map(|(_, point)| point).filter(|point| range.contains(point.timestamp)), &matcher, query)?,
        RowKind::Score => lines(scores::current(rows).filter(|score| range.contains(score.timestamp)), &matcher, query)?,
    };
    if query.format == FileFormat::Csv {
        let mut header = Vec::new();
        csv::write_header(query.kind, &mut header);
        lines.insert(0, header.into());
    }
    Ok(stream::iter(lines.into_iter().map(Ok)).boxed())
}

fn lines<'a, T: FilterRow + Serialize + 'a>(
    rows: impl Iterator<Item = &'a T>,
    matcher: &Matcher,
    query: &ExportQuery,
) -> StoreResult<Vec<Bytes>> {
    rows.filter(|row| matcher.matches(*row)).map(|row| line(row, query)).collect()
}

fn line(row: &impl Serialize, query: &ExportQuery) -> StoreResult<Bytes> {
    let mut json = Vec::new();
    write_json(row, &mut json).map_err(StoreError::internal)?;
    match query.format {
        FileFormat::Jsonl => {
            json.push(b'\n');
            Ok(json.into())
        }
        FileFormat::Csv => {
            let mut line = Vec::new();
            let json = std::str::from_utf8(&json).map_err(StoreError::internal)?;
            csv::write_row(query.kind, json, &mut line).map_err(StoreError::internal)?;
            Ok(line.into())
        }
        FileFormat::Parquet => Err(StoreError::invalid("format", "the memory store has no parquet: expected jsonl or csv")),
    }
}
