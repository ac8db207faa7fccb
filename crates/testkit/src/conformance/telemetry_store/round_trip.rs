//! What was stored comes back as it was.

use super::subject::{Subject, ok};
use crate::fixtures::{at, full_span, llm_span, span_id, trace_id, usage};
use model::{
    Money,
    telemetry::{Cost, Message, PREVIEW_CHARS, Span, SpanKind, SpanSummary, TokenUsage},
};

pub(super) async fn a_full_span_comes_back_whole(subject: &Subject) {
    let span = full_span();
    subject.spans(vec![llm_span(1), span.clone(), llm_span(2)]).await;
    let stored = ok(subject.store.span(subject.project, span.trace_id, span.span_id).await);
    assert_eq!(stored, Some(span.clone()));
    let listed = ok(subject.store.list_spans(subject.list()).await).items;
    assert_eq!(listed.iter().find(|summary| summary.span_id == span.span_id), Some(&SpanSummary::from(&span)));
    assert_eq!(ok(subject.store.span(subject.project, span.trace_id, span_id(999)).await), None);
    assert_eq!(ok(subject.store.span(subject.project, trace_id(999), span.span_id).await), None);
}

pub(super) async fn unknown_stays_unknown(subject: &Subject) {
    let mut running = Span::new(trace_id(1), span_id(1), "", at(1));
    running.kind = SpanKind::Llm;
    subject.spans(vec![running.clone()]).await;
    let stored = ok(subject.store.span(subject.project, running.trace_id, running.span_id).await);
    assert_eq!(stored, Some(running.clone()));
    let listed = ok(subject.store.list_spans(subject.list()).await).items;
    assert_eq!(listed, [SpanSummary::from(&running)]);
    assert_eq!((listed[0].usage, listed[0].cost.total_usd), (TokenUsage::default(), None));
}

pub(super) async fn zero_is_not_unknown(subject: &Subject) {
    let mut free = llm_span(1);
    free.usage = usage(0, 0);
    free.cost.total_usd = Some(Money::ZERO);
    free.duration_ms = Some(0.0);
    free.error_message = Some(String::new());
    free.payload.input = Some(vec![]);
    free.payload.tools = Some(serde_json::json!([]));
    subject.spans(vec![free.clone()]).await;
    assert_eq!(ok(subject.store.span(subject.project, free.trace_id, free.span_id).await), Some(free));
    let dashboard = ok(subject.store.dashboard(subject.period(crate::fixtures::hour(), "")).await).current;
    assert_eq!((dashboard.total_tokens, dashboard.total_cost_usd, dashboard.unpriced_requests), (Some(0), Some(Money::ZERO), 0));
}

pub(super) async fn summaries_carry_previews(subject: &Subject) {
    let mut span = llm_span(1);
    span.payload.input = Some(vec![Message::text("user", "first"), Message::text("user", "é".repeat(PREVIEW_CHARS + 50))]);
    span.payload.output = None;
    subject.spans(vec![span]).await;
    let listed = ok(subject.store.list_spans(subject.list()).await).items;
    assert_eq!(listed[0].input_preview, Some("é".repeat(PREVIEW_CHARS)));
    assert_eq!(listed[0].output_preview, None);
}

pub(super) async fn large_payloads_come_back(subject: &Subject) {
    let mut large = llm_span(1);
    large.cost = Cost::default();
    large.payload.input = Some(vec![Message::text("user", "word ".repeat(400_000))]);
    subject.spans(vec![large.clone(), llm_span(2)]).await;
    let stored = ok(subject.store.span(subject.project, large.trace_id, large.span_id).await);
    assert!(stored == Some(large), "two megabytes of prompt come back as they were");
}
