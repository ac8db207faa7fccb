//! Datasets and items over HTTP.

use super::{delete, send};
use crate::support::Server;
use axum::http::Method;
use serde_json::json;

#[tokio::test]
async fn a_dataset_is_named_by_id_or_name() {
    let server = Server::local();
    let made = server.post("/api/v1/datasets", json!({"name": "qa set/1", "description": "d", "metadata": {"k": 1}})).await;
    assert_eq!(made.status, 201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(server.post("/api/v1/datasets", json!({"name": "qa set/1"})).await.status, 409);
    for word in [id.as_str(), "qa%20set%2F1"] {
        assert_eq!(server.get(&format!("/api/v1/datasets/{word}")).await.json(), made.json(), "{word}");
    }
    let changed = send(&server, Method::PATCH, &format!("/api/v1/datasets/{id}"), json!({"name": "renamed"})).await.json();
    assert_eq!((&changed["name"], &changed["description"]), (&json!("renamed"), &json!("d")));
    assert_eq!(server.get("/api/v1/datasets/qa%20set%2F1").await.status, 404);
    assert_eq!(server.get("/api/v1/datasets").await.json()["items"][0]["name"], "renamed");
    assert_eq!((delete(&server, "/api/v1/datasets/renamed").await, delete(&server, "/api/v1/datasets/renamed").await), (204, 404));
}

#[tokio::test]
async fn items_are_put_read_listed_and_deleted() {
    let server = Server::local();
    server.post("/api/v1/datasets", json!({"name": "a"})).await;
    server.post("/api/v1/datasets", json!({"name": "b"})).await;
    let items = json!({"items": [
        {"id": "one", "input": "q1", "expected_output": "a1", "context": {"retrieved": ["x"]}, "source_trace_id": "t"},
        {"input": {"q": 2}, "status": "archived"},
    ]});
    let stored = server.post("/api/v1/datasets/a/items", items).await;
    assert_eq!(stored.status, 200);
    assert_eq!((&stored.json()["items"][0]["id"], &stored.json()["items"][1]["position"]), (&json!("one"), &json!(1)));
    let path = "/api/v1/datasets/a/items";
    let listed = server.get(path).await.json();
    assert_eq!((&listed["items"], &listed["total"]), (&stored.json()["items"], &json!(2)));
    assert_eq!(server.get(&format!("{path}?status=archived")).await.json()["items"], json!([stored.json()["items"][1]]));
    assert_eq!(server.get(&format!("{path}?source_trace_id=t")).await.json()["total"], 1);
    assert_eq!(server.get(&format!("{path}?status=gone")).await.field(), "status");
    assert_eq!(server.get("/api/v1/datasets/a").await.json()["item_count"], 2);

    let replaced = send(&server, Method::PUT, &format!("{path}/one"), json!({"input": "new"})).await.json();
    assert_eq!((&replaced["input"], &replaced["expected_output"], &replaced["position"]), (&json!("new"), &json!(null), &json!(0)));
    assert_eq!(server.get(&format!("{path}/one")).await.json(), replaced);
    assert_eq!(send(&server, Method::PUT, &format!("{path}/one"), json!({"id": "two"})).await.field(), "id");
    let long = json!({"input": "x".repeat((1 << 20) + 1)});
    assert_eq!(send(&server, Method::PUT, &format!("{path}/one"), long).await.field(), "input");
    assert_eq!(server.post("/api/v1/datasets/b/items", json!({"items": [{"id": "one"}]})).await.status, 409, "it belongs to the other");
    for other in ["/api/v1/datasets/b/items/one", "/api/v1/datasets/a/items/nobody", "/api/v1/datasets/nobody/items"] {
        assert_eq!(server.get(other).await.status, 404, "{other}");
    }
    assert_eq!(delete(&server, "/api/v1/datasets/b/items/one").await, 404);
    assert_eq!((delete(&server, &format!("{path}/one")).await, delete(&server, &format!("{path}/one")).await), (204, 404));
}

#[tokio::test]
async fn the_wrong_item_of_a_bulk_is_named() {
    let server = Server::local();
    server.post("/api/v1/datasets", json!({"name": "a"})).await;
    let wrong = [
        (json!([{"input": 1}, {"input": 2, "status": "done"}]), "items[1].status"),
        (json!([{"id": "x"}, {"id": "x"}]), "items[1].id"),
        (json!([{"inputs": 1}]), "items[0].inputs"),
    ];
    for (items, field) in wrong {
        let answer = server.post("/api/v1/datasets/a/items", json!({ "items": items })).await;
        assert_eq!((answer.status, answer.field().as_str()), (400, field));
    }
    assert_eq!(server.get("/api/v1/datasets/a/items").await.json()["total"], 0, "nothing of them was stored");
}
