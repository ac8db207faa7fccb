//! Erasing and retention, as clients ask for them.

use crate::support::{Server, with_headers};
use axum::{body::Body, http::Method};
use futures::StreamExt;
use model::{
    ProjectId,
    ports::{Bus, KeyScope, Topic},
};
use serde_json::{Value, json};
use testkit::fixtures::{llm_span, trace_id};

const HOUR: &str = "from=2026-01-31T10:00:00Z&to=2026-01-31T11:00:00Z";

async fn put(server: &Server, path: &str, body: Value, headers: &[(&'static str, &str)]) -> crate::support::Answer {
    let mut request = with_headers(Server::request(Method::PUT, path), &[("content-type", "application/json")]);
    *request.body_mut() = Body::from(body.to_string());
    server.send(with_headers(request, headers)).await
}

async fn with_two_users(server: &Server) -> ProjectId {
    let project = server.default_project().await;
    let of_user = |number, user: &str| model::telemetry::Span { user_id: Some(user.into()), ..llm_span(number) };
    server.store_spans(project, [of_user(1, "ann"), of_user(2, "bob")]).await;
    project
}

#[tokio::test]
async fn an_erased_user_is_gone_and_the_receipt_says_how_far() {
    let server = Server::local();
    with_two_users(&server).await;
    let mut wakes = server.bus.subscribe(&Topic::Committed).await.unwrap();
    let answer = server.post("/api/v1/erasures", json!({"by": "user", "user_id": "ann"})).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let receipt = answer.json();
    assert_eq!((&receipt["state"], &receipt["hidden_spans"], &receipt["erased_at"]), (&json!("hidden"), &json!(1), &Value::Null));
    assert_eq!(receipt["target"], json!({"by": "user", "user_id": "ann"}));
    assert!(wakes.next().await.is_some(), "the job that rewrites is woken");

    let spans = server.get(&format!("/api/v1/spans?{HOUR}")).await.json()["items"].clone();
    assert_eq!(spans.as_array().unwrap().iter().map(|span| &span["user_id"]).collect::<Vec<_>>(), ["bob"]);
    assert_eq!(server.get(&format!("/api/v1/traces/{}", trace_id(1))).await.status, 404);

    let location = answer.header("location").to_owned();
    assert_eq!(server.get(&location).await.json(), receipt);
    server.store.finish_erasures();
    let finished = server.get(&location).await.json();
    assert_eq!(finished["state"], "erased");
    assert!(finished["erased_at"].is_string() && finished["rewritten_at"].is_string());
    assert_eq!(server.get("/api/v1/erasures").await.json(), json!({"items": [finished]}));
}

#[tokio::test]
async fn bad_targets_are_refused_by_field_and_erase_nothing() {
    let server = Server::local();
    with_two_users(&server).await;
    for (body, field) in [
        (json!({"by": "filter", "filter": ""}), "filter"),
        (json!({"by": "filter", "filter": "cost>"}), "filter"),
        (json!({"by": "filter", "filter": "/(/"}), "filter"),
        (json!({"by": "project", "user_id": "ann"}), "user_id"),
        (json!({"by": "user", "user": "ann"}), "body"),
    ] {
        let answer = server.post("/api/v1/erasures", body.clone()).await;
        assert_eq!((answer.status, answer.field()), (400, field.to_owned()), "{body}: {}", answer.text());
    }
    assert_eq!(server.get("/api/v1/erasures").await.json(), json!({"items": []}));
    assert_eq!(server.get("/api/v1/erasures?limit=0").await.field(), "limit");
    assert_eq!(server.get(&format!("/api/v1/erasures/{}", "ab".repeat(16))).await.status, 404);
    assert_eq!(server.get("/api/v1/erasures/nonsense").await.status, 404);
    assert_eq!(server.get(&format!("/api/v1/spans?{HOUR}")).await.json()["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn erasing_and_retention_need_the_admin_scope_of_the_project() {
    let server = Server::exposed();
    let (mine, other) = (server.project("mine").await, server.project("other").await);
    server.key(mine, "tt_send", &[KeyScope::Ingest, KeyScope::Read]).await;
    server.key(mine, "tt_admin", &[KeyScope::Admin]).await;
    server.store_spans(other, [llm_span(1)]).await;
    let (weak, strong) = ([("x-api-key", "tt_send")], [("x-api-key", "tt_admin")]);
    let erase = json!({"by": "project"});
    let retention = |project: ProjectId| format!("/api/v1/projects/{project}/retention");
    assert_eq!(server.post_with("/api/v1/erasures", erase.clone(), &weak).await.status, 403);
    assert_eq!(server.get_with("/api/v1/erasures", &weak).await.status, 403);
    assert_eq!(server.get_with(&retention(mine), &weak).await.status, 403);
    assert_eq!(put(&server, &retention(mine), json!({}), &weak).await.status, 403);
    assert_eq!(server.post_with("/api/v1/erasures", erase.clone(), &[]).await.status, 401);

    let (header, id) = ("x-telltale-project", other.to_string());
    let trying = [strong[0], (header, id.as_str())];
    let receipt = server.post_with("/api/v1/erasures", erase, &trying).await.json();
    assert_eq!((&receipt["project_id"], &receipt["hidden_spans"]), (&json!(mine), &json!(0)), "a key stays in its project");
    assert_eq!(server.get_with(&retention(other), &strong).await.status, 404);
    assert_eq!(put(&server, &retention(other), json!({}), &strong).await.status, 404);
    assert_eq!(put(&server, &retention(mine), json!({"span_days": 30}), &strong).await.status, 200);
}

#[tokio::test]
async fn retention_is_set_as_a_whole_and_read_back() {
    let server = Server::local();
    let path = format!("/api/v1/projects/{}/retention", server.project("a").await);
    let nothing =
        json!({"span_days": null, "log_days": null, "metric_days": null, "score_days": null, "payload_days": null, "max_bytes": null});
    assert_eq!(server.get(&path).await.json(), nothing);
    let policy = json!({"span_days": 90, "log_days": 30, "metric_days": null, "score_days": null, "payload_days": 7, "max_bytes": 5_000_000_000_u64});
    let answer = put(&server, &path, policy.clone(), &[]).await;
    assert_eq!((answer.status, answer.json()), (200, policy.clone()));
    assert_eq!(server.get(&path).await.json(), policy);
    for (body, field) in [
        (json!({"span_days": 0}), "span_days"),
        (json!({"payload_days": 40_000}), "payload_days"),
        (json!({"max_bytes": 10}), "max_bytes"),
        (json!({"days": 7}), "body"),
        (json!({"log_days": -1}), "body"),
        (json!({"log_days": "7"}), "body"),
    ] {
        let answer = put(&server, &path, body.clone(), &[]).await;
        assert_eq!((answer.status, answer.field()), (400, field.to_owned()), "{body}");
    }
    assert_eq!(server.get(&path).await.json(), policy, "a refused policy changes nothing");
    assert_eq!(put(&server, &path, json!({}), &[]).await.json(), nothing);
    let absent = format!("/api/v1/projects/{}/retention", ProjectId::generate());
    assert_eq!(server.get(&absent).await.status, 404);
}
