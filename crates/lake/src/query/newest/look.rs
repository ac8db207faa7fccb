//! A look at the columns that decide: which rows pass, and when they were.

use super::read::{conform, reader};
use crate::{
    query::{engine::Session, failure::QueryResult},
    schema::{schema_of, times_of},
    segment::LiveSegment,
};
use datafusion::{
    arrow::{
        array::{Array, BooleanArray, RecordBatch},
        datatypes::SchemaRef,
    },
    common::cast::as_boolean_array,
    logical_expr::Expr,
    physical_expr::PhysicalExpr,
};
use model::{StoreError, StoreResult, Timestamp, telemetry::RowKind};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// The conditions, ready to run over batches of `schema`.
pub(super) struct Condition {
    predicate: Option<Arc<dyn PhysicalExpr>>,
    pub(super) schema: SchemaRef,
}

impl Condition {
    pub(super) fn new(session: &Session, kind: RowKind, time: &str, conditions: &[Expr]) -> QueryResult<Self> {
        let schema = schema_of(kind);
        let mut columns: BTreeSet<usize> = BTreeSet::from([schema.index_of(time)?]);
        for condition in conditions {
            for column in condition.column_refs() {
                columns.insert(schema.index_of(&column.name)?);
            }
        }
        let schema = Arc::new(schema.project(&columns.into_iter().collect::<Vec<_>>())?);
        Ok(Self { predicate: session.physical(conditions, &schema)?, schema })
    }

    pub(super) fn passes(&self, batch: &RecordBatch) -> StoreResult<Option<BooleanArray>> {
        let Some(predicate) = &self.predicate else { return Ok(None) };
        let result = predicate.evaluate(batch).and_then(|value| value.into_array(batch.num_rows())).map_err(StoreError::internal)?;
        Ok(Some(as_boolean_array(&result).map_err(StoreError::internal)?.clone()))
    }
}

/// The time of the `n`th newest; `None` when there are fewer.
pub(super) fn nth_newest(times: impl Iterator<Item = Timestamp>, n: usize) -> Option<Timestamp> {
    let mut times: Vec<Timestamp> = times.collect();
    let place = times.len().checked_sub(n)?;
    (n > 0).then(|| *times.select_nth_unstable(place).1)
}

/// Rows of a segment (of `rows`, if given) that pass and may be among the newest `limit`; without a limit, all that pass.
pub(super) fn look(
    segment: &LiveSegment,
    condition: &Condition,
    rows: Option<&[u32]>,
    time: &str,
    limit: Option<usize>,
    mut oldest: Option<Timestamp>,
    stop: &AtomicBool,
) -> StoreResult<Vec<(Timestamp, u32)>> {
    let mut found: Vec<(Timestamp, u32)> = Vec::new();
    let mut first = 0;
    for batch in reader(segment, &condition.schema, rows)? {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let batch = conform(&condition.schema, &batch.map_err(StoreError::internal)?)?;
        let times = times_of(&batch, time).ok_or_else(|| StoreError::Internal(format!("a segment without {time}")))?;
        let passes = condition.passes(&batch)?;
        for row in 0..batch.num_rows() {
            let at = Timestamp::from_nanos(times.value(row));
            let is_wanted =
                oldest.is_none_or(|oldest| at >= oldest) && passes.as_ref().is_none_or(|passes| passes.is_valid(row) && passes.value(row));
            if is_wanted {
                let number = first + row as u32;
                found.push((at, rows.map_or(number, |rows| rows[number as usize])));
            }
        }
        // Now and then, what newer rows have pushed out.
        if let Some(limit) = limit
            && found.len() > 4 * limit.max(64)
        {
            oldest = oldest.max(nth_newest(found.iter().map(|(at, _)| *at), limit));
            found.retain(|(at, _)| oldest.is_none_or(|oldest| *at >= oldest));
        }
        first += batch.num_rows() as u32;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_newest_is_found_or_there_are_too_few() {
        let times = || [3, 9, 5, 9].map(Timestamp::from_nanos).into_iter();
        assert_eq!(nth_newest(times(), 1), Some(Timestamp::from_nanos(9)));
        assert_eq!(nth_newest(times(), 3), Some(Timestamp::from_nanos(5)));
        assert_eq!(nth_newest(times(), 4), Some(Timestamp::from_nanos(3)));
        assert_eq!(nth_newest(times(), 5), None);
        assert_eq!(nth_newest(times(), 0), None);
    }
}
