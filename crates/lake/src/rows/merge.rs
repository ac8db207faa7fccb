//! Reports of one span merged into one row, column by column: `Span::amend` without decoding the rows.

use crate::identity::span_hash;
use crate::schema::{COMMIT_ROW, COMMIT_SEQ, MONEY, PROJECT_ID, TOKEN_BUCKETS, TOKEN_TOTALS, integer_column, text_column};
use datafusion::arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, LargeStringBuilder, RecordBatch, UInt64Array},
    compute::{concat_batches, filter_record_batch, not, take},
    error::ArrowError,
};
use model::telemetry::{SpanKind, Status};
use serde_json::value::RawValue;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

/// Maps that are merged key by key.
const MAPS: [&str; 4] = ["model_parameters", "metadata", "attributes", "originals"];
/// What always comes from the last report.
const ALWAYS_LAST: [&str; 8] = ["start_time", "ingest_time", "billed", "convention", "sdk", "body_digest", COMMIT_SEQ, COMMIT_ROW];

/// Whether a column belongs to usage and cost, which are taken from one report together.
fn is_usage_or_cost(name: &str) -> bool {
    TOKEN_TOTALS.contains(&name)
        || TOKEN_BUCKETS.contains(&name)
        || MONEY.contains(&name)
        || ["usage_split", "cost_source", "price_id", "price_version"].contains(&name)
}

/// Columns that merging needs when it is to give `name`, too.
pub(crate) fn needed_with(name: &str) -> impl Iterator<Item = &'static str> {
    let group = is_usage_or_cost(name);
    TOKEN_TOTALS.into_iter().chain(TOKEN_BUCKETS).chain(["cost_usd"]).filter(move |_| group)
}

/// The columns that tell reports of one span, and their order.
pub(crate) const IDENTITY: [&str; 5] = [PROJECT_ID, "trace_id", "span_id", COMMIT_SEQ, COMMIT_ROW];

/// One row per span, in no particular order. The batches share a schema that has the columns of [`IDENTITY`].
pub(crate) fn merge_reports(batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, ArrowError> {
    let hashes = batches.iter().map(span_hashes).collect::<Result<Vec<_>, _>>()?;
    let mut seen = HashSet::new();
    let repeated: HashSet<u64> = hashes.iter().flatten().copied().filter(|hash| !seen.insert(*hash)).collect();
    if repeated.is_empty() {
        return Ok(batches);
    }
    let (mut merged, mut several) = (Vec::new(), Vec::new());
    for (batch, hashes) in batches.iter().zip(&hashes) {
        let is_repeated: BooleanArray = hashes.iter().map(|hash| Some(repeated.contains(hash))).collect();
        several.push(filter_record_batch(batch, &is_repeated)?);
        merged.push(filter_record_batch(batch, &not(&is_repeated)?)?);
    }
    merged.push(merge_repeated(&several)?);
    merged.retain(|batch| batch.num_rows() > 0);
    Ok(merged)
}

fn span_hashes(batch: &RecordBatch) -> Result<Vec<u64>, ArrowError> {
    let (Some(traces), Some(spans)) = (text_column(batch, "trace_id"), text_column(batch, "span_id")) else { return Err(missing()) };
    Ok((0..batch.num_rows()).map(|row| span_hash(traces.value(row), spans.value(row))).collect())
}

fn missing() -> ArrowError {
    ArrowError::SchemaError("reports without identity".to_owned())
}

fn merge_repeated(batches: &[RecordBatch]) -> Result<RecordBatch, ArrowError> {
    let schema = batches.first().map(RecordBatch::schema).ok_or_else(missing)?;
    let all = concat_batches(&schema, batches)?;
    let reports = reports_by_span(&all)?;
    let has_usage: Vec<bool> = rows_with_usage(&all);
    let columns = schema.fields().iter().zip(all.columns()).map(|(field, column)| {
        let name = field.name().as_str();
        if MAPS.contains(&name) {
            return merged_maps(column, &reports);
        }
        let chosen: UInt64Array = reports.iter().map(|rows| Some(choose(name, column, rows, &has_usage) as u64)).collect();
        if name == "running" {
            return running(column, &reports);
        }
        take(column, &chosen, None)
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(all.schema(), columns)
}

/// The rows of each span, in the order of their reports.
fn reports_by_span(batch: &RecordBatch) -> Result<Vec<Vec<usize>>, ArrowError> {
    let text = |name: &str| text_column(batch, name).ok_or_else(missing);
    let (projects, traces, spans) = (text(PROJECT_ID)?, text("trace_id")?, text("span_id")?);
    let seqs = integer_column(batch, COMMIT_SEQ).ok_or_else(missing)?;
    let rows = integer_column(batch, COMMIT_ROW).ok_or_else(missing)?;
    let mut by_span: HashMap<(&str, &str, &str), Vec<usize>> = HashMap::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        by_span.entry((projects.value(row), traces.value(row), spans.value(row))).or_default().push(row);
    }
    let mut reports: Vec<Vec<usize>> = by_span.into_values().collect();
    reports.iter_mut().for_each(|reports| reports.sort_unstable_by_key(|row| (seqs.value(*row), rows.value(*row))));
    Ok(reports)
}

/// Whether a report knows its usage or its cost.
fn rows_with_usage(batch: &RecordBatch) -> Vec<bool> {
    let known: Vec<&ArrayRef> =
        TOKEN_TOTALS.iter().chain(&TOKEN_BUCKETS).chain(&["cost_usd"]).filter_map(|name| batch.column_by_name(name)).collect();
    (0..batch.num_rows()).map(|row| known.iter().any(|column| column.is_valid(row))).collect()
}

/// The row whose value is the span's: the last one that knows it, else the first.
fn choose(name: &str, column: &ArrayRef, rows: &[usize], has_usage: &[bool]) -> usize {
    let (first, last) = (rows[0], rows[rows.len() - 1]);
    if ALWAYS_LAST.contains(&name) {
        return last;
    }
    rows.iter().rev().copied().find(|row| is_known(name, column, *row, has_usage)).unwrap_or(first)
}

fn is_known(name: &str, column: &ArrayRef, row: usize, has_usage: &[bool]) -> bool {
    if is_usage_or_cost(name) {
        return has_usage[row];
    }
    if column.is_null(row) {
        return false;
    }
    let text = column.as_string_opt::<i32>().map(|texts| texts.value(row));
    match (name, text) {
        ("name", Some(text)) => !text.is_empty(),
        ("kind", Some(text)) => text != SpanKind::Other.as_str(),
        ("status", Some(text)) => text != Status::Unset.as_str(),
        _ => column.as_list_opt::<i32>().is_none_or(|lists| lists.value_length(row) > 0),
    }
}

/// What has ended does not begin again.
fn running(column: &ArrayRef, reports: &[Vec<usize>]) -> Result<ArrayRef, ArrowError> {
    let flags = column.as_boolean();
    let merged: BooleanArray = reports.iter().map(|rows| Some(rows.iter().all(|row| flags.is_valid(*row) && flags.value(*row)))).collect();
    Ok(Arc::new(merged))
}

/// Later reports' keys over earlier ones'. What cannot be read as a map gives way to what can.
fn merged_maps(column: &ArrayRef, reports: &[Vec<usize>]) -> Result<ArrayRef, ArrowError> {
    let maps = column.as_string::<i64>();
    let mut merged = LargeStringBuilder::new();
    for rows in reports {
        let known: Vec<&str> = rows.iter().filter(|row| maps.is_valid(**row)).map(|row| maps.value(*row)).collect();
        match known.as_slice() {
            [] => merged.append_null(),
            [one] => merged.append_value(one),
            several => {
                let mut keys: BTreeMap<String, &RawValue> = BTreeMap::new();
                several
                    .iter()
                    .filter_map(|map| serde_json::from_str(map).ok())
                    .for_each(|map: BTreeMap<String, &RawValue>| keys.extend(map));
                let text = serde_json::to_string(&keys).map_err(|error| ArrowError::ExternalError(Box::new(error)))?;
                merged.append_value(text);
            }
        }
    }
    Ok(Arc::new(merged.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{encode_spans, ipc, spans};
    use model::{
        Money, ProjectId, SpanId, Timestamp, TraceId,
        telemetry::{CostSource, Incoming, Message, RowKind, Span},
    };
    use proptest::prelude::*;

    fn text() -> impl Strategy<Value = Option<String>> {
        proptest::option::of("[a-c]{1,2}")
    }

    /// A report that knows some things.
    fn report() -> impl Strategy<Value = Span> {
        let labels = (text(), text(), text(), "[ab]{0,1}", proptest::collection::vec("[a-c]", 0..2));
        let facts = (any::<bool>(), any::<bool>(), 0_usize..3, proptest::option::of(0_u64..9), proptest::option::of(0_i128..9), 0_i64..5);
        let maps = proptest::collection::btree_map("[a-c]", 0_i32..9, 0..3);
        (labels, facts, maps).prop_map(|((user, session, input, name, tags), (running, billed, status, tokens, cost, start), map)| {
            let mut span = Span::new(trace(), SpanId::from_bytes([2; 8]).unwrap(), name, Timestamp::from_nanos(start));
            (span.user_id, span.session_id, span.tags) = (user, session, tags);
            (span.running, span.billed) = (running, billed);
            span.status = [Status::Unset, Status::Ok, Status::Error][status];
            span.kind = [SpanKind::Other, SpanKind::Llm, SpanKind::Tool][status];
            span.usage.input_tokens = tokens;
            span.cost.total_usd = cost.map(Money::from_picodollars);
            span.cost.source = if cost.is_some() { CostSource::Computed } else { CostSource::Unknown };
            span.payload.input = input.map(|text| vec![Message::text("user", text)]);
            span.payload.metadata = map.into_iter().map(|(key, value)| (key, value.into())).collect();
            span
        })
    }

    fn trace() -> TraceId {
        TraceId::from_bytes([1; 16]).unwrap()
    }

    proptest! {
        #[test]
        fn columns_merge_as_spans_do(reports in proptest::collection::vec(report(), 1..5)) {
            let project = ProjectId::from_bytes([3; 16]).unwrap();
            let batches: Vec<RecordBatch> = reports.iter().enumerate().map(|(seq, span)| {
                let stored = encode_spans(project, &[Incoming::new(span.clone(), None)]).unwrap();
                ipc::with_commit_columns(RowKind::Span, seq as u64 + 1, 0, &stored).unwrap()
            }).collect();
            let mut backwards = batches;
            backwards.reverse();
            let merged = merge_reports(backwards).unwrap();
            prop_assert_eq!(merged.len(), 1);
            let merged = spans(&merged[0]).unwrap();
            let expected = reports.into_iter().reduce(|mut span, later| { span.amend(later); span }).unwrap();
            prop_assert_eq!(merged, vec![expected]);
        }
    }
}
