//! The larger form: server and worker as processes of their own, over PostgreSQL, Redis and a shared data folder.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use std::{process::Stdio, time::Duration};
use testkit::{
    postgres::TempPostgres,
    process::{Program, Running},
    redis::TempRedis,
};

/// One more than starts a compaction at once (`CompactionLimits::start_segments`): each request on its own is a level-0 segment.
const CALLS: usize = 257;
/// A worker that has not begun by then never will.
const PATIENCE: Duration = Duration::from_secs(60);

async fn get(server: &Running, path: &str) -> Value {
    let answer = reqwest::get(server.url(path)).await.unwrap();
    assert_eq!(answer.status(), 200, "{path}: {}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

async fn send_call(client: &reqwest::Client, server: &Running, number: usize) {
    let call = json!({"id": format!("call-{number}"), "provider": "openai", "model": "gpt-4o-mini", "prompt": "hello", "response": "hi", "input_tokens": 100, "output_tokens": 20});
    let answer = client.post(server.url("/api/v1/ingest/llm")).json(&call).send().await.unwrap();
    assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_compacts_what_a_server_stores_and_redis_may_vanish() {
    let postgres = TempPostgres::start().unwrap();
    let database_url = postgres.create_database().unwrap();
    let mut redis = TempRedis::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let binary = env!("CARGO_BIN_EXE_telltale");

    let server = Program::new(binary)
        .argument("--no-worker")
        .argument("--log=warn")
        .variable("TELLTALE_DATABASE_URL", &database_url)
        .variable("TELLTALE_REDIS_URL", redis.url())
        .serve(folder.path())
        .await
        .unwrap();
    let client = reqwest::Client::new();
    for number in 0..CALLS - 1 {
        send_call(&client, &server, number).await;
    }
    redis.kill().unwrap();
    send_call(&client, &server, CALLS - 1).await;
    let health = get(&server, "/health").await;
    assert_eq!(
        (&health["components"]["catalog"]["status"], &health["components"]["redis"]["status"]),
        (&json!("up"), &json!("degraded")),
        "{health}"
    );
    assert_eq!(get(&server, "/api/v1/status").await["store"]["level0_segments"], CALLS);

    let mut worker = tokio::process::Command::new(binary)
        .args(["worker", "--log=warn", "--data-dir"])
        .arg(folder.path())
        .env("TELLTALE_DATABASE_URL", &database_url)
        .env("TELLTALE_REDIS_URL", redis.url())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let compacted = async {
        while get(&server, "/api/v1/status").await["store"]["level0_segments"].as_u64().unwrap() > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, compacted).await.expect("the worker compacts");

    let numbers = get(&server, "/api/v1/analytics/dashboard").await;
    assert_eq!((&numbers["total_requests"], &numbers["total_tokens"]), (&json!(CALLS), &json!(CALLS * 120)));
    worker.kill().await.unwrap();
    let (status, _) = server.terminate().await.unwrap();
    assert!(status.success());
}
