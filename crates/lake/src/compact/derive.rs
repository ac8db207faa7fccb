//! What is derived from the rows of a segment while it is written, and put beside it.

use super::texts::{InputTexts, Texts, has_index};
use crate::{
    identity::{FilterBuilder, encode_repeats},
    rollup::RollupBuilder,
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
pub(super) struct DerivedInputs {
    texts: InputTexts,
}

impl DerivedInputs {
    pub(super) fn of(files: &[Arc<LiveSegment>]) -> Self {
        Self { texts: InputTexts::of(files) }
    }
}

/// The sidecar under construction.
pub(super) struct Derived {
    sidecar: SidecarWriter,
    filters: FilterBuilder,
    rollup: RollupBuilder,
    texts: Option<Texts>,
}

impl Derived {
    pub(super) fn create(path: &Path, kind: RowKind) -> io::Result<Self> {
        let texts = has_index(kind).then(|| Texts::new(kind));
        Ok(Self { sidecar: SidecarWriter::create(path)?, filters: FilterBuilder::new(kind), rollup: RollupBuilder::new(kind), texts })
    }

    /// Rows in the order of the segment. `as_they_were` is false where retention took texts from them.
    pub(super) fn add(&mut self, rows: &RecordBatch, origins: &[Origin], as_they_were: bool, inputs: &DerivedInputs) -> StoreResult<()> {
        self.filters.add(rows);
        self.rollup.add(rows)?;
        match &mut self.texts {
            Some(texts) => texts.add(rows, origins, as_they_were, &inputs.texts),
            None => Ok(()),
        }
    }

    pub(super) fn finish(self, marks: &HashSet<u64>, inputs: &DerivedInputs) -> StoreResult<Sidecar> {
        let mut sidecar = self.sidecar;
        let failed = |error: io::Error| unavailable("writing a sidecar", &error);
        sidecar.section(Section::Filters, &self.filters.finish()?).map_err(failed)?;
        if !marks.is_empty() {
            sidecar.section(Section::Repeats, &encode_repeats(marks)).map_err(failed)?;
        }
        if let Some(rollup) = self.rollup.finish() {
            sidecar.section(Section::Rollup, &rollup).map_err(failed)?;
        }
        if let Some(texts) = self.texts {
            let written = sidecar.streamed(Section::Text, |out| texts.finish(&inputs.texts, out).map_err(io::Error::other));
            written.map_err(failed)?;
        }
        sidecar.finish().map_err(failed)
    }
}
