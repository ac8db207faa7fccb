//! Prompts over HTTP.

use super::{delete, send};
use crate::support::Server;
use axum::http::Method;
use serde_json::json;

#[tokio::test]
async fn a_prompt_grows_by_versions_and_labels_move() {
    let server = Server::local();
    let first = server.post("/api/v1/prompts", json!({"name": "support/answer", "prompt": "Hi {{name}}", "labels": ["production"]})).await;
    assert_eq!(first.status, 201);
    let expected = json!({
        "name": "support/answer", "version": 1, "type": "text", "prompt": "Hi {{name}}", "config": null, "labels": ["latest", "production"],
        "tags": [], "commit_message": null, "author": null, "created_at": first.json()["created_at"],
    });
    assert_eq!(first.json(), expected);
    let messages = json!([{"role": "system", "content": "Be brief"}, {"type": "placeholder", "name": "history"}]);
    let second = json!({"name": "support/answer", "prompt": messages, "config": {"model": "gpt-4o"}, "tags": ["chat"], "author": "ada"});
    let second = server.post("/api/v1/prompts", second).await.json();
    assert_eq!((&second["version"], &second["type"], &second["prompt"]), (&json!(2), &json!("chat"), &messages));

    let path = "/api/v1/prompts/support%2Fanswer";
    let version = async |query: &str| server.get(&format!("{path}{query}")).await.json()["version"].clone();
    assert_eq!(version("").await, 2);
    assert_eq!(
        (version("?version=1").await, version("?label=production").await, version("?label=latest").await),
        (json!(1), json!(1), json!(2))
    );
    assert_eq!(server.get(&format!("{path}?label=staging")).await.status, 404);
    assert_eq!(server.get(&format!("{path}?version=one")).await.field(), "version");
    assert_eq!(server.get(&format!("{path}?version=1&label=x")).await.field(), "label");

    let labels = send(&server, Method::PUT, &format!("{path}/versions/2/labels"), json!({"labels": ["production"]})).await;
    assert_eq!(labels.json()["labels"], json!(["latest", "production"]));
    assert_eq!(version("?label=production").await, 2);
    let refused = send(&server, Method::PUT, &format!("{path}/versions/1/labels"), json!({"labels": ["latest"]})).await;
    assert_eq!((refused.status, refused.field().as_str()), (400, "labels"));

    let listed = server.get("/api/v1/prompts").await.json();
    assert_eq!(listed["items"][0]["labels"], json!([{"label": "production", "version": 2}]));
    assert_eq!((&listed["items"][0]["versions"], &listed["total"], &listed["next_cursor"]), (&json!(2), &json!(1), &json!(null)));
    let page = server.get(&format!("{path}/versions?limit=1")).await.json();
    assert_eq!((&page["items"][0]["version"], &page["total"]), (&json!(2), &json!(2)));
    let next = server.get(&format!("{path}/versions?limit=1&cursor={}", page["next_cursor"].as_str().unwrap())).await.json();
    assert_eq!(next["items"][0]["version"], 1);

    assert_eq!(delete(&server, &format!("{path}/versions/2")).await, 204);
    assert_eq!(version("").await, 1);
    assert_eq!((delete(&server, path).await, delete(&server, path).await), (204, 404));
    assert_eq!(server.get(&format!("{path}/versions")).await.status, 404);
}
