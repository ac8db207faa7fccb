//! Rows to store in tests: plausible calls, logs and metric points, told apart by a number.

use model::{
    Money, SpanId, TimeRange, Timestamp, TraceId,
    telemetry::{
        Attributes, BodyDigest, Cost, CostSource, Exemplar, Histogram, Incoming, Level, LogRecord, Message, MetricPoint, MetricType, Part,
        Score, ScoreKind, ScoreSource, ScoreTarget, Source, Span, SpanEvent, SpanKind, SpanLink, SpanPayload, Status, Temporality,
        TokenBuckets, TokenUsage, UsageSplit,
    },
    time::{NANOS_PER_HOUR, NANOS_PER_SECOND},
};
use serde_json::json;

/// 2026-01-31T10:00:00Z: a full hour, so that bucket bounds are easy to see.
pub const START: Timestamp = Timestamp::from_nanos(1_769_853_600 * NANOS_PER_SECOND);

/// This many seconds after [`START`].
pub fn at(seconds: i64) -> Timestamp {
    START.saturating_add_nanos(seconds * NANOS_PER_SECOND)
}

/// The hour that begins at [`START`].
pub fn hour() -> TimeRange {
    TimeRange { from: START, to: START.saturating_add_nanos(NANOS_PER_HOUR) }
}

/// # Panics
/// Never: the first byte is not zero.
#[expect(clippy::expect_used, reason = "the first byte is not zero, so the id is valid")]
pub fn trace_id(number: u64) -> TraceId {
    let mut bytes = [0xa0; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    TraceId::from_bytes(bytes).expect("not all zeros")
}

/// # Panics
/// Never: the first byte is not zero.
#[expect(clippy::expect_used, reason = "the first byte is not zero, so the id is valid")]
pub fn span_id(number: u32) -> SpanId {
    let mut bytes = [0xb0; 8];
    bytes[4..].copy_from_slice(&number.to_be_bytes());
    SpanId::from_bytes(bytes).expect("not all zeros")
}

/// Usage without a cache: all input uncached, all output text.
pub fn usage(input: u64, output: u64) -> TokenUsage {
    let buckets = TokenBuckets { input_uncached: Some(input), output_text: Some(output), ..TokenBuckets::default() };
    TokenUsage::from_buckets(buckets, UsageSplit::Exact, None)
}

/// A computed cost in millionths of a dollar.
pub fn cost(microdollars: i128) -> Cost {
    let total_usd = Some(Money::from_picodollars(microdollars * 1_000_000));
    Cost { total_usd, source: CostSource::Computed, ..Cost::default() }
}

/// A successful call of `gpt-4o`, one span and one trace per number, a second of work that began `number` seconds after [`START`].
pub fn llm_span(number: u32) -> Span {
    let mut span = Span::new(trace_id(u64::from(number)), span_id(number), "chat gpt-4o", at(i64::from(number)));
    span.end_at(at(i64::from(number) + 1));
    span.kind = SpanKind::Llm;
    span.status = Status::Ok;
    span.provider = Some("openai".into());
    span.request_model = Some("gpt-4o".into());
    span.response_model = Some("gpt-4o-2024-08-06".into());
    span.operation = Some("chat".into());
    span.usage = usage(100, 20);
    span.cost = cost(450);
    span.payload.input = Some(vec![Message::text("user", format!("question number {number}"))]);
    span.payload.output = Some(vec![Message::text("assistant", format!("answer number {number}"))]);
    span
}

/// A span in which every field holds something, also what is easy to lose: zeros, empty texts in JSON, nested values, other scripts.
pub fn full_span() -> Span {
    let mut span = Span::new(trace_id(77), span_id(77), "chat every-field", at(60));
    span.end_at(at(62));
    span.parent_span_id = Some(span_id(76));
    span.native_id = Some("run/α-1".into());
    span.kind = SpanKind::Llm;
    span.time_to_first_token_ms = Some(0.25);
    span.status = Status::Error;
    span.error_type = Some("RateLimitError".into());
    span.error_message = Some("slow down \u{1f422}".into());
    span.provider = Some("anthropic".into());
    span.request_model = Some("claude-sonnet-4".into());
    span.response_model = Some("claude-sonnet-4-5".into());
    span.response_id = Some("msg_1".into());
    span.operation = Some("chat".into());
    span.finish_reasons = vec!["tool_use".into(), "stop".into()];
    span.session_id = Some("session-1".into());
    span.user_id = Some("user a".into());
    span.environment = Some("staging".into());
    span.release = Some("1.2.3".into());
    span.service = Some("shop".into());
    span.agent = Some("Buyer".into());
    span.tool = Some("search".into());
    span.prompt_name = Some("greeting".into());
    span.prompt_version = Some("7".into());
    span.tags = vec!["beta".into(), "with space".into()];
    span.usage = TokenUsage::from_buckets(
        TokenBuckets {
            input_uncached: Some(30),
            cache_read: Some(1_000),
            cache_write_5m: Some(40),
            cache_write_1h: Some(10),
            cache_write_unknown: Some(0),
            input_audio: Some(1),
            input_image: Some(2),
            output_text: Some(17),
            output_reasoning: Some(8),
            output_audio: Some(3),
            web_searches: Some(1),
        },
        UsageSplit::Exact,
        None,
    );
    span.cost = Cost {
        total_usd: Some(Money::from_picodollars(10_975_000_000_001)),
        input_usd: Some(Money::from_picodollars(975_000_000_001)),
        output_usd: Some(Money::from_picodollars(10_000_000_000_000)),
        source: CostSource::Computed,
        reported_usd: Some(Money::ZERO),
        price_id: Some("anthropic/claude-sonnet-4-5".into()),
        price_version: Some("2026-01-01".into()),
    };
    span.source = Source { convention: "otel_genai".into(), sdk: Some("sdk 1.0".into()) };
    span.quality = vec!["clock_ahead".into()];
    span.ingest_time = at(63);
    span.payload = full_payload();
    span
}

fn full_payload() -> SpanPayload {
    let call = Part::ToolCall {
        id: Some("call_1".into()),
        name: "search".into(),
        arguments: json!({"q": "Zürich 東京", "n": 3, "deep": {"a": [null, true]}}),
    };
    let result = Part::ToolResult { id: Some("call_1".into()), result: json!(["one", 2.5, {"three": null}]) };
    SpanPayload {
        input: Some(vec![
            Message {
                role: "user".into(),
                parts: vec![Part::Text { text: "a \"quoted\"\nline".into() }],
                name: Some("ann".into()),
                finish_reason: None,
            },
            Message { role: "tool".into(), parts: vec![result], name: None, finish_reason: None },
        ]),
        output: Some(vec![Message {
            role: "assistant".into(),
            parts: vec![
                Part::Reasoning { text: "let me look".into() },
                call,
                Part::Refusal { text: "no".into() },
                Part::Media { media: "image".into(), mime_type: Some("image/png".into()), uri: "data:image/png;base64,AA==".into() },
                Part::Other { value: json!({"type": "novel", "x": [1]}) },
            ],
            name: None,
            finish_reason: Some("tool_use".into()),
        }]),
        system: Some(vec![Message::text("system", "be brief")]),
        tools: Some(json!([{"type": "function", "function": {"name": "search"}}])),
        model_parameters: attributes(json!({"temperature": 0.0, "stop": ["a"], "seed": 9_007_199_254_740_993_i64})),
        metadata: attributes(json!({"team": "blue", "attempt": 2})),
        attributes: attributes(json!({"http.status": 429, "http.route": "/v1/chat", "flag": false, "list": ["x"]})),
        events: vec![SpanEvent { time: at(61), name: "retry".into(), attributes: attributes(json!({"attempt": 1})) }],
        links: vec![SpanLink { trace_id: "ab".repeat(16), span_id: "cd".repeat(8), attributes: attributes(json!({"why": "follows"})) }],
        originals: attributes(json!({"gen_ai.input.messages": "[ {} ]"})),
    }
}

/// The attributes of a JSON object; empty for anything else.
pub fn attributes(value: serde_json::Value) -> Attributes {
    match value {
        serde_json::Value::Object(map) => map.into_iter().collect(),
        _ => Attributes::new(),
    }
}

/// An INFO record of service `shop`, `number` seconds after [`START`].
pub fn log(number: u32) -> LogRecord {
    LogRecord {
        timestamp: at(i64::from(number)),
        observed_time: None,
        level: Level::Info,
        message: format!("order {number} placed"),
        logger: Some("shop.orders".into()),
        service: Some("shop".into()),
        trace_id: None,
        span_id: None,
        session_id: None,
        user_id: None,
        attributes: Attributes::new(),
        ingest_time: at(i64::from(number)),
    }
}

/// A log record in which every field holds something.
pub fn full_log() -> LogRecord {
    LogRecord {
        observed_time: Some(at(61)),
        level: Level::Error,
        trace_id: Some(trace_id(77)),
        span_id: Some(span_id(77)),
        session_id: Some("session-1".into()),
        user_id: Some("user a".into()),
        attributes: attributes(json!({"code": 7, "deep": {"a": [1, null]}})),
        ..log(60)
    }
}

/// A gauge, `number` seconds after [`START`].
pub fn gauge(name: &str, number: u32, value: f64) -> MetricPoint {
    MetricPoint {
        timestamp: at(i64::from(number)),
        start_time: None,
        name: name.into(),
        metric_type: MetricType::Gauge,
        temporality: None,
        monotonic: None,
        value: Some(value),
        histogram: None,
        exemplars: Vec::new(),
        unit: Some("ms".into()),
        service: Some("shop".into()),
        tags: Attributes::new(),
        ingest_time: at(i64::from(number)),
    }
}

/// A histogram point in which every field but `value` holds something.
pub fn histogram(name: &str, number: u32) -> MetricPoint {
    MetricPoint {
        start_time: Some(START),
        metric_type: MetricType::Histogram,
        temporality: Some(Temporality::Delta),
        monotonic: Some(true),
        value: None,
        histogram: Some(Histogram {
            count: 4,
            sum: Some(10.0),
            min: Some(1.0),
            max: Some(5.0),
            bounds: vec![2.0, 4.0],
            counts: vec![2, 1, 1],
        }),
        exemplars: vec![Exemplar {
            time: Some(at(i64::from(number))),
            value: 4.5,
            trace_id: Some(trace_id(1).to_hex()),
            span_id: Some(span_id(1).to_hex()),
            attributes: attributes(json!({"customer": "c-1"})),
        }],
        tags: attributes(json!({"route": "/a"})),
        ..gauge(name, number, 0.0)
    }
}

/// Scores of every kind of target and value, a comment and a bookmark.
pub fn scores() -> Vec<Score> {
    let span = ScoreTarget::Span { trace_id: trace_id(1), span_id: span_id(1) };
    let session = ScoreTarget::Session { session_id: "session-1".into() };
    let commented = Score {
        comment: Some("well, \"fine\"".into()),
        author: Some("ann".into()),
        source: ScoreSource::Human,
        ..score("quality", 90, span.clone())
    };
    let verdict = ScoreTarget::Trace { trace_id: trace_id(1) };
    vec![
        commented,
        Score { value: None, label: Some(String::new()), source: ScoreSource::Judge, ..score("verdict", 91, verdict) },
        Score { value: Some(5.0), source: ScoreSource::User, ..score("stars", 92, session) },
        bookmark("ann-93", span),
    ]
}

/// A row that is stored however often it comes.
pub fn fresh<T>(row: T) -> Incoming<T> {
    Incoming::new(row, None)
}

/// A row whose resends are recognised by this number.
pub fn digested<T>(row: T, number: u8) -> Incoming<T> {
    let digest: BodyDigest = [number; 16];
    Incoming::new(row, Some(digest))
}

/// A score of 0.5 under `name` by a program, about a span, `number` seconds after [`START`]. Its id is made of name and number.
pub fn score(name: &str, number: u32, target: ScoreTarget) -> Score {
    Score {
        score_id: format!("{name}-{number}"),
        kind: ScoreKind::Score,
        target,
        name: name.into(),
        value: Some(0.5),
        label: None,
        source: ScoreSource::Code,
        comment: None,
        author: None,
        metadata: Attributes::new(),
        timestamp: at(i64::from(number)),
        ingest_time: at(i64::from(number)),
        deleted: false,
    }
}

/// A score in which every field holds something.
pub fn full_score() -> Score {
    Score {
        label: Some("good".into()),
        source: ScoreSource::Human,
        comment: Some("polite, and \"right\" in 東京".into()),
        author: Some("Ann".into()),
        metadata: attributes(json!({"rubric": 3, "deep": {"a": [null, true]}})),
        ..score("quality", 60, about_span(77))
    }
}

/// What is about [`llm_span`] of this number.
pub fn about_span(number: u32) -> ScoreTarget {
    ScoreTarget::Span { trace_id: trace_id(u64::from(number)), span_id: span_id(number) }
}

pub fn bookmark(id: &str, target: ScoreTarget) -> Score {
    Score { score_id: id.into(), kind: ScoreKind::Bookmark, value: None, ..score("bookmark", 1, target) }
}

pub fn comment(id: &str, text: &str, target: ScoreTarget) -> Score {
    Score { score_id: id.into(), kind: ScoreKind::Comment, value: None, comment: Some(text.into()), ..score("comment", 1, target) }
}
