//! Which segments of a table may be answered from their rollups, and the table with the others.

use super::table::SegmentTable;
use crate::segment::LiveSegment;
use model::{SegmentId, TimeRange};
use std::{collections::HashSet, sync::Arc};

impl SegmentTable {
    /// Compacted segments with rows in the range, none of them erased and none one of several reports: their sums are those of their rows.
    pub(crate) fn rollup_candidates(&self, range: TimeRange) -> Vec<Arc<LiveSegment>> {
        let in_range = self.live_segments().iter().filter(|segment| range.overlaps(segment.meta.min_time, segment.meta.max_time));
        in_range.filter(|segment| segment.meta.level > 0 && self.counts_as_it_stands(segment)).map(Arc::clone).collect()
    }

    /// The table without these segments.
    pub(crate) fn without(&self, segments: &[SegmentId]) -> SegmentTable {
        let segments: HashSet<&SegmentId> = segments.iter().collect();
        self.keeping(|id| !segments.contains(&id))
    }

    /// The table with nothing but these segments.
    pub(crate) fn only(&self, segments: &[SegmentId]) -> SegmentTable {
        let segments: HashSet<&SegmentId> = segments.iter().collect();
        self.keeping(|id| segments.contains(&id))
    }
}
