//! Whatever arrives, no parser panics: random bytes, recorded bodies with bytes changed, random JSON in every place.
//! The seed is fixed, so that a run says the same each time; `PROPTEST_CASES=100000` searches further.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use bytes::Bytes;
use proptest::{prelude::*, test_runner::RngSeed};
use protocol::{
    ingest_api,
    native::deepeval,
    otlp::{self, Encoding},
};
use serde_json::{Map, Value, json};
use support::{context, fixture, span_from_json};

const FIXTURES: [&str; 8] = [
    "001_otlp-http-protobuf_POST_v1_traces.bin",
    "002_otlp-http-protobuf_POST_v1_logs.bin",
    "003_otlp-http-protobuf_POST_v1_metrics.bin",
    "007_otlp-http-json_POST_v1_traces.json",
    "008_otlp-http-json_POST_v1_logs.json",
    "009_otlp-http-json_POST_v1_metrics.json",
    "026_official-openai-v2-latest_POST_v1_logs.bin",
    "027_official-openai-v2-latest_POST_v1_traces.bin",
];

const DEEPEVAL_FIELDS: [&str; 34] = [
    "name",
    "status",
    "type",
    "parentUuid",
    "startTime",
    "endTime",
    "metadata",
    "input",
    "output",
    "error",
    "retrievalContext",
    "toolsCalled",
    "availableTools",
    "model",
    "provider",
    "prompt",
    "promptAlias",
    "inputTokenCount",
    "outputTokenCount",
    "costPerInputToken",
    "costPerOutputToken",
    "tokenIntervals",
    "metricsData",
    "tags",
    "threadId",
    "userId",
    "attachments",
    "imagesMapping",
    "scenario",
    "turns",
    "expectationsData",
    "order",
    "runDuration",
    "messages",
];

/// Every signal in both encodings. Each row of what can be decoded is either taken or rejected.
fn read_as_everything(body: &Bytes) {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        if let Ok(request) = otlp::decode_traces(body.clone(), encoding) {
            let sent: usize = request.groups.iter().map(|group| group.rows.len()).sum();
            let normalised = otlp::spans(request, &context());
            assert_eq!(normalised.rows.len() + normalised.rejected.len(), sent);
        }
        if let Ok(request) = otlp::decode_logs(body.clone(), encoding) {
            let sent: usize = request.groups.iter().map(|group| group.rows.len()).sum();
            let normalised = otlp::log_records(request, &context());
            assert_eq!(normalised.rows.len() + normalised.rejected.len(), sent);
        }
        if let Ok(request) = otlp::decode_metrics(body.clone(), encoding) {
            otlp::metric_points(request, &context());
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "text",
            "tool_call",
            "blob",
            "user",
            "2026-11-23T10:00:00Z",
            "[1]",
            "{\"parts\":[]}",
            "-0",
            "[\"stop\"]"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let name = prop::sample::select(vec![
            "role",
            "parts",
            "content",
            "type",
            "text",
            "tool_calls",
            "function",
            "name",
            "arguments",
            "id",
            "messages",
            "choices",
            "message",
            "finish_reason",
            "image_url",
            "source",
            "functionCall",
            "inlineData",
            "response",
            "mime_type",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(body in prop::collection::vec(any::<u8>(), 0..400)) {
        read_as_everything(&body.into());
    }

    #[test]
    fn recorded_bodies_with_changed_bytes(
        name in prop::sample::select(FIXTURES.to_vec()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut body = fixture(name);
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        if is_cut {
            body.truncate(cut.index(body.len()));
        }
        read_as_everything(&body.into());
    }

    #[test]
    fn random_json_in_every_attribute(
        name in prop::sample::select(vec![
            "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.tool.definitions", "gen_ai.prompt",
            "gen_ai.usage.input_tokens", "gen_ai.response.finish_reasons", "gen_ai.operation.name", "operation.cost", "input.value",
        ]),
        value in any_json(),
        as_text in any::<bool>(),
    ) {
        let value = if as_text { Value::String(value.to_string()) } else { value };
        let span = span_from_json(json!({name: value}), json!([["gen_ai.choice", {"message": value, "tool_calls": value}]]), "fuzz");
        // What was said as text is never lost: it comes back byte for byte.
        if let (true, "gen_ai.input.messages", Some(text)) = (as_text, name, value.as_str()) {
            let marker = &span.payload.originals[name];
            prop_assert_eq!(protocol::regenerate(&span.payload.input.unwrap(), marker).unwrap(), text);
        }
    }

    #[test]
    fn random_json_in_every_field_of_deepeval(
        fields in prop::collection::vec((prop::sample::select(DEEPEVAL_FIELDS.to_vec()), any_json()), 1..6),
        list in prop::sample::select(vec!["agentSpans", "baseSpans", "llmSpans", "retrieverSpans", "toolSpans"]),
    ) {
        let mut span = json!({"uuid": "s", "startTime": "2026-11-23T10:00:00Z", "endTime": "2026-11-23T10:00:01Z"});
        let mut trace = json!({"uuid": "t", "startTime": "2026-11-23T10:00:00Z"});
        let mut other = json!({"name": "n", "input": "i", "alias": "a", "text": "t", "rating": 1, "traceUuid": "t"});
        for (name, value) in fields {
            span[name] = value.clone();
            trace[name] = value.clone();
            other[name] = value;
        }
        trace[list] = json!([span, other]);
        let body = trace.to_string();
        let _ = deepeval::is_trace(body.as_bytes());
        if let Ok(read) = deepeval::trace(trace.clone(), None, &context()) {
            // Each span is taken or rejected; the trace may add a root of its own.
            let rejected = read.rows.rejected.iter().filter(|(_, error)| error.field.starts_with(list)).count();
            prop_assert!((2..=3).contains(&(read.rows.spans.len() + rejected)));
        }
        other["trace"] = trace;
        let run = json!({"testCases": [other], "conversationalTestCases": [other], "testRunId": "r"});
        let _ = deepeval::test_run(run.clone(), None, &context());
        let _ = deepeval::further_cases(run.clone(), None, &context());
        let _ = deepeval::comparison(json!({"testRuns": [run]}), "c", None, &context());
        let _ = deepeval::goldens(json!({"goldens": [other], "conversationalGoldens": [other]}), false);
        let _ = deepeval::annotation(other.clone(), None, &context());
        let _ = deepeval::new_prompt_version(other);
    }

    #[test]
    fn random_json_in_every_ingest_field(
        field in prop::sample::select(vec![
            "timestamp", "id", "trace_id", "parent_span_id", "name", "provider", "prompt", "messages", "response", "input_tokens",
            "cached_input_tokens", "cost_usd", "latency_ms", "status", "tags", "metadata", "level", "message", "value", "type", "unknown",
        ]),
        value in any_json(),
    ) {
        let mut body = json!({"provider": "p", "model": "m", "level": "INFO", "message": "m", "name": "n", "value": 1});
        body[field] = value.clone();
        let _ = ingest_api::llm_call(body.clone(), &context());
        let _ = ingest_api::app_log(body.clone(), &context());
        let _ = ingest_api::metric(body.clone(), &context());
        let _ = ingest_api::score(body, &context());
        let _ = ingest_api::llm_call(value, &context());
    }
}
