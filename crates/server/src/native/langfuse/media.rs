//! `/api/public/media`: the SDK asks where to put a medium, puts it there without its keys, and says how that went. The address is a
//! capability: it holds a random token, serves one medium once, and is soon over.

use super::body;
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead, hash_of, new_token},
    http::{ApiResult, Path, Problem, Query},
    ingest::{self, Received},
    native::links::Dashboard,
    routes::library::media::inert_answer,
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use model::{
    ProjectId, Timestamp,
    library::{MAX_MEDIA_BYTES, Media, NewMedia},
    time::NANOS_PER_SECOND,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How long an upload may be put off, with the SDKs' retries.
const UPLOAD_LIFETIME: Duration = Duration::from_secs(15 * 60);
/// How long a link to a medium may be used.
const DOWNLOAD_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// The SDKs make the id of the hash of the content, and insist on it.
const ID_CHARS: usize = 22;
const SHA256_BYTES: usize = 32;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Announced {
    content_type: String,
    content_length: usize,
    sha256_hash: String,
}

/// What a token allows.
#[derive(Serialize, Deserialize)]
enum Capability {
    Upload { project: ProjectId, id: String, content_type: String, length: usize, sha256: String },
    Download { project: ProjectId, id: String },
}

#[derive(Deserialize)]
pub(super) struct Token {
    token: String,
}

pub(super) async fn announce(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    dashboard: Dashboard,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let (told, _permits) = body::read::<Announced>(&state, &headers, body).await?;
    if told.content_length > MAX_MEDIA_BYTES {
        return Err(Problem::invalid("contentLength", format!("expected at most {MAX_MEDIA_BYTES} bytes")));
    }
    let hash = BASE64_STANDARD.decode(&told.sha256_hash).ok().filter(|hash| hash.len() == SHA256_BYTES);
    let sha256 = hex(&hash.ok_or_else(|| Problem::invalid("sha256Hash", "expected the SHA-256 of the content in base64"))?);
    let id: String = told.sha256_hash.replace('+', "-").replace('/', "_").chars().take(ID_CHARS).collect();
    let is_there = state.library.media(caller.project, &id).await?.is_some_and(|known| known.sha256 == sha256);
    let upload_url = if is_there {
        None
    } else {
        let capability = Capability::Upload {
            project: caller.project,
            id: id.clone(),
            content_type: told.content_type,
            length: told.content_length,
            sha256,
        };
        let token = grant(&state, &capability, UPLOAD_LIFETIME).await?;
        Some(format!("{}/api/public/media/upload?token={token}", dashboard.home()))
    };
    Ok((StatusCode::CREATED, Json(json!({"mediaId": id, "uploadUrl": upload_url}))))
}

/// Takes the content. Whoever has the address may do this.
pub(super) async fn upload(
    State(state): State<AppState>,
    Query(Token { token }): Query<Token>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<StatusCode> {
    let Some(Capability::Upload { project, id, content_type, length, sha256 }) = granted(&state, &token).await else {
        return Err(Problem::forbidden("this address is not valid, or no longer"));
    };
    let Received { bytes, permits, .. } = ingest::receive(&state, &headers, body).await?;
    if bytes.len() != length {
        return Err(Problem::bad_request(format!("expected {length} bytes, as announced, and found {}", bytes.len())));
    }
    if hex(&Sha256::digest(&bytes)) != sha256 {
        return Err(Problem::bad_request("the content does not have the hash that was announced"));
    }
    state.library.put_media(project, NewMedia { id, mime_type: content_type, content: bytes }).await?;
    revoke(&state, &token).await;
    drop(permits);
    Ok(StatusCode::OK)
}

/// The SDK says how its upload went. What is there is known better here.
pub(super) async fn report(State(state): State<AppState>, caller: Authorized<Ingest>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let is_there = state.library.media(caller.project, &id).await?.is_some();
    Ok(Json(json!({"mediaId": id, "uploaded": is_there})))
}

/// Where a medium can be had.
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    dashboard: Dashboard,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    let media: Media = state.library.media(caller.project, &id).await?.ok_or_else(|| Problem::not_found("media"))?;
    let capability = Capability::Download { project: caller.project, id: id.clone() };
    let token = grant(&state, &capability, DOWNLOAD_LIFETIME).await?;
    let expiry = Timestamp::now().saturating_add_nanos(DOWNLOAD_LIFETIME.as_secs() as i64 * NANOS_PER_SECOND);
    Ok(Json(json!({
        "mediaId": id, "contentType": media.mime_type, "contentLength": media.size, "uploadedAt": media.created_at,
        "url": format!("{}/api/public/media/download?token={token}", dashboard.home()), "urlExpiry": expiry,
    })))
}

/// Gives the content. Whoever has the address may do this.
pub(super) async fn download(State(state): State<AppState>, Query(Token { token }): Query<Token>) -> ApiResult<Response> {
    let Some(Capability::Download { project, id }) = granted(&state, &token).await else {
        return Err(Problem::forbidden("this address is not valid, or no longer"));
    };
    let (media, content) = state.library.media_content(project, &id).await?.ok_or_else(|| Problem::not_found("media"))?;
    Ok(inert_answer(&media, content))
}

/// A token for a capability. Tokens travel in query strings, which are never logged, and are kept by their hash.
async fn grant(state: &AppState, capability: &Capability, lifetime: Duration) -> ApiResult<String> {
    let token = new_token()?;
    let value = serde_json::to_vec(capability).map_err(Problem::internal)?;
    state.cache.put(&key(&token), value.into(), lifetime).await;
    Ok(token)
}

async fn granted(state: &AppState, token: &str) -> Option<Capability> {
    serde_json::from_slice(&state.cache.get(&key(token)).await?).ok()
}

async fn revoke(state: &AppState, token: &str) {
    state.cache.put(&key(token), "null".into(), Duration::from_secs(1)).await;
}

fn key(token: &str) -> String {
    format!("langfuse-media:{}", hex(&hash_of(token)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
