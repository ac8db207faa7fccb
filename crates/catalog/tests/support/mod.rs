//! What the tests of both databases share.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "helpers of tests, of which each binary uses its part")]

use bytes::Bytes;
use catalog::Catalog;
use model::{
    SegmentId,
    erase::{Erasure, TombstoneHead},
    ports::{Accounts, ApiKey, JobLeases, KeyScope, NewKey, Project, SegmentCatalog},
    retention::RetentionPolicy,
    segment::{PublishOutcome, Segment},
};
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::{path::Path, time::Duration};
use testkit::conformance::{
    erasures::new_erasure,
    segments::{new_segment, publication, publish_one},
};

/// A bit of everything that must outlive a process.
#[derive(Debug, PartialEq)]
pub struct Durable {
    pub segment: SegmentId,
    projects: Vec<Project>,
    deleted: usize,
    retention: RetentionPolicy,
    erasures: Vec<Erasure>,
    hidden: Vec<TombstoneHead>,
    keys: Vec<ApiKey>,
    password: Option<String>,
    live: Vec<Segment>,
    bytes: Option<Bytes>,
    seq: u64,
}

impl Durable {
    pub async fn fill(catalog: &Catalog) -> Self {
        let project = catalog.default_project().await.unwrap();
        let gone = catalog.create_project("gone").await.unwrap();
        catalog.delete_project(gone.id).await.unwrap();
        let scopes = KeyScope::ALL.to_vec();
        let key = NewKey { project: project.id, name: "k".into(), scopes, prefix: "tt_".into(), secret_hash: [9; 32] };
        catalog.create_key(key).await.unwrap();
        catalog.set_admin_password_hash("$argon2id$x").await.unwrap();
        let writer = catalog.register_writer("test").await.unwrap();
        let old = publish_one(catalog, writer, &[]).await;
        let segment = publish_one(catalog, writer, &[old]).await;
        catalog.set_retention(project.id, RetentionPolicy { span_days: Some(30), ..RetentionPolicy::default() }).await.unwrap();
        catalog.add_erasure(new_erasure(project.id)).await.unwrap();
        Self::read(catalog, segment).await
    }

    pub async fn read(catalog: &Catalog, segment: SegmentId) -> Self {
        let projects = catalog.list_projects().await.unwrap();
        Self {
            segment,
            deleted: catalog.changes_since(0).await.unwrap().deleted_projects.len(),
            retention: catalog.retention(projects[0].id).await.unwrap(),
            erasures: catalog.erasures(projects[0].id, 10).await.unwrap(),
            hidden: catalog.changes_since(0).await.unwrap().tombstones,
            keys: catalog.list_keys(projects[0].id).await.unwrap(),
            projects,
            password: catalog.admin_password_hash().await.unwrap(),
            live: catalog.changes_since(0).await.unwrap().added,
            bytes: catalog.inline_bytes(segment).await.unwrap(),
            seq: catalog.current_seq().await.unwrap(),
        }
    }
}

/// Two processes on one database: each sees the other's work at once, and they never both win.
pub async fn two_handles_work_together(one: &Catalog, two: &Catalog) {
    let (first, second) = (one.register_writer("one").await.unwrap(), two.register_writer("two").await.unwrap());
    for round in 0..20 {
        let input = publish_one(one, first, &[]).await;
        assert_eq!(two.current_seq().await.unwrap(), one.current_seq().await.unwrap());
        let (a, b) = tokio::join!(
            one.publish(publication(first, vec![new_segment(first, None)], &[input])),
            two.publish(publication(second, vec![new_segment(second, None)], &[input])),
        );
        let conflicts = [a.unwrap(), b.unwrap()].into_iter().filter(|outcome| *outcome == PublishOutcome::Conflict).count();
        assert_eq!(conflicts, 1, "round {round}");
    }
    assert_eq!(two.changes_since(0).await.unwrap().added.len(), 20);
    let lifetime = Duration::from_secs(60);
    let (a, b) = tokio::join!(one.claim("job", first, lifetime), two.claim("job", second, lifetime));
    assert_eq!([a.unwrap(), b.unwrap()].into_iter().flatten().count(), 1);
    assert_eq!(one.default_project().await.unwrap(), two.default_project().await.unwrap());
}

pub async fn sqlite(path: &Path, statement: &str) {
    let mut connection = sqlx::SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
    connection.close().await.unwrap();
}
