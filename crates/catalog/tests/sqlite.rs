//! The catalog on SQLite.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod support;

use catalog::{Catalog, CatalogError, CatalogUrl};
use model::ports::{Accounts, CatalogInspection, HealthCheck, JobLeases, SegmentCatalog};
use std::{path::Path, sync::Arc, time::Duration};
use support::{Durable, Shelf};
use testkit::conformance::{accounts, case::run_all, erasures, inspection, jobs, library, price_lists, retention, segments};

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
async fn price_lists_conform() {
    let folder = tempfile::tempdir().unwrap();
    run_all(price_lists::CASES, async || Arc::new(fresh(folder.path()).await) as Arc<dyn price_lists::Prices>).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_conform() {
    let folder = tempfile::tempdir().unwrap();
    run_all(jobs::CASES, async || Arc::new(fresh(folder.path()).await) as Arc<dyn JobLeases>).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inspection_conforms() {
    let folder = tempfile::tempdir().unwrap();
    run_all(inspection::CASES, async || Arc::new(fresh(folder.path()).await) as Arc<dyn CatalogInspection>).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_library_conforms() {
    let folder = tempfile::tempdir().unwrap();
    for cases in library::SUITES {
        run_all(cases, async || Arc::new(fresh(folder.path()).await) as Arc<dyn library::Subject>).await;
    }
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

#[tokio::test]
async fn looking_at_a_catalog_changes_nothing_and_needs_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let url = || CatalogUrl::parse(&format!("sqlite:{}", path.display())).unwrap();
    assert!(Catalog::open_existing(url(), true).await.is_err(), "there is none, and none is made");
    assert!(!path.exists());
    let running = open(&path).await;
    let looking = Catalog::open_existing(url(), true).await.unwrap();
    let writer = running.register_writer("test").await.unwrap();
    segments::publish_one(&running, writer, &[]).await;
    assert_eq!(looking.state().await.unwrap().segments.len(), 1, "it sees what is written meanwhile");
    assert!(looking.register_writer("looker").await.is_err(), "and writes nothing");
    looking.close().await;
    running.close().await;
    support::sqlite(&path, "DELETE FROM schema_migration WHERE version > 1").await;
    let error = Catalog::open_existing(url(), true).await.err().unwrap();
    assert!(matches!(error, CatalogError::OlderSchema { found: 1, .. }), "{error}");
}

#[tokio::test]
async fn a_copy_is_whole_and_knows_no_process() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("catalog.db"), folder.path().join("copy.db"));
    let catalog = open(&path).await;
    let before = Durable::fill(&catalog).await;
    catalog.lease_snapshot(1, Duration::from_secs(60)).await.unwrap();
    catalog.copy_to(&copy).await.unwrap();
    assert!(catalog.copy_to(&copy).await.is_err(), "nothing is overwritten");
    let copied = open(&copy).await;
    assert_eq!(Durable::read(&copied, before.segment).await, before);
    let state = copied.state().await.unwrap();
    assert_eq!((state.writers.len(), state.leases), (0, 0));
}

#[tokio::test]
async fn erasures_that_were_done_without_a_segment_are_not_done_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = open(&path).await;
    let project = catalog.default_project().await.unwrap().id;
    let writer = catalog.register_writer("test").await.unwrap();
    let mut new = segments::new_segment(writer, None);
    (new.segment.projects, new.segment.clean_seq) = (vec![project], 2);
    let segment = new.segment.id;
    catalog.publish(segments::publication(writer, vec![new], &[])).await.unwrap();
    catalog.quarantine(segment, "test").await.unwrap();
    for (id, seq) in [("older", 2), ("newer", 3)] {
        support::sqlite(&path, &format!("INSERT INTO erasure VALUES ('{id}', '{project}', '{{}}', {seq}, 0, 0, x'', {seq}, 1, 1)")).await;
    }
    assert!(catalog.reinstate(segment).await.unwrap());
    support::sqlite(&path, "CREATE TABLE unfinished AS SELECT id FROM erasure WHERE rewritten_at IS NULL AND erased_at IS NULL").await;
    support::sqlite(&path, "UPDATE project SET name = (SELECT group_concat(id) FROM unfinished)").await;
    assert_eq!(catalog.list_projects().await.unwrap()[0].name, "newer");
}

#[tokio::test]
async fn an_erased_project_leaves_nothing_in_the_library() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = open(&path).await;
    let (gone, stays) = (catalog.create_project("gone").await.unwrap().id, catalog.create_project("stays").await.unwrap().id);
    for project in [gone, stays] {
        Shelf::fill(&catalog, project).await;
    }
    assert!(!catalog.mark_project_erased(gone).await.unwrap(), "it is not deleted");
    assert!(Shelf::read(&catalog, gone).await.is_whole());
    catalog.delete_project(gone).await.unwrap();
    assert_eq!(support::count(&path, "media_content").await, 2, "only hidden");
    assert!(catalog.mark_project_erased(gone).await.unwrap());
    let tables = [
        "prompt",
        "prompt_version",
        "prompt_label",
        "dataset",
        "dataset_item",
        "experiment",
        "experiment_result",
        "media",
        "media_content",
    ];
    for table in tables {
        assert_eq!(support::count(&path, table).await, 1, "{table}");
    }
    assert!(Shelf::read(&catalog, stays).await.is_whole());
}

#[tokio::test]
async fn a_catalog_of_every_older_schema_is_brought_up_to_date() {
    const OLDER: [&str; 2] =
        [include_str!("../migrations/sqlite/0001_initial.sql"), include_str!("../migrations/sqlite/0002_derived_data.sql")];
    for version in 1..=OLDER.len() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.db");
        std::fs::write(&path, "").unwrap();
        support::sqlite(
            &path,
            "CREATE TABLE schema_migration (version BIGINT PRIMARY KEY, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)",
        )
        .await;
        for (number, text) in (1..).zip(&OLDER[..version]) {
            support::sqlite(&path, text).await;
            let checksum = blake3::hash(text.as_bytes());
            support::sqlite(&path, &format!("INSERT INTO schema_migration VALUES ({number}, '{checksum}', 0)")).await;
        }
        let id = model::ProjectId::generate();
        support::sqlite(&path, &format!("INSERT INTO project (id, name, name_key, created_at) VALUES ('{id}', 'Old', 'old', 7)")).await;
        let catalog = open(&path).await;
        assert_eq!(catalog.list_projects().await.unwrap()[0].name, "Old", "version {version}");
        Shelf::fill(&catalog, id).await;
        assert!(Shelf::read(&catalog, id).await.is_whole(), "version {version}");
        assert!(catalog.integrity().await.unwrap().is_empty());
        catalog.close().await;
    }
}
