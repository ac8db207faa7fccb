//! Metrics of the application: which there are, and their course over time.

use super::{
    cells::Cells,
    engine::{QueryLimits, Session},
    failure::QueryResult,
    filter::filter_expr,
    functions::json_text,
    list::within,
    table::SegmentTable,
};
use crate::Lake;
use datafusion::{
    arrow::datatypes::DataType,
    dataframe::DataFrame,
    functions_aggregate::expr_fn::{count, first_value, max, min, sum},
    logical_expr::{Expr, cast, try_cast},
    prelude::{coalesce, ident, lit, when},
};
use model::{
    ProjectId, StoreError, StoreResult, TimeRange, Timestamp,
    query::{Interval, MetricBucket, MetricName, MetricSeries, MetricSeriesQuery},
    telemetry::{Attributes, MetricType, RowKind},
};
use std::sync::Arc;

/// Most names in one answer.
const MAX_NAMES: usize = 1_000;
/// Most lines of one chart: those with the most points.
const MAX_SERIES: usize = 50;

/// Type and unit are those of the newest point.
pub(crate) async fn names(lake: &Lake, project: ProjectId, range: TimeRange) -> StoreResult<Vec<MetricName>> {
    let table = lake.table(RowKind::Metric, project).await?;
    let work = move |session: Session| async move {
        let newest = |name: &str| first_value(ident(name), vec![ident("timestamp").sort(false, true)]).alias(name);
        let measures = vec![newest("type"), newest("unit"), count(lit(1_i64)).alias("points"), max(ident("timestamp")).alias("last_seen")];
        let frame = session.frame(&table)?.filter(within("timestamp", range))?.aggregate(vec![ident("name")], measures)?;
        let frame = frame.sort(vec![ident("name").sort(true, true)])?.limit(0, Some(MAX_NAMES))?;
        let mut names = Vec::new();
        for batch in frame.collect().await? {
            let cells = Cells(&batch);
            for row in cells.rows() {
                names.push(MetricName {
                    name: cells.text("name", row)?.unwrap_or_default(),
                    metric_type: cells.text("type", row)?.and_then(|name| MetricType::from_name(&name)).unwrap_or_default(),
                    unit: cells.text("unit", row)?,
                    points: cells.count("points", row)?.unwrap_or_default(),
                    last_seen: cells.required_time("last_seen", row)?,
                });
            }
        }
        Ok(names)
    };
    lake.engine().run(QueryLimits::default(), work).await
}

/// What tells lines of a chart apart: service, and tags as stored.
type Line = (Option<String>, Option<String>);

pub(crate) async fn series(lake: &Lake, query: MetricSeriesQuery) -> StoreResult<Vec<MetricSeries>> {
    if query.interval_nanos <= 0 || query.range.nanos() / query.interval_nanos > Interval::MAX_BUCKETS {
        return Err(StoreError::invalid("interval", format!("expected a width that makes at most {} buckets", Interval::MAX_BUCKETS)));
    }
    let table = lake.table(RowKind::Metric, query.project).await?;
    let mut condition = ident("name").eq(lit(query.name.as_str())).and(within("timestamp", query.range));
    if let Some(filter) = filter_expr(&query.filter, RowKind::Metric)? {
        condition = condition.and(filter);
    }
    let work = move |session: Session| async move {
        let lines = largest_lines(points(&session, &table, &condition)?).await?;
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        let mut series: Vec<MetricSeries> = lines.iter().map(|(service, tags)| empty_series(service, tags)).collect();
        let bucket = cast(ident("timestamp"), DataType::Int64) / lit(query.interval_nanos);
        let keys = vec![line_number(&lines)?.alias("line"), bucket.alias("bucket")];
        let frame = points(&session, &table, &condition)?.filter(is_shown(&lines)?)?.aggregate(keys, bucket_measures()?)?;
        for batch in frame.sort(vec![ident("bucket").sort(true, true)])?.collect().await? {
            let cells = Cells(&batch);
            for row in cells.rows() {
                let line = cells.count("line", row)?.unwrap_or_default() as usize;
                let time = cells.integer("bucket", row)?.unwrap_or_default().saturating_mul(query.interval_nanos);
                if let Some(series) = series.get_mut(line) {
                    series.points.push(bucket_of(&cells, row, Timestamp::from_nanos(time))?);
                }
            }
        }
        Ok(series)
    };
    lake.engine().run(QueryLimits::default(), work).await
}

fn points(session: &Session, table: &Arc<SegmentTable>, condition: &Expr) -> QueryResult<DataFrame> {
    Ok(session.frame(table)?.filter(condition.clone())?)
}

async fn largest_lines(points: DataFrame) -> QueryResult<Vec<Line>> {
    let frame = points
        .aggregate(vec![ident("service"), ident("tags")], vec![count(lit(1_i64)).alias("points")])?
        .sort(vec![ident("points").sort(false, true), ident("service").sort(true, true), ident("tags").sort(true, true)])?
        .limit(0, Some(MAX_SERIES))?;
    let mut lines = Vec::new();
    for batch in frame.collect().await? {
        let cells = Cells(&batch);
        for row in cells.rows() {
            lines.push((cells.text("service", row)?, cells.text("tags", row)?));
        }
    }
    Ok(lines)
}

fn empty_series(service: &Option<String>, tags: &Option<String>) -> MetricSeries {
    let tags: Attributes = tags.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    MetricSeries { service: service.clone(), tags, points: Vec::new() }
}

fn is_line((service, tags): &Line) -> Expr {
    let is = |name: &str, value: &Option<String>| match value {
        Some(value) => ident(name).eq(lit(value.as_str())),
        None => ident(name).is_null(),
    };
    is("service", service).and(is("tags", tags))
}

/// The place of a row's line in `lines`; null for the lines beyond the largest.
fn line_number(lines: &[Line]) -> QueryResult<Expr> {
    let mut numbered = lines.iter().zip(0_i64..);
    let Some((first, _)) = numbered.next() else { return Ok(lit(0_i64)) };
    let mut case = when(is_line(first), lit(0_i64));
    for (line, number) in numbered {
        case = case.when(is_line(line), lit(number));
    }
    Ok(case.end()?)
}

fn is_shown(lines: &[Line]) -> QueryResult<Expr> {
    Ok(line_number(lines)?.is_not_null())
}

/// A plain value counts as one observation, a histogram as many.
fn bucket_measures() -> QueryResult<Vec<Expr>> {
    let histogram = |key: &str| try_cast(json_text(ident("histogram"), key), DataType::Float64);
    let weight = when(ident("value").is_not_null(), lit(1.0)).otherwise(coalesce(vec![histogram("count"), lit(0.0)]))?;
    let total = coalesce(vec![ident("value"), histogram("sum")]);
    Ok(vec![
        sum(total.clone()).alias("total"),
        sum(when(total.is_not_null(), weight.clone()).end()?).alias("summed"),
        sum(weight).alias("count"),
        min(coalesce(vec![ident("value"), histogram("min")])).alias("min"),
        max(coalesce(vec![ident("value"), histogram("max")])).alias("max"),
    ])
}

fn bucket_of(cells: &Cells<'_>, row: usize, time: Timestamp) -> QueryResult<MetricBucket> {
    let summed = cells.number("summed", row)?.filter(|summed| *summed > 0.0);
    Ok(MetricBucket {
        time,
        avg: cells.number("total", row)?.zip(summed).map(|(total, summed)| total / summed),
        min: cells.number("min", row)?,
        max: cells.number("max", row)?,
        count: cells.number("count", row)?.unwrap_or_default() as u64,
    })
}
