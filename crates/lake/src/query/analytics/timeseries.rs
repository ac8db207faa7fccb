//! Requests over time, split by a field.

use super::requests;
use crate::{
    Lake,
    query::{
        cells::Cells,
        engine::{QueryLimits, Session},
        failure::QueryResult,
        filter::{filter_expr, model_expr},
        measures::request_measures,
        table::SegmentTable,
    },
};
use datafusion::{
    arrow::datatypes::DataType,
    functions_aggregate::expr_fn::count,
    logical_expr::{Expr, cast},
    prelude::{ident, lit, when},
};
use model::{
    StoreError, StoreResult, Timestamp,
    query::{GroupBy, Interval, Timeseries, TimeseriesBucket, TimeseriesQuery, TimeseriesSeries},
    telemetry::RowKind,
    time::NANOS_PER_SECOND,
};
use std::{collections::BTreeMap, sync::Arc};

/// Most series of one chart.
const MAX_SERIES: usize = 100;
/// The series that sums up all groups beyond the largest.
const OTHER: &str = "other";

pub(crate) async fn timeseries(lake: &Lake, query: TimeseriesQuery) -> StoreResult<Timeseries> {
    let times = bucket_starts(&query)?;
    let table = lake.table(RowKind::Span, query.project).await?;
    let filter = filter_expr(&query.filter, RowKind::Span)?;
    let work = move |session: Session| async move {
        let groups = match query.group_by {
            None => vec![None],
            Some(group_by) => largest_groups(&session, &table, &query, group_by, filter.clone()).await?,
        };
        let series = filled(&session, &table, &query, filter, groups, &times).await?;
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

fn group_expr(group_by: GroupBy) -> Expr {
    match group_by {
        GroupBy::Provider => ident("provider"),
        GroupBy::Model => model_expr(),
        GroupBy::Status => ident("status"),
        GroupBy::Kind => ident("kind"),
        GroupBy::Environment => ident("environment"),
        GroupBy::Service => ident("service"),
        GroupBy::User => ident("user_id"),
        GroupBy::Session => ident("session_id"),
        GroupBy::Agent => ident("agent"),
        GroupBy::PromptName => ident("prompt_name"),
        GroupBy::ErrorType => ident("error_type"),
    }
}

/// The groups that get a series of their own, most requests first.
async fn largest_groups(
    session: &Session,
    table: &Arc<SegmentTable>,
    query: &TimeseriesQuery,
    group_by: GroupBy,
    filter: Option<Expr>,
) -> QueryResult<Vec<Option<String>>> {
    let frame = requests(session, table, query.range, filter)?
        .aggregate(vec![group_expr(group_by).alias("group")], vec![count(lit(1_i64)).alias("requests")])?
        .sort(vec![ident("requests").sort(false, true), ident("group").sort(true, false)])?
        .limit(0, Some(query.max_series.clamp(1, MAX_SERIES)))?;
    let mut groups = Vec::new();
    for batch in frame.collect().await? {
        let cells = Cells(&batch);
        for row in cells.rows() {
            groups.push(cells.text("group", row)?);
        }
    }
    Ok(groups)
}

/// One series per group, then the others' where there are any, with every bucket present.
async fn filled(
    session: &Session,
    table: &Arc<SegmentTable>,
    query: &TimeseriesQuery,
    filter: Option<Expr>,
    groups: Vec<Option<String>>,
    times: &[Timestamp],
) -> QueryResult<Vec<TimeseriesSeries>> {
    let width = query.interval.nanos;
    // Starts are after the year 2000, so the division rounds down.
    let bucket = cast(ident("start_time"), DataType::Int64) / lit(width);
    let keys = vec![bucket.alias("bucket"), series_number(query.group_by, &groups)?.alias("series")];
    let frame = requests(session, table, query.range, filter)?.aggregate(keys, request_measures()?)?;
    let mut found: BTreeMap<(usize, Timestamp), TimeseriesBucket> = BTreeMap::new();
    for batch in frame.collect().await? {
        let cells = Cells(&batch);
        for row in cells.rows() {
            let series = cells.count("series", row)?.unwrap_or_default() as usize;
            let time = Timestamp::from_nanos(cells.integer("bucket", row)?.unwrap_or_default().saturating_mul(width));
            found.insert((series, time), bucket_of(&cells, row, time)?);
        }
    }
    let has_others = found.keys().any(|(series, _)| *series == groups.len());
    let names = groups.into_iter().chain(has_others.then(|| Some(OTHER.to_owned())));
    Ok(names
        .enumerate()
        .map(|(series, group)| TimeseriesSeries {
            group,
            buckets: times.iter().map(|time| found.remove(&(series, *time)).unwrap_or_else(|| TimeseriesBucket::empty(*time))).collect(),
        })
        .collect())
}

/// The place of a row's group in `groups`, or its length for the others.
fn series_number(group_by: Option<GroupBy>, groups: &[Option<String>]) -> QueryResult<Expr> {
    let Some(group_by) = group_by else { return Ok(lit(0_i64)) };
    let group = group_expr(group_by);
    let is = |name: &Option<String>| match name {
        Some(name) => group.clone().eq(lit(name.as_str())),
        None => group.clone().is_null(),
    };
    let mut numbered = groups.iter().zip(0_i64..);
    let Some((first, _)) = numbered.next() else { return Ok(lit(0_i64)) };
    let mut case = when(is(first), lit(0_i64));
    for (name, number) in numbered {
        case = case.when(is(name), lit(number));
    }
    Ok(case.otherwise(lit(groups.len() as i64))?)
}

fn bucket_of(cells: &Cells<'_>, row: usize, time: Timestamp) -> QueryResult<TimeseriesBucket> {
    let requests = cells.count("requests", row)?.unwrap_or_default();
    Ok(TimeseriesBucket {
        time,
        requests,
        errors: cells.count("errors", row)?.unwrap_or_default(),
        input_tokens: cells.count("input_tokens", row)?,
        output_tokens: cells.count("output_tokens", row)?,
        total_tokens: cells.count("total_tokens", row)?,
        cost_usd: cells.money("cost_usd", row)?,
        unpriced_requests: requests - cells.count("priced", row)?.unwrap_or_default(),
        latency_ms: cells.latency("duration_avg", "duration_sketch", row)?,
    })
}
