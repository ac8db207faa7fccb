//! A lake over a temporary directory with a real SQLite catalog.

use catalog::{Catalog, CatalogUrl};
use lake::{Lake, LakeConfig};
use model::ports::Maintenance;
use std::sync::Arc;
use tempfile::TempDir;

/// A new, empty lake. The directory must outlive it.
pub(crate) async fn lake() -> (Lake, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let config = LakeConfig::new(directory.path(), 512 << 20);
    let catalog =
        Catalog::open(CatalogUrl::parse(&format!("sqlite:{}", directory.path().join("catalog.db").display())).unwrap()).await.unwrap();
    let lake = Lake::open(config, Arc::new(catalog)).await.unwrap();
    (lake, directory)
}

/// Compacts until nothing is left to compact.
pub(crate) async fn compact_all(lake: &Lake) {
    while lake.compact(true).await.unwrap().more {}
}
