//! Which parts of a range a segment's rollup answers, and which its rows.

use crate::{
    rollup::{Grain, RollupCache, Table},
    segment::LiveSegment,
};
use model::{ProjectId, StoreResult, TimeRange, Timestamp};
use std::sync::Arc;

/// Together the range, as far as the segment has rows in it; no two parts overlap.
pub(super) struct Cover {
    pub(super) tables: Vec<(Arc<Table>, TimeRange)>,
    pub(super) rows: Vec<TimeRange>,
    /// The finest grain of the tables: rows that are left lie within one of its cells.
    pub(super) finest: Grain,
}

/// `None` when the segment has no rollup that helps: then all its rows must be read.
pub(super) async fn of_segment(
    cache: &RollupCache,
    segment: &LiveSegment,
    project: ProjectId,
    range: TimeRange,
    width: Option<i64>,
) -> StoreResult<Option<Cover>> {
    let parts = parts(range, segment.meta.min_time, segment.meta.max_time, width);
    let mut cover = Cover { tables: Vec::new(), rows: parts.rows, finest: Grain::Minute };
    for (grain, ranges) in [(Grain::Hour, parts.hours), (Grain::Minute, parts.minutes)] {
        if ranges.is_empty() {
            continue;
        }
        match cache.table(segment, project, grain).await? {
            Some(table) => cover.tables.extend(ranges.into_iter().map(|range| (Arc::clone(&table), range))),
            // Without minutes the hours still save most of the rows.
            None if grain == Grain::Minute => {
                cover.rows.extend(ranges);
                cover.finest = Grain::Hour;
            }
            None => return Ok(None),
        }
    }
    cover.rows = joined(cover.rows);
    Ok((!cover.tables.is_empty()).then_some(cover))
}

#[derive(Debug, Default, PartialEq)]
struct Parts {
    hours: Vec<TimeRange>,
    minutes: Vec<TimeRange>,
    rows: Vec<TimeRange>,
}

/// Cuts the range, for a segment with rows from `first` to `last`: hours where they fit into the buckets, then minutes where they do, then
/// rows.
fn parts(range: TimeRange, first: Timestamp, last: Timestamp, width: Option<i64>) -> Parts {
    let mut parts = Parts::default();
    // Where the segment has no rows, a cell that reaches out of the range holds nothing from there.
    let from = if range.from <= first { Grain::Hour.floor(first) } else { range.from };
    let to = if range.to > last { Grain::Hour.ceil(last.saturating_add_nanos(1)) } else { range.to };
    let fits = |grain: Grain| width.is_none_or(|width| width % grain.nanos() == 0);
    let minutes = Some(TimeRange { from: Grain::Minute.ceil(from), to: Grain::Minute.floor(to) });
    let Some(minutes) = minutes.filter(|minutes| minutes.from < minutes.to && fits(Grain::Minute)) else {
        return Parts { rows: vec![range], ..parts };
    };
    push(&mut parts.rows, from, minutes.from);
    push(&mut parts.rows, minutes.to, to);
    let hours = TimeRange { from: Grain::Hour.ceil(from), to: Grain::Hour.floor(to) };
    if hours.from < hours.to && fits(Grain::Hour) {
        push(&mut parts.minutes, minutes.from, hours.from);
        parts.hours.push(hours);
        push(&mut parts.minutes, hours.to, minutes.to);
    } else {
        parts.minutes.push(minutes);
    }
    parts
}

fn push(ranges: &mut Vec<TimeRange>, from: Timestamp, to: Timestamp) {
    if from < to {
        ranges.push(TimeRange { from, to });
    }
}

/// Ranges that touch become one: each is a query of its own.
fn joined(mut ranges: Vec<TimeRange>) -> Vec<TimeRange> {
    ranges.sort_unstable_by_key(|range| range.from);
    let mut joined: Vec<TimeRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut().filter(|last| last.to == range.from) {
            Some(last) => last.to = range.to,
            None => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::time::{NANOS_PER_HOUR, NANOS_PER_MINUTE, NANOS_PER_SECOND};
    use proptest::prelude::*;

    fn seconds(from: i64, to: i64) -> TimeRange {
        let at = |seconds: i64| Timestamp::from_nanos(seconds * NANOS_PER_SECOND);
        TimeRange { from: at(from), to: at(to) }
    }

    #[test]
    fn hours_inside_then_minutes_then_rows() {
        let range = seconds(3_590 - 60, 3 * 3_600 + 130);
        let inside = parts(range, Timestamp::from_nanos(0), Timestamp::from_nanos(9 * NANOS_PER_HOUR), None);
        assert_eq!(inside.hours, [seconds(3_600, 3 * 3_600)]);
        assert_eq!(inside.minutes, [seconds(3_540, 3_600), seconds(10_800, 10_920)]);
        assert_eq!(inside.rows, [seconds(3_530, 3_540), seconds(10_920, 10_930)]);
        // The segment begins and ends within the range: its hours answer everything.
        let whole = parts(range, seconds(3_700, 0).from, seconds(7_000, 0).from, None);
        assert_eq!(whole, Parts { hours: vec![seconds(3_600, 7_200)], ..Parts::default() });
        let by_minute = parts(range, seconds(3_700, 0).from, seconds(7_000, 0).from, Some(5 * NANOS_PER_MINUTE));
        assert_eq!(by_minute, Parts { minutes: vec![seconds(3_600, 7_200)], ..Parts::default() });
        let by_second = parts(range, seconds(3_700, 0).from, seconds(7_000, 0).from, Some(NANOS_PER_SECOND));
        assert_eq!(by_second, Parts { rows: vec![range], ..Parts::default() });
    }

    proptest! {
        #[test]
        fn each_row_of_the_range_is_in_one_part(
            from in 0i64..20_000, length in 0i64..20_000, first in 0i64..20_000, lasting in 0i64..20_000,
            at in 0.0f64..=1.0, width in proptest::option::of(proptest::sample::select(vec![1i64, 60, 300, 3_600, 5_400, 86_400])),
        ) {
            let (range, last) = (seconds(from, from + length), first + lasting);
            let bounds = seconds(first, last);
            let parts = parts(range, bounds.from, bounds.to, width.map(|width| width * NANOS_PER_SECOND));
            let row = Timestamp::from_nanos((first as f64 + lasting as f64 * at) as i64 * NANOS_PER_SECOND);
            let holders = |ranges: &[TimeRange]| ranges.iter().filter(|range| range.contains(row)).count();
            let within = holders(&parts.hours) + holders(&parts.minutes) + holders(&parts.rows);
            prop_assert_eq!(within, usize::from(range.contains(row)), "{:?}", parts);
            for whole in parts.hours.iter().chain(&parts.minutes) {
                prop_assert_eq!(Grain::Minute.floor(whole.from), whole.from);
                prop_assert_eq!(Grain::Minute.floor(whole.to), whole.to);
            }
            prop_assert!(parts.rows.iter().all(|rows| range.from <= rows.from && rows.to <= range.to), "{:?}", parts);
        }
    }
}
