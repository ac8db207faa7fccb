//! How many spans per second one core decodes and normalises.
//!
//! `cargo run --profile fast -p protocol --example normalise_bench [SECONDS [FOLDER]]`
//!
//! FOLDER holds OTLP protobuf bodies (`*.bin`). Without one a body is made here: agent turns that resend their history, about 6 kB a
//! span, written as Python's `json.dumps` does.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring program: it prints, and stops at the first surprise")]

use bytes::Bytes;
use prost::Message;
use protocol::{
    IngestContext,
    otlp::{
        self, Encoding,
        wire::{AnyValue, ExportTraceServiceRequest, KeyValue, Resource, ResourceSpans, ScopeSpans, Span, SpanStatus, any_value::Value},
    },
};
use std::time::{Duration, Instant};

const SPANS: usize = 200;
const TURNS: usize = 15;
const START: u64 = 1_767_225_600_000_000_000;
const WORDS: [&str; 16] = [
    "return",
    "the",
    "value",
    "of",
    "a",
    "mapping",
    "when",
    "called",
    "with",
    "iterable",
    "\"quoted\"",
    "object",
    "raises",
    "if",
    "not",
    "found\n",
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(3.0);
    let bodies = arguments.next().map_or_else(|| vec![body()], |folder| read_bodies(&folder));
    let context = IngestContext { received_at: model::Timestamp::now(), retention_floor: None };
    let (mut spans, mut bytes) = (0, 0);
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs_f64(seconds) {
        for body in &bodies {
            let request = otlp::decode_traces(body.clone(), Encoding::Protobuf).unwrap();
            let normalised = otlp::spans(request, &context);
            assert_eq!(normalised.rejected.len(), 0);
            spans += normalised.rows.len();
            bytes += body.len();
        }
    }
    let elapsed = started.elapsed().as_secs_f64();
    println!(
        "{:.0} spans/s, {:.1} µs a span, {} bytes a span, {:.0} MB/s",
        spans as f64 / elapsed,
        elapsed * 1e6 / spans as f64,
        bytes / spans,
        bytes as f64 / elapsed / 1e6
    );
}

fn read_bodies(folder: &str) -> Vec<Bytes> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "bin"))
        .map(|path| std::fs::read(path).unwrap().into())
        .collect()
}

fn body() -> Bytes {
    let spans = (0..SPANS).map(span).collect();
    let resource = Resource { attributes: vec![text("service.name", "shop-assistant")] };
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { resource: Some(resource), scope_spans: vec![ScopeSpans { scope: None, spans }] }],
    };
    request.encode_to_vec().into()
}

/// Turn `index % TURNS` of an agent, with all the turns before it.
fn span(index: usize) -> Span {
    let history = (0..=index % TURNS).map(|turn| message(["user", "assistant", "tool"][turn % 3], &prose(index + turn, 530)));
    let input = format!("[{}]", history.collect::<Vec<_>>().join(", "));
    let output = format!("[{}]", message("assistant", &prose(index, 700)));
    let number = |name: &str, value: i64| attribute(name, Value::Int(value));
    Span {
        trace_id: vec![1 + (index / TURNS) as u8; 16].into(),
        span_id: ((index + 1) as u64).to_be_bytes().to_vec().into(),
        parent_span_id: vec![7; 8].into(),
        name: "chat gpt-4o".into(),
        kind: 3,
        start_time_unix_nano: START + index as u64,
        end_time_unix_nano: START + 900_000_000,
        attributes: vec![
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.provider.name", "openai"),
            text("gen_ai.request.model", "gpt-4o"),
            text("gen_ai.response.model", "gpt-4o"),
            attribute("gen_ai.request.temperature", Value::Double(0.7)),
            number("gen_ai.request.max_tokens", 2048),
            number("gen_ai.usage.input_tokens", 1200),
            number("gen_ai.usage.output_tokens", 170),
            text("gen_ai.response.id", "resp-0123456789abcdef"),
            text("gen_ai.conversation.id", "sess-000042"),
            text("session.id", "sess-000042"),
            text("user.id", "user-00007"),
            text("gen_ai.response.finish_reasons", "stop"),
            text("gen_ai.input.messages", &input),
            text("deployment.environment.name", "production"),
            number("gen_ai.usage.cache_read.input_tokens", 600),
            text("gen_ai.output.messages", &output),
        ],
        status: Some(SpanStatus { code: 1, ..Default::default() }),
        ..Default::default()
    }
}

fn attribute(name: &str, value: Value) -> KeyValue {
    KeyValue { key: name.to_owned().into(), value: Some(AnyValue { value: Some(value) }) }
}

fn text(name: &str, value: &str) -> KeyValue {
    attribute(name, Value::String(value.to_owned().into()))
}

fn message(role: &str, content: &str) -> String {
    let content = serde_json::to_string(content).unwrap();
    format!(r#"{{"role": "{role}", "parts": [{{"type": "text", "content": {content}}}]}}"#)
}

fn prose(seed: usize, length: usize) -> String {
    let mut words = String::with_capacity(length + 16);
    let mut state = seed as u64 * 2_654_435_761 + 1;
    while words.len() < length {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        words.push_str(WORDS[(state >> 60) as usize]);
        words.push(' ');
    }
    words
}
