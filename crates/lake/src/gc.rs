//! Deleting what nobody can see any more: retired segments, and the orphans of writers that died.

use crate::{
    config::GarbageLimits,
    storage::{SEGMENTS, Storage, blocking, remove, unavailable},
};
use model::{SegmentId, StoreResult, WriterId};
use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

/// Segments deleted per round: bounds the transaction.
const BATCH: usize = 256;
/// Rounds per call, so that one call ends.
const MAX_ROUNDS: usize = 16;

/// Deletes retired segments that no reader can see. Returns how many files went.
pub(crate) async fn delete_retired(storage: &Storage, limits: &GarbageLimits) -> StoreResult<u64> {
    let mut deleted = 0;
    for _ in 0..MAX_ROUNDS {
        let segments = storage.catalog.deletable_segments(limits.retired_min_age, BATCH).await?;
        let files: Vec<(SegmentId, Vec<PathBuf>)> =
            segments.iter().map(|segment| (segment.id, segment.files().map(|file| storage.path_of(&file)).collect())).collect();
        // First the files, then the rows that name them: a crash in between leaves rows to be done again, never an unnamed file.
        let (gone, removed) =
            blocking(move || remove_durably(files).map_err(|error| unavailable("deleting segment files", &error))).await?;
        deleted += removed;
        if !gone.is_empty() {
            storage.catalog.forget_segments(&gone).await?;
        }
        if gone.len() < BATCH {
            break;
        }
    }
    Ok(deleted)
}

/// The segments whose bytes are gone, even after a power loss, and how many files that took. A file that cannot be removed keeps its row.
fn remove_durably(segments: Vec<(SegmentId, Vec<PathBuf>)>) -> io::Result<(Vec<SegmentId>, u64)> {
    let (mut gone, mut removed, mut directories) = (Vec::new(), 0, HashSet::new());
    for (id, files) in segments {
        let mut is_gone = true;
        for path in files {
            if remove(&path) {
                removed += 1;
            } else if path.try_exists()? {
                is_gone = false;
                continue;
            }
            directories.extend(path.parent().map(Path::to_path_buf));
        }
        if is_gone {
            gone.push(id);
        }
    }
    for directory in directories.iter().filter(|directory| directory.is_dir()) {
        fs::File::open(directory)?.sync_all()?;
    }
    Ok((gone, removed))
}

/// Fences silent writers, then deletes the files that writers fenced in an earlier transaction wrote but never published.
/// Such a writer can publish nothing any more, so what is unregistered now stays so. Returns how many files went.
pub(crate) async fn delete_orphans(storage: &Storage, limits: &GarbageLimits) -> StoreResult<u64> {
    let mut deleted = 0;
    for writer in storage.catalog.fence_silent_writers(limits.writer_silence).await? {
        deleted += delete_orphans_of(storage, writer).await?;
        storage.catalog.forget_writer(writer).await?;
    }
    Ok(deleted)
}

async fn delete_orphans_of(storage: &Storage, writer: WriterId) -> StoreResult<u64> {
    let root = storage.path_of("");
    let files = blocking(move || files_of(&root, writer).map_err(|error| unavailable("listing segment files", &error))).await?;
    if files.is_empty() {
        return Ok(0);
    }
    let mut known: HashSet<String> = HashSet::new();
    let directories: HashSet<&str> = files.iter().filter_map(|file| Some(file.rsplit_once('/')?.0)).collect();
    for directory in directories {
        known.extend(storage.catalog.known_files(&format!("{directory}/")).await?);
    }
    let orphans: Vec<PathBuf> = files.iter().filter(|file| !known.contains(*file)).map(|file| storage.path_of(file)).collect();
    if !orphans.is_empty() {
        tracing::info!(%writer, files = orphans.len(), "deleting files that a dead process never published");
    }
    blocking(move || Ok(orphans.iter().filter(|path| remove(path)).count() as u64)).await
}

/// The segment files in the directories of a writer, at every level, as the catalog would name them.
fn files_of(root: &Path, writer: WriterId) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    for level in entries(&root.join(SEGMENTS))? {
        for file in entries(&root.join(SEGMENTS).join(&level).join(writer.to_hex()))? {
            files.push(format!("{SEGMENTS}/{level}/{writer}/{file}"));
        }
    }
    Ok(files)
}

/// Names in a directory; none when it does not exist.
fn entries(directory: &Path) -> io::Result<Vec<String>> {
    let listing = match fs::read_dir(directory) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    listing.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}
