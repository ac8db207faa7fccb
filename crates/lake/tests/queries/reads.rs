//! What only shows with several segments: spans reported twice across them, windows that stop early, projects that share files.

use crate::support::{compact_all, lake, lake_with};
use lake::Lake;
use model::{
    ProjectId,
    filter::{Filter, parse},
    ports::TelemetryStore,
    query::{Cursor, DashboardQuery, ListQuery},
    telemetry::{RowBatch, RowKind, Span, Status},
};
use testkit::fixtures::{at, fresh, hour, llm_span, log, span_id, trace_id};

async fn store(lake: &Lake, project: ProjectId, spans: Vec<Span>) {
    lake.commit(RowBatch { spans: spans.into_iter().map(fresh).collect(), ..RowBatch::new(project) }).await.unwrap();
}

fn list(project: ProjectId, filter: &str, limit: usize, cursor: Option<Cursor>) -> ListQuery {
    ListQuery { project, range: hour(), filter: parse(filter, RowKind::Span).unwrap(), limit, cursor }
}

/// A later report of span `number`, under another name.
fn renamed(number: u32, name: &str) -> Span {
    Span { name: name.to_owned(), ..llm_span(number) }
}

#[tokio::test]
async fn the_last_report_wins_wherever_the_earlier_ones_are() {
    let (lake, _directory) = lake().await;
    let project = ProjectId::generate();
    store(&lake, project, (0..5).map(llm_span).collect()).await;
    compact_all(&lake).await;
    store(&lake, project, vec![renamed(1, "second"), renamed(2, "second")]).await;
    store(&lake, project, vec![renamed(2, "third")]).await;
    for round in ["two levels", "one level"] {
        let names = |filter: &'static str| async {
            let page = lake.list_spans(list(project, filter, 50, None)).await.unwrap();
            page.items.into_iter().map(|span| span.name).collect::<Vec<_>>()
        };
        assert_eq!(names("").await, ["chat gpt-4o", "chat gpt-4o", "third", "second", "chat gpt-4o"], "{round}");
        // The report that matches is no longer the last one, so nothing matches.
        assert_eq!(names("name:second span:b000000000000002").await, [""; 0], "{round}");
        assert_eq!(names("span:b0000000 OR name:third").await, ["third"], "{round}");
        let stats = lake.dashboard(DashboardQuery { project, range: hour(), filter: Filter::All }).await.unwrap();
        assert_eq!((stats.current.total_requests, stats.current.input_tokens), (5, Some(500)), "{round}");
        let span = lake.span(project, trace_id(2), span_id(2)).await.unwrap().unwrap();
        assert_eq!(span.name, "third", "{round}");
        let trace = lake.trace(project, trace_id(2), None, 10).await.unwrap().unwrap();
        assert_eq!((trace.summary.span_count, trace.spans.len(), trace.summary.name.as_str()), (1, 1, "third"), "{round}");
        compact_all(&lake).await;
    }
}

#[tokio::test]
async fn pages_walk_through_all_levels_without_gap_or_repeat() {
    let (lake, _directory) = lake().await;
    let (project, other) = (ProjectId::generate(), ProjectId::generate());
    for (round, numbers) in [0..40, 40..80, 80..120].into_iter().enumerate() {
        store(&lake, project, numbers.clone().map(llm_span).collect()).await;
        store(&lake, other, numbers.map(|number| llm_span(number + 1_000)).collect()).await;
        if round < 2 {
            compact_all(&lake).await;
        }
    }
    let (mut cursor, mut seen) = (None, Vec::new());
    loop {
        let page = lake.list_spans(list(project, "", 7, cursor)).await.unwrap();
        seen.extend(page.items.iter().map(|span| span.start_time));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, (0..120).rev().map(at).collect::<Vec<_>>());

    let (mut cursor, mut seen) = (None, Vec::new());
    loop {
        let page = lake.list_traces(list(project, "status:ok", 7, cursor)).await.unwrap();
        seen.extend(page.items.iter().map(|trace| trace.start_time));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, (0..120).rev().map(at).collect::<Vec<_>>());
}

#[tokio::test]
async fn logs_of_one_moment_keep_their_place_through_compaction() {
    let (lake, _directory) = lake().await;
    let project = ProjectId::generate();
    for number in 0..30 {
        let record = model::telemetry::LogRecord { timestamp: at(1), message: format!("m{number}"), ..log(number) };
        lake.commit(RowBatch { logs: vec![fresh(record)], ..RowBatch::new(project) }).await.unwrap();
    }
    let query = |cursor| ListQuery { project, range: hour(), filter: Filter::All, limit: 10, cursor };
    let first = lake.list_logs(query(None)).await.unwrap();
    compact_all(&lake).await;
    let second = lake.list_logs(query(first.next_cursor)).await.unwrap();
    let third = lake.list_logs(query(second.next_cursor)).await.unwrap();
    let messages: Vec<_> = [first.items, second.items, third.items].concat().into_iter().map(|log| log.message).collect();
    assert_eq!(messages, (0..30).rev().map(|number| format!("m{number}")).collect::<Vec<_>>());
    assert_eq!(third.next_cursor, None);
}

#[tokio::test]
async fn a_dropped_query_gives_its_place_back() {
    let (lake, _directory) = lake().await;
    let project = ProjectId::generate();
    store(&lake, project, vec![Span { status: Status::Error, ..llm_span(1) }]).await;
    for _ in 0..500 {
        let query = lake.list_spans(list(project, "", 10, None));
        drop(futures::poll!(Box::pin(query)));
    }
    assert_eq!(lake.list_spans(list(project, "status:error", 10, None)).await.unwrap().items.len(), 1);
}

/// A pattern without a literal: no index knows it.
const UNINDEXED: &str = r"/number \d*7\b/";

#[tokio::test]
async fn a_search_without_time_says_how_far_it_came_and_goes_on_from_there() {
    let (lake, _directory) = lake_with(|config| config.search_time = std::time::Duration::ZERO).await;
    let project = ProjectId::generate();
    store(&lake, project, (0..900).map(llm_span).collect()).await;
    compact_all(&lake).await;
    let (mut cursor, mut seen, mut incomplete) = (None, Vec::new(), 0);
    loop {
        let page = lake.list_spans(list(project, UNINDEXED, 50, cursor)).await.unwrap();
        if let Some(until) = page.reach.searched_until {
            assert!(!page.reach.complete && page.items.iter().all(|span| span.start_time > until));
            incomplete += 1;
        }
        seen.extend(page.items.iter().map(|span| span.span_id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            assert!(page.reach.complete);
            break;
        }
    }
    assert!(incomplete > 1, "{incomplete}");
    assert_eq!(seen, (0..90).rev().map(|ten| span_id(ten * 10 + 7)).collect::<Vec<_>>());
}

#[tokio::test]
async fn words_beside_other_conditions_find_what_either_alone_would() {
    let (lake, _directory) = lake().await;
    let project = ProjectId::generate();
    store(&lake, project, (0..200).map(llm_span).collect()).await;
    compact_all(&lake).await;
    for (filter, expected) in [
        ("number status:ok", 50),
        ("\"question number\" duration>0.5s model:gpt-4o-2024-08-06", 50),
        ("\"number question\" status:ok", 0),
        ("number status:error", 0),
        ("\"answer number 7\" kind:llm", 1),
        ("(\"answer number 7\" OR status:error) -provider:anthropic", 1),
    ] {
        let page = lake.list_spans(list(project, filter, 50, None)).await.unwrap();
        assert_eq!((page.items.len(), page.reach.complete), (expected, true), "{filter}");
    }
}
