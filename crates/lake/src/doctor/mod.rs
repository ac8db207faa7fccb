//! Is everything there that the catalog names, is it whole, and is there nothing else? Reads beside a running server; repairs when asked to.

mod bytes;
mod files;
mod repair;
mod report;

pub use report::{DoctorReport, KindCount, Problem, ProblemKind};

use bytes::{Flaw, flaw_of, sidecar_flaw_of};
use model::{
    StoreResult,
    ports::{CatalogInspection, CatalogState},
    segment::{Location, Segment, SegmentState},
};
use std::{path::Path, sync::Arc, time::Duration};

/// A writer that was silent for longer is dead, as far as its files are concerned.
const WRITER_SILENCE: Duration = Duration::from_secs(60);

/// Checks a data folder against its catalog. With `repair`, which only one process may do at a time, mends what can be mended without
/// losing a row. An error when the catalog cannot be read at all; what is wrong with the data is in the report.
pub async fn examine(data_dir: &Path, catalog: Arc<dyn CatalogInspection>, repair: bool) -> StoreResult<DoctorReport> {
    let mut report = DoctorReport::default();
    for line in catalog.integrity().await? {
        report.add(ProblemKind::Catalog, None, None, line);
    }
    // Files first: what is published in between is then named by the catalog.
    let found = files::list(data_dir).await?;
    let state = catalog.state().await?;
    report.describe(&state);
    for segment in &state.segments {
        match segment.state {
            SegmentState::Live => check_live(data_dir, catalog.as_ref(), &state, segment, repair, &mut report).await?,
            SegmentState::Quarantined => check_quarantined(data_dir, catalog.as_ref(), &state, segment, repair, &mut report).await?,
            SegmentState::Retired => {}
        }
    }
    repair::orphans(data_dir, catalog.as_ref(), &state, &found, repair, &mut report).await?;
    if repair {
        catalog.tidy().await?;
    }
    report.conclude();
    Ok(report)
}

async fn check_live(
    data_dir: &Path,
    catalog: &dyn CatalogInspection,
    state: &CatalogState,
    segment: &Segment,
    repair: bool,
    report: &mut DoctorReport,
) -> StoreResult<()> {
    let flaw = flaw_of(data_dir, catalog, state, segment).await?;
    let sidecar_flaw = sidecar_flaw_of(data_dir, segment).await?;
    if flaw.is_none() && sidecar_flaw.is_none() {
        return Ok(());
    }
    // A server may have replaced it since.
    if !catalog.changes_since(0).await?.added.iter().any(|live| live.id == segment.id) {
        return Ok(());
    }
    if let Some(Flaw { kind, detail }) = flaw {
        let mut problem = Problem::of_segment(kind, segment, detail);
        // Its numbers may be wrong in the catalog alone: the bytes are those that were written.
        if repair && kind != ProblemKind::WrongCounts {
            catalog.quarantine(segment.id, &problem.detail).await?;
            problem.repaired = Some("taken out of reads, so that the rest stays readable; its bytes are kept".to_owned());
        }
        report.problems.push(problem);
    }
    if let Some(detail) = sidecar_flaw {
        report.add(ProblemKind::DamagedSidecar, Some(segment), segment.sidecar_path(), detail);
    }
    Ok(())
}

async fn check_quarantined(
    data_dir: &Path,
    catalog: &dyn CatalogInspection,
    state: &CatalogState,
    segment: &Segment,
    repair: bool,
    report: &mut DoctorReport,
) -> StoreResult<()> {
    let reason = state.quarantine_reasons.get(&segment.id).map(String::as_str).unwrap_or_default();
    let Some(flaw) = flaw_of(data_dir, catalog, state, segment).await? else {
        let detail = format!("its {} rows are not shown ({reason}), and yet it is whole", segment.rows);
        let mut problem = Problem::of_segment(ProblemKind::QuarantinedWhole, segment, detail);
        if repair && catalog.reinstate(segment.id).await? {
            problem.repaired = Some("taken back into reads".to_owned());
        }
        report.problems.push(problem);
        return Ok(());
    };
    let detail = format!("its {} rows are not shown: {}", segment.rows, flaw.detail);
    report.problems.push(Problem::of_segment(ProblemKind::Quarantined, segment, detail));
    Ok(())
}

/// Where the bytes of a segment are, for people.
fn place_of(segment: &Segment) -> Option<String> {
    match &segment.location {
        Location::File(path) => Some(path.clone()),
        Location::Inline => None,
    }
}
