//! The catalog on PostgreSQL. One test, because each test is a process and would start a server of its own.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod support;

use catalog::{Catalog, CatalogError, CatalogUrl};
use model::{
    StoreError,
    ports::{Accounts, CatalogInspection, ComponentStatus, HealthCheck, JobLeases, SegmentCatalog},
};
use std::sync::Arc;
use support::Durable;
use testkit::{
    conformance::{accounts, case::run_all, erasures, inspection, jobs, library, price_lists, retention, segments},
    postgres::TempPostgres,
};

async fn open(url: &str) -> Catalog {
    Catalog::open(CatalogUrl::parse(url).unwrap()).await.unwrap()
}

async fn fresh(server: &TempPostgres) -> Catalog {
    open(&server.create_database().unwrap()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_catalog_conforms_on_postgres() {
    let mut server = TempPostgres::start().unwrap();
    run_all(accounts::CASES, async || Arc::new(fresh(&server).await) as Arc<dyn Accounts>).await;
    run_all(segments::CASES, async || Arc::new(fresh(&server).await) as Arc<dyn SegmentCatalog>).await;
    run_all(erasures::CASES, async || Arc::new(fresh(&server).await) as Arc<dyn erasures::WholeCatalog>).await;
    run_all(retention::CASES, async || Arc::new(fresh(&server).await) as Arc<dyn erasures::WholeCatalog>).await;
    run_all(price_lists::CASES, async || Arc::new(fresh(&server).await) as Arc<dyn price_lists::Prices>).await;
    run_all(jobs::CASES, async || Arc::new(fresh(&server).await) as Arc<dyn JobLeases>).await;
    run_all(inspection::CASES, async || Arc::new(fresh(&server).await) as Arc<dyn CatalogInspection>).await;
    // Each case has a project of its own, and making a database takes long.
    let shared: Arc<dyn library::Subject> = Arc::new(fresh(&server).await);
    for cases in library::SUITES {
        run_all(cases, async || Arc::clone(&shared)).await;
    }
    let url = server.create_database().unwrap();
    let (one, two) = tokio::join!(open(&url), open(&url));
    support::two_handles_work_together(&one, &two).await;
    secrets_stay_out_of_errors(&server).await;
    everything_survives_a_crash_of_the_server(&mut server).await;
}

async fn secrets_stay_out_of_errors(server: &TempPostgres) {
    let url = format!("postgres://postgres:hunter2@127.0.0.1:{}/no_such_database", server.port());
    let error = Catalog::open(CatalogUrl::parse(&url).unwrap()).await.err().unwrap();
    assert!(matches!(error, CatalogError::Failed { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}

async fn everything_survives_a_crash_of_the_server(server: &mut TempPostgres) {
    let catalog = fresh(server).await;
    let before = Durable::fill(&catalog).await;
    server.kill().unwrap();
    assert_eq!(catalog.check().await.status, ComponentStatus::Down);
    let refused = catalog.create_project("lost").await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused}");
    server.restart().unwrap();
    assert_eq!(Durable::read(&catalog, before.segment).await, before, "the same handle works again");
}
