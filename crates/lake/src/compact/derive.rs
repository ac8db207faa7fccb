//! What is derived from the rows of a segment while it is written, and put beside it.

use crate::{
    identity::{FilterBuilder, encode_repeats},
    segment::LiveSegment,
    sidecar::{Section, SidecarWriter},
    storage::unavailable,
};
use datafusion::arrow::record_batch::RecordBatch;
use model::{StoreResult, segment::Sidecar, telemetry::RowKind};
use std::{collections::HashSet, io, path::Path, sync::Arc};

/// Where a row came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A row of a compacted input whose derived data can be taken over: number of the input, number of the row.
    Input(u16, u32),
    /// A row that is new or was put together: everything is derived anew.
    Fresh,
}

/// The inputs' own derived data, in the order that [`Origin::Input`] counts by.
#[derive(Default)]
pub(super) struct DerivedInputs {}

impl DerivedInputs {
    pub(super) fn of(_files: &[Arc<LiveSegment>]) -> Self {
        Self {}
    }
}

/// The sidecar under construction.
pub(super) struct Derived {
    sidecar: SidecarWriter,
    filters: FilterBuilder,
}

impl Derived {
    pub(super) fn create(path: &Path, kind: RowKind) -> io::Result<Self> {
        Ok(Self { sidecar: SidecarWriter::create(path)?, filters: FilterBuilder::new(kind) })
    }

    /// Rows in the order of the segment. `has_texts` is false where retention dropped them.
    pub(super) fn add(&mut self, rows: &RecordBatch, _origins: &[Origin], _has_texts: bool) {
        self.filters.add(rows);
    }

    pub(super) fn finish(self, marks: &HashSet<u64>, _inputs: &DerivedInputs) -> StoreResult<Sidecar> {
        let mut sidecar = self.sidecar;
        let failed = |error: io::Error| unavailable("writing a sidecar", &error);
        sidecar.section(Section::Filters, &self.filters.finish()?).map_err(failed)?;
        if !marks.is_empty() {
            sidecar.section(Section::Repeats, &encode_repeats(marks)).map_err(failed)?;
        }
        sidecar.finish().map_err(failed)
    }
}
