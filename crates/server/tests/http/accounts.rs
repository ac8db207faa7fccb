//! Projects, keys and the admin in memory: enough of the contract to try the server on.

use async_trait::async_trait;
use model::{
    KeyId, ProjectId, StoreError, StoreResult, Timestamp,
    ports::{Accounts, ApiKey, KeySecretHash, NewKey, Project, Session, TokenHash},
    retention::RetentionPolicy,
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

#[derive(Default)]
pub(crate) struct MemoryAccounts {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    projects: Vec<Project>,
    default: Option<ProjectId>,
    retention: HashMap<ProjectId, RetentionPolicy>,
    keys: Vec<(KeySecretHash, ApiKey)>,
    admin: Option<String>,
    sessions: HashMap<TokenHash, Session>,
}

impl MemoryAccounts {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl State {
    fn add(&mut self, name: &str) -> StoreResult<Project> {
        if self.projects.iter().any(|project| project.name.eq_ignore_ascii_case(name)) {
            return Err(StoreError::Conflict(format!("a project named {name:?} exists")));
        }
        let project = Project { id: ProjectId::generate(), name: name.to_owned(), created_at: Timestamp::now() };
        self.projects.push(project.clone());
        Ok(project)
    }
}

#[async_trait]
impl Accounts for MemoryAccounts {
    async fn default_project(&self) -> StoreResult<Project> {
        let mut state = self.lock();
        if let Some(project) = state.projects.iter().find(|project| Some(project.id) == state.default) {
            return Ok(project.clone());
        }
        let project = state.add("default")?;
        state.default = Some(project.id);
        Ok(project)
    }

    async fn create_project(&self, name: &str) -> StoreResult<Project> {
        self.lock().add(name)
    }

    async fn list_projects(&self) -> StoreResult<Vec<Project>> {
        let mut projects = self.lock().projects.clone();
        projects.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(projects)
    }

    async fn project(&self, id: ProjectId) -> StoreResult<Option<Project>> {
        Ok(self.lock().projects.iter().find(|project| project.id == id).cloned())
    }

    async fn delete_project(&self, id: ProjectId) -> StoreResult<()> {
        let mut state = self.lock();
        let before = state.projects.len();
        state.projects.retain(|project| project.id != id);
        state.keys.retain(|(_, key)| key.project_id != id);
        if state.projects.len() == before { Err(StoreError::NotFound("project")) } else { Ok(()) }
    }

    async fn retention(&self, project: ProjectId) -> StoreResult<RetentionPolicy> {
        let state = self.lock();
        let known = state.projects.iter().find(|known| known.id == project).ok_or(StoreError::NotFound("project"))?;
        Ok(state.retention.get(&known.id).copied().unwrap_or_default())
    }

    async fn set_retention(&self, project: ProjectId, policy: RetentionPolicy) -> StoreResult<()> {
        self.retention(project).await?;
        self.lock().retention.insert(project, policy);
        Ok(())
    }

    async fn create_key(&self, new: NewKey) -> StoreResult<ApiKey> {
        let NewKey { project, name, scopes, prefix, secret_hash } = new;
        let key =
            ApiKey { id: KeyId::generate(), project_id: project, name, scopes, prefix, created_at: Timestamp::now(), last_used_at: None };
        self.lock().keys.push((secret_hash, key.clone()));
        Ok(key)
    }

    async fn list_keys(&self, project: ProjectId) -> StoreResult<Vec<ApiKey>> {
        Ok(self.lock().keys.iter().map(|(_, key)| key.clone()).filter(|key| key.project_id == project).collect())
    }

    async fn delete_key(&self, project: ProjectId, id: KeyId) -> StoreResult<()> {
        let mut state = self.lock();
        let before = state.keys.len();
        state.keys.retain(|(_, key)| (key.project_id, key.id) != (project, id));
        if state.keys.len() == before { Err(StoreError::NotFound("key")) } else { Ok(()) }
    }

    async fn key_by_secret(&self, hash: &KeySecretHash) -> StoreResult<Option<ApiKey>> {
        Ok(self.lock().keys.iter().find(|(known, _)| known == hash).map(|(_, key)| key.clone()))
    }

    async fn admin_password_hash(&self) -> StoreResult<Option<String>> {
        Ok(self.lock().admin.clone())
    }

    async fn set_admin_password_hash(&self, phc: &str) -> StoreResult<()> {
        let mut state = self.lock();
        state.admin = Some(phc.to_owned());
        state.sessions.clear();
        Ok(())
    }

    async fn create_session(&self, token: &TokenHash, expires_at: Timestamp) -> StoreResult<()> {
        self.lock().sessions.insert(*token, Session { created_at: Timestamp::now(), expires_at });
        Ok(())
    }

    async fn session(&self, token: &TokenHash) -> StoreResult<Option<Session>> {
        Ok(self.lock().sessions.get(token).filter(|session| session.expires_at > Timestamp::now()).cloned())
    }

    async fn delete_session(&self, token: &TokenHash) -> StoreResult<()> {
        self.lock().sessions.remove(token);
        Ok(())
    }
}
