//! Which segments must be read together so that no span is seen twice.

use crate::segment::LiveSegment;
use model::{TimeRange, Timestamp, segment::Segment, telemetry::RowKind};
use std::sync::Arc;

/// Segments by their index in the table's two lists.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Cluster {
    pub(crate) recent: Vec<usize>,
    pub(crate) compacted: Vec<usize>,
    /// Two of its rows may be reports of the same span.
    pub(crate) may_repeat: bool,
}

/// Two reports of a span carry the same start, so they can only be in segments whose times overlap: the segments that `range` leaves
/// are joined by overlap, and all that overlap no other (and hold each span once, being compacted) need no look at identities.
/// With `by_trace` few rows are read, and all segments are looked at together, whatever the reports say about time.
pub(crate) fn clusters(
    recent: &[Arc<LiveSegment>],
    compacted: &[Arc<LiveSegment>],
    range: TimeRange,
    kind: RowKind,
    by_trace: bool,
) -> Vec<Cluster> {
    let recent = recent.iter().enumerate().map(|(at, segment)| Piece::new(&segment.meta, at));
    let compacted = compacted.iter().enumerate().map(|(at, segment)| Piece::new(&segment.meta, at));
    let pieces: Vec<Piece> = recent.chain(compacted).filter(|piece| range.overlaps(piece.min, piece.max)).collect();
    group(pieces, kind, by_trace)
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    min: Timestamp,
    max: Timestamp,
    is_recent: bool,
    at: usize,
}

impl Piece {
    fn new(segment: &Segment, at: usize) -> Self {
        Self { min: segment.min_time, max: segment.max_time, is_recent: segment.level == 0, at }
    }
}

fn group(mut pieces: Vec<Piece>, kind: RowKind, by_trace: bool) -> Vec<Cluster> {
    let mut plain = Cluster::default();
    let mut clusters = Vec::new();
    if kind != RowKind::Span || by_trace {
        pieces.iter().for_each(|piece| plain.add(piece));
        plain.may_repeat = kind == RowKind::Span && (pieces.len() > 1 || !plain.recent.is_empty());
    } else {
        pieces.sort_by_key(|piece| piece.min);
        for overlapping in overlap_runs(&pieces) {
            match overlapping {
                [single] if !single.is_recent => plain.add(single),
                several => {
                    let mut cluster = Cluster { may_repeat: true, ..Cluster::default() };
                    several.iter().for_each(|piece| cluster.add(piece));
                    clusters.push(cluster);
                }
            }
        }
    }
    if !plain.recent.is_empty() || !plain.compacted.is_empty() {
        clusters.push(plain);
    }
    clusters
}

/// Cuts pieces sorted by `min` where no piece reaches over the gap.
fn overlap_runs(pieces: &[Piece]) -> impl Iterator<Item = &[Piece]> {
    let mut reach = Timestamp::MIN;
    let mut starts: Vec<usize> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        if index == 0 || piece.min > reach {
            starts.push(index);
        }
        reach = reach.max(piece.max);
    }
    let ends = starts.iter().skip(1).copied().chain([pieces.len()]).collect::<Vec<_>>();
    starts.into_iter().zip(ends).map(|(start, end)| &pieces[start..end])
}

impl Cluster {
    fn add(&mut self, piece: &Piece) {
        if piece.is_recent { self.recent.push(piece.at) } else { self.compacted.push(piece.at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(min: i64, max: i64, is_recent: bool, at: usize) -> Piece {
        Piece { min: Timestamp::from_nanos(min), max: Timestamp::from_nanos(max), is_recent, at }
    }

    #[test]
    fn segments_alone_in_their_time_are_read_plainly() {
        let found = group(vec![piece(20, 29, false, 1), piece(0, 9, false, 0), piece(25, 40, true, 0)], RowKind::Span, false);
        assert_eq!(
            found,
            [
                Cluster { recent: vec![0], compacted: vec![1], may_repeat: true },
                Cluster { recent: vec![], compacted: vec![0], may_repeat: false }
            ]
        );
    }

    #[test]
    fn a_trace_is_looked_for_everywhere_and_logs_never_repeat() {
        let pieces = vec![piece(0, 9, false, 0), piece(20, 29, false, 1)];
        assert!(group(pieces.clone(), RowKind::Span, true)[0].may_repeat);
        assert_eq!(group(pieces, RowKind::Log, false), [Cluster { compacted: vec![0, 1], ..Cluster::default() }]);
        assert_eq!(group(Vec::new(), RowKind::Span, false), []);
    }
}
