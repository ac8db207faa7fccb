//! What the tests of both databases share.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "helpers of tests, of which each binary uses its part")]

use bytes::Bytes;
use catalog::Catalog;
use model::{
    ProjectId, SegmentId,
    erase::{Erasure, TombstoneHead},
    library::{
        Dataset, DatasetRef, Experiment, Media, NewDataset, NewDatasetItem, NewExperiment, NewMedia, NewPromptVersion, NewResult,
        PromptBody, PromptSelector, PromptVersion,
    },
    ports::{Accounts, ApiKey, Datasets, Experiments, JobLeases, KeyScope, MediaStore, NewKey, Project, Prompts, SegmentCatalog},
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
    library: Shelf,
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
        Shelf::fill(catalog, project.id).await;
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
            library: Shelf::read(catalog, projects[0].id).await,
            keys: catalog.list_keys(projects[0].id).await.unwrap(),
            projects,
            password: catalog.admin_password_hash().await.unwrap(),
            live: catalog.changes_since(0).await.unwrap().added,
            bytes: catalog.inline_bytes(segment).await.unwrap(),
            seq: catalog.current_seq().await.unwrap(),
        }
    }
}

/// One of everything that clients store beyond telemetry.
#[derive(Debug, PartialEq)]
pub struct Shelf {
    prompt: Option<PromptVersion>,
    dataset: Option<Dataset>,
    experiment: Option<Experiment>,
    media: Option<(Media, Bytes)>,
}

impl Shelf {
    pub async fn fill(catalog: &Catalog, project: ProjectId) {
        let prompt = NewPromptVersion {
            name: "p".into(),
            body: PromptBody::Text("Hi {{name}}".into()),
            config: serde_json::json!({ "model": "m" }),
            labels: vec!["production".into()],
            tags: None,
            commit_message: None,
            author: None,
        };
        catalog.create_prompt_version(project, prompt).await.unwrap();
        let dataset = NewDataset { id: Some("d".into()), name: "d".into(), ..NewDataset::default() };
        catalog.create_dataset(project, dataset).await.unwrap();
        catalog.put_dataset_items(project, "d", vec![NewDatasetItem::default()]).await.unwrap();
        let experiment = NewExperiment { id: Some("e".into()), name: "e".into(), protocol: "test".into(), ..NewExperiment::default() };
        catalog.put_experiment(project, experiment).await.unwrap();
        catalog.put_results(project, "e", vec![NewResult { success: Some(true), ..NewResult::default() }]).await.unwrap();
        let media = NewMedia { id: "m".into(), mime_type: "image/png".into(), content: Bytes::from_static(b"content") };
        catalog.put_media(project, media).await.unwrap();
    }

    pub async fn read(catalog: &Catalog, project: ProjectId) -> Self {
        Self {
            prompt: catalog.prompt(project, "p", &PromptSelector::Label("production".into())).await.unwrap(),
            dataset: catalog.dataset(project, &DatasetRef::Name("d".into())).await.unwrap(),
            experiment: catalog.experiment(project, "e").await.unwrap(),
            media: catalog.media_content(project, "m").await.unwrap(),
        }
    }

    pub fn is_whole(&self) -> bool {
        let passed = self.experiment.as_ref().map(|experiment| experiment.summary.passed);
        let items = self.dataset.as_ref().map(|dataset| dataset.item_count);
        self.prompt.is_some() && items == Some(1) && passed == Some(1) && self.media.is_some()
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

pub async fn count(path: &Path, table: &str) -> i64 {
    let mut connection = sqlx::SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    let found = sqlx::query_scalar(AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"))).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    found
}
