//! What every `Library` owes. Each case makes projects of its own: all may run on one library.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a conformance case fails by panicking")]

mod datasets;
mod experiments;
mod media;
mod projects;
mod prompts;

use super::case::Case;
use crate::MemoryLibrary;
use async_trait::async_trait;
use model::{
    ProjectId, StoreError,
    library::PageRequest,
    ports::{Accounts, Library},
};
use std::sync::Arc;

/// A library, and who makes and deletes projects for it.
#[async_trait]
pub trait Subject: Library {
    async fn new_project(&self) -> ProjectId;
    async fn drop_project(&self, project: ProjectId);
}

#[async_trait]
impl<T: Library + Accounts> Subject for T {
    async fn new_project(&self) -> ProjectId {
        self.create_project(&ProjectId::generate().to_hex()).await.unwrap().id
    }

    async fn drop_project(&self, project: ProjectId) {
        self.delete_project(project).await.unwrap();
    }
}

#[async_trait]
impl Subject for MemoryLibrary {
    async fn new_project(&self) -> ProjectId {
        ProjectId::generate()
    }

    async fn drop_project(&self, project: ProjectId) {
        self.delete_project(project);
    }
}

type Store = Arc<dyn Subject>;

pub const SUITES: [&[Case<dyn Subject>]; 5] = [prompts::CASES, datasets::CASES, experiments::CASES, media::CASES, projects::CASES];

fn all() -> PageRequest {
    PageRequest::first(1_000)
}

fn field(error: StoreError) -> String {
    match error {
        StoreError::Invalid { field, .. } => field,
        other => panic!("expected an invalid field, got {other}"),
    }
}

/// Names the kind of answer, to compare.
fn kind<T>(outcome: Result<T, StoreError>) -> String {
    match outcome {
        Ok(_) => "ok".to_owned(),
        Err(StoreError::NotFound(what)) => format!("no {what}"),
        Err(StoreError::Conflict(_)) => "conflict".to_owned(),
        Err(StoreError::Invalid { field, .. }) => format!("invalid {field}"),
        Err(other) => panic!("unexpected: {other}"),
    }
}
