//! What every catalog owes about retention policies. Each case wants an empty store of its own.
#![expect(clippy::unwrap_used, reason = "a conformance case fails by panicking")]

use super::{
    case::{Case, cases},
    erasures::WholeCatalog,
};
use model::{ProjectId, StoreError, retention::RetentionPolicy};
use std::sync::Arc;

type Store = Arc<dyn WholeCatalog>;

pub const CASES: &[Case<dyn WholeCatalog>] = cases![a_policy_comes_back_as_it_was_set, only_projects_that_are_there_have_a_policy];

fn policy() -> RetentionPolicy {
    RetentionPolicy {
        span_days: Some(90),
        log_days: Some(u32::MAX),
        metric_days: None,
        score_days: Some(1),
        payload_days: Some(7),
        max_bytes: Some(u64::MAX),
    }
}

async fn a_policy_comes_back_as_it_was_set(store: Store) {
    let (one, two) = (store.create_project("one").await.unwrap().id, store.create_project("two").await.unwrap().id);
    assert_eq!(store.retention(one).await.unwrap(), RetentionPolicy::default(), "everything is kept");
    store.set_retention(one, policy()).await.unwrap();
    assert_eq!(store.retention(one).await.unwrap(), policy());
    assert_eq!(store.retention(two).await.unwrap(), RetentionPolicy::default());
    assert_eq!(store.retention_policies().await.unwrap(), [(one, policy())]);
    store.set_retention(one, RetentionPolicy::default()).await.unwrap();
    assert_eq!(store.retention(one).await.unwrap(), RetentionPolicy::default());
    assert!(store.retention_policies().await.unwrap().is_empty(), "who keeps everything has no policy");
}

async fn only_projects_that_are_there_have_a_policy(store: Store) {
    let project = store.create_project("p").await.unwrap().id;
    store.set_retention(project, policy()).await.unwrap();
    store.delete_project(project).await.unwrap();
    assert!(store.retention_policies().await.unwrap().is_empty());
    for absent in [project, ProjectId::generate()] {
        assert!(matches!(store.retention(absent).await, Err(StoreError::NotFound(_))));
        assert!(matches!(store.set_retention(absent, policy()).await, Err(StoreError::NotFound(_))));
    }
}
