//! Projects, keys, the admin and their sessions.

mod admin;
mod keys;
pub(crate) mod projects;
pub(crate) mod retention;

use crate::Catalog;
use async_trait::async_trait;
use model::{
    KeyId, ProjectId, StoreError, StoreResult, Timestamp,
    ports::{Accounts, ApiKey, KeySecretHash, NewKey, Project, Session, TokenHash},
    retention::RetentionPolicy,
};

/// Longest name of a project or key, in characters: it is shown in lists.
const MAX_NAME_CHARS: usize = 200;

/// The name as it is kept: without blanks around it.
fn valid_name(name: &str) -> StoreResult<&str> {
    let name = name.trim();
    if name.is_empty() {
        return Err(StoreError::invalid("name", "must not be empty"));
    }
    if name.chars().count() > MAX_NAME_CHARS {
        return Err(StoreError::invalid("name", format!("must have at most {MAX_NAME_CHARS} characters")));
    }
    // PostgreSQL cannot store NUL, and the others break lists and logs.
    if name.chars().any(char::is_control) {
        return Err(StoreError::invalid("name", "must not contain control characters"));
    }
    Ok(name)
}

#[async_trait]
impl Accounts for Catalog {
    async fn default_project(&self) -> StoreResult<Project> {
        projects::default(self.db()).await
    }

    async fn create_project(&self, name: &str) -> StoreResult<Project> {
        projects::create(self.db(), valid_name(name)?).await
    }

    async fn list_projects(&self) -> StoreResult<Vec<Project>> {
        projects::list(self.db()).await
    }

    async fn project(&self, id: ProjectId) -> StoreResult<Option<Project>> {
        projects::by_id(self.db(), id).await
    }

    async fn delete_project(&self, id: ProjectId) -> StoreResult<()> {
        let outcome = projects::delete(self.db(), id).await;
        self.keys().clear();
        self.policies().clear();
        self.price_lists().clear();
        outcome
    }

    async fn retention(&self, project: ProjectId) -> StoreResult<RetentionPolicy> {
        let began = match self.policies().get(&project) {
            Ok(policy) => return Ok(policy),
            Err(generation) => generation,
        };
        let policy = retention::of_project(self.db(), project).await?;
        self.policies().put(began, project, policy);
        Ok(policy)
    }

    async fn set_retention(&self, project: ProjectId, policy: RetentionPolicy) -> StoreResult<()> {
        let outcome = retention::set(self.db(), project, policy).await;
        self.policies().clear();
        outcome
    }

    async fn create_key(&self, key: NewKey) -> StoreResult<ApiKey> {
        keys::create(self.db(), key).await
    }

    async fn list_keys(&self, project: ProjectId) -> StoreResult<Vec<ApiKey>> {
        keys::list(self.db(), project).await
    }

    async fn delete_key(&self, project: ProjectId, key: KeyId) -> StoreResult<()> {
        let outcome = keys::delete(self.db(), project, key).await;
        self.keys().clear();
        outcome
    }

    async fn key_by_secret(&self, hash: &KeySecretHash) -> StoreResult<Option<ApiKey>> {
        let began = match self.keys().get(hash) {
            Ok(key) => return Ok(Some(key)),
            Err(generation) => generation,
        };
        let Some(mut key) = keys::by_secret(self.db(), hash).await? else { return Ok(None) };
        keys::note_use(self.db(), &mut key).await;
        self.keys().put(began, *hash, key.clone());
        Ok(Some(key))
    }

    async fn admin_password_hash(&self) -> StoreResult<Option<String>> {
        admin::password_hash(self.db()).await
    }

    async fn set_admin_password_hash(&self, phc: &str) -> StoreResult<()> {
        admin::set_password_hash(self.db(), phc).await
    }

    async fn create_session(&self, token: &TokenHash, expires_at: Timestamp) -> StoreResult<()> {
        admin::create_session(self.db(), token, expires_at).await
    }

    async fn session(&self, token: &TokenHash) -> StoreResult<Option<Session>> {
        admin::session(self.db(), token).await
    }

    async fn delete_session(&self, token: &TokenHash) -> StoreResult<()> {
        admin::delete_session(self.db(), token).await
    }
}
