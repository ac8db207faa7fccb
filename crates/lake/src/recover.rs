//! What happens once at start, before the first read or commit.

use crate::{
    LakeConfig,
    gc::delete_orphans,
    segment::LiveSegment,
    snapshot::Snapshots,
    storage::{SEGMENTS, Storage, blocking, create_parents, sync_parent, unavailable},
};
use model::{StoreError, StoreResult, segment::Location};
use std::{fs, io, path::Path, sync::Arc};

/// Makes the data directory, clears away what died half-way, and looks that every live file is there and whole.
pub(crate) async fn recover(config: &LakeConfig, storage: &Storage, snapshots: &Snapshots) -> StoreResult<()> {
    let live = storage.catalog.changes_since(0).await?.added;
    let segments = config.data_dir.join(SEGMENTS);
    let names_files = live.iter().any(|segment| matches!(segment.location, Location::File(_)));
    // Before anything is read: what is not there would be taken for damaged.
    blocking(move || prepare(&segments, names_files)).await?;
    delete_orphans(storage, &config.retention).await?;
    let snapshot = snapshots.newest().await?;
    let damaged = damaged_files(storage, &snapshot.segments).await?;
    for (segment, reason) in damaged {
        segment.quarantine(reason).await?;
    }
    Ok(())
}

/// Refuses a folder that never held segments although the catalog names files: it is the wrong one, or its volume is not mounted.
/// Every segment would be taken for damaged.
fn prepare(segments: &Path, names_files: bool) -> StoreResult<()> {
    if names_files && !segments.is_dir() {
        let message = "the data folder holds no segments, but the catalog names segment files: is it the right folder, and mounted?";
        return Err(StoreError::Unavailable(message.to_owned()));
    }
    let level = segments.join("l0");
    // Synced at every start: an earlier process may have died after it made a directory and before that was durable.
    let made = create_parents(&level).and_then(|()| sync_parent(&level)).and_then(|()| sync_parent(segments));
    made.map_err(|error| unavailable("making the data directory", &error))
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
