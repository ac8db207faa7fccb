//! Dashboard, providers, and the values of a field.

use super::{
    calls::Calls,
    filter::Matcher,
    row::{FieldValue, FilterRow},
    table::Rows,
};
use model::{
    StoreError, StoreResult, TimeRange,
    filter::{Field, FieldType},
    query::{DashboardQuery, DashboardStats, PeriodStats, ProviderStats},
    telemetry::Span,
};
use std::{cmp::Reverse, collections::BTreeMap};

/// Most rows of the provider table.
const MAX_PROVIDERS: usize = 500;
const NANOS_PER_MINUTE: f64 = 60e9;

pub(super) fn dashboard(rows: &Rows, query: &DashboardQuery) -> StoreResult<DashboardStats> {
    let matcher = Matcher::new(&query.filter)?;
    let period = |range: TimeRange| period_stats(rows.spans_in(range).filter(|span| matcher.matches(*span)), range);
    Ok(DashboardStats { current: period(query.range), previous: period(query.range.previous()) })
}

fn period_stats<'a>(spans: impl Iterator<Item = &'a Span>, range: TimeRange) -> PeriodStats {
    let calls = Calls::of(spans);
    let minutes = range.nanos() as f64 / NANOS_PER_MINUTE;
    PeriodStats {
        total_requests: calls.requests,
        successful_requests: calls.requests - calls.errors,
        failed_requests: calls.errors,
        success_rate: calls.success_rate(),
        requests_per_minute: if minutes > 0.0 { calls.requests as f64 / minutes } else { 0.0 },
        input_tokens: calls.input_tokens,
        output_tokens: calls.output_tokens,
        total_tokens: calls.total_tokens,
        cached_input_tokens: calls.cached_input_tokens,
        total_cost_usd: calls.cost_usd,
        unpriced_requests: calls.unpriced,
        latency_ms: calls.latency.stats(),
        active_users: calls.users.count(),
        active_sessions: calls.sessions.count(),
    }
}

pub(super) fn providers(rows: &Rows, query: &DashboardQuery) -> StoreResult<Vec<ProviderStats>> {
    let matcher = Matcher::new(&query.filter)?;
    let mut groups: BTreeMap<(Option<&str>, Option<&str>), Calls> = BTreeMap::new();
    for span in rows.spans_in(query.range).filter(|span| span.is_request() && matcher.matches(*span)) {
        groups.entry((span.provider.as_deref(), span.model())).or_default().add(span);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    // The unknown last.
    groups.sort_by_key(|((provider, model), calls)| (Reverse(calls.requests), provider.is_none(), *provider, model.is_none()));
    groups.truncate(MAX_PROVIDERS);
    let stats = groups.into_iter().map(|((provider, model), calls)| ProviderStats {
        provider: provider.map(str::to_owned),
        model: model.map(str::to_owned),
        requests: calls.requests,
        errors: calls.errors,
        success_rate: calls.success_rate(),
        input_tokens: calls.input_tokens,
        output_tokens: calls.output_tokens,
        total_tokens: calls.total_tokens,
        cost_usd: calls.cost_usd,
        unpriced_requests: calls.unpriced,
        latency_ms: calls.latency.stats(),
        time_to_first_token_ms: calls.first_token.stats(),
        output_tokens_per_second: calls.output_tokens_per_second(),
    });
    Ok(stats.collect())
}

pub(super) fn field_values<'a, R: FilterRow + 'a>(
    rows: impl Iterator<Item = &'a R>,
    field: &Field,
    matcher: &Matcher,
    limit: usize,
) -> StoreResult<Vec<(String, u64)>> {
    if !matches!(field.field_type(), FieldType::Text | FieldType::TextSet) {
        return Err(StoreError::invalid("field", "expected a text field of this kind of row"));
    }
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for row in rows.filter(|row| matcher.matches(*row)) {
        match row.field(field) {
            Some(FieldValue::Text(text)) => *counts.entry(text.into_owned()).or_default() += 1,
            Some(FieldValue::Set(members)) => members.iter().for_each(|member| *counts.entry(member.clone()).or_default() += 1),
            Some(FieldValue::Json(value)) => *counts.entry(super::text::json_text(value)).or_default() += 1,
            _ => {}
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts.truncate(limit);
    Ok(counts)
}
