//! Damage is set aside, loudly; the rest stays readable.

use super::{config, config_with_files, files_below, names, open};
use crate::{
    Lake,
    testing::{MemoryCatalog, batch_of, project},
};
use model::{
    StoreError,
    ports::{Maintenance, SegmentCatalog},
    segment::Location,
};
use std::sync::Arc;

#[tokio::test]
async fn a_damaged_inline_segment_is_quarantined_and_the_rest_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config(dir.path()), &catalog).await;
    for number in 0..3 {
        lake.commit(batch_of(project(1), [number], 50)).await.unwrap();
    }
    drop(lake);
    catalog.damage_inline(catalog.live()[1].id);
    let lake = open(config(dir.path()), &catalog).await;
    assert_eq!(names(&lake).await.len(), 2);
    assert_eq!(catalog.quarantined().await.unwrap(), 1);
    let snapshot = lake.snapshot().await.unwrap();
    assert_eq!((snapshot.segments.len(), snapshot.damaged()), (2, 1), "later snapshots leave it out");
    lake.compact(true).await.unwrap();
    assert_eq!(names(&lake).await.len(), 2);
}

#[tokio::test]
async fn truncated_missing_and_flipped_files_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config_with_files(dir.path()), &catalog).await;
    for number in 0..4 {
        lake.commit(batch_of(project(1), [number], 50)).await.unwrap();
    }
    drop(lake);
    let files: Vec<_> = files_below(dir.path());
    std::fs::remove_file(&files[0]).unwrap();
    std::fs::write(&files[1], b"short").unwrap();
    let mut bytes = std::fs::read(&files[2]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&files[2], bytes).unwrap();
    let lake = open(config_with_files(dir.path()), &catalog).await;
    assert_eq!(names(&lake).await.len(), 1);
    assert_eq!(catalog.quarantined().await.unwrap(), 3);
    assert!(files[1].exists() && files[2].exists(), "the bytes are kept");
}

#[tokio::test]
async fn a_damaged_compacted_file_does_not_stop_compaction() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let mut config = config(dir.path());
    config.compaction.merge_segments = 3;
    let lake = open(config, &catalog).await;
    for number in 0..2 {
        lake.commit(batch_of(project(1), [number], 50)).await.unwrap();
        lake.compact(true).await.unwrap();
    }
    let Location::File(path) = &catalog.live()[0].location else { panic!("compacted segments are files") };
    let path = dir.path().join(path);
    let size = std::fs::metadata(&path).unwrap().len() as usize;
    std::fs::write(&path, vec![0; size]).unwrap();
    lake.commit(batch_of(project(1), [2], 50)).await.unwrap();
    while lake.compact(true).await.unwrap().more {}
    assert_eq!(names(&lake).await, ["span 1", "span 2"]);
    assert_eq!(catalog.quarantined().await.unwrap(), 1);
}

#[tokio::test]
async fn a_segment_that_was_replaced_while_it_was_read_is_not_taken_for_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config_with_files(dir.path()), &catalog).await;
    lake.commit(batch_of(project(1), [1], 50)).await.unwrap();
    let reader = lake.snapshot().await.unwrap();
    catalog.retire_all();
    std::fs::remove_file(&files_below(dir.path())[0]).unwrap();
    assert!(reader.segments[0].decode().await.is_err());
    assert_eq!(catalog.quarantined().await.unwrap(), 0);
}

#[tokio::test]
async fn a_folder_that_never_held_the_segments_is_refused_and_nothing_is_quarantined() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let catalog = MemoryCatalog::new();
    let lake = open(config_with_files(dir.path()), &catalog).await;
    lake.commit(batch_of(project(1), [1], 50)).await.unwrap();
    drop(lake);
    for _ in 0..2 {
        let refused = Lake::open(config_with_files(other.path()), Arc::clone(&catalog) as _).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    }
    assert_eq!(catalog.quarantined().await.unwrap(), 0);
    assert_eq!(names(&open(config_with_files(dir.path()), &catalog).await).await, ["span 1"]);
}
