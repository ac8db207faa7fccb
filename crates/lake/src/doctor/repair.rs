//! Files that nobody names: found, and deleted when their writer is surely dead.

use super::{
    WRITER_SILENCE,
    files::FoundFile,
    report::{DoctorReport, Problem, ProblemKind},
};
use crate::storage::{blocking, remove};
use model::{
    StoreResult, Timestamp, WriterId,
    ports::{CatalogInspection, CatalogState, WriterState},
};
use std::{collections::HashSet, path::Path};

/// Whether it may publish in the next moment.
pub(super) fn is_living(writer: &WriterState, now: Timestamp) -> bool {
    let silence = now.as_nanos().saturating_sub(writer.heartbeat.as_nanos());
    !writer.is_fenced && u128::try_from(silence).unwrap_or(0) < WRITER_SILENCE.as_nanos()
}

/// A file of a living writer may be about to be published: it is none of our business.
pub(super) async fn orphans(
    data_dir: &Path,
    catalog: &dyn CatalogInspection,
    state: &CatalogState,
    found: &[FoundFile],
    repair: bool,
    report: &mut DoctorReport,
) -> StoreResult<()> {
    let known: HashSet<String> = state.segments.iter().flat_map(|segment| segment.files()).collect();
    let living: HashSet<WriterId> = state.writers.iter().filter(|writer| is_living(writer, state.now)).map(|writer| writer.id).collect();
    let is_orphan = |file: &&FoundFile| {
        let may_come = file.writer.is_some_and(|writer| living.contains(&writer));
        // Deleted with its row since the files were listed?
        !known.contains(&file.path) && !may_come && data_dir.join(&file.path).exists()
    };
    let orphans: Vec<&FoundFile> = found.iter().filter(is_orphan).collect();
    if orphans.is_empty() {
        return Ok(());
    }
    let dead = if repair { dead_writers(catalog, state).await? } else { HashSet::new() };
    for file in orphans {
        let detail = "the catalog does not name this file: a process that died never published it".to_owned();
        let mut problem = Problem { kind: ProblemKind::Orphan, segment: None, file: Some(file.path.clone()), detail, repaired: None };
        if repair && file.writer.is_some_and(|writer| dead.contains(&writer) || !state.writers.iter().any(|known| known.id == writer)) {
            let path = data_dir.join(&file.path);
            if blocking(move || Ok(remove(&path))).await? {
                problem.repaired = Some("deleted".to_owned());
            }
        }
        report.problems.push(problem);
    }
    Ok(())
}

/// Writers that can publish nothing any more: those fenced in an earlier transaction than the one that asks.
async fn dead_writers(catalog: &dyn CatalogInspection, state: &CatalogState) -> StoreResult<HashSet<WriterId>> {
    catalog.fence_silent_writers(WRITER_SILENCE).await?;
    let fenced = catalog.fence_silent_writers(WRITER_SILENCE).await?;
    // One that was fenced and forgotten since the state was read is dead, too, but its files may be in somebody else's hands.
    Ok(fenced.into_iter().filter(|writer| state.writers.iter().any(|known| known.id == *writer)).collect())
}
