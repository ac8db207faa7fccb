//! Metric names, and metrics over time.

use super::{filter::Matcher, table::Rows};
use model::{
    StoreError, StoreResult, TimeRange, Timestamp,
    query::{MetricBucket, MetricName, MetricSeries, MetricSeriesQuery},
    telemetry::MetricPoint,
};
use std::{cmp::Reverse, collections::BTreeMap};

/// Most names in one answer.
const MAX_NAMES: usize = 1_000;
/// Most lines in one chart.
const MAX_SERIES: usize = 50;

/// Type and unit are those of the newest point.
pub(super) fn names(rows: &Rows, range: TimeRange) -> Vec<MetricName> {
    let mut names: BTreeMap<&str, MetricName> = BTreeMap::new();
    for (_, point) in rows.metrics().filter(|(_, point)| range.contains(point.timestamp)) {
        let fresh = || MetricName {
            name: point.name.clone(),
            metric_type: point.metric_type,
            unit: point.unit.clone(),
            points: 0,
            last_seen: point.timestamp,
        };
        let name = names.entry(&point.name).or_insert_with(fresh);
        let points = name.points + 1;
        if point.timestamp >= name.last_seen {
            *name = fresh();
        }
        name.points = points;
    }
    names.into_values().take(MAX_NAMES).collect()
}

/// Series with the most points first.
pub(super) fn series(rows: &Rows, query: &MetricSeriesQuery) -> StoreResult<Vec<MetricSeries>> {
    let matcher = Matcher::new(&query.filter)?;
    if query.interval_nanos <= 0 {
        return Err(StoreError::invalid("interval", "expected a positive interval"));
    }
    // Tags hold JSON values, which have no order: their text stands for them in the key.
    let mut groups: BTreeMap<(Option<&str>, String), Vec<&MetricPoint>> = BTreeMap::new();
    for (_, point) in rows.metrics() {
        if point.name == query.name && query.range.contains(point.timestamp) && matcher.matches(point) {
            let tags = serde_json::to_string(&point.tags).map_err(StoreError::internal)?;
            groups.entry((point.service.as_deref(), tags)).or_default().push(point);
        }
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|points| Reverse(points.len()));
    groups.truncate(MAX_SERIES);
    let series = groups.into_iter().filter_map(|points| {
        let first = points.first()?;
        Some(MetricSeries { service: first.service.clone(), tags: first.tags.clone(), points: buckets(&points, query.interval_nanos) })
    });
    Ok(series.collect())
}

fn buckets(points: &[&MetricPoint], interval_nanos: i64) -> Vec<MetricBucket> {
    let mut by_time: BTreeMap<Timestamp, Vec<&MetricPoint>> = BTreeMap::new();
    points.iter().for_each(|point| by_time.entry(point.timestamp.floor_to(interval_nanos)).or_default().push(point));
    by_time.into_iter().map(|(time, points)| bucket(time, &points)).collect()
}

/// A plain value counts as one observation, a histogram as many.
fn bucket(time: Timestamp, points: &[&MetricPoint]) -> MetricBucket {
    let (mut sum, mut summed, mut count) = (0.0, 0, 0);
    let (mut lows, mut highs) = (Vec::new(), Vec::new());
    for point in points {
        if let Some(value) = point.value {
            sum += value;
            summed += 1;
            count += 1;
            lows.push(value);
            highs.push(value);
        } else if let Some(histogram) = &point.histogram {
            count += histogram.count;
            if let Some(total) = histogram.sum {
                sum += total;
                summed += histogram.count;
            }
            lows.extend(histogram.min);
            highs.extend(histogram.max);
        }
    }
    MetricBucket {
        time,
        avg: (summed > 0).then(|| sum / summed as f64),
        min: lows.into_iter().min_by(f64::total_cmp),
        max: highs.into_iter().max_by(f64::total_cmp),
        count,
    }
}
