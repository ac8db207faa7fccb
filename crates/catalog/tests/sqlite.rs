//! The catalog on SQLite.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod support;

use catalog::{Catalog, CatalogError, CatalogUrl};
use model::ports::{Accounts, HealthCheck, JobLeases, SegmentCatalog};
use std::{path::Path, sync::Arc, time::Duration};
use support::Durable;
use testkit::conformance::{accounts, case::run_all, erasures, jobs, retention, segments};

async fn open(path: &Path) -> Catalog {
    Catalog::open(CatalogUrl::parse(&format!("sqlite:{}", path.display())).unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_conform() {
    let folder = tempfile::tempdir().unwrap();
    run_all(accounts::CASES, async || Arc::new(fresh(folder.path()).await) as Arc<dyn Accounts>).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn segments_conform() {
    let folder = tempfile::tempdir().unwrap();
    run_all(segments::CASES, async || Arc::new(fresh(folder.path()).await) as Arc<dyn SegmentCatalog>).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasures_and_retention_conform() {
    let folder = tempfile::tempdir().unwrap();
    run_all(erasures::CASES, async || Arc::new(fresh(folder.path()).await) as Arc<dyn erasures::WholeCatalog>).await;
    run_all(retention::CASES, async || Arc::new(fresh(folder.path()).await) as Arc<dyn erasures::WholeCatalog>).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_conform() {
    let folder = tempfile::tempdir().unwrap();
    run_all(jobs::CASES, async || Arc::new(fresh(folder.path()).await) as Arc<dyn JobLeases>).await;
}

async fn fresh(folder: &Path) -> Catalog {
    open(&folder.join(format!("{}.db", model::SegmentId::generate()))).await
}

#[tokio::test]
async fn reopening_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = open(&path).await;
    let before = Durable::fill(&catalog).await;
    catalog.close().await;
    let again = open(&path).await;
    assert_eq!(Durable::read(&again, before.segment).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let (one, two) = tokio::join!(open(&path), open(&path));
    support::two_handles_work_together(&one, &two).await;
}

#[tokio::test]
async fn forgotten_bytes_leave_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = open(&path).await;
    let writer = catalog.register_writer("test").await.unwrap();
    let mut ids = Vec::new();
    for _ in 0..8 {
        let mut new = segments::new_segment(writer, None);
        new.inline = Some(vec![7; 1 << 20].into());
        ids.push(new.segment.id);
        catalog.publish(segments::publication(writer, vec![new], &[])).await.unwrap();
    }
    segments::publish_one(&catalog, writer, &ids).await;
    catalog.forget_segments(&ids).await.unwrap();
    catalog.close().await;
    let size = std::fs::metadata(&path).unwrap().len();
    assert!(size < 1 << 20, "{size} bytes are left");
}

#[tokio::test]
async fn a_schema_from_the_future_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    open(&path).await.close().await;
    support::sqlite(&path, "INSERT INTO schema_migration VALUES (99, 'x', 0)").await;
    let url = CatalogUrl::parse(&format!("sqlite:{}", path.display())).unwrap();
    let error = Catalog::open(url).await.err().unwrap();
    assert!(matches!(error, CatalogError::NewerSchema { found: 99, .. }), "{error}");
}

#[tokio::test]
async fn health_says_up_then_down() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = open(&folder.path().join("catalog.db")).await;
    assert_eq!(catalog.check().await.status, model::ports::ComponentStatus::Up);
    catalog.close().await;
    let health = catalog.check().await;
    assert_eq!((health.status, health.required), (model::ports::ComponentStatus::Down, true));
    assert!(health.latency_ms < Duration::from_secs(1).as_millis() as f64);
}
