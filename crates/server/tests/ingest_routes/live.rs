//! What is told after a commit.

use crate::harness::Server;
use model::{
    live::{LiveBatch, LiveRow},
    ports::Topic,
};
use serde_json::{Value, json};

fn calls(count: usize) -> Value {
    let call = |number: usize| json!({"id": format!("c{number}"), "provider": "openai", "model": "gpt-4o", "prompt": "q", "response": "a", "input_tokens": 10, "output_tokens": 5});
    json!({"logs": (0..count).map(call).collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_commit_is_told_once_with_priced_rows() {
    let server = Server::new();
    server.post_json("/api/v1/ingest/llm/bulk", &calls(2)).await;
    let published = server.bus.published();
    assert_eq!(published.iter().map(|(topic, _)| topic).collect::<Vec<_>>(), [&Topic::Live(server.project), &Topic::Committed]);
    let batch: LiveBatch = serde_json::from_slice(&published[0].1).unwrap();
    assert_eq!((batch.project, batch.commit_seq, batch.rows.len(), batch.omitted), (server.project, 1, 2, 0));
    let LiveRow::Span(span) = &batch.rows[0] else { panic!("a span") };
    assert!(span.cost.total_usd.is_some());
    // A resend changes nothing, so there is nothing to tell.
    server.post_json("/api/v1/ingest/llm/bulk", &calls(2)).await;
    assert_eq!(server.bus.published().len(), 2);
}

#[tokio::test]
async fn a_large_commit_is_told_in_short() {
    let server = Server::new();
    server.post_json("/api/v1/ingest/llm/bulk", &calls(LiveBatch::MAX_ROWS + 20)).await;
    let batch: LiveBatch = serde_json::from_slice(&server.bus.published()[0].1).unwrap();
    assert_eq!((batch.rows.len(), batch.omitted), (LiveBatch::MAX_ROWS, 20));
}
