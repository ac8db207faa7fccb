//! What every `Accounts` owes. Each case wants an empty store of its own.
#![expect(clippy::unwrap_used, reason = "a conformance case fails by panicking")]

use super::case::{Case, cases};
use model::{
    KeyId, ProjectId, StoreError, Timestamp,
    ports::{Accounts, KeyScope, NewKey},
};
use std::sync::Arc;

type Store = Arc<dyn Accounts>;

pub const CASES: &[Case<dyn Accounts>] = cases![
    project_names_are_unique_without_regard_to_case,
    bad_project_names_are_refused,
    the_default_project_is_one,
    a_deleted_project_is_hidden_with_its_keys,
    keys_belong_to_one_project,
    keys_are_found_by_their_secret_until_deleted,
    the_use_of_a_key_is_noted,
    a_new_password_ends_every_session,
    sessions_end,
];

fn new_key(project: ProjectId, secret: u8) -> NewKey {
    let scopes = vec![KeyScope::Ingest, KeyScope::Read];
    NewKey { project, name: "laptop".into(), scopes, prefix: "tt_abc".into(), secret_hash: [secret; 32] }
}

async fn project_names_are_unique_without_regard_to_case(store: Store) {
    let project = store.create_project("Émile's Café").await.unwrap();
    assert!(matches!(store.create_project("éMILE'S CAFÉ").await, Err(StoreError::Conflict(_))));
    store.create_project("alpha").await.unwrap();
    store.create_project("Beta").await.unwrap();
    let names: Vec<String> = store.list_projects().await.unwrap().into_iter().map(|project| project.name).collect();
    assert_eq!(names, ["alpha", "Beta", "Émile's Café"]);
    assert_eq!(store.project(project.id).await.unwrap(), Some(project.clone()));
    store.delete_project(project.id).await.unwrap();
    let again = store.create_project("émile's café").await.unwrap();
    assert_ne!(again.id, project.id, "a deleted name is free, its telemetry is not");
}

async fn bad_project_names_are_refused(store: Store) {
    for name in ["", "  ", "a\u{0}b", "two\nlines", &"x".repeat(201)] {
        assert!(matches!(store.create_project(name).await, Err(StoreError::Invalid { field, .. }) if field == "name"), "{name:?}");
    }
    store.create_project("'; DROP TABLE project; -- 100%_ \u{1F600}").await.unwrap();
    assert_eq!(store.list_projects().await.unwrap().len(), 1);
}

async fn the_default_project_is_one(store: Store) {
    let all = futures::future::join_all((0..8).map(|_| store.default_project())).await;
    let first = all.first().unwrap().as_ref().unwrap().clone();
    assert_eq!(first.name, "default");
    assert!(all.into_iter().all(|project| project.unwrap() == first));
    store.delete_project(first.id).await.unwrap();
    assert_ne!(store.default_project().await.unwrap().id, first.id);
}

async fn a_deleted_project_is_hidden_with_its_keys(store: Store) {
    let project = store.create_project("gone").await.unwrap();
    store.create_key(new_key(project.id, 1)).await.unwrap();
    assert!(store.key_by_secret(&[1; 32]).await.unwrap().is_some());
    store.delete_project(project.id).await.unwrap();
    assert_eq!(store.key_by_secret(&[1; 32]).await.unwrap(), None);
    assert_eq!(store.project(project.id).await.unwrap(), None);
    assert!(store.list_projects().await.unwrap().is_empty());
    assert!(store.list_keys(project.id).await.unwrap().is_empty());
    assert!(matches!(store.delete_project(project.id).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.create_key(new_key(project.id, 2)).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.delete_project(ProjectId::generate()).await, Err(StoreError::NotFound(_))));
}

async fn keys_belong_to_one_project(store: Store) {
    let mine = store.create_project("mine").await.unwrap();
    let other = store.create_project("other").await.unwrap();
    let key = store.create_key(new_key(mine.id, 1)).await.unwrap();
    assert_eq!(store.list_keys(mine.id).await.unwrap(), std::slice::from_ref(&key));
    assert!(store.list_keys(other.id).await.unwrap().is_empty());
    assert!(matches!(store.delete_key(other.id, key.id).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.delete_key(mine.id, KeyId::generate()).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.create_key(new_key(other.id, 1)).await, Err(StoreError::Conflict(_))), "one secret, one key");
}

async fn keys_are_found_by_their_secret_until_deleted(store: Store) {
    let project = store.create_project("p").await.unwrap();
    assert_eq!(store.key_by_secret(&[7; 32]).await.unwrap(), None);
    let key = store.create_key(new_key(project.id, 7)).await.unwrap();
    for _ in 0..2 {
        let found = store.key_by_secret(&[7; 32]).await.unwrap().unwrap();
        assert_eq!((found.id, found.project_id, found.scopes), (key.id, project.id, key.scopes.clone()));
        assert_eq!((found.name.as_str(), found.prefix.as_str()), ("laptop", "tt_abc"));
    }
    store.delete_key(project.id, key.id).await.unwrap();
    assert_eq!(store.key_by_secret(&[7; 32]).await.unwrap(), None);
}

async fn the_use_of_a_key_is_noted(store: Store) {
    let project = store.create_project("p").await.unwrap();
    let key = store.create_key(new_key(project.id, 7)).await.unwrap();
    assert_eq!(key.last_used_at, None);
    store.key_by_secret(&[7; 32]).await.unwrap();
    let first = store.list_keys(project.id).await.unwrap()[0].last_used_at.unwrap();
    assert!(first >= key.created_at);
    store.key_by_secret(&[7; 32]).await.unwrap();
    assert_eq!(store.list_keys(project.id).await.unwrap()[0].last_used_at, Some(first), "at most once a minute");
}

async fn a_new_password_ends_every_session(store: Store) {
    assert_eq!(store.admin_password_hash().await.unwrap(), None);
    store.set_admin_password_hash("$argon2id$first").await.unwrap();
    store.create_session(&[1; 32], in_an_hour()).await.unwrap();
    assert!(store.session(&[1; 32]).await.unwrap().is_some());
    store.set_admin_password_hash("$argon2id$second").await.unwrap();
    assert_eq!(store.admin_password_hash().await.unwrap().as_deref(), Some("$argon2id$second"));
    assert_eq!(store.session(&[1; 32]).await.unwrap(), None);
}

async fn sessions_end(store: Store) {
    let expires_at = in_an_hour();
    store.create_session(&[1; 32], expires_at).await.unwrap();
    store.create_session(&[2; 32], Timestamp::from_nanos(1)).await.unwrap();
    assert_eq!(store.session(&[1; 32]).await.unwrap().unwrap().expires_at, expires_at);
    assert_eq!(store.session(&[2; 32]).await.unwrap(), None, "expired");
    assert_eq!(store.session(&[3; 32]).await.unwrap(), None, "unknown");
    store.delete_session(&[1; 32]).await.unwrap();
    assert_eq!(store.session(&[1; 32]).await.unwrap(), None);
    store.delete_session(&[1; 32]).await.unwrap();
}

fn in_an_hour() -> Timestamp {
    Timestamp::now().saturating_add_nanos(model::time::NANOS_PER_HOUR)
}
