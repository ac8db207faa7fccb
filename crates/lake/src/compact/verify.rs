//! Whether a compacted segment really holds a span: filters are wrong now and then, and a wrong mark would have a segment rewritten
//! for nothing.

use super::writer::store_error;
use crate::{identity::span_hash, schema::text_column, storage::unavailable};
use datafusion::parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection},
    },
    file::metadata::{PageIndexPolicy, ParquetMetaData},
    file::page_index::column_index::ColumnIndexMetaData,
};
use model::{StoreError, StoreResult};
use std::{collections::HashSet, fs::File, ops::Range, path::Path};

/// Those of the spans (hash, trace in hex) that are in the file.
pub(super) fn held(path: &Path, spans: &[(u64, String)]) -> StoreResult<HashSet<u64>> {
    let file = File::open(path).map_err(|error| unavailable("opening a segment file", &error))?;
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).map_err(store_error)?;
    let traces: Vec<&str> = spans.iter().map(|(_, trace)| trace.as_str()).collect();
    let total = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default();
    let ranges = rows_of_traces(builder.metadata(), &traces);
    let mask = ProjectionMask::columns(builder.parquet_schema(), ["trace_id", "span_id"]);
    let selection = RowSelection::from_consecutive_ranges(ranges.into_iter(), total);
    let reader = builder.with_projection(mask).with_row_selection(selection).build().map_err(store_error)?;
    let wanted: HashSet<u64> = spans.iter().map(|(hash, _)| *hash).collect();
    let mut found = HashSet::new();
    for batch in reader {
        let batch = batch.map_err(StoreError::internal)?;
        let (Some(traces), Some(ids)) = (text_column(&batch, "trace_id"), text_column(&batch, "span_id")) else { continue };
        let hashes = (0..batch.num_rows()).map(|row| span_hash(traces.value(row), ids.value(row)));
        found.extend(hashes.filter(|hash| wanted.contains(hash)));
    }
    Ok(found)
}

/// The rows of pages that may hold any of the traces; all rows of a file without page index.
pub(super) fn rows_of_traces(metadata: &ParquetMetaData, traces: &[&str]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut first_row = 0;
    for (group, row_group) in metadata.row_groups().iter().enumerate() {
        let rows = usize::try_from(row_group.num_rows()).unwrap_or_default();
        let column = row_group.columns().iter().position(|column| column.column_path().string() == "trace_id");
        let pages = column.and_then(|column| pages_with(metadata, group, column, rows, traces));
        for pages in pages.unwrap_or_else(|| std::iter::once(0..rows).collect()) {
            let (start, end) = (first_row + pages.start, first_row + pages.end);
            match ranges.last_mut().filter(|last| last.end == start) {
                Some(last) => last.end = end,
                None => ranges.push(start..end),
            }
        }
        first_row += rows;
    }
    ranges
}

fn pages_with(metadata: &ParquetMetaData, group: usize, column: usize, rows: usize, traces: &[&str]) -> Option<Vec<Range<usize>>> {
    let ColumnIndexMetaData::BYTE_ARRAY(index) = metadata.column_index()?.get(group)?.get(column)? else { return None };
    let locations = metadata.offset_index()?.get(group)?.get(column)?.page_locations();
    let starts: Vec<usize> = locations.iter().map(|page| usize::try_from(page.first_row_index).unwrap_or_default()).collect();
    let mut pages = Vec::new();
    for (page, start) in starts.iter().enumerate() {
        let (min, max) = (index.min_value(page)?, index.max_value(page)?);
        // A maximum may be cut short, so what begins with it is in the page, too.
        let may_hold = |trace: &&str| min <= trace.as_bytes() && (trace.as_bytes() <= max || trace.as_bytes().starts_with(max));
        if traces.iter().any(may_hold) {
            pages.push(*start..starts.get(page + 1).copied().unwrap_or(rows));
        }
    }
    Some(pages)
}
