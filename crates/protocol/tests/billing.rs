//! Which report of a call is billed, where a trace is known as a whole. Orders and requests are `server`'s tests.

#![allow(clippy::unwrap_used, reason = "the helpers of a test stop at the first surprise, as tests do")]

use model::{
    SpanId, Timestamp, TraceId,
    telemetry::{Incoming, Message, Span, SpanKind, Status, TokenBuckets, TokenUsage, UsageSplit},
};
use protocol::billing;
use serde_json::json;

fn span(number: u8, parent: u8, kind: SpanKind) -> Span {
    let ids = (TraceId::from_bytes([1; 16]).unwrap(), SpanId::from_bytes([number; 8]).unwrap());
    let mut span = Span::new(ids.0, ids.1, "", Timestamp::from_nanos(1_795_420_000_000_000_000 + i64::from(number)));
    span.kind = kind;
    span.parent_span_id = SpanId::from_bytes([parent; 8]).ok();
    span
}

fn llm(number: u8, parent: u8, tokens: Option<u64>) -> Span {
    let mut span = span(number, parent, SpanKind::Llm);
    if let Some(tokens) = tokens {
        let buckets = TokenBuckets { input_uncached: Some(tokens), output_text: Some(1), ..Default::default() };
        span.usage = TokenUsage::from_buckets(buckets, UsageSplit::Exact, None);
    }
    span
}

fn with_id(mut span: Span, response: &str) -> Span {
    span.response_id = Some(response.into());
    span
}

fn saying(mut span: Span) -> Span {
    span.payload.output = Some(vec![Message::text("assistant", "hi")]);
    span
}

/// The numbers of the spans that are billed requests.
fn billed(spans: &[Span]) -> Vec<u8> {
    let mut rows: Vec<Incoming<Span>> = spans.iter().map(|span| Incoming::new(span.clone(), None)).collect();
    billing::apply(&mut rows);
    rows.iter().filter(|incoming| incoming.row.is_request()).map(|incoming| incoming.row.span_id.as_bytes()[0]).collect()
}

#[test]
fn of_reports_of_one_response_the_outermost_with_content_is_billed() {
    let nested = [saying(with_id(llm(1, 0, Some(9)), "r")), span(2, 1, SpanKind::Other), saying(with_id(llm(3, 2, Some(9)), "r"))];
    assert_eq!(billed(&nested), [1]);
    let bare_outside = [with_id(llm(1, 0, Some(9)), "r"), saying(with_id(llm(2, 1, Some(9)), "r"))];
    assert_eq!(billed(&bare_outside), [2]);
    let siblings = [span(9, 0, SpanKind::Agent), with_id(llm(1, 9, Some(9)), "r"), saying(with_id(llm(2, 9, Some(9)), "r"))];
    assert_eq!(billed(&siblings), [2]);
    let others = [with_id(llm(1, 0, Some(9)), "r"), with_id(llm(2, 0, Some(9)), "s"), llm(3, 0, Some(9)), llm(4, 0, Some(9))];
    assert_eq!(billed(&others), [1, 2, 3, 4]);
}

#[test]
fn containers_are_not_billed_and_keep_their_usage() {
    let mut agent = span(1, 0, SpanKind::Agent);
    agent.usage = llm(1, 0, Some(18)).usage;
    let spans = [agent, llm(2, 1, Some(18)), llm(3, 2, Some(9)), llm(4, 2, Some(9))];
    let mut rows: Vec<Incoming<Span>> = spans.iter().map(|span| Incoming::new(span.clone(), None)).collect();
    billing::apply(&mut rows);
    assert_eq!(rows.iter().map(|row| row.row.billed).collect::<Vec<_>>(), [false, false, true, true]);
    assert_eq!(rows[1].row.usage, spans[1].usage);
    // Spans without usage are not copies of anything.
    assert!(rows[0].row.usage.input_tokens.is_some() && billed(&[span(1, 0, SpanKind::Chain)]).is_empty());
}

#[test]
fn an_embedding_inside_is_not_what_a_text_model_spent() {
    let mut lookup = llm(2, 1, Some(4));
    lookup.kind = SpanKind::Embedding;
    assert_eq!(billed(&[llm(1, 0, Some(9)), lookup.clone()]), [1, 2]);
    assert_eq!(billed(&[llm(1, 0, None), lookup.clone()]), [2]);
    let mut outer = llm(1, 0, Some(4));
    outer.kind = SpanKind::Embedding;
    assert_eq!(billed(&[outer, lookup]), [2]);
}

#[test]
fn a_call_without_usage_inside_a_call_is_that_call() {
    assert_eq!(billed(&[llm(1, 0, Some(9)), llm(2, 1, None), llm(3, 2, None)]), [1]);
    assert_eq!(billed(&[llm(1, 0, None), llm(2, 1, None)]), [1]);
    // Inside a container it is a call whose usage nobody told.
    assert_eq!(billed(&[llm(1, 0, Some(9)), llm(2, 1, Some(9)), llm(3, 1, None)]), [2, 3]);
    // An attempt that failed before another succeeded is a call; the same failure told twice is one.
    let failed = |number, parent| Span { status: Status::Error, ..llm(number, parent, None) };
    assert_eq!(billed(&[llm(1, 0, Some(9)), failed(2, 1)]), [1, 2]);
    assert_eq!(billed(&[failed(1, 0), failed(2, 1)]), [1]);
}

#[test]
fn calls_that_the_ingest_api_is_told_of_are_never_containers() {
    let explicit = |mut span: Span| {
        span.source.convention = protocol::ingest_api::CONVENTION.into();
        span
    };
    assert_eq!(billed(&[explicit(llm(1, 0, Some(9))), explicit(llm(2, 1, Some(9))), explicit(llm(3, 2, None))]), [1, 2, 3]);
}

#[test]
fn the_end_of_a_stream_gives_its_usage_to_the_call() {
    let at = |millis: i64| Timestamp::from_nanos(1_795_420_000_000_000_000 + millis * 1_000_000);
    let call = |number: u8, end: i64| {
        let mut span = llm(number, 9, None);
        span.end_at(at(end));
        span
    };
    let end = |number: u8, parent: u8, began: i64, tokens: u64| {
        let mut span = saying(llm(number, parent, Some(tokens)));
        span.start_time = at(began + 200);
        span.payload.attributes = [("logfire.span_type".into(), json!("log")), ("duration".into(), json!(0.2))].into();
        span
    };
    // Two streams at once: each belongs to the call that ended last before it began.
    let spans = [call(1, 10), call(2, 15), end(3, 9, 11, 7), end(4, 9, 16, 8)];
    let mut rows: Vec<Incoming<Span>> = spans.iter().map(|span| Incoming::new(span.clone(), None)).collect();
    billing::apply(&mut rows);
    let told: Vec<_> = rows.iter().map(|row| (row.row.billed, row.row.usage.input_tokens)).collect();
    assert_eq!(told, [(true, Some(7)), (true, Some(8)), (false, Some(7)), (false, Some(8))]);
    assert_eq!(rows[0].row.quality, [billing::USAGE_OF_OTHER_REPORT]);
    // A second stream of one call is not lost, and neither is one that stands alone.
    assert_eq!(billed(&[call(1, 10), end(3, 9, 11, 7), end(4, 9, 12, 8)]), [1, 4]);
    assert_eq!(billed(&[end(3, 0, 11, 7)]), [3]);
    // Inside a call that counted the same it is that call; inside one that did not, it is what was spent.
    assert_eq!(billed(&[llm(1, 0, Some(7)), call_in(2, 1), end(3, 1, 11, 7)]), [1]);
    assert_eq!(billed(&[llm(1, 0, Some(15)), end(3, 1, 11, 7), end(4, 1, 12, 8)]), [3, 4]);
}

fn call_in(number: u8, parent: u8) -> Span {
    llm(number, parent, None)
}

#[test]
fn a_tool_call_by_protocol_is_counted_with_the_agents() {
    let tool = |number, parent, mcp: bool| {
        let mut span = span(number, parent, SpanKind::Tool);
        span.tool = Some("get_weather".into());
        if mcp {
            span.payload.attributes = [("mcp.method.name".into(), json!("tools/call"))].into();
        }
        span
    };
    let mut rows: Vec<_> =
        [tool(1, 0, false), tool(2, 1, true), tool(3, 2, true), tool(4, 0, true)].map(|span| Incoming::new(span, None)).into();
    billing::apply(&mut rows);
    assert_eq!(rows.iter().map(|row| row.row.billed).collect::<Vec<_>>(), [true, false, false, true]);
}

#[test]
fn a_ring_of_parents_and_a_very_long_chain_end() {
    let mut one = llm(1, 2, Some(9));
    one.response_id = Some("r".into());
    assert_eq!(billed(&[one.clone(), llm(2, 1, None)]).len(), 1);
    let chain: Vec<Span> = (1..=250).map(|number| llm(number, number - 1, Some(1))).collect();
    assert_eq!(billed(&chain), [250]);
}
