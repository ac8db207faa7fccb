//! Commits: durable, grouped, without duplicates, refused rather than queued without bound.

use super::{config, config_with_files, files_below, names, open};
use crate::testing::{Failure, MemoryCatalog, batch_of, log, project, span, stored_spans};
use futures::future::join_all;
use model::{
    StoreError,
    ports::{ComponentStatus, HealthCheck, Maintenance},
    segment::Location,
    telemetry::{Incoming, RowBatch},
};

#[tokio::test]
async fn rows_are_there_after_a_restart_inline_and_as_files() {
    for with_files in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let catalog = MemoryCatalog::new();
        let config = if with_files { config_with_files(dir.path()) } else { config(dir.path()) };
        let lake = open(config.clone(), &catalog).await;
        let mut batch = batch_of(project(1), 0..3, 600);
        batch.logs.push(Incoming::new(log(1), None));
        let receipt = lake.commit(batch.clone()).await.unwrap();
        assert_eq!((receipt.stored, receipt.duplicates), (4, 0));
        drop(lake);
        let lake = open(config, &catalog).await;
        let found: Vec<_> = stored_spans(&lake).await.into_iter().map(|(_, span)| span).collect();
        let sent: Vec<_> = batch.spans.into_iter().map(|incoming| incoming.row).collect();
        assert_eq!(found, sent);
        assert_eq!(catalog.live().len(), 2, "one segment per kind");
        assert_eq!(files_below(dir.path()).len(), if with_files { 2 } else { 0 });
    }
}

#[tokio::test]
async fn a_resend_is_stored_once_within_a_request_a_group_and_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config(dir.path()), &catalog).await;
    let mut twice = batch_of(project(1), [1, 2, 1], 50);
    twice.spans.push(Incoming::new(span(3, 50), None));
    let receipt = lake.commit(twice).await.unwrap();
    assert_eq!((receipt.stored, receipt.duplicates), (3, 1));
    let again = lake.commit(batch_of(project(1), [2, 4], 50)).await.unwrap();
    assert_eq!((again.stored, again.duplicates), (1, 1));
    let elsewhere = lake.commit(batch_of(project(2), [2], 50)).await.unwrap();
    assert_eq!(elsewhere.stored, 1, "another project's digest is another row");
    while lake.compact(true).await.unwrap().more {}
    drop(lake);
    let lake = open(config(dir.path()), &catalog).await;
    let receipt = lake.commit(batch_of(project(1), [1, 2, 4], 50)).await.unwrap();
    assert_eq!((receipt.stored, receipt.duplicates), (0, 3));
    assert_eq!(receipt.commit_seq, catalog.live().iter().map(|segment| segment.commit_seq).max().unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_requests_share_transactions_and_none_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config(dir.path()), &catalog).await;
    let commits = (0..200).map(|number| {
        let lake = lake.clone();
        tokio::spawn(async move { lake.commit(batch_of(project((number % 3 + 1) as u8), [number], 200)).await })
    });
    for done in join_all(commits).await {
        assert_eq!(done.unwrap().unwrap().stored, 1);
    }
    assert_eq!(names(&lake).await.len(), 200);
    assert!(catalog.publications() < 200, "{} publications", catalog.publications());
}

#[tokio::test]
async fn when_the_outcome_is_unknown_a_resend_neither_loses_nor_doubles() {
    for (failure, duplicates) in [(Failure::Lost, 0), (Failure::Unacknowledged, 1)] {
        let dir = tempfile::tempdir().unwrap();
        let catalog = MemoryCatalog::new();
        let lake = open(config_with_files(dir.path()), &catalog).await;
        catalog.fail_next(failure);
        let refused = lake.commit(batch_of(project(1), [1], 50)).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        let receipt = lake.commit(batch_of(project(1), [1], 50)).await.unwrap();
        assert_eq!(receipt.duplicates, duplicates, "{failure:?}");
        assert_eq!(names(&lake).await, ["span 1"]);
        assert_eq!(files_below(dir.path()).len(), 1, "no file is left of what was not published");
    }
}

#[tokio::test]
async fn service_resumes_by_itself_when_the_catalog_is_back() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config(dir.path()), &catalog).await;
    lake.commit(batch_of(project(1), [1], 50)).await.unwrap();
    catalog.set_away(true);
    assert!(matches!(lake.commit(batch_of(project(1), [2], 50)).await, Err(StoreError::Unavailable(_))));
    catalog.set_away(false);
    assert_eq!(lake.commit(batch_of(project(1), [1, 2], 50)).await.unwrap().stored, 1);
}

#[tokio::test]
async fn a_disk_that_cannot_be_written_refuses_and_nothing_becomes_visible() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config_with_files(dir.path()), &catalog).await;
    let blocked = dir.path().join("segments/l0");
    std::fs::write(&blocked, b"in the way").unwrap();
    assert!(matches!(lake.commit(batch_of(project(1), [1], 50)).await, Err(StoreError::Unavailable(_))));
    assert!(catalog.live().is_empty());
    std::fs::remove_file(&blocked).unwrap();
    assert_eq!(lake.commit(batch_of(project(1), [1], 50)).await.unwrap().stored, 1);
}

#[tokio::test]
async fn too_much_debt_refuses_with_a_time_to_retry_until_compaction_has_caught_up() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let mut config = config(dir.path());
    config.commit.max_level0_segments = 2;
    let lake = open(config, &catalog).await;
    for number in 0..2 {
        lake.commit(batch_of(project(1), [number], 50)).await.unwrap();
    }
    let refused = lake.commit(batch_of(project(1), [2], 50)).await;
    assert!(matches!(refused, Err(StoreError::Overloaded { retry_after_seconds: 1.., .. })), "{refused:?}");
    while lake.compact(true).await.unwrap().more {}
    while lake.commit(batch_of(project(1), [2], 50)).await.is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!(names(&lake).await.len(), 3);
}

#[tokio::test]
async fn bytes_in_flight_are_bounded_but_one_large_request_passes() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let mut config = config(dir.path());
    config.commit.max_bytes_in_flight = 1_000;
    let lake = open(config, &catalog).await;
    let large = |number| batch_of(project(1), [number], 100_000);
    let (first, second) = tokio::join!(lake.commit(large(1)), lake.commit(large(2)));
    assert_eq!(first.unwrap().stored, 1);
    assert!(matches!(second, Err(StoreError::Overloaded { .. })), "{second:?}");
    assert_eq!(lake.commit(large(2)).await.unwrap().stored, 1, "room is given back");
}

#[tokio::test]
async fn a_fenced_writer_stops() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config_with_files(dir.path()), &catalog).await;
    catalog.fence(lake.writer());
    for _ in 0..2 {
        assert!(matches!(lake.commit(batch_of(project(1), [1], 50)).await, Err(StoreError::Fenced)));
    }
    assert!(files_below(dir.path()).is_empty());
}

#[tokio::test]
async fn shutdown_answers_what_waits_and_refuses_what_comes() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config(dir.path()), &catalog).await;
    let (committed, ()) = tokio::join!(lake.commit(batch_of(project(1), [1], 50)), lake.shutdown());
    assert_eq!(committed.unwrap().stored, 1);
    assert!(matches!(lake.commit(batch_of(project(1), [2], 50)).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(lake.heartbeat().await, Err(StoreError::Fenced)), "the writer is forgotten");
}

#[tokio::test]
async fn small_groups_go_inline_large_ones_into_files_and_an_empty_request_publishes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let mut config = config(dir.path());
    config.commit.max_inline_bytes = 20_000;
    let lake = open(config, &catalog).await;
    lake.commit(batch_of(project(1), [1], 100)).await.unwrap();
    lake.commit(batch_of(project(1), 2..40, 8_000)).await.unwrap();
    let live = catalog.live();
    assert_eq!(live.iter().filter(|segment| segment.location == Location::Inline).count(), 1);
    assert_eq!(live.iter().filter(|segment| matches!(segment.location, Location::File(_))).count(), 1);
    lake.commit(RowBatch::new(project(1))).await.unwrap();
    assert_eq!(catalog.publications(), 2);
}

#[tokio::test]
async fn without_room_on_the_disk_rows_are_refused_and_reads_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config(dir.path()), &catalog).await;
    lake.commit(batch_of(project(1), 0..3, 50)).await.unwrap();
    drop(lake);
    let mut full = config(dir.path());
    full.disk.min_free_bytes = u64::MAX;
    let lake = open(full, &catalog).await;
    let refused = lake.commit(batch_of(project(1), 3..6, 50)).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Overloaded { reason, .. } if reason.contains("must stay free")), "{refused}");
    assert_eq!(stored_spans(&lake).await.len(), 3);
    assert_eq!(lake.check().await.status, ComponentStatus::Degraded);
    while lake.compact(true).await.unwrap().more {}
    assert_eq!(stored_spans(&lake).await.len(), 3, "compaction goes on");
    drop(lake);
    let mut capped = config(dir.path());
    capped.disk.max_stored_bytes = Some(1);
    let lake = open(capped, &catalog).await;
    lake.snapshot().await.unwrap();
    let refused = lake.commit(batch_of(project(1), 3..6, 50)).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Overloaded { reason, .. } if reason.contains("may take")), "{refused}");
    let lake = open(config(dir.path()), &catalog).await;
    lake.commit(batch_of(project(1), 3..6, 50)).await.unwrap();
    assert_eq!(lake.check().await.status, ComponentStatus::Up);
}
