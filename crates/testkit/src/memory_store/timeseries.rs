//! Requests over time, split by a field.

use super::{calls::Calls, filter::Matcher, table::Rows};
use model::{
    StoreError, StoreResult, TimeRange, Timestamp,
    query::{GroupBy, Interval, Timeseries, TimeseriesBucket, TimeseriesQuery, TimeseriesSeries},
    telemetry::Span,
    time::NANOS_PER_SECOND,
};
use std::{cmp::Reverse, collections::BTreeMap};

/// The name of the series that sums what has no series of its own.
const OTHER: &str = "other";

pub(super) fn timeseries(rows: &Rows, query: &TimeseriesQuery) -> StoreResult<Timeseries> {
    let matcher = Matcher::new(&query.filter)?;
    let times = bucket_times(query.range, query.interval)?;
    let mut groups: BTreeMap<Option<String>, Vec<&Span>> = BTreeMap::new();
    if query.group_by.is_none() {
        groups.insert(None, Vec::new());
    }
    for span in rows.spans_in(query.range).filter(|span| span.is_request() && matcher.matches(*span)) {
        groups.entry(query.group_by.and_then(|group_by| group_of(span, group_by))).or_default().push(span);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    // The unknown last.
    groups.sort_by_key(|(group, spans)| (Reverse(spans.len()), group.is_none()));
    if groups.len() > query.max_series {
        let rest = groups.split_off(query.max_series).into_iter().flat_map(|(_, spans)| spans).collect();
        groups.push((Some(OTHER.to_owned()), rest));
    }
    let series = groups.into_iter().map(|(group, spans)| TimeseriesSeries { group, buckets: buckets(&times, query.interval, &spans) });
    Ok(Timeseries { interval_seconds: query.interval.nanos / NANOS_PER_SECOND, series: series.collect() })
}

/// Starts of every bucket that overlaps the range.
fn bucket_times(range: TimeRange, interval: Interval) -> StoreResult<Vec<Timestamp>> {
    if interval.nanos <= 0 || range.nanos() / interval.nanos > Interval::MAX_BUCKETS {
        let message = format!("expected at most {} buckets: take a wider interval or a shorter range", Interval::MAX_BUCKETS);
        return Err(StoreError::invalid("interval", message));
    }
    let first = range.from.floor_to(interval.nanos);
    let starts = std::iter::successors(Some(first), |time| Some(time.saturating_add_nanos(interval.nanos)));
    Ok(starts.take_while(|time| *time < range.to).collect())
}

fn buckets(times: &[Timestamp], interval: Interval, spans: &[&Span]) -> Vec<TimeseriesBucket> {
    let mut by_time: BTreeMap<Timestamp, Calls> = BTreeMap::new();
    spans.iter().for_each(|span| by_time.entry(span.start_time.floor_to(interval.nanos)).or_default().add(span));
    let bucket = |time: &Timestamp| match by_time.get(time) {
        None => TimeseriesBucket::empty(*time),
        Some(calls) => TimeseriesBucket {
            time: *time,
            requests: calls.requests,
            errors: calls.errors,
            input_tokens: calls.input_tokens,
            output_tokens: calls.output_tokens,
            total_tokens: calls.total_tokens,
            cost_usd: calls.cost_usd,
            unpriced_requests: calls.unpriced,
            latency_ms: calls.latency.stats(),
        },
    };
    times.iter().map(bucket).collect()
}

fn group_of(span: &Span, group_by: GroupBy) -> Option<String> {
    match group_by {
        GroupBy::Provider => span.provider.clone(),
        GroupBy::Model => span.model().map(str::to_owned),
        GroupBy::Status => Some(span.status.as_str().to_owned()),
        GroupBy::Kind => Some(span.kind.as_str().to_owned()),
        GroupBy::Environment => span.environment.clone(),
        GroupBy::Service => span.service.clone(),
        GroupBy::User => span.user_id.clone(),
        GroupBy::Session => span.session_id.clone(),
        GroupBy::Agent => span.agent.clone(),
        GroupBy::PromptName => span.prompt_name.clone(),
        GroupBy::ErrorType => span.error_type.clone(),
    }
}
