//! A query that asks for too much gets a clear refusal; the server and everybody else go on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use reqwest::{Client, Response};
use serde_json::{Value, json};
use testkit::process::{Program, Running};
use tokio::task::JoinSet;

/// Rows whose products are more than any limit: 600³ is 216 million.
const SPANS: usize = 600;

async fn start(folder: &std::path::Path) -> Running {
    let program = Program::new(env!("CARGO_BIN_EXE_telltale")).argument("--log=error").argument("--query-timeout=1");
    let server = program.serve(folder).await.unwrap();
    let calls: Vec<Value> = (0..SPANS)
        .map(|number| json!({"provider": "openai", "model": "gpt-4o", "prompt": format!("q{number}"), "response": "a"}))
        .collect();
    let answer = Client::new().post(server.url("/api/v1/ingest/llm/bulk")).json(&calls).send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["accepted"], SPANS);
    server
}

async fn sql(client: &Client, server: &Running, query: &str) -> Response {
    client.post(server.url("/api/v1/sql")).json(&json!({"query": query})).send().await.unwrap()
}

async fn problem(answer: Response, status: u16) -> Value {
    assert_eq!(answer.status(), status);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    answer.json().await.unwrap()
}

/// Each takes up to a second.
const MAX_TRIES: usize = 60;

const TOO_LONG: &str = "SELECT count(*) FROM spans a, spans b, spans c WHERE a.name || b.trace_id < c.trace_id || a.span_id";
const TOO_MUCH: &str = "SELECT count(*) FROM (SELECT a.span_id, b.span_id, c.span_id FROM spans a, spans b, spans c GROUP BY 1, 2, 3)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_of_time_memory_size_and_number_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (client, server) = (Client::new(), start(folder.path()).await);

    let slow = problem(sql(&client, &server, TOO_LONG).await, 422).await;
    assert!(slow["detail"].as_str().unwrap().contains("longer than 1 s"), "{slow}");

    // Whichever of the two it meets first, it says which.
    let heavy = problem(sql(&client, &server, TOO_MUCH).await, 422).await;
    let detail = heavy["detail"].as_str().unwrap();
    assert!(detail.contains("memory") || detail.contains("longer than"), "{heavy}");

    let long = problem(sql(&client, &server, &format!("SELECT 1 -- {}", "x".repeat(65 << 10))).await, 400).await;
    assert_eq!(long["errors"][0]["field"], "query", "{long}");

    let mut crowd = JoinSet::new();
    for _ in 0..100 {
        let request = client.post(server.url("/api/v1/sql")).json(&json!({"query": TOO_LONG}));
        crowd.spawn(request.send());
    }
    let busy: Vec<Response> = crowd.join_all().await.into_iter().map(Result::unwrap).filter(|answer| answer.status() == 503).collect();
    assert!(!busy.is_empty(), "a hundred heavy queries at once are more than may wait");
    for answer in busy {
        assert!(answer.headers().contains_key("retry-after"));
        let busy = problem(answer, 503).await;
        assert!(busy["detail"].as_str().unwrap().contains("quer"), "{busy}");
    }

    // What was refused or cut off gives its place back; on a busy machine that takes a moment.
    let mut tries = 0;
    let count: Value = loop {
        let answer = sql(&client, &server, "SELECT count(*) FROM spans").await;
        if answer.status() == 200 {
            break answer.json().await.unwrap();
        }
        tries += 1;
        assert!(tries < MAX_TRIES, "a small query is still refused: {}", answer.text().await.unwrap());
    };
    assert_eq!(count["rows"][0][0], SPANS, "the others go on");
    server.terminate().await.unwrap();
}
