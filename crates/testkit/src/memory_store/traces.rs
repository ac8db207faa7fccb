//! A trace seen as one line: what its spans say together.

use super::calls::Calls;
use model::{
    query::TraceSummary,
    telemetry::{Span, SpanSummary, Status},
};
use std::collections::BTreeSet;

/// `None` without spans.
pub(super) fn summary(spans: &[&Span]) -> Option<TraceSummary> {
    let mut spans = spans.to_vec();
    spans.sort_by_key(|span| (span.start_time, span.span_id));
    let first = *spans.first()?;
    let head = spans.iter().copied().find(|span| span.parent_span_id.is_none()).unwrap_or(first);
    let calls = Calls::of(spans.iter().copied());
    let end_time = spans.iter().filter_map(|span| span.end_time).max();
    let errors = spans.iter().filter(|span| span.status == Status::Error).count();
    let any_ok = spans.iter().any(|span| span.status == Status::Ok);
    let models: BTreeSet<&str> = spans.iter().filter(|span| span.is_request()).filter_map(|span| span.model()).collect();
    // What went in is told by the first root that knows it, what came out by the last; only then by other spans.
    let roots_first = |order: &mut Vec<&Span>| order.sort_by_key(|span| span.parent_span_id.is_some());
    let (mut forwards, mut backwards) = (spans.clone(), spans.iter().rev().copied().collect::<Vec<_>>());
    roots_first(&mut forwards);
    roots_first(&mut backwards);
    let first_known = |field: fn(&Span) -> &Option<String>| spans.iter().find_map(|span| field(span).clone());
    Some(TraceSummary {
        trace_id: first.trace_id,
        name: head.name.clone(),
        start_time: first.start_time,
        end_time,
        duration_ms: end_time.map(|end| (end.as_nanos() - first.start_time.as_nanos()) as f64 / 1e6),
        status: match (errors, any_ok) {
            (1.., _) => Status::Error,
            (0, true) => Status::Ok,
            (0, false) => Status::Unset,
        },
        span_count: spans.len() as u64,
        request_count: calls.requests,
        error_count: errors as u64,
        input_tokens: calls.input_tokens,
        output_tokens: calls.output_tokens,
        total_tokens: calls.total_tokens,
        total_cost_usd: calls.cost_usd,
        unpriced_requests: calls.unpriced,
        session_id: first_known(|span| &span.session_id),
        user_id: first_known(|span| &span.user_id),
        environment: first_known(|span| &span.environment),
        service: first_known(|span| &span.service),
        models: models.into_iter().map(str::to_owned).collect(),
        input_preview: forwards.iter().find_map(|span| SpanSummary::from(*span).input_preview),
        output_preview: backwards.iter().find_map(|span| SpanSummary::from(*span).output_preview),
        scores: Vec::new(),
        bookmarked: false,
    })
}
