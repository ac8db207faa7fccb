//! What happens once at start, before the first read or commit.

use crate::{
    LakeConfig,
    gc::delete_orphans,
    segment::LiveSegment,
    snapshot::Snapshots,
    storage::{SEGMENTS, Storage, blocking, create_parents, unavailable},
};
use model::{StoreResult, segment::Location};
use std::{fs, io, sync::Arc};

/// Makes the data directory, clears away what died half-way, and looks that every live file is there and whole.
pub(crate) async fn recover(config: &LakeConfig, storage: &Storage, snapshots: &Snapshots) -> StoreResult<()> {
    let segments = config.data_dir.join(SEGMENTS).join("l0");
    blocking(move || create_parents(&segments).map_err(|error| unavailable("making the data directory", &error))).await?;
    delete_orphans(storage, &config.retention).await?;
    let snapshot = snapshots.newest().await?;
    let damaged = damaged_files(storage, &snapshot.segments).await?;
    for (segment, reason) in damaged {
        segment.quarantine(reason).await?;
    }
    Ok(())
}

/// By size only: contents are checked when they are read, so that start takes no longer with more data.
async fn damaged_files(storage: &Storage, segments: &[Arc<LiveSegment>]) -> StoreResult<Vec<(Arc<LiveSegment>, &'static str)>> {
    let files = segments.iter().filter_map(|segment| match &segment.meta.location {
        Location::File(path) => Some((Arc::clone(segment), storage.path_of(path))),
        Location::Inline => None,
    });
    let files: Vec<_> = files.collect();
    blocking(move || {
        let mut damaged = Vec::new();
        for (segment, path) in files {
            match fs::metadata(&path) {
                Ok(found) if found.len() == segment.meta.bytes => {}
                Ok(_) => damaged.push((segment, "its file has another size than when it was published")),
                Err(error) if error.kind() == io::ErrorKind::NotFound => damaged.push((segment, "its file is missing")),
                Err(error) => return Err(unavailable("looking at a segment file", &error)),
            }
        }
        Ok(damaged)
    })
    .await
}
