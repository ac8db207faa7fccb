//! The contract of `TelemetryStore`, on level 0, after compaction, and with part of the rows in each.

use crate::support::{compact_all, lake, lake_with_project};
use model::ports::Maintenance;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use testkit::conformance::telemetry_store::{Subject, run, run_erasing};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_level_0() {
    run(async || {
        let (lake, directory) = lake().await;
        Subject::new(lake).keeping(directory)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn compacted() {
    run(async || {
        let (lake, directory) = lake().await;
        let compacted = lake.clone();
        Subject::new(lake).keeping(directory).settled_by(move || {
            let lake = compacted.clone();
            Box::pin(async move { compact_all(&lake).await })
        })
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_every_other_commit_compacted() {
    run(async || {
        let (lake, directory) = lake().await;
        let (compacted, commits) = (lake.clone(), Arc::new(AtomicUsize::new(0)));
        Subject::new(lake).keeping(directory).settled_by(move || {
            let (lake, is_turn) = (compacted.clone(), commits.fetch_add(1, Ordering::Relaxed) % 2 == 0);
            Box::pin(async move {
                if is_turn {
                    while lake.compact(true).await.unwrap().more {}
                }
            })
        })
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasing_at_level_0() {
    run_erasing(async || {
        let (lake, project, directory) = lake_with_project().await;
        Subject::new(lake).in_project(project).keeping(directory)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasing_compacted_and_rewritten() {
    run_erasing(async || {
        let (lake, project, directory) = lake_with_project().await;
        let settled = lake.clone();
        Subject::new(lake).in_project(project).keeping(directory).settled_by(move || {
            let lake = settled.clone();
            Box::pin(async move {
                compact_all(&lake).await;
                while Maintenance::erase(&lake).await.unwrap().more {}
            })
        })
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasing_with_every_other_step_settled() {
    run_erasing(async || {
        let (lake, project, directory) = lake_with_project().await;
        let (settled, steps) = (lake.clone(), Arc::new(AtomicUsize::new(0)));
        Subject::new(lake).in_project(project).keeping(directory).settled_by(move || {
            let (lake, step) = (settled.clone(), steps.fetch_add(1, Ordering::Relaxed));
            Box::pin(async move {
                match step % 3 {
                    0 => compact_all(&lake).await,
                    1 => while Maintenance::erase(&lake).await.unwrap().more {},
                    _ => {}
                }
            })
        })
    })
    .await;
}
