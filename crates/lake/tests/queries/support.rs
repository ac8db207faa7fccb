//! A lake over a temporary directory with a real SQLite catalog.

use catalog::{Catalog, CatalogUrl};
use lake::{Lake, LakeConfig};
use model::{
    ProjectId,
    ports::{Accounts, Maintenance},
};
use std::sync::Arc;
use tempfile::TempDir;

/// A new, empty lake. The directory must outlive it.
pub(crate) async fn lake() -> (Lake, TempDir) {
    lake_with(|_| {}).await
}

/// The same, with other settings.
pub(crate) async fn lake_with(change: impl FnOnce(&mut LakeConfig)) -> (Lake, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let mut config = LakeConfig::new(directory.path(), 512 << 20);
    change(&mut config);
    let lake = Lake::open(config, Arc::new(open_catalog(&directory).await)).await.unwrap();
    (lake, directory)
}

/// The same, with a project that its catalog knows.
pub(crate) async fn lake_with_project() -> (Lake, ProjectId, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let catalog = open_catalog(&directory).await;
    let project = catalog.create_project("erasing").await.unwrap().id;
    let lake = Lake::open(LakeConfig::new(directory.path(), 512 << 20), Arc::new(catalog)).await.unwrap();
    (lake, project, directory)
}

async fn open_catalog(directory: &TempDir) -> Catalog {
    let url = format!("sqlite:{}", directory.path().join("catalog.db").display());
    Catalog::open(CatalogUrl::parse(&url).unwrap()).await.unwrap()
}

/// Compacts until nothing is left to compact.
pub(crate) async fn compact_all(lake: &Lake) {
    while lake.compact(true).await.unwrap().more {}
}
