//! Conditions over texts: the newest candidates are tested first, and no more of them than it takes.

use super::{
    look::Condition,
    read::{conform, reader},
};
use crate::segment::LiveSegment;
use datafusion::arrow::array::Array;
use model::{StoreError, StoreResult, Timestamp};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

/// Candidates of the first step: rows are ordered by trace, so each may cost a page of each text column (2 MiB).
const FIRST_STEP: usize = 64;
/// Candidates of every other step. A thousand of them are in most pages of a segment already: smaller steps would only unpack the same
/// pages again and again. Larger ones would take longer than a search may.
const NEXT_STEPS: usize = 64 * 1024;

/// What was found, and how far the search came.
#[derive(Debug, Default)]
pub(super) struct Tested {
    pub(super) passed: Vec<(Timestamp, u32)>,
    /// The newest candidate that there was no time for.
    pub(super) untested: Option<Timestamp>,
}

/// The newest `limit` candidates that pass, and any other of the same time as the last of them.
pub(super) fn test_newest(
    segment: &LiveSegment,
    condition: &Condition,
    mut candidates: Vec<(Timestamp, u32)>,
    limit: usize,
    deadline: Instant,
    stop: &AtomicBool,
) -> StoreResult<Tested> {
    candidates.sort_unstable_by(|left, right| right.cmp(left));
    let mut tested = Tested::default();
    let mut rest = candidates.as_slice();
    let mut step = FIRST_STEP.max(limit);
    while let Some((newest, _)) = rest.first() {
        let is_enough = limit.checked_sub(1).and_then(|last| tested.passed.get(last)).is_some_and(|(oldest, _)| newest < oldest);
        if is_enough || stop.load(Ordering::Relaxed) {
            break;
        }
        let is_first = rest.len() == candidates.len();
        if !is_first && Instant::now() >= deadline {
            tested.untested = Some(*newest);
            break;
        }
        let (now, later) = rest.split_at(step.min(rest.len()));
        let mut rows: Vec<u32> = now.iter().map(|(_, row)| *row).collect();
        rows.sort_unstable();
        let passing = passing(segment, condition, &rows, stop)?;
        tested.passed.extend(now.iter().filter(|(_, row)| passing.binary_search(row).is_ok()));
        rest = later;
        step = NEXT_STEPS;
    }
    Ok(tested)
}

/// Of `rows` (ascending) those that pass.
fn passing(segment: &LiveSegment, condition: &Condition, rows: &[u32], stop: &AtomicBool) -> StoreResult<Vec<u32>> {
    let mut passing = Vec::new();
    let mut numbers = rows.iter();
    for batch in reader(segment, &condition.schema, Some(rows))? {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let batch = conform(&condition.schema, &batch.map_err(StoreError::internal)?)?;
        let passes = condition.passes(&batch)?;
        let numbers = numbers.by_ref().take(batch.num_rows()).enumerate();
        let is_passing = |row: usize| passes.as_ref().is_none_or(|passes| passes.is_valid(row) && passes.value(row));
        passing.extend(numbers.filter(|(row, _)| is_passing(*row)).map(|(_, number)| *number));
    }
    Ok(passing)
}
