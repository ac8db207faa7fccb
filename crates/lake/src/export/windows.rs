//! Time cut into windows of about so many rows, so that an export remembers the spans of one window at a time.

use model::{TimeRange, Timestamp, segment::Segment, time::NANOS_PER_HOUR};
use std::collections::BTreeMap;

/// Windows that together cover every row of `segments` in `range`, newest first, disjoint. They begin at full hours, as compacted
/// segments do, so that few segments are in two of them.
pub(super) fn windows<'a>(segments: impl Iterator<Item = &'a Segment>, range: TimeRange, wanted_rows: u64) -> Vec<TimeRange> {
    let mut rows_from: BTreeMap<Timestamp, u64> = BTreeMap::new();
    for segment in segments.filter(|segment| range.overlaps(segment.min_time, segment.max_time)) {
        // A commit may reach from long ago to now; most of its rows are from now.
        let start = if segment.level == 0 { segment.max_time } else { segment.min_time };
        let hour = start.as_nanos().div_euclid(NANOS_PER_HOUR).saturating_mul(NANOS_PER_HOUR);
        *rows_from.entry(Timestamp::from_nanos(hour)).or_default() += segment.rows;
    }
    if rows_from.is_empty() {
        return Vec::new();
    }
    let (mut windows, mut upper, mut rows) = (Vec::new(), range.to, 0u64);
    for (start, count) in rows_from.into_iter().rev() {
        rows = rows.saturating_add(count);
        if rows >= wanted_rows && range.from < start && start < upper {
            windows.push(TimeRange { from: start, to: upper });
            (upper, rows) = (start, 0);
        }
    }
    // Whatever is older than the last cut, however little: long commits reach back there.
    windows.push(TimeRange { from: range.from, to: upper });
    windows
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{SegmentId, WriterId, segment::*, telemetry::RowKind};

    const HOUR: i64 = NANOS_PER_HOUR;

    fn segment(level: u8, min: i64, max: i64, rows: u64) -> Segment {
        Segment {
            id: SegmentId::generate(),
            kind: RowKind::Span,
            level,
            partition: String::new(),
            projects: Vec::new(),
            min_time: Timestamp::from_nanos(min),
            max_time: Timestamp::from_nanos(max),
            rows,
            bytes: 0,
            location: Location::Inline,
            checksum: [0; 32],
            schema_version: 1,
            writer: WriterId::generate(),
            created_at: Timestamp::from_nanos(0),
            commit_seq: 1,
            first_seq: 0,
            clean_seq: 0,
            without_payload: false,
            sidecar: None,
            state: SegmentState::Live,
        }
    }

    fn range(from: i64, to: i64) -> TimeRange {
        TimeRange { from: Timestamp::from_nanos(from), to: Timestamp::from_nanos(to) }
    }

    #[test]
    fn windows_are_disjoint_and_cover_the_range() {
        let segments = [segment(1, 5, HOUR - 1, 100), segment(1, HOUR, 2 * HOUR - 1, 100), segment(1, 2 * HOUR + 7, 3 * HOUR - 1, 10)];
        assert_eq!(windows(segments.iter(), range(0, 9 * HOUR), 100), [range(HOUR, 9 * HOUR), range(0, HOUR)]);
        assert_eq!(windows(segments.iter(), range(0, 9 * HOUR), 1), [range(2 * HOUR, 9 * HOUR), range(HOUR, 2 * HOUR), range(0, HOUR)]);
        assert_eq!(windows(segments.iter(), range(5 * HOUR, 9 * HOUR), 1), []);
        let all = windows(segments.iter(), TimeRange::ALL, 1);
        assert_eq!((all[0].to, all.last().unwrap().from), (Timestamp::MAX, Timestamp::MIN));
    }

    #[test]
    fn a_commit_that_reaches_far_back_does_not_make_one_window_of_everything() {
        let segments = [segment(0, 0, 5 * HOUR, 10), segment(1, 2 * HOUR, 3 * HOUR, 100), segment(1, 4 * HOUR, 5 * HOUR - 1, 100)];
        assert_eq!(windows(segments.iter(), range(0, 9 * HOUR), 100).len(), 3);
    }
}
