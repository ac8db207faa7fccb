//! Media: bytes in, bytes out.

use super::inert::shown_type;
use crate::{
    AppState,
    auth::{Admin, Authorized, Ingest, Read},
    http::{ApiResult, Json, Path, Problem, ProblemDocument},
    ingest,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use model::library::{MAX_MEDIA_BYTES, Media, NewMedia};

/// Opened by itself, a medium may do nothing at all.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
/// Other sites may not even show it.
const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// What it is said to be, when it is not answered as that.
const STORED_TYPE: HeaderName = HeaderName::from_static("x-telltale-media-type");

/// The content of a medium
///
/// Images, sound and video come with their type. Everything else comes as `application/octet-stream`, to be saved; the header
/// `x-telltale-media-type` says what it was stored as.
#[utoipa::path(get, path = "/api/v1/media/{id}", tag = "media", params(("id" = String, Path)), responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn get_media(State(state): State<AppState>, caller: Authorized<Read>, Path(id): Path<String>) -> ApiResult<Response> {
    let (media, content) = state.library.media_content(caller.project, &id).await?.ok_or_else(|| Problem::not_found("media"))?;
    Ok(inert_answer(&media, content))
}

/// A medium as an answer that a browser does nothing with but show it, or save it.
pub(crate) fn inert_answer(media: &Media, content: Bytes) -> Response {
    let shown = shown_type(&media.mime_type);
    let content_type = HeaderValue::from_static(shown.unwrap_or("application/octet-stream"));
    let disposition = HeaderValue::from_static(if shown.is_some() { "inline" } else { "attachment" });
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (CORP, HeaderValue::from_static("same-origin")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    let mut response = (headers, Body::from(content)).into_response();
    if let Ok(stored) = HeaderValue::from_str(&media.mime_type) {
        response.headers_mut().insert(STORED_TYPE, stored);
    }
    response
}

/// Stores a medium under an id of the caller's
///
/// The body is the content, at most 20 MiB, with its content type. It takes the place of the medium with this id. Messages refer to it as
/// `telltale-media:<id>`.
#[utoipa::path(put, path = "/api/v1/media/{id}", tag = "media", params(("id" = String, Path)), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = Media), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn put_media(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Media>> {
    let mime_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mime_type = mime_type.ok_or_else(|| Problem::unsupported_media_type("expected the content type of the medium"))?.to_owned();
    let received = ingest::receive(&state, &headers, body).await?;
    if received.length > MAX_MEDIA_BYTES {
        return Err(Problem::too_large(format!("expected a body of at most {MAX_MEDIA_BYTES} bytes")));
    }
    let new = NewMedia { id, mime_type, content: received.bytes };
    Ok(Json(state.library.put_media(caller.project, new).await?))
}

/// Deletes a medium
#[utoipa::path(delete, path = "/api/v1/media/{id}", tag = "media", params(("id" = String, Path)), responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn delete_media(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    state.library.delete_media(caller.project, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
