//! Deletion waits for readers.

use super::{config_with_files, files_below, open};
use crate::testing::{MemoryCatalog, batch_of, project};
use model::ports::Maintenance;
use std::time::Duration;

#[tokio::test]
async fn retired_files_stay_while_a_leased_reader_holds_them_and_go_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let mut config = config_with_files(dir.path());
    config.retention.retired_min_age = Duration::ZERO;
    let lake = open(config, &catalog).await;
    lake.commit(batch_of(project(1), 0..5, 50)).await.unwrap();
    let reader = lake.snapshot().await.unwrap();
    lake.keep_leases(Duration::ZERO).await.unwrap();
    assert_eq!(catalog.leases(), 1);
    lake.compact(true).await.unwrap();
    assert_eq!(lake.collect_garbage().await.unwrap(), 0);
    assert_eq!(reader.segments[0].decode().await.unwrap()[0].num_rows(), 5, "the old snapshot is still readable");
    lake.keep_leases(Duration::ZERO).await.unwrap();
    assert_eq!(catalog.leases(), 1, "a lease that is still good is not taken again");
    drop(reader);
    lake.keep_leases(Duration::ZERO).await.unwrap();
    assert_eq!(catalog.leases(), 0);
    assert_eq!(lake.collect_garbage().await.unwrap(), 1);
    assert_eq!(files_below(dir.path()).len(), 2, "only the compacted file is left, with its sidecar");
}

#[tokio::test]
async fn young_retired_files_stay_for_readers_without_a_lease() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config_with_files(dir.path()), &catalog).await;
    lake.commit(batch_of(project(1), 0..5, 50)).await.unwrap();
    let reader = lake.snapshot().await.unwrap();
    lake.keep_leases(Duration::from_secs(3_600)).await.unwrap();
    assert_eq!(catalog.leases(), 0, "a short read costs no write");
    lake.compact(true).await.unwrap();
    assert_eq!(lake.collect_garbage().await.unwrap(), 0);
    assert_eq!(reader.segments[0].decode().await.unwrap()[0].num_rows(), 5);
}

#[tokio::test]
async fn an_idle_store_holds_no_lease() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config_with_files(dir.path()), &catalog).await;
    lake.commit(batch_of(project(1), 0..5, 50)).await.unwrap();
    drop(lake.snapshot().await.unwrap());
    lake.keep_leases(Duration::ZERO).await.unwrap();
    assert_eq!(catalog.leases(), 0);
}

#[tokio::test]
async fn shutdown_releases_every_lease() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config_with_files(dir.path()), &catalog).await;
    lake.commit(batch_of(project(1), 0..5, 50)).await.unwrap();
    let _reader = lake.snapshot().await.unwrap();
    lake.keep_leases(Duration::ZERO).await.unwrap();
    lake.shutdown().await;
    assert_eq!(catalog.leases(), 0);
}

#[tokio::test]
async fn only_unregistered_files_of_writers_fenced_earlier_are_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let mut config = config_with_files(dir.path());
    config.retention.writer_silence = Duration::from_secs(3_600);
    let dead = open(config.clone(), &catalog).await;
    dead.commit(batch_of(project(1), [1], 50)).await.unwrap();
    let registered = files_below(dir.path());
    let orphan = registered[0].with_file_name("00000000000000000000000000000001.arrow.zst");
    std::fs::write(&orphan, b"half").unwrap();
    let alive = open(config, &catalog).await;
    assert_eq!(alive.collect_garbage().await.unwrap(), 0, "a living writer's file may be about to be published");
    assert!(orphan.exists());
    catalog.fence(dead.writer());
    assert_eq!(alive.collect_garbage().await.unwrap(), 1);
    assert!(!orphan.exists());
    assert!(registered[0].exists());
}
