//! What a check found.

use super::place_of;
use model::{
    ports::CatalogState,
    segment::{Segment, SegmentState},
    telemetry::RowKind,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// One kind of thing that can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// The database is not sound.
    Catalog,
    /// A live segment has no bytes.
    Missing,
    WrongSize,
    WrongChecksum,
    Undecodable,
    /// Rows, times or projects are not those that the catalog names.
    WrongCounts,
    DamagedSidecar,
    /// Damaged, and out of reads already.
    Quarantined,
    /// Out of reads, and yet whole.
    QuarantinedWhole,
    /// A file that the catalog does not name.
    Orphan,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub kind: ProblemKind,
    pub segment: Option<String>,
    pub file: Option<String>,
    pub detail: String,
    /// What was done about it.
    pub repaired: Option<String>,
}

impl Problem {
    pub(super) fn of_segment(kind: ProblemKind, segment: &Segment, detail: String) -> Self {
        Self { kind, segment: Some(segment.id.to_string()), file: place_of(segment), detail, repaired: None }
    }
}

/// Live segments of one kind of row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KindCount {
    pub level0_segments: u64,
    pub compacted_segments: u64,
    pub rows: u64,
    pub bytes: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DoctorReport {
    /// Nothing is wrong, or nothing is wrong any more.
    pub healthy: bool,
    pub schema_version: i64,
    pub commit_seq: u64,
    /// By kind of row.
    pub live: BTreeMap<&'static str, KindCount>,
    /// Replaced segments that wait for their deletion.
    pub retired_segments: u64,
    pub quarantined_segments: u64,
    /// Processes that wrote in the last minute.
    pub living_writers: Vec<String>,
    pub reader_leases: u64,
    pub problems: Vec<Problem>,
}

impl DoctorReport {
    pub(super) fn add(&mut self, kind: ProblemKind, segment: Option<&Segment>, file: Option<String>, detail: String) {
        self.problems.push(Problem { kind, segment: segment.map(|segment| segment.id.to_string()), file, detail, repaired: None });
    }

    pub(super) fn describe(&mut self, state: &CatalogState) {
        (self.schema_version, self.commit_seq, self.reader_leases) = (state.schema_version, state.commit_seq, state.leases);
        self.live = RowKind::ALL.into_iter().map(|kind| (kind.as_str(), KindCount::default())).collect();
        for segment in &state.segments {
            match segment.state {
                SegmentState::Retired => self.retired_segments += 1,
                SegmentState::Quarantined => self.quarantined_segments += 1,
                SegmentState::Live => {
                    let count = self.live.entry(segment.kind.as_str()).or_default();
                    let segments = if segment.level == 0 { &mut count.level0_segments } else { &mut count.compacted_segments };
                    *segments += 1;
                    count.rows += segment.rows;
                    count.bytes += segment.bytes;
                }
            }
        }
        let living = state.writers.iter().filter(|writer| super::repair::is_living(writer, state.now));
        self.living_writers = living.map(|writer| writer.label.clone()).collect();
    }

    pub(super) fn conclude(&mut self) {
        // A damaged segment that was taken out of reads is still damaged.
        let is_mended =
            |problem: &Problem| problem.repaired.is_some() && matches!(problem.kind, ProblemKind::Orphan | ProblemKind::QuarantinedWhole);
        self.healthy = self.problems.iter().all(is_mended);
    }
}
