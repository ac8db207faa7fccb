//! Experiments and results over HTTP.

use super::delete;
use crate::support::Server;
use serde_json::{Value, json};

async fn with_results(server: &Server, results: Value) -> Value {
    assert_eq!(server.post("/api/v1/experiments", json!({"id": "e", "name": "nightly", "metadata": {"model": "m"}})).await.status, 201);
    let stored = server.post("/api/v1/experiments/e/results", json!({ "results": results })).await;
    assert_eq!(stored.status, 200, "{}", stored.text());
    stored.json()["items"].clone()
}

#[tokio::test]
async fn an_experiment_sums_up_its_results() {
    let server = Server::local();
    let judged =
        |value: f64, success: bool| json!([{"name": "relevancy", "value": value, "threshold": 0.5, "success": success, "reason": "r"}]);
    let results = json!([
        {"id": "r1", "name": "case 1", "input": "q", "output": "a", "expected_output": "b", "verdicts": judged(0.9, true), "cost_usd": 0.0000105},
        {"name": "case 2", "verdicts": judged(0.1, false), "duration_ms": 12.5, "trace_id": "t", "item_id": "i"},
        {"name": "case 3", "error": "crashed"},
    ]);
    let stored = with_results(&server, results).await;
    assert_eq!((&stored[0]["passed"], &stored[0]["success"], &stored[1]["passed"]), (&json!(true), &json!(null), &json!(false)));
    assert_eq!(stored[0]["cost_usd"].to_string(), "0.0000105");
    let experiment = server.get("/api/v1/experiments/e").await.json();
    assert_eq!((&experiment["protocol"], &experiment["metadata"]), (&json!("api"), &json!({"model": "m"})));
    let expected = json!({
        "results": 3, "passed": 1, "failed": 2, "pass_rate": 1.0 / 3.0, "errors": 1, "mean_duration_ms": 12.5, "cost_usd": 0.0000105,
        "verdicts": [{"name": "relevancy", "count": 2, "mean": 0.5, "passed": 1, "failed": 1, "pass_rate": 0.5, "errors": 0}],
    });
    assert_eq!(experiment["summary"], expected);
    assert_eq!(server.get("/api/v1/experiments?protocol=api&name=nightly").await.json()["items"], json!([experiment]));
    assert_eq!(server.get("/api/v1/experiments?protocol=deepeval").await.json()["total"], 0);
    assert_eq!(server.get("/api/v1/experiments?dataset_id=d").await.json()["total"], 0);

    let path = "/api/v1/experiments/e/results";
    assert_eq!(server.get(path).await.json()["items"], stored);
    for (query, expected) in [("passed=false", 2), ("passed=true", 1), ("trace_id=t", 1), ("item_id=i", 1), ("passed=true&item_id=i", 0)] {
        assert_eq!(server.get(&format!("{path}?{query}")).await.json()["total"], expected, "{query}");
    }
    assert_eq!(server.get(&format!("{path}?passed=yes")).await.field(), "passed");
    let first = server.get(&format!("{path}?limit=2")).await.json();
    let rest = server.get(&format!("{path}?limit=2&cursor={}", first["next_cursor"].as_str().unwrap())).await.json();
    assert_eq!((rest["items"][0]["name"].as_str(), &rest["next_cursor"]), (Some("case 3"), &json!(null)));

    let later = json!({"results": [{"id": "r1", "verdicts": [{"name": "toxicity", "value": 0.0, "success": false}]}]});
    let later = server.post(path, later).await.json();
    assert_eq!((&later["items"][0]["output"], &later["items"][0]["passed"]), (&json!("a"), &json!(false)), "put together");
    assert_eq!((delete(&server, "/api/v1/experiments/e").await, delete(&server, "/api/v1/experiments/e").await), (204, 404));
    assert_eq!(server.get(path).await.status, 404);
}

#[tokio::test]
async fn the_wrong_result_of_a_bulk_is_named() {
    let server = Server::local();
    with_results(&server, json!([])).await;
    let wrong = [
        (json!([{}, {"verdicts": [{"name": ""}]}]), "results[1].verdicts[0].name"),
        (json!([{"cost_usd": "ten"}]), "results[0].cost_usd"),
        (json!([{"success": "yes"}]), "results[0].success"),
        (json!([{"cost_usd": 10_000_000}]), "results[0].cost_usd"),
    ];
    for (results, field) in wrong {
        let answer = server.post("/api/v1/experiments/e/results", json!({ "results": results })).await;
        assert_eq!((answer.status, answer.field().as_str()), (400, field), "{}", answer.text());
    }
    assert_eq!(server.post("/api/v1/experiments/nobody/results", json!({"results": []})).await.status, 404);
    assert_eq!(server.get("/api/v1/experiments/e/results").await.json()["total"], 0);
}
