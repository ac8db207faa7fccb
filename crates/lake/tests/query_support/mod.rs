//! A lake over a temporary directory and a catalog in memory, for the tests of reads.

mod catalog;

use catalog::MemoryCatalog;
use lake::{Lake, LakeConfig};
use model::ports::Maintenance;
use std::sync::Arc;
use tempfile::TempDir;

/// A new, empty lake. The directory must outlive it.
pub async fn lake() -> (Lake, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let config = LakeConfig::new(directory.path(), 512 << 20);
    let lake = Lake::open(config, Arc::new(MemoryCatalog::default())).await.unwrap();
    (lake, directory)
}

/// Compacts until nothing is left to compact.
pub async fn compact_all(lake: &Lake) {
    while lake.compact(true).await.unwrap().more {}
}
