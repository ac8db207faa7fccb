//! Which segments of a table may be answered from their rollups, and the table with the others.

use super::{clusters::clusters, table::SegmentTable};
use crate::segment::LiveSegment;
use model::{ProjectId, SegmentId, TimeRange};
use std::sync::Arc;

impl SegmentTable {
    pub(crate) fn project(&self) -> ProjectId {
        self.project
    }

    /// Compacted segments with rows in the range that no other segment reports again: their sums are those of their rows.
    pub(crate) fn rollup_candidates(&self, range: TimeRange) -> Vec<Arc<LiveSegment>> {
        let clusters = clusters(&self.recent, &self.compacted, range, self.kind, false);
        let alone = clusters.iter().filter(|cluster| !cluster.may_repeat);
        alone.flat_map(|cluster| cluster.compacted.iter().map(|at| Arc::clone(&self.compacted[*at]))).collect()
    }

    /// The table without these segments.
    pub(crate) fn without(&self, segments: &[SegmentId]) -> SegmentTable {
        self.keeping(|id| !segments.contains(&id))
    }

    /// The table with nothing but these segments.
    pub(crate) fn only(&self, segments: &[SegmentId]) -> SegmentTable {
        self.keeping(|id| segments.contains(&id))
    }

    fn keeping(&self, is_kept: impl Fn(SegmentId) -> bool) -> SegmentTable {
        let mut table = self.clone();
        table.recent.retain(|segment| is_kept(segment.id()));
        table.compacted.retain(|segment| is_kept(segment.id()));
        table
    }
}
