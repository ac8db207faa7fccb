//! Projects, keys, the admin and their sessions.

use crate::{KeyId, ProjectId, StoreResult, Timestamp, retention::RetentionPolicy};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Project {
    pub id: ProjectId,
    pub name: String,
    pub created_at: Timestamp,
}

/// What a key allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyScope {
    Ingest,
    Read,
    Admin,
}

impl KeyScope {
    pub const ALL: [KeyScope; 3] = [Self::Ingest, Self::Read, Self::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
            Self::Admin => "admin",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

/// BLAKE3 of a key's secret. Secrets have 256 random bits, so a fast hash is enough.
pub type KeySecretHash = [u8; 32];
/// BLAKE3 of a session or set-up token.
pub type TokenHash = [u8; 32];

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ApiKey {
    pub id: KeyId,
    pub project_id: ProjectId,
    pub name: String,
    pub scopes: Vec<KeyScope>,
    /// The first characters of the secret, to recognise it by.
    pub prefix: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub struct NewKey {
    pub project: ProjectId,
    pub name: String,
    pub scopes: Vec<KeyScope>,
    pub prefix: String,
    pub secret_hash: KeySecretHash,
}

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

#[async_trait]
pub trait Accounts: Send + Sync {
    /// The project that unauthenticated local traffic goes to; made on first use, named `default`. MUST be the same one each time.
    async fn default_project(&self) -> StoreResult<Project>;

    /// Names are unique without regard to case: `Conflict` otherwise.
    async fn create_project(&self, name: &str) -> StoreResult<Project>;

    /// By name; deleted ones are not listed.
    async fn list_projects(&self) -> StoreResult<Vec<Project>>;

    async fn project(&self, id: ProjectId) -> StoreResult<Option<Project>>;

    /// Hides the project and revokes its keys at once. `NotFound` when there is none. The default project may be deleted too:
    /// the next use makes a new one.
    async fn delete_project(&self, id: ProjectId) -> StoreResult<()>;

    /// How long the project keeps its rows; everything for ever until it is set. `NotFound` when there is no such project. MUST be cheap
    /// enough to be asked for by every ingest request; what another process has set MUST show within a second.
    async fn retention(&self, project: ProjectId) -> StoreResult<RetentionPolicy>;

    /// Replaces the policy. `NotFound` when there is no such project.
    async fn set_retention(&self, project: ProjectId, policy: RetentionPolicy) -> StoreResult<()>;

    async fn create_key(&self, key: NewKey) -> StoreResult<ApiKey>;

    async fn list_keys(&self, project: ProjectId) -> StoreResult<Vec<ApiKey>>;

    /// `NotFound` when the project has no such key.
    async fn delete_key(&self, project: ProjectId, key: KeyId) -> StoreResult<()>;

    /// The key with this secret, unless it or its project was deleted. MUST note the use (at most once a minute).
    async fn key_by_secret(&self, hash: &KeySecretHash) -> StoreResult<Option<ApiKey>>;

    /// The admin's password hash (PHC string), if an admin exists.
    async fn admin_password_hash(&self) -> StoreResult<Option<String>>;

    /// Sets the admin's password and ends every session.
    async fn set_admin_password_hash(&self, phc: &str) -> StoreResult<()>;

    async fn create_session(&self, token: &TokenHash, expires_at: Timestamp) -> StoreResult<()>;

    /// The session, unless expired.
    async fn session(&self, token: &TokenHash) -> StoreResult<Option<Session>>;

    async fn delete_session(&self, token: &TokenHash) -> StoreResult<()>;
}
