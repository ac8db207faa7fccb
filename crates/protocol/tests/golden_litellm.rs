//! What LiteLLM's callbacks sent, recorded → rows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{SpanKind, Status};
use support::captures::{OPENAI, buckets, logs, metrics, snapshot, spans};

#[test]
fn otel_callback() {
    let spans = spans("089_litellm-otel_POST_v1_traces.bin");
    snapshot("089_litellm-otel", &spans);
    snapshot("088_litellm-otel_logs", &logs("088_litellm-otel_POST_v1_logs.bin"));
    snapshot("090_litellm-otel_metrics", &metrics("090_litellm-otel_POST_v1_metrics.bin"));

    let [call, copy, failed] = spans.as_slice() else { panic!("three spans") };
    assert_eq!((call.kind, call.billed, buckets(call)), (SpanKind::Llm, true, OPENAI));
    assert_eq!(call.cost.reported_usd.unwrap().to_string(), "0.0000222");
    assert!(!call.payload.attributes.keys().any(|name| name.starts_with("metadata.user_api_key")), "empty ones are dropped");
    assert_eq!((copy.kind, copy.billed), (SpanKind::Other, false), "the raw copy is never billed");
    assert!(copy.usage.is_unknown());
    assert_eq!((failed.status, failed.cost.reported_usd), (Status::Error, None));
    assert_eq!(failed.response_id, None, "no provider answered");
    assert!(failed.usage.is_unknown(), "not zero");
}

#[test]
fn langfuse_otel_callback() {
    let spans = spans("091_litellm-langfuse_otel_POST_api_public_otel_v1_traces.bin");
    snapshot("091_litellm-langfuse_otel", &spans);
    let [call, copy, failed] = spans.as_slice() else { panic!("three spans") };
    assert_eq!((call.kind, buckets(call)), (SpanKind::Llm, OPENAI));
    assert_eq!((call.session_id.as_deref(), call.user_id.as_deref()), (Some("s1"), Some("user-1")));
    assert_eq!(call.response_id.as_deref(), Some("chatcmpl-095e2eefced3"));
    assert_eq!(copy.kind, SpanKind::Other);
    assert_eq!(failed.error_type.as_deref(), Some("NotFoundError"));
}
