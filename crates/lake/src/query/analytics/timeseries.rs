//! Requests over time, split by a field.

use super::requests;
use crate::{
    Lake,
    query::{
        engine::{QueryLimits, Session},
        failure::QueryResult,
        sums::{BySeries, ByValue, Measures, Requests, Wanted},
    },
};
use model::{
    StoreError, StoreResult, Timestamp,
    query::{GroupBy, Interval, Timeseries, TimeseriesBucket, TimeseriesQuery, TimeseriesSeries},
    time::NANOS_PER_SECOND,
};
use std::cmp::Reverse;

/// Most series of one chart.
const MAX_SERIES: usize = 100;
/// The series that sums up all groups beyond the largest.
const OTHER: &str = "other";

pub(crate) async fn timeseries(lake: &Lake, query: TimeseriesQuery) -> StoreResult<Timeseries> {
    let times = bucket_starts(&query)?;
    let requests = requests(lake, query.project, &query.filter).await?;
    let work = move |session: Session| async move {
        let groups = match query.group_by {
            None => vec![None],
            Some(group_by) => largest_groups(&session, &requests, &query, group_by).await?,
        };
        let series = filled(&session, &requests, &query, groups, &times).await?;
        Ok(Timeseries { interval_seconds: query.interval.nanos / NANOS_PER_SECOND, series })
    };
    lake.engine().run(QueryLimits::default(), work).await
}

/// The start of every bucket that the range touches.
fn bucket_starts(query: &TimeseriesQuery) -> StoreResult<Vec<Timestamp>> {
    let width = query.interval.nanos;
    if width <= 0 || query.range.nanos() / width > Interval::MAX_BUCKETS {
        let message = format!("expected at most {} buckets: take a wider interval or a shorter range", Interval::MAX_BUCKETS);
        return Err(StoreError::invalid("interval", message));
    }
    let first = query.range.from.floor_to(width);
    let starts = std::iter::successors(Some(first), |time| Some(time.saturating_add_nanos(width)));
    Ok(starts.take_while(|time| *time < query.range.to).collect())
}

/// The groups that get a series of their own: most requests first, then by name, the unknown last.
async fn largest_groups(
    session: &Session,
    requests: &Requests,
    query: &TimeseriesQuery,
    group_by: GroupBy,
) -> QueryResult<Vec<Option<String>>> {
    let sums = requests.sums(session, query.range, None, &ByValue(group_by), Wanted::REQUESTS).await?;
    let mut groups: Vec<_> = sums.into_iter().map(|((group, _), sums)| (Reverse(sums.requests()), group.is_none(), group)).collect();
    groups.sort_unstable();
    groups.truncate(query.max_series.clamp(1, MAX_SERIES));
    Ok(groups.into_iter().map(|(_, _, group)| group).collect())
}

/// One series per group, then the others' where there are any, with every bucket present.
async fn filled(
    session: &Session,
    requests: &Requests,
    query: &TimeseriesQuery,
    groups: Vec<Option<String>>,
    times: &[Timestamp],
) -> QueryResult<Vec<TimeseriesSeries>> {
    let by_series = BySeries { group_by: query.group_by, groups: &groups };
    let sums = requests.sums(session, query.range, Some(query.interval.nanos), &by_series, Wanted::NUMBERS).await?;
    let has_others = sums.keys().any(|(series, _)| *series == groups.len());
    let names = groups.into_iter().chain(has_others.then(|| Some(OTHER.to_owned())));
    let bucket = |series, time| sums.get(&(series, time)).map_or_else(|| TimeseriesBucket::empty(time), |sums| bucket_of(time, sums));
    Ok(names
        .enumerate()
        .map(|(series, group)| TimeseriesSeries { group, buckets: times.iter().map(|time| bucket(series, *time)).collect() })
        .collect())
}

fn bucket_of(time: Timestamp, sums: &Measures) -> TimeseriesBucket {
    TimeseriesBucket {
        time,
        requests: sums.requests(),
        errors: sums.errors(),
        input_tokens: sums.input_tokens(),
        output_tokens: sums.output_tokens(),
        total_tokens: sums.total_tokens(),
        cost_usd: sums.cost(),
        unpriced_requests: sums.unpriced(),
        latency_ms: sums.latency(),
    }
}
