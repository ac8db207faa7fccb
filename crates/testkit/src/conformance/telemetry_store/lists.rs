//! Order, pages, ranges, and the wall between projects.

use super::subject::{Subject, ok};
use crate::fixtures::{at, fresh, gauge, hour, llm_span, log, span_id, trace_id};
use model::{
    ProjectId, SpanId, TimeRange,
    filter::Filter,
    query::{Interval, ListQuery, MetricSeriesQuery, TimeseriesQuery, span_tie},
    telemetry::{RowBatch, RowKind, Status},
};

pub(super) async fn spans_are_newest_first(subject: &Subject) {
    subject.spans(vec![llm_span(2), llm_span(5)]).await;
    subject.spans(vec![llm_span(4), llm_span(1), llm_span(3)]).await;
    assert_eq!(ids(subject, subject.list()).await, [5, 4, 3, 2, 1].map(span_id));
}

async fn ids(subject: &Subject, query: ListQuery) -> Vec<SpanId> {
    ok(subject.store.list_spans(query).await).items.into_iter().map(|span| span.span_id).collect()
}

pub(super) async fn pages_have_no_gaps_and_no_repeats(subject: &Subject) {
    for numbers in [[1, 9, 4], [2, 8, 5], [3, 7, 6]] {
        subject.spans(numbers.map(llm_span).to_vec()).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), None);
    for expected in [4, 4, 1] {
        let page = ok(subject.store.list_spans(subject.page(4, cursor)).await);
        assert_eq!(page.items.len(), expected);
        seen.extend(page.items.into_iter().map(|span| span.span_id));
        cursor = page.next_cursor;
    }
    assert_eq!(cursor, None, "no page follows the last");
    assert_eq!(seen, [9, 8, 7, 6, 5, 4, 3, 2, 1].map(span_id));
}

pub(super) async fn rows_of_one_moment_page_too(subject: &Subject) {
    let twin = |number: u32| {
        let mut span = llm_span(number);
        span.start_time = at(30);
        span
    };
    subject.spans(vec![twin(1), twin(4), twin(2)]).await;
    subject.spans(vec![twin(5), twin(3)]).await;
    let (mut seen, mut cursor) = (Vec::new(), None);
    for _ in 0..5 {
        let page = ok(subject.store.list_spans(subject.page(1, cursor)).await);
        seen.extend(page.items.into_iter().map(|span| (span_tie(span.trace_id, span.span_id), span.span_id)));
        cursor = page.next_cursor;
    }
    assert_eq!(cursor, None);
    assert_eq!(seen.iter().map(|(_, span)| *span).collect::<Vec<_>>(), [5, 4, 3, 2, 1].map(span_id), "by id, descending");
}

pub(super) async fn a_page_cursor_survives_its_text_form(subject: &Subject) {
    subject.spans(vec![llm_span(1), llm_span(2)]).await;
    let cursor = ok(subject.store.list_spans(subject.page(1, None)).await).next_cursor;
    let read_back = cursor.and_then(|cursor| cursor.to_string().parse().ok());
    assert!(read_back.is_some());
    assert_eq!(ids(subject, subject.page(1, read_back)).await, [span_id(1)]);
}

pub(super) async fn the_range_has_its_start_and_not_its_end(subject: &Subject) {
    subject.spans(vec![llm_span(10), llm_span(20), llm_span(30)]).await;
    subject.logs(vec![log(10), log(20), log(30)]).await;
    subject.metrics(vec![gauge("queue", 10, 1.0), gauge("queue", 20, 1.0), gauge("queue", 30, 1.0)]).await;
    let range = TimeRange { from: at(10), to: at(30) };
    let query = || ListQuery { range, ..subject.list() };
    assert_eq!(ids(subject, query()).await, [20, 10].map(span_id));
    assert_eq!(ok(subject.store.list_traces(query()).await).items.len(), 2, "traces");
    assert_eq!(ok(subject.store.list_logs(query()).await).items.len(), 2, "logs");
    assert_eq!(ok(subject.store.list_metrics(query()).await).items.len(), 2, "metric points");
    assert_eq!(ok(subject.store.dashboard(subject.period(range, "")).await).current.total_requests, 2, "dashboard");
    assert_eq!(ok(subject.store.metric_names(subject.project, range).await)[0].points, 2, "metric names");
    assert_eq!(ids(subject, ListQuery { range: TimeRange::ALL, ..subject.list() }).await.len(), 3, "all times");
}

pub(super) async fn projects_do_not_see_each_other(subject: &Subject) {
    let mut mine = llm_span(1);
    mine.session_id = Some("session".into());
    mine.user_id = Some("user".into());
    mine.status = Status::Error;
    subject
        .commit(RowBatch {
            spans: vec![fresh(mine.clone())],
            logs: vec![fresh(log(1))],
            metrics: vec![fresh(gauge("queue", 1, 1.0))],
            ..RowBatch::new(subject.project)
        })
        .await;
    assert_reads_nothing(subject, ProjectId::generate()).await;
}

pub(super) async fn an_empty_store_answers_everything(subject: &Subject) {
    assert_reads_nothing(subject, subject.project).await;
}

async fn assert_reads_nothing(subject: &Subject, project: ProjectId) {
    let store = &subject.store;
    let list = || ListQuery { project, ..subject.list() };
    let period = || model::query::DashboardQuery { project, ..subject.period(hour(), "") };
    assert_eq!(ok(store.list_spans(list()).await).items, []);
    assert_eq!(ok(store.list_traces(list()).await).items, []);
    assert_eq!(ok(store.trace(project, trace_id(1), None, 10).await), None);
    assert_eq!(ok(store.span(project, trace_id(1), span_id(1)).await), None);
    assert_eq!(ok(store.list_logs(list()).await).items, []);
    assert_eq!(ok(store.list_metrics(list()).await).items, []);
    assert_eq!(ok(store.metric_names(project, hour()).await), []);
    let series = MetricSeriesQuery { project, range: hour(), filter: Filter::All, name: "queue".into(), interval_nanos: 60_000_000_000 };
    assert_eq!(ok(store.metric_series(series).await), []);
    assert_eq!(ok(store.list_sessions(list()).await).items, []);
    assert_eq!(ok(store.list_users(list()).await).items, []);
    let dashboard = ok(store.dashboard(period()).await);
    assert_eq!(dashboard.current, model::query::PeriodStats::default());
    let timeseries = TimeseriesQuery {
        project,
        range: hour(),
        filter: Filter::All,
        interval: Interval { nanos: 60_000_000_000 },
        group_by: None,
        max_series: 10,
    };
    let series = ok(store.timeseries(timeseries).await).series;
    assert!(series.iter().flat_map(|series| &series.buckets).all(|bucket| bucket.requests == 0));
    assert_eq!(ok(store.providers(period()).await), []);
    assert_eq!(ok(store.errors(period(), 10).await), []);
    assert_eq!(ok(store.field_values(project, RowKind::Span, "name", hour(), Filter::All, 10).await), []);
}
