//! Rows of a foreign batch. What a row could not keep is found by writing it again: where a column differs, the row is refused by name.

use crate::rows::{self, encode_logs, encode_metrics, encode_scores, encode_spans};
use datafusion::arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch},
    datatypes::DataType,
};
use model::{
    ProjectId, StoreError, StoreResult,
    interchange::{ReadRow, Row, RowFault},
    telemetry::{Incoming, RowKind},
};
use serde_json::Value;

/// Made from the payload again: not compared.
const DERIVED_COLUMNS: [&str; 2] = ["input_preview", "output_preview"];
/// Not JSON, though as large.
const TEXT_COLUMNS: [&str; 1] = ["message"];

/// The rows of a batch with the columns of an exported file; `first_line` is the number of the first.
pub(super) fn read_batch(kind: RowKind, batch: &RecordBatch, first_line: u64) -> Vec<ReadRow> {
    let rows = match read_together(kind, batch) {
        Ok(rows) => rows,
        // One row without ids fails them all: find it.
        Err(_) if batch.num_rows() > 1 => (0..batch.num_rows()).flat_map(|index| alone(kind, &batch.slice(index, 1))).collect(),
        Err(fault) => vec![Err(fault)],
    };
    rows.into_iter().zip(first_line..).map(|(row, line)| ReadRow { line, row }).collect()
}

fn alone(kind: RowKind, row: &RecordBatch) -> Vec<Result<Row, RowFault>> {
    read_together(kind, row).unwrap_or_else(|fault| vec![Err(fault)])
}

fn read_together(kind: RowKind, batch: &RecordBatch) -> Result<Vec<Result<Row, RowFault>>, RowFault> {
    let (rows, written) = decode(kind, batch).map_err(|error| RowFault::new("row", error.to_string()))?;
    let mut rows: Vec<Result<Row, RowFault>> = rows.into_iter().map(Ok).collect();
    for (field, found) in batch.schema().fields().iter().zip(batch.columns()) {
        let Some(kept) = written.column_by_name(field.name()).filter(|_| !DERIVED_COLUMNS.contains(&field.name().as_str())) else {
            continue;
        };
        if found.as_ref() == kept.as_ref() {
            continue;
        }
        let is_json = *field.data_type() == DataType::LargeUtf8 && !TEXT_COLUMNS.contains(&field.name().as_str());
        for (index, row) in rows.iter_mut().enumerate() {
            if row.is_ok() && !is_kept(found, kept, index, is_json) {
                *row = Err(RowFault::new(field.name(), "the value is not one that this column can hold"));
            }
        }
    }
    Ok(rows)
}

fn is_kept(found: &ArrayRef, kept: &ArrayRef, index: usize, is_json: bool) -> bool {
    if !is_json {
        return found.slice(index, 1).as_ref() == kept.slice(index, 1).as_ref();
    }
    let parsed = |column: &ArrayRef| -> Option<Value> {
        let text = if column.is_valid(index) { column.as_string::<i64>().value(index) } else { "null" };
        serde_json::from_str(text).ok()
    };
    // Spaces and the order of members may differ; nothing, `{}` and `[]` are stored alike.
    let is_empty = |value: &Value| {
        value.is_null() || value.as_object().is_some_and(|map| map.is_empty()) || value.as_array().is_some_and(Vec::is_empty)
    };
    match (parsed(found), parsed(kept)) {
        (Some(found), Some(kept)) => found == kept || (is_empty(&found) && is_empty(&kept)),
        _ => false,
    }
}

/// The rows, and what would be stored of them.
fn decode(kind: RowKind, batch: &RecordBatch) -> StoreResult<(Vec<Row>, RecordBatch)> {
    fn incoming<T>(rows: Vec<T>) -> Vec<Incoming<T>> {
        rows.into_iter().map(|row| Incoming::new(row, None)).collect()
    }
    let project = ProjectId::generate();
    let (rows, written) = match kind {
        RowKind::Span => {
            let rows = incoming(rows::spans(batch)?);
            let written = encode_spans(project, &rows);
            (rows.into_iter().map(|incoming| Row::Span(Box::new(incoming.row))).collect(), written)
        }
        RowKind::Log => {
            let rows = incoming(rows::logs(batch)?);
            let written = encode_logs(project, &rows);
            (rows.into_iter().map(|incoming| Row::Log(incoming.row)).collect(), written)
        }
        RowKind::Metric => {
            let rows = incoming(rows::metrics(batch)?);
            let written = encode_metrics(project, &rows);
            (rows.into_iter().map(|incoming| Row::Metric(incoming.row)).collect(), written)
        }
        RowKind::Score => {
            let rows = incoming(rows::scores(batch)?);
            let written = encode_scores(project, &rows);
            (rows.into_iter().map(|incoming| Row::Score(incoming.row)).collect(), written)
        }
    };
    Ok((rows, written.map_err(StoreError::internal)?))
}
