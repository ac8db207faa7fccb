//! The same questions to both stores.

use super::steps::{FILTERS, MINUTE, ORIGIN};
use model::{
    ProjectId, StoreResult, TimeRange, Timestamp,
    filter::parse,
    ports::TelemetryStore,
    query::{CostGroup, CostQuery, DashboardQuery, GroupBy, Interval, ListQuery, SqlLimits, SqlQuery, TimeseriesQuery},
    telemetry::{RowKind, SpanSummary},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Rows of one page, so that every list has several.
const PAGE: usize = 4;

/// A range with everything, and one with an uneven part of it.
fn ranges() -> [TimeRange; 2] {
    let at = |minutes: i64, nanos: i64| Timestamp::from_nanos(ORIGIN + minutes * MINUTE + nanos);
    [TimeRange { from: at(-600, 0), to: at(600, 0) }, TimeRange { from: at(-25, 11), to: at(93, 1) }]
}

/// One question about everything, and every detail.
pub(super) async fn ask(
    lake: &dyn TelemetryStore,
    model: &dyn TelemetryStore,
    project: ProjectId,
    question: usize,
) -> Result<(), TestCaseError> {
    let [everything, _] = ranges();
    compare_lists(lake, model, project, everything, FILTERS[question]).await?;
    compare_sums(lake, model, project, everything, FILTERS[question]).await?;
    compare_details(lake, model, project).await
}

pub(super) async fn compare(lake: &dyn TelemetryStore, model: &dyn TelemetryStore, project: ProjectId) -> Result<(), TestCaseError> {
    for range in ranges() {
        for filter in FILTERS {
            compare_lists(lake, model, project, range, filter).await?;
            compare_sums(lake, model, project, range, filter).await?;
        }
    }
    compare_details(lake, model, project).await
}

async fn compare_lists(
    lake: &dyn TelemetryStore,
    model: &dyn TelemetryStore,
    project: ProjectId,
    range: TimeRange,
    filter: &str,
) -> Result<(), TestCaseError> {
    let query = |kind| ListQuery { project, range, filter: parse(filter, kind).unwrap(), limit: PAGE, cursor: None };
    let spans = all_spans(lake, query(RowKind::Span)).await.unwrap();
    prop_assert_eq!(&spans, &all_spans(model, query(RowKind::Span)).await.unwrap(), "spans {} in {:?}", filter, range);
    let distinct: BTreeSet<_> = spans.iter().map(|span| (span.trace_id, span.span_id)).collect();
    prop_assert_eq!(distinct.len(), spans.len(), "a span twice: {}", filter);
    let mut query = query(RowKind::Span);
    query.limit = 1_000;
    prop_assert_eq!(
        lake.list_traces(query.clone()).await.unwrap(),
        model.list_traces(query.clone()).await.unwrap(),
        "traces {} in {:?}",
        filter,
        range
    );
    prop_assert_eq!(
        lake.list_sessions(query.clone()).await.unwrap(),
        model.list_sessions(query.clone()).await.unwrap(),
        "sessions {}",
        filter
    );
    prop_assert_eq!(lake.list_users(query.clone()).await.unwrap(), model.list_users(query).await.unwrap(), "users {}", filter);
    if let Ok(filter) = parse(filter, RowKind::Log) {
        let query = ListQuery { project, range, filter, limit: 1_000, cursor: None };
        let sorted = |page: model::query::LogPage| {
            let mut logs: Vec<String> = page.items.iter().map(|log| format!("{log:?}")).collect();
            logs.sort();
            logs
        };
        prop_assert_eq!(sorted(lake.list_logs(query.clone()).await.unwrap()), sorted(model.list_logs(query).await.unwrap()));
    }
    Ok(())
}

/// Page after page.
async fn all_spans(store: &dyn TelemetryStore, mut query: ListQuery) -> StoreResult<Vec<SpanSummary>> {
    let mut spans = Vec::new();
    loop {
        let page = store.list_spans(query.clone()).await?;
        spans.extend(page.items);
        let Some(cursor) = page.next_cursor else { return Ok(spans) };
        query.cursor = Some(cursor);
    }
}

async fn compare_sums(
    lake: &dyn TelemetryStore,
    model: &dyn TelemetryStore,
    project: ProjectId,
    range: TimeRange,
    filter: &str,
) -> Result<(), TestCaseError> {
    let filter_of = || parse(filter, RowKind::Span).unwrap();
    let query = DashboardQuery { project, range, filter: filter_of() };
    prop_assert_eq!(lake.dashboard(query.clone()).await.unwrap(), model.dashboard(query.clone()).await.unwrap(), "dashboard {}", filter);
    prop_assert_eq!(lake.providers(query.clone()).await.unwrap(), model.providers(query.clone()).await.unwrap(), "providers {}", filter);
    for group_by in [vec![], vec![CostGroup::Model, CostGroup::User]] {
        let query = CostQuery { project, range, filter: filter_of(), group_by, interval: Some(Interval::for_range(&range)), limit: 5 };
        prop_assert_eq!(lake.costs(query.clone()).await.unwrap(), model.costs(query).await.unwrap(), "costs {}", filter);
    }
    for group_by in [None, Some(GroupBy::Model), Some(GroupBy::User)] {
        let query =
            TimeseriesQuery { project, range, filter: filter_of(), interval: Interval::for_range(&range), group_by, max_series: 10 };
        prop_assert_eq!(
            lake.timeseries(query.clone()).await.unwrap(),
            model.timeseries(query).await.unwrap(),
            "series {} by {:?}",
            filter,
            group_by
        );
    }
    Ok(())
}

/// Every trace and every span by its ids, and what SQL counts.
async fn compare_details(lake: &dyn TelemetryStore, model: &dyn TelemetryStore, project: ProjectId) -> Result<(), TestCaseError> {
    let everything = ListQuery { project, range: TimeRange::ALL, filter: parse("", RowKind::Span).unwrap(), limit: 1_000, cursor: None };
    let spans = model.list_spans(everything).await.unwrap().items;
    for summary in &spans {
        let expected = model.span(project, summary.trace_id, summary.span_id).await.unwrap();
        prop_assert_eq!(lake.span(project, summary.trace_id, summary.span_id).await.unwrap(), expected);
    }
    let traces: BTreeSet<_> = spans.iter().map(|span| span.trace_id).collect();
    for trace in traces {
        let expected = model.trace(project, trace, None, 100).await.unwrap();
        prop_assert_eq!(lake.trace(project, trace, None, 100).await.unwrap(), expected);
    }
    let query = "SELECT count(*), count(DISTINCT trace_id || span_id), sum(total_tokens) FROM spans".to_owned();
    let counted = lake.sql(SqlQuery { project, query, limits: SqlLimits::default() }).await.unwrap();
    let tokens: Option<u64> = spans.iter().filter_map(|span| span.usage.total_tokens).reduce(|sum, tokens| sum + tokens);
    prop_assert_eq!(&counted.rows, &vec![vec![spans.len().into(), spans.len().into(), tokens.map_or(serde_json::Value::Null, Into::into)]]);
    Ok(())
}
