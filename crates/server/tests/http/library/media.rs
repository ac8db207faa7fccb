//! Media over HTTP: what was uploaded never runs in the dashboard's origin.

use super::delete;
use crate::support::{Answer, Server};
use axum::{
    body::Body,
    http::{Method, header},
};

async fn put(server: &Server, id: &str, content_type: &str, content: impl Into<Body>) -> Answer {
    let mut request = Server::request(Method::PUT, &format!("/api/v1/media/{id}"));
    request.headers_mut().insert(header::CONTENT_TYPE, content_type.parse().unwrap());
    *request.body_mut() = content.into();
    server.send(request).await
}

#[tokio::test]
async fn an_image_comes_back_as_one() {
    let server = Server::local();
    let content = [0x89, b'P', b'N', b'G', 0, 0xff];
    let stored = put(&server, "a-B_1", "image/png", content.to_vec()).await;
    assert_eq!((stored.status, stored.json()["size"].as_u64(), stored.json()["mime_type"].as_str()), (200, Some(6), Some("image/png")));
    assert_eq!(stored.json()["sha256"].as_str().unwrap().len(), 64);
    let read = server.get("/api/v1/media/a-B_1").await;
    assert_eq!((read.status, read.body.as_slice()), (200, &content[..]));
    assert_eq!((read.header("content-type"), read.header("content-disposition")), ("image/png", "inline"));
    assert_eq!((read.header("x-content-type-options"), read.header("cache-control")), ("nosniff", "no-store"));
    assert_eq!(delete(&server, "/api/v1/media/a-B_1").await, 204);
    assert_eq!(server.get("/api/v1/media/a-B_1").await.status, 404);
}

#[tokio::test]
async fn what_could_run_is_a_download_that_may_do_nothing() {
    let server = Server::local();
    let page = "<script>fetch('/api/v1/projects')</script>";
    for content_type in
        ["text/html", "image/svg+xml", "application/xhtml+xml", "application/pdf", "text/javascript", "image/png, text/html"]
    {
        put(&server, "evil", content_type, page).await;
        let read = server.get("/api/v1/media/evil").await;
        assert_eq!(read.header("content-type"), "application/octet-stream", "{content_type}");
        assert_eq!(read.header("content-disposition"), "attachment", "{content_type}");
        assert_eq!(read.header("content-security-policy"), "default-src 'none'; sandbox", "{content_type}");
        assert_eq!(read.header("cross-origin-resource-policy"), "same-origin", "{content_type}");
        assert_eq!(read.header("x-telltale-media-type"), content_type);
    }
}

#[tokio::test]
async fn what_is_no_medium_is_refused() {
    let server = Server::local();
    assert_eq!(put(&server, "m", "image/png", vec![0; (20 << 20) + 1]).await.status, 413);
    assert_eq!(put(&server, "m", "png", "x").await.field(), "mime_type");
    assert_eq!(server.send(Server::request(Method::PUT, "/api/v1/media/m")).await.status, 415);
    assert_eq!(put(&server, &"m".repeat(201), "image/png", "x").await.field(), "id");
    assert_eq!(server.get("/api/v1/media/m").await.status, 404);
}
