//! The same promises with the real catalog, on SQLite.

use super::{config_with_files, files_below, names};
use crate::{
    Lake, LakeConfig,
    testing::{batch_of, project},
};
use catalog::{Catalog, CatalogUrl};
use model::{
    ports::{ComponentStatus, HealthCheck, Maintenance, SegmentCatalog, TelemetryStore},
    segment::Location,
};
use std::{path::Path, sync::Arc, time::Duration};

async fn catalog_in(dir: &Path) -> Catalog {
    let url = CatalogUrl::parse(&format!("sqlite:{}", dir.join("catalog.db").display())).unwrap();
    Catalog::open(url).await.unwrap()
}

async fn open(config: LakeConfig, catalog: &Catalog) -> Lake {
    Lake::open(config, Arc::new(catalog.clone())).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commit_restart_compact_and_clean_up_keep_every_row_once() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let mut config = config_with_files(&data);
    config.commit.max_inline_bytes = 4_000;
    config.retention.retired_min_age = Duration::ZERO;
    let catalog = catalog_in(dir.path()).await;
    let lake = open(config.clone(), &catalog).await;
    lake.commit(batch_of(project(1), 0..5, 100)).await.unwrap();
    lake.commit(batch_of(project(2), 5..25, 4_000)).await.unwrap();
    let locations: Vec<_> = catalog.changes_since(0).await.unwrap().added.into_iter().map(|segment| segment.location).collect();
    assert!(locations.contains(&Location::Inline) && locations.iter().any(|location| matches!(location, Location::File(_))));
    lake.shutdown().await;
    drop(lake);
    catalog.close().await;

    let catalog = catalog_in(dir.path()).await;
    let lake = open(config, &catalog).await;
    assert_eq!(lake.commit(batch_of(project(1), 0..6, 100)).await.unwrap().duplicates, 5);
    let before = names(&lake).await;
    assert_eq!(before.len(), 26);
    while lake.compact(true).await.unwrap().more {}
    assert_eq!(names(&lake).await, before);
    assert_eq!(lake.collect_garbage().await.unwrap(), 1);
    assert_eq!(files_below(&data).len(), 2, "the compacted file and its sidecar");
    assert_eq!(names(&lake).await, before);
    assert_eq!(lake.commit(batch_of(project(1), 0..6, 100)).await.unwrap().duplicates, 6, "digests survive compaction");
    lake.shutdown().await;
    catalog.close().await;
}

#[tokio::test]
async fn a_file_damaged_on_disk_is_quarantined_in_the_catalog() {
    let dir = tempfile::tempdir().unwrap();
    let config = config_with_files(&dir.path().join("data"));
    let catalog = catalog_in(dir.path()).await;
    let lake = open(config.clone(), &catalog).await;
    lake.commit(batch_of(project(1), [1], 100)).await.unwrap();
    lake.commit(batch_of(project(1), [2], 100)).await.unwrap();
    drop(lake);
    std::fs::write(&files_below(&config.data_dir)[0], b"short").unwrap();
    let lake = open(config.clone(), &catalog).await;
    assert_eq!(names(&lake).await.len(), 1);
    assert_eq!(catalog.quarantined().await.unwrap(), 1);
    // Still told after the process that found it is gone.
    drop(lake);
    let lake = open(config, &catalog).await;
    assert_eq!(lake.stats().await.unwrap().quarantined_segments, 1);
    assert_eq!(lake.check().await.status, ComponentStatus::Degraded);
}
