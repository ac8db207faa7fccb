//! What LiteLLM's callbacks sent, recorded → rows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{Span, SpanKind, Status};
use protocol::native::litellm;
use support::{
    captures::{ANTHROPIC, OPENAI, buckets, capture, logs, metrics, snapshot, spans},
    context,
};

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

#[test]
fn generic_api_logger() {
    let name = "171_litellm-generic_api_POST_litellm_generic.json";
    let rows = litellm::calls(&capture(name), &context()).unwrap();
    assert_eq!(rows.rejected, []);
    let spans: Vec<Span> = rows.spans.into_iter().map(|report| report.span).collect();
    snapshot("171_litellm-generic_api", &spans);
    let [call, stream, failed, anthropic] = spans.as_slice() else { panic!("four calls") };
    assert_eq!((buckets(call), buckets(stream)), (OPENAI, OPENAI));
    assert_eq!(
        (call.session_id.as_deref(), call.user_id.as_deref(), call.tags.as_slice()),
        (Some("s1"), Some("user-1"), ["t1".to_owned()].as_slice())
    );
    assert_eq!(call.time_to_first_token_ms, None, "told to be the end where nothing was streamed");
    assert!(stream.time_to_first_token_ms.is_some_and(|time| (309.0..310.0).contains(&time)));
    assert_eq!((failed.status, failed.error_type.as_deref(), failed.usage.is_unknown()), (Status::Error, Some("NotFoundError"), true));
    assert_eq!(buckets(anthropic)[..5], ANTHROPIC[..5], "the lifetimes are under names of LiteLLM's own");
    assert_eq!(anthropic.usage.buckets.web_searches, Some(1));
    assert_eq!(anthropic.cost.reported_usd.unwrap().to_string(), "0.010975");
    assert!(spans.iter().all(|span| span.trace_id == call.trace_id && span.native_id.is_some()));
}

#[test]
fn bad_calls_are_named_and_the_formats_told_apart() {
    let good = r#"{"litellm_call_id": "c1", "startTime": 1795421557.9, "call_type": "completion", "status": "success"}"#;
    let calls = |body: &str| litellm::calls(body.as_bytes(), &context()).unwrap();
    assert_eq!(calls(good).spans.len(), 1);
    assert_eq!(calls(&format!("{good}\n{good}\n")).spans.len(), 2);
    let mixed = calls(&format!(r#"[{good}, {{"litellm_call_id": "c2"}}, 7, {{"startTime": 1}}]"#));
    let fields: Vec<(usize, &str)> = mixed.rejected.iter().map(|(index, error)| (*index, error.field.as_str())).collect();
    assert_eq!((mixed.spans.len(), fields), (1, vec![(1, "startTime"), (2, "body"), (3, "litellm_call_id")]));
    assert!(litellm::calls(b"not json", &context()).is_err());
}
