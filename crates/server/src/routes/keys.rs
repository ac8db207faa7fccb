//! API keys of a project. The secret is shown once, in the answer that creates it; only its hash is stored.

use super::{
    Items,
    projects::{checked_name, managed_project},
};
use crate::{
    AppState,
    auth::{Admin, Authorized, hash_of, new_key_secret},
    http::{ApiResult, Json, Path, Problem, ProblemDocument},
};
use axum::{extract::State, http::StatusCode};
use model::{
    KeyId,
    ports::{ApiKey, KeyScope, NewKey},
};
use serde::{Deserialize, Serialize};

/// Enough to recognise a key by, too little to guess it from: `tt_` and 6 of 64 digits.
const SHOWN_PREFIX_CHARS: usize = 9;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct NewKeyRequest {
    #[schema(example = "production")]
    name: String,
    /// Default: `ingest` and `read`. `admin` includes both.
    #[serde(default = "default_scopes")]
    scopes: Vec<KeyScope>,
}

fn default_scopes() -> Vec<KeyScope> {
    vec![KeyScope::Ingest, KeyScope::Read]
}

/// A key with its secret, which is not shown again.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct CreatedKey {
    #[serde(flatten)]
    key: ApiKey,
    /// The key itself.
    secret: String,
}

/// Keys of a project, without their secrets
#[utoipa::path(get, path = "/api/v1/projects/{id}/keys", tag = "projects", params(("id" = String, Path)), responses((status = 200, body = Items<ApiKey>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_keys(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Path(project): Path<String>,
) -> ApiResult<Json<Items<ApiKey>>> {
    let project = managed_project(&caller, &project)?;
    state.accounts.project(project).await?.ok_or_else(|| Problem::not_found("project"))?;
    Ok(Json(Items { items: state.accounts.list_keys(project).await? }))
}

/// Creates a key
#[utoipa::path(post, path = "/api/v1/projects/{id}/keys", tag = "projects", params(("id" = String, Path)), request_body = NewKeyRequest, responses((status = 201, body = CreatedKey), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn create_key(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Path(project): Path<String>,
    Json(request): Json<NewKeyRequest>,
) -> ApiResult<(StatusCode, Json<CreatedKey>)> {
    let project = managed_project(&caller, &project)?;
    state.accounts.project(project).await?.ok_or_else(|| Problem::not_found("project"))?;
    let name = checked_name(&request.name)?.to_owned();
    let mut scopes = request.scopes;
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(Problem::invalid("scopes", "expected one or more of ingest, read, admin"));
    }
    let secret = new_key_secret()?;
    let prefix = secret.chars().take(SHOWN_PREFIX_CHARS).collect();
    let key = state.accounts.create_key(NewKey { project, name, scopes, prefix, secret_hash: hash_of(&secret) }).await?;
    Ok((StatusCode::CREATED, Json(CreatedKey { key, secret })))
}

/// Deletes a key: it stops working at once
#[utoipa::path(delete, path = "/api/v1/projects/{id}/keys/{key_id}", tag = "projects", params(("id" = String, Path), ("key_id" = String, Path)), responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn delete_key(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Path((project, key)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let project = managed_project(&caller, &project)?;
    let key: KeyId = key.parse().map_err(|_| Problem::not_found("key"))?;
    state.accounts.delete_key(project, key).await?;
    Ok(StatusCode::NO_CONTENT)
}
