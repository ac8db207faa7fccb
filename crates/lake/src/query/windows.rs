//! Time cut into windows, newest first, so that a list may stop as soon as it has its rows.

use model::{TimeRange, Timestamp, segment::Segment};

/// Rows that the first window should hold: a few times the largest page, so that an unfiltered page needs one window.
const FIRST_WINDOW_ROWS: u64 = 8_192;
/// Each window is expected to hold so many times the rows of the one before: few windows when little matches.
const GROWTH: u64 = 8;

/// Windows that together cover every row of `segments` in `range`, newest first, disjoint. Empty when there is none.
pub(crate) fn newest_first<'a>(segments: impl Iterator<Item = &'a Segment>, range: TimeRange) -> Vec<TimeRange> {
    let mut pieces: Vec<(Timestamp, Timestamp, u64)> = segments
        .filter(|segment| range.overlaps(segment.min_time, segment.max_time))
        .map(|segment| (segment.max_time, segment.min_time, segment.rows))
        .collect();
    pieces.sort_unstable_by(|a, b| b.cmp(a));
    let mut windows = Vec::new();
    let (mut upper, mut lower, mut rows, mut wanted) = (range.to, range.to, 0, FIRST_WINDOW_ROWS);
    for (index, (_, min, count)) in pieces.iter().enumerate() {
        lower = lower.min(*min).max(range.from);
        rows += count;
        let is_last = index + 1 == pieces.len();
        if lower < upper && (rows >= wanted || is_last) {
            windows.push(TimeRange { from: lower, to: upper });
            (upper, rows) = (lower, 0);
            wanted = wanted.saturating_mul(GROWTH);
        }
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{SegmentId, WriterId, segment::*, telemetry::RowKind};

    fn segment(min: i64, max: i64, rows: u64) -> Segment {
        Segment {
            id: SegmentId::generate(),
            kind: RowKind::Span,
            level: 1,
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
    fn windows_are_disjoint_and_cover_every_row() {
        let segments = [segment(0, 9, 10_000), segment(10, 19, 10_000), segment(20, 29, 100_000)];
        assert_eq!(newest_first(segments.iter(), range(0, 100)), [range(20, 100), range(0, 20)]);
        assert_eq!(newest_first(segments.iter(), range(5, 15)), [range(10, 15), range(5, 10)]);
        assert_eq!(newest_first(segments.iter(), range(50, 100)), []);
    }

    #[test]
    fn an_old_row_in_a_new_segment_widens_the_window() {
        let segments = [segment(0, 30, 1), segment(0, 9, 10)];
        assert_eq!(newest_first(segments.iter(), range(0, 100)), [range(0, 100)]);
    }
}
