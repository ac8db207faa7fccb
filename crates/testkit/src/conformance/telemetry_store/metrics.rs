//! Metric points, their names, and charts of them.

use super::subject::{Subject, ok, read_filter};
use crate::fixtures::{at, attributes, gauge, histogram, hour};
use model::{
    query::{MetricBucket, MetricSeriesQuery},
    telemetry::{MetricPoint, MetricType, RowKind},
    time::NANOS_PER_SECOND,
};
use serde_json::json;

pub(super) async fn a_full_point_comes_back(subject: &Subject) {
    let bare = MetricPoint { unit: None, service: None, ..gauge("queue", 1, 0.0) };
    subject.metrics(vec![histogram("latency", 2), bare.clone()]).await;
    assert_eq!(ok(subject.store.list_metrics(subject.list()).await).items, [histogram("latency", 2), bare]);
}

pub(super) async fn filters_and_order(subject: &Subject) {
    let tagged = MetricPoint { tags: attributes(json!({"route": "/B", "code": 500})), ..gauge("latency", 3, 9.5) };
    subject.metrics(vec![gauge("queue", 1, 3.0), tagged]).await;
    subject.metrics(vec![gauge("queue", 2, 4.0)]).await;
    let found = async |filter: &str| {
        let page = ok(subject.store.list_metrics(subject.matching(RowKind::Metric, filter)).await);
        page.items.into_iter().map(|point| point.value).collect::<Vec<_>>()
    };
    assert_eq!(found("").await, [Some(9.5), Some(4.0), Some(3.0)]);
    assert_eq!(found("name:queue").await, [Some(4.0), Some(3.0)]);
    assert_eq!(found("value>3 value<9").await, [Some(4.0)]);
    assert_eq!(found("tags.route:/b").await, [Some(9.5)]);
    assert_eq!(found("attr.code>=500").await, [Some(9.5)]);
}

pub(super) async fn names_are_listed(subject: &Subject) {
    subject.metrics(vec![gauge("queue", 5, 3.0), histogram("latency", 2)]).await;
    subject.metrics(vec![gauge("queue", 4, 4.0)]).await;
    let names = ok(subject.store.metric_names(subject.project, hour()).await);
    let listed: Vec<_> = names.iter().map(|name| (name.name.as_str(), name.metric_type, name.points, name.last_seen)).collect();
    assert_eq!(listed, [("latency", MetricType::Histogram, 1, at(2)), ("queue", MetricType::Gauge, 2, at(5))]);
    assert_eq!(names[1].unit.as_deref(), Some("ms"));
}

fn by_minute(subject: &Subject, name: &str, filter: &str) -> MetricSeriesQuery {
    MetricSeriesQuery {
        project: subject.project,
        range: hour(),
        filter: read_filter(filter, RowKind::Metric),
        name: name.into(),
        interval_nanos: 60 * NANOS_PER_SECOND,
    }
}

pub(super) async fn series_split_by_service_and_tags(subject: &Subject) {
    let other = |number, value| MetricPoint { tags: attributes(json!({"route": "/a"})), ..gauge("queue", number, value) };
    subject.metrics(vec![gauge("queue", 1, 3.0), gauge("queue", 2, 5.0), other(61, 7.0), gauge("unrelated", 1, 1.0)]).await;
    subject.metrics(vec![gauge("queue", 130, 6.0)]).await;
    let series = ok(subject.store.metric_series(by_minute(subject, "queue", "")).await);
    assert_eq!(series.len(), 2);
    let bucket = |time, avg, min, max, count| MetricBucket { time, avg: Some(avg), min: Some(min), max: Some(max), count };
    let plain = series.iter().find(|series| series.tags.is_empty()).map(|series| series.points.clone());
    assert_eq!(plain, Some(vec![bucket(at(0), 4.0, 3.0, 5.0, 2), bucket(at(120), 6.0, 6.0, 6.0, 1)]));
    let tagged = series.iter().find(|series| !series.tags.is_empty());
    assert_eq!(
        tagged.map(|series| (series.service.clone(), series.points.clone())),
        Some((Some("shop".into()), vec![bucket(at(60), 7.0, 7.0, 7.0, 1)]))
    );
    let filtered = ok(subject.store.metric_series(by_minute(subject, "queue", "tags.route:/a")).await);
    assert_eq!(filtered.len(), 1);
}

pub(super) async fn histograms_are_summed(subject: &Subject) {
    subject.metrics(vec![histogram("latency", 1), histogram("latency", 2)]).await;
    let series = ok(subject.store.metric_series(by_minute(subject, "latency", "")).await);
    let expected = MetricBucket { time: at(0), avg: Some(2.5), min: Some(1.0), max: Some(5.0), count: 8 };
    assert_eq!(series.into_iter().map(|series| series.points).collect::<Vec<_>>(), [vec![expected]]);
}
