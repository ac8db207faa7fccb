//! LiteLLM's generic API logger, at the address we name and at the one its documentation uses.

use crate::harness::{Server, capture};
use axum::http::StatusCode;
use serde_json::json;

const CALLS: &str = "171_litellm-generic_api_POST_litellm_generic.json";

#[tokio::test]
async fn a_batch_of_calls_is_stored() {
    let server = Server::new();
    for path in ["/api/v1/ingest/litellm", "/litellm/generic"] {
        let answer = server.post(path, "application/json", capture(CALLS)).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({"accepted": 4, "rejected": []})), "{path}");
    }
    let spans = server.spans().await.items;
    assert_eq!(spans.len(), 4, "sent twice, stored once");
    let costs: Vec<String> = spans.iter().filter_map(|span| span.cost.total_usd.map(|amount| amount.to_string())).collect();
    assert_eq!(costs.iter().filter(|cost| *cost == "0.0000222").count(), 2, "{costs:?}");
    assert!(costs.contains(&"0.010975".to_owned()), "computed from the buckets, as LiteLLM did: {costs:?}");
}

#[tokio::test]
async fn bad_calls_are_named() {
    let server = Server::new();
    let body = json!([{"litellm_call_id": "c1"}, {"litellm_call_id": "c2", "startTime": 1_795_421_557.9, "call_type": "completion"}]);
    let answer = server.post_json("/api/v1/ingest/litellm", &body).await;
    assert_eq!(answer.json()["accepted"], 1);
    assert_eq!(answer.json()["rejected"][0]["field"], "startTime");
    assert_eq!(server.post("/litellm/generic", "application/json", "no").await.status, StatusCode::BAD_REQUEST);
}
