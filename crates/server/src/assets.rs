//! The dashboard: files of `web/dist`, embedded when the server was built, and the page that stands in when there were none.

use crate::http::Problem;
use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dashboard;

const NOT_BUILT: &str = include_str!("not_built.html");

/// Answers every address that is no route: files by name, and the app's single page for the addresses of its views.
pub(crate) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if ["api/", "v1/"].iter().any(|prefix| path.starts_with(prefix)) {
        return Problem::new(StatusCode::NOT_FOUND, "there is nothing at this address; /docs lists what there is").into_response();
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        return Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this address only takes GET").into_response();
    }
    // A missing file must not become the page: a browser would run HTML as a script, or cache it under the file's name.
    let is_view = !path.rsplit('/').next().unwrap_or("").contains('.');
    match Dashboard::get(path) {
        Some(file) => send(path, file, &headers),
        None if is_view => match Dashboard::get("index.html") {
            Some(page) => send("index.html", page, &headers),
            None => Html(NOT_BUILT).into_response(),
        },
        None => Problem::not_found("file").into_response(),
    }
}

fn send(path: &str, file: EmbeddedFile, request: &HeaderMap) -> Response {
    let hash = file.metadata.sha256_hash();
    let digest: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let etag = format!("\"{digest}\"");
    // Vite puts the content's hash into the names below `assets/`.
    let caching = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let is_known = request.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { file.data.into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    for (name, value) in [(header::ETAG, etag.as_str()), (header::CONTENT_TYPE, file.metadata.mimetype())] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}
