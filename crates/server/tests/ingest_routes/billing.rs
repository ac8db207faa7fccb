//! A call that is reported in several requests is billed once, whoever comes first.

use crate::harness::Server;
use axum::http::StatusCode;
use model::{
    live::LiveBatch,
    ports::Topic,
    telemetry::{CostSource, SpanKind, SpanSummary},
};
use serde_json::{Value, json};

const TRACE: &str = "5b8efff798038103d269b633813fc60c";

/// One span as an OTLP request of its own.
fn request(span_id: &str, parent: &str, attributes: Value) -> Value {
    let attributes: Vec<Value> = attributes.as_object().unwrap().iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
    let span = json!({
        "traceId": TRACE, "spanId": span_id, "parentSpanId": parent, "name": span_id, "attributes": attributes,
        "startTimeUnixNano": "1769853600000000000", "endTimeUnixNano": "1769853601000000000",
    });
    json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})
}

fn text(value: &str) -> Value {
    json!({"stringValue": value})
}

fn count(value: u64) -> Value {
    json!({"intValue": value.to_string()})
}

/// What an SDK says of its own call: exact, without content.
fn sdk(parent: &str) -> Value {
    request(
        "aaaaaaaaaaaaaaaa",
        parent,
        json!({
            "gen_ai.operation.name": text("chat"), "gen_ai.provider.name": text("anthropic"),
            "gen_ai.request.model": text("claude-sonnet-4-5"), "gen_ai.response.id": text("msg_1"),
            "gen_ai.usage.input_tokens": count(1080), "gen_ai.usage.output_tokens": count(25),
            "gen_ai.usage.cache_read.input_tokens": count(1000), "gen_ai.usage.cache_write.input_tokens": count(50),
            "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": count(40),
            "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": count(10),
        }),
    )
}

/// What wraps the SDK: with content, without the lifetimes of cache writes.
fn wrapper() -> Value {
    request(
        "bbbbbbbbbbbbbbbb",
        "",
        json!({
            "gen_ai.operation.name": text("chat"), "gen_ai.provider.name": text("anthropic"),
            "gen_ai.request.model": text("claude-sonnet-4-5"), "gen_ai.response.id": text("msg_1"),
            "gen_ai.output.messages": text(r#"[{"role":"assistant","parts":[{"type":"text","content":"Sunny."}]}]"#),
            "gen_ai.usage.input_tokens": count(1080), "gen_ai.usage.output_tokens": count(25),
            "gen_ai.usage.cache_read.input_tokens": count(1000), "gen_ai.usage.cache_creation.input_tokens": count(50),
        }),
    )
}

async fn spans_after(requests: &[Value]) -> Vec<SpanSummary> {
    let server = Server::new();
    for request in requests {
        assert_eq!(server.post("/v1/traces", "application/json", request.to_string()).await.status, StatusCode::OK);
    }
    let mut spans = server.spans().await.items;
    spans.sort_by_key(|span| span.name.clone());
    spans
}

#[tokio::test]
async fn a_child_before_its_parent_a_sibling_and_a_resend_are_counted_once() {
    for requests in
        [[sdk("bbbbbbbbbbbbbbbb"), wrapper(), sdk("bbbbbbbbbbbbbbbb")], [wrapper(), sdk(""), wrapper()], [sdk(""), sdk(""), wrapper()]]
    {
        let spans = spans_after(&requests).await;
        let [sdk, wrapper] = spans.as_slice() else { panic!("{spans:#?}") };
        assert_eq!((sdk.billed, wrapper.billed), (false, true));
        // Kept as reported, and in the billed one the lifetimes that only the SDK knew: 40 for five minutes, 10 for an hour.
        assert_eq!(sdk.usage.input_tokens, Some(1080));
        assert_eq!((wrapper.usage.buckets.cache_write_5m, wrapper.usage.buckets.cache_write_1h), (Some(40), Some(10)));
        assert_eq!((wrapper.cost.total_usd.unwrap().to_string().as_str(), wrapper.cost.source), ("0.000975", CostSource::Computed));
        assert_eq!(wrapper.kind, SpanKind::Llm);
    }
}

#[tokio::test]
async fn a_container_whose_calls_came_before_is_not_billed() {
    let container = request(
        "cccccccccccccccc",
        "",
        json!({"gen_ai.operation.name": text("chat"), "gen_ai.request.model": text("claude-sonnet-4-5"), "gen_ai.usage.input_tokens": count(1080)}),
    );
    let spans = spans_after(&[sdk("cccccccccccccccc"), container.clone()]).await;
    assert_eq!(spans.iter().map(|span| span.billed).collect::<Vec<_>>(), [true, false]);
    let spans = spans_after(&[container, sdk("cccccccccccccccc")]).await;
    assert_eq!(
        spans.iter().map(|span| (span.billed, span.usage.input_tokens)).collect::<Vec<_>>(),
        [(true, Some(1080)), (false, Some(1080))]
    );
}

#[tokio::test]
async fn live_readers_are_told_of_reports_only() {
    let server = Server::new();
    for request in [sdk("bbbbbbbbbbbbbbbb"), wrapper()] {
        server.post("/v1/traces", "application/json", request.to_string()).await;
    }
    let batches = server.bus.published().into_iter().filter_map(|(topic, payload)| match topic {
        Topic::Live(_) => Some(serde_json::from_slice::<LiveBatch>(&payload).unwrap()),
        _ => None,
    });
    let told: Vec<(usize, usize)> = batches.map(|batch| (batch.rows.len(), batch.omitted)).collect();
    assert_eq!(told, [(1, 0), (1, 0)]);
}
