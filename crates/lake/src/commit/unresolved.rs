//! A publication whose outcome is unknown: the catalog went away while it committed. It is looked up before the next group is formed,
//! so that a resend of its rows is neither lost nor doubled.

use super::digests::DigestKey;
use crate::storage::{Storage, blocking, remove};
use model::{StoreResult, Timestamp, segment::Segment};
use std::collections::HashSet;

pub(super) struct Unresolved {
    pub(super) segments: Vec<Segment>,
    pub(super) digests: HashSet<DigestKey>,
    pub(super) stored_at: Timestamp,
}

/// Whether segments were published. One answers for all: they were published together or not at all.
/// Files of a publication that did not happen are removed.
pub(crate) async fn was_published(storage: &Storage, segments: &[Segment]) -> StoreResult<bool> {
    let Some(first) = segments.first() else { return Ok(false) };
    let found = storage.catalog.was_published(first.id).await?;
    if !found {
        remove_files(storage, segments).await;
    }
    Ok(found)
}

/// Removes the files of segments that were not and will not be published.
pub(crate) async fn remove_files(storage: &Storage, segments: &[Segment]) {
    let files: Vec<_> = segments.iter().flat_map(Segment::files).map(|file| storage.path_of(&file)).collect();
    let removed = blocking(move || {
        files.iter().for_each(|path| {
            remove(path);
        });
        Ok(())
    });
    if let Err(error) = removed.await {
        tracing::warn!(%error, "unpublished segment files were left behind");
    }
}
