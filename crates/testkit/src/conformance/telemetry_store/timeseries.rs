//! Requests over time.

use super::subject::{Subject, ok};
use crate::fixtures::{at, cost, hour, llm_span};
use model::{
    StoreError, TimeRange,
    filter::Filter,
    query::{GroupBy, Interval, TimeseriesBucket, TimeseriesQuery},
    telemetry::Status,
    time::NANOS_PER_SECOND,
};

fn by_minute(subject: &Subject, range: TimeRange) -> TimeseriesQuery {
    TimeseriesQuery {
        project: subject.project,
        range,
        filter: Filter::All,
        interval: Interval { nanos: 60 * NANOS_PER_SECOND },
        group_by: None,
        max_series: 10,
    }
}

pub(super) async fn empty_buckets_are_present(subject: &Subject) {
    let empty = ok(subject.store.timeseries(by_minute(subject, hour())).await);
    assert_eq!(empty.interval_seconds, 60);
    assert_eq!(empty.series.len(), 1, "one series without grouping, also without rows");
    let expected: Vec<_> = (0..60).map(|minute| TimeseriesBucket::empty(at(minute * 60))).collect();
    assert_eq!(empty.series[0].buckets, expected);
    subject.spans(vec![llm_span(61)]).await;
    let buckets = &ok(subject.store.timeseries(by_minute(subject, hour())).await).series[0].buckets;
    assert_eq!(buckets.len(), 60);
    assert_eq!(buckets.iter().map(|bucket| bucket.requests).sum::<u64>(), 1);
    assert_eq!((buckets[0].clone(), buckets[1].requests), (TimeseriesBucket::empty(at(0)), 1));
}

pub(super) async fn sums_fall_into_their_bucket(subject: &Subject) {
    let mut failed = llm_span(65);
    failed.status = Status::Error;
    failed.usage = Default::default();
    failed.cost = Default::default();
    failed.duration_ms = None;
    subject.spans(vec![llm_span(59), llm_span(60)]).await;
    subject.spans(vec![failed, llm_span(119), llm_span(120)]).await;
    // The range begins and ends inside buckets: they are shown with what the range holds of them.
    let range = TimeRange { from: at(30), to: at(120) };
    let series = ok(subject.store.timeseries(by_minute(subject, range)).await).series;
    let buckets = &series[0].buckets;
    assert_eq!(series[0].group, None);
    assert_eq!(buckets.iter().map(|bucket| (bucket.time, bucket.requests)).collect::<Vec<_>>(), [(at(0), 1), (at(60), 3)]);
    let second = &buckets[1];
    assert_eq!((second.errors, second.input_tokens, second.output_tokens, second.total_tokens), (1, Some(200), Some(40), Some(240)));
    assert_eq!((second.cost_usd, second.unpriced_requests), (cost(900).total_usd, 1));
    assert_eq!(second.latency_ms.avg, Some(1_000.0));
}

pub(super) async fn groups_are_ranked_and_the_rest_is_other(subject: &Subject) {
    let mut spans = Vec::new();
    for (number, environment) in (1..).zip(["a", "b", "b", "b", "c", "c", "c", "c", "d"]) {
        let mut span = llm_span(number);
        span.environment = Some(environment.into());
        spans.push(span);
    }
    spans.push(llm_span(20));
    spans.push(llm_span(21));
    subject.spans(spans).await;
    let grouped = |max_series| TimeseriesQuery { group_by: Some(GroupBy::Environment), max_series, ..by_minute(subject, hour()) };
    let totals = async |query| {
        let series = ok(subject.store.timeseries(query).await).series;
        assert!(series.iter().all(|series| series.buckets.len() == 60), "every series has every bucket");
        let total = |buckets: &[TimeseriesBucket]| buckets.iter().map(|bucket| bucket.requests).sum::<u64>();
        series.iter().map(|series| (series.group.clone(), total(&series.buckets))).collect::<Vec<_>>()
    };
    let all = totals(grouped(10)).await;
    let named = |name: &str, count| (Some(name.to_owned()), count);
    assert_eq!(all[..3], [named("c", 4), named("b", 3), (None, 2)], "largest first; rows without a value are a group");
    assert_eq!(all.len(), 5);
    assert_eq!(totals(grouped(2)).await, [named("c", 4), named("b", 3), named("other", 4)]);
}

pub(super) async fn too_many_buckets_are_refused(subject: &Subject) {
    let answer = subject.store.timeseries(by_minute(subject, TimeRange::ALL)).await;
    assert!(matches!(answer, Err(StoreError::Invalid { .. })), "{:?}", answer.map(|series| series.series.len()));
}
