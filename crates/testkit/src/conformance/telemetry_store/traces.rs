//! Traces: sums, pages, and what to do without a root.

use super::subject::{Subject, ok};
use crate::fixtures::{at, cost, llm_span, span_id, trace_id, usage};
use model::{
    query::{ListQuery, TraceDetail},
    telemetry::{Message, RowKind, Span, SpanKind, Status},
};

/// Span `number` of trace 1, starting at that second; number 1 is an agent and the root of the others.
fn part(number: u32) -> Span {
    let mut span = llm_span(number);
    span.trace_id = trace_id(1);
    span.name = format!("step {number}");
    if number == 1 {
        span.kind = SpanKind::Agent;
        span.usage = Default::default();
        span.cost = Default::default();
        span.end_at(at(9));
        span.payload.input = Some(vec![Message::text("user", "the question")]);
        span.payload.output = Some(vec![Message::text("assistant", "the answer")]);
    } else {
        span.parent_span_id = Some(span_id(1));
    }
    span
}

async fn open(subject: &Subject) -> TraceDetail {
    let trace = ok(subject.store.trace(subject.project, trace_id(1), None, 100).await);
    assert!(trace.is_some(), "the trace is found");
    trace.into_iter().collect::<Vec<_>>().remove(0)
}

pub(super) async fn totals_are_over_the_whole_trace(subject: &Subject) {
    let mut failed = part(3);
    failed.status = Status::Error;
    failed.usage = Default::default();
    failed.cost = Default::default();
    failed.user_id = Some("ann".into());
    failed.session_id = Some("talk".into());
    // Children first, the root last and in a commit of its own, as exporters send them.
    subject.spans(vec![part(2), failed]).await;
    subject.spans(vec![part(4), part(1)]).await;
    let listed = ok(subject.store.list_traces(subject.list()).await).items;
    assert_eq!(listed.len(), 1);
    let trace = &listed[0];
    assert_eq!((trace.trace_id, trace.name.as_str()), (trace_id(1), "step 1"));
    assert_eq!((trace.start_time, trace.end_time, trace.duration_ms), (at(1), Some(at(9)), Some(8_000.0)));
    assert_eq!((trace.span_count, trace.request_count, trace.error_count, trace.status), (4, 3, 1, Status::Error));
    assert_eq!((trace.input_tokens, trace.output_tokens, trace.total_tokens), (Some(200), Some(40), Some(240)));
    assert_eq!((trace.total_cost_usd, trace.unpriced_requests), (cost(900).total_usd, 1));
    assert_eq!((trace.session_id.as_deref(), trace.user_id.as_deref()), (Some("talk"), Some("ann")));
    assert_eq!(trace.models, ["gpt-4o-2024-08-06"]);
    assert_eq!((trace.input_preview.as_deref(), trace.output_preview.as_deref()), (Some("the question"), Some("the answer")));
    let detail = open(subject).await;
    assert_eq!(&detail.summary, trace, "the page of the trace says what the list says");
    assert_eq!(detail.spans.iter().map(|span| span.span_id).collect::<Vec<_>>(), [1, 2, 3, 4].map(span_id));
}

pub(super) async fn a_filter_finds_the_trace_by_any_span(subject: &Subject) {
    let mut marked = part(3);
    marked.environment = Some("staging".into());
    subject.spans(vec![part(1), part(2), marked, llm_span(50)]).await;
    let found = ok(subject.store.list_traces(subject.matching(RowKind::Span, "env:staging")).await).items;
    assert_eq!(
        found.iter().map(|trace| (trace.trace_id, trace.span_count)).collect::<Vec<_>>(),
        [(trace_id(1), 3)],
        "sums are over all spans"
    );
    assert_eq!(ok(subject.store.list_traces(subject.matching(RowKind::Span, "env:none")).await).items, []);
}

pub(super) async fn spans_page_from_the_start(subject: &Subject) {
    subject.spans(vec![part(5), part(1), part(3)]).await;
    subject.spans(vec![part(2), part(4)]).await;
    let (mut seen, mut cursor) = (Vec::new(), None);
    for expected in [2, 2, 1] {
        let page = ok(subject.store.trace(subject.project, trace_id(1), cursor, 2).await);
        let Some(page) = page else { unreachable!("the trace is there on every page") };
        assert_eq!((page.summary.span_count, page.spans.len()), (5, expected), "totals are over all of it on every page");
        seen.extend(page.spans.into_iter().map(|span| span.span_id));
        cursor = page.next_cursor;
    }
    assert_eq!(cursor, None);
    assert_eq!(seen, [1, 2, 3, 4, 5].map(span_id));
}

pub(super) async fn a_trace_without_its_root_has_a_name(subject: &Subject) {
    subject.spans(vec![part(3), part(2)]).await;
    let trace = open(subject).await.summary;
    assert_eq!((trace.name.as_str(), trace.start_time), ("step 2", at(2)), "the earliest span stands in");
}

pub(super) async fn traces_are_newest_first_and_page(subject: &Subject) {
    // Trace 1 has the newest span but the oldest start.
    subject.spans(vec![part(1), llm_span(20), llm_span(10)]).await;
    subject.spans(vec![part(40), llm_span(30)]).await;
    let (mut seen, mut cursor) = (Vec::new(), None);
    for _ in 0..4 {
        let page = ok(subject.store.list_traces(ListQuery { limit: 1, cursor, ..subject.list() }).await);
        seen.extend(page.items.into_iter().map(|trace| trace.trace_id));
        cursor = page.next_cursor;
    }
    assert_eq!(cursor, None);
    assert_eq!(seen, [30, 20, 10, 1].map(trace_id));
}

pub(super) async fn unbilled_spans_are_shown_and_not_summed(subject: &Subject) {
    let mut copy = part(2);
    copy.billed = false;
    copy.usage = usage(5_000, 5_000);
    let mut tool = part(4);
    tool.kind = SpanKind::Tool;
    tool.usage = usage(7_000, 7_000);
    subject.spans(vec![part(1), copy, part(3), tool]).await;
    let trace = open(subject).await;
    assert_eq!((trace.summary.span_count, trace.summary.request_count, trace.summary.total_tokens), (4, 1, Some(120)));
    assert_eq!(trace.summary.total_cost_usd, cost(450).total_usd);
    assert_eq!(trace.spans[1].usage.total_tokens, Some(10_000), "the span itself keeps its figure");
}
