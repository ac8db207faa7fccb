//! Files of the lake: durable writes, whole reads, removal. Paths in the catalog use `/` and are relative to the data directory.

use crate::{
    cache::ByteCache,
    hot::HotTier,
    identity::{Filters, Level0Keys},
    sidecar::TextSection,
};
use bytes::Bytes;
use datafusion::parquet::arrow::arrow_reader::ArrowReaderMetadata;
use model::{SegmentId, StoreError, StoreResult, WriterId, ports::SegmentCatalog, segment::Segment};
use parking_lot::Mutex;
use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use textindex::Reader;

/// Where every segment file is.
pub(crate) const SEGMENTS: &str = "segments";

/// About 9 bytes a span in use: the spans of some days on a busy machine.
const FILTER_CACHE_BYTES: usize = 48 << 20;

/// Directories of text indexes: some kilobytes for each of the largest, so the bound is on open files, too.
const TEXT_CACHE_BYTES: usize = 16 << 20;
/// About a megabyte for each of the largest files.
const METADATA_CACHE_BYTES: usize = 32 << 20;

/// What all parts of the lake share: the catalog, the data directory, the decoded recent batches.
pub(crate) struct Storage {
    pub(crate) catalog: Arc<dyn SegmentCatalog>,
    pub(crate) hot: HotTier,
    /// Filters of compacted segments that were asked lately.
    pub(crate) filters: ByteCache<SegmentId, Arc<Filters>>,
    /// Footers and page indexes of files whose rows were looked for lately.
    pub(crate) parquet_metadata: ByteCache<SegmentId, ArrowReaderMetadata>,
    /// Text indexes that were searched lately, each with its file open.
    pub(crate) text_indexes: ByteCache<SegmentId, Arc<Reader<TextSection>>>,
    /// Of segments that this process committed and no snapshot has seen yet.
    level0_keys: Mutex<HashMap<SegmentId, Arc<Level0Keys>>>,
    /// Segments whose sidecar turned out to be damaged: compaction makes them anew.
    bad_sidecars: Mutex<HashSet<SegmentId>>,
    root: PathBuf,
    /// Found damaged by this process: left out of snapshots at once, before the catalog's next change is read.
    damaged: Mutex<HashSet<SegmentId>>,
}

impl Storage {
    pub(crate) fn new(root: PathBuf, catalog: Arc<dyn SegmentCatalog>, hot: HotTier) -> Self {
        Self {
            catalog,
            hot,
            filters: ByteCache::new(FILTER_CACHE_BYTES),
            parquet_metadata: ByteCache::new(METADATA_CACHE_BYTES),
            text_indexes: ByteCache::new(TEXT_CACHE_BYTES),
            level0_keys: Mutex::default(),
            bad_sidecars: Mutex::default(),
            root,
            damaged: Mutex::default(),
        }
    }

    pub(crate) fn keep_level0_keys(&self, id: SegmentId, keys: Level0Keys) {
        self.level0_keys.lock().insert(id, Arc::new(keys));
    }

    pub(crate) fn take_level0_keys(&self, id: SegmentId) -> Option<Arc<Level0Keys>> {
        self.level0_keys.lock().remove(&id)
    }

    /// Lets go of what is kept in memory of a segment that is no longer live.
    pub(crate) fn forget(&self, id: SegmentId) {
        self.hot.remove(id);
        self.filters.remove(&id);
        self.parquet_metadata.remove(&id);
        self.text_indexes.remove(&id);
        self.level0_keys.lock().remove(&id);
        self.bad_sidecars.lock().remove(&id);
    }

    pub(crate) fn note_bad_sidecar(&self, id: SegmentId) {
        self.bad_sidecars.lock().insert(id);
    }

    pub(crate) fn has_bad_sidecar(&self, id: SegmentId) -> bool {
        self.bad_sidecars.lock().contains(&id)
    }

    pub(crate) fn path_of(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The whole file; `None` when there is none.
    pub(crate) async fn read(&self, relative: &str) -> StoreResult<Option<Bytes>> {
        let path = self.path_of(relative);
        blocking(move || match fs::read(&path) {
            Ok(bytes) => Ok(Some(Bytes::from(bytes))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unavailable("reading a segment", &error)),
        })
        .await
    }

    pub(crate) async fn is_live(&self, id: SegmentId) -> StoreResult<bool> {
        Ok(self.catalog.changes_since(0).await?.added.iter().any(|segment| segment.id == id))
    }

    pub(crate) fn is_damaged(&self, id: SegmentId) -> bool {
        self.damaged.lock().contains(&id)
    }

    pub(crate) fn damaged_segments(&self) -> usize {
        self.damaged.lock().len()
    }

    pub(crate) async fn quarantine(&self, segment: &Segment, reason: &str) -> StoreResult<()> {
        tracing::error!(
            segment = %segment.id, kind = segment.kind.as_str(), rows = segment.rows, location = ?segment.location, reason,
            "a segment is damaged: it is quarantined and its rows are not shown; its bytes are kept"
        );
        self.damaged.lock().insert(segment.id);
        self.hot.remove(segment.id);
        self.catalog.quarantine(segment.id, reason).await
    }
}

/// Where a writer puts its segments of a level.
pub(crate) fn segment_path(level: u8, writer: WriterId, id: SegmentId) -> String {
    let extension = if level == 0 { "arrow.zst" } else { "parquet" };
    format!("{SEGMENTS}/l{level}/{writer}/{id}.{extension}")
}

/// Makes the directories above `path`, each entry durable in its parent.
pub(crate) fn create_parents(path: &Path) -> io::Result<()> {
    let Some(parent) = path.parent() else { return Ok(()) };
    if parent.is_dir() {
        return Ok(());
    }
    create_parents(parent)?;
    match fs::create_dir(parent) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    sync_parent(parent)
}

/// Makes the entry of `path` in its directory durable.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

/// Writes a new file that survives a power loss: data, then its directory entry. A half-written file is removed.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    create_parents(path)?;
    let mut file = File::create_new(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_data()).and_then(|()| sync_parent(path));
    if written.is_err() {
        remove(path);
    }
    written
}

/// Removes a file; what stays behind is an orphan that a later clean-up finds.
pub(crate) fn remove(path: &Path) -> bool {
    match fs::remove_file(path) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => {
            tracing::warn!(%error, "a segment file could not be removed");
            false
        }
    }
}

pub(crate) fn unavailable(doing: &str, error: &io::Error) -> StoreError {
    StoreError::Unavailable(format!("{doing}: {error}"))
}

/// Runs blocking work away from the async threads.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> StoreResult<T> + Send + 'static) -> StoreResult<T> {
    tokio::task::spawn_blocking(work).await.map_err(StoreError::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_durable_write_makes_its_directories_and_never_overwrites() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/c.bin");
        write_durably(&path, b"one").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert!(write_durably(&path, b"two").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }
}
