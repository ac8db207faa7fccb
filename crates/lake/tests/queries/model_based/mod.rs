//! Random sequences of ingest, duplicates, amendments, compaction, erasing, retention and restarts, against the simple store in memory:
//! after each sequence both give the same lists, sums, searches and traces, and SQL counts the same.

mod answers;
mod steps;

use answers::{ask, compare};
use catalog::{Catalog, CatalogUrl};
use lake::{Lake, LakeConfig};
use model::{
    ProjectId, StoreError,
    erase::EraseTarget,
    ports::{Accounts, Maintenance, TelemetryStore},
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestRunner},
};
use std::{path::Path, sync::Arc, time::Duration};
use steps::{Row, Step, batch_of, step};
use testkit::MemoryStore;

/// Sequences of each test in a plain run, the same ones every time; with `PROPTEST_CASES=n`, so many new ones.
const CASES: u32 = 3;

fn follow_random_sequences(seed: u64) {
    let asked_for = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let rng_seed = if asked_for.is_some() { RngSeed::Random } else { RngSeed::Fixed(seed) };
    let config =
        Config { cases: asked_for.unwrap_or(CASES), rng_seed, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let sequences = proptest::collection::vec(step(), 1..30);
    let outcome = TestRunner::new(config).run(&sequences, |steps| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(follow(steps))
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

// Two tests, so that they run beside each other.

#[test]
fn the_lake_answers_as_the_model_does() {
    follow_random_sequences(1);
}

#[test]
fn the_lake_answers_as_the_model_does_to_other_sequences() {
    follow_random_sequences(2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_erased_does_not_come_back_in_a_later_report() {
    let ingest = |is_running| Step::Ingest { project: 1, rows: vec![Row::report(is_running)] };
    let steps = vec![ingest(false), Step::CompactAll, Step::Erase { project: 1, target: EraseTarget::Project }, ingest(true)];
    follow(steps).await.unwrap();
}

/// Small bounds, so that a few rows make many segments, levels and partitions.
fn config(directory: &Path) -> LakeConfig {
    let mut config = LakeConfig::new(directory.join("data"), 256 << 20);
    config.commit.max_inline_bytes = 2_000;
    config.compaction.merge_segments = 3;
    config.compaction.own_file_rows = 6;
    config.compaction.day_split_rows = 40;
    config.compaction.max_file_rows = 9;
    config.compaction.max_decoded_bytes = 20_000;
    config.retention.retired_min_age = Duration::ZERO;
    config
}

struct Pair {
    lake: Lake,
    catalog: Catalog,
    model: MemoryStore,
    projects: [ProjectId; 2],
}

async fn catalog_in(directory: &Path) -> Catalog {
    let path = directory.join("catalog.db");
    Catalog::open(CatalogUrl::parse(&format!("sqlite:{}", path.display())).unwrap()).await.unwrap()
}

async fn follow(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let directory = tempfile::tempdir().unwrap();
    let catalog = catalog_in(directory.path()).await;
    let projects = [catalog.create_project("one").await.unwrap().id, catalog.create_project("two").await.unwrap().id];
    let lake = Lake::open(config(directory.path()), Arc::new(catalog.clone())).await.unwrap();
    let mut pair = Pair { lake, catalog, model: MemoryStore::new(), projects };
    for step in &steps {
        take(&mut pair, step, directory.path()).await?;
    }
    for project in pair.projects {
        compare(&pair.lake, &pair.model, project).await?;
    }
    while pair.lake.compact(true).await.unwrap().more {}
    while Maintenance::erase(&pair.lake).await.unwrap().more {}
    for project in pair.projects {
        compare(&pair.lake, &pair.model, project).await?;
    }
    pair.lake.shutdown().await;
    pair.catalog.close().await;
    Ok(())
}

async fn take(pair: &mut Pair, step: &Step, directory: &Path) -> Result<(), TestCaseError> {
    match step {
        Step::Ingest { project, rows } => {
            let batch = batch_of(pair.projects[*project], rows);
            let stored = pair.lake.commit(batch.clone()).await.unwrap();
            let expected = pair.model.commit(batch).await.unwrap();
            prop_assert_eq!((stored.stored, stored.duplicates), (expected.stored, expected.duplicates));
        }
        Step::Compact { force } => _ = pair.lake.compact(*force).await.unwrap(),
        Step::CompactAll => while pair.lake.compact(true).await.unwrap().more {},
        Step::Erase { project, target } => {
            let project = pair.projects[*project];
            match (TelemetryStore::erase(&pair.lake, project, target.clone()).await, pair.model.erase(project, target.clone()).await) {
                (Ok(receipt), Ok(expected)) => prop_assert_eq!(receipt.hidden_spans, expected.hidden_spans),
                (Err(StoreError::Invalid { .. }), Err(StoreError::Invalid { .. })) => {}
                (one, other) => prop_assert!(false, "{one:?} against {other:?}"),
            }
        }
        Step::RewriteErased => _ = Maintenance::erase(&pair.lake).await.unwrap(),
        Step::CollectGarbage => _ = pair.lake.collect_garbage().await.unwrap(),
        Step::Compare { project, question } => ask(&pair.lake, &pair.model, pair.projects[*project], *question).await?,
        Step::Restart => {
            pair.lake.shutdown().await;
            pair.catalog.close().await;
            pair.catalog = catalog_in(directory).await;
            pair.lake = Lake::open(config(directory), Arc::new(pair.catalog.clone())).await.unwrap();
        }
    }
    Ok(())
}
