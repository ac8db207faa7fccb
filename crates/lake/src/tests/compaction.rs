//! Compaction: the same rows, sorted, in few files; nothing changes when somebody else was first.

use super::{config, files_below, names, open};
use crate::testing::{MemoryCatalog, batch_of, log, project, span, stored_spans};
use model::{
    Timestamp,
    ports::Maintenance,
    telemetry::{Incoming, RowBatch, RowKind},
    time::NANOS_PER_DAY,
};
use std::{sync::Arc, time::Duration};

#[tokio::test]
async fn compacted_rows_are_the_same_rows_sorted_by_project_trace_and_start() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config(dir.path()), &catalog).await;
    for number in 0..6 {
        lake.commit(batch_of(project(1 + number as u8 % 2), number * 50..number * 50 + 50, 300)).await.unwrap();
    }
    let mut before: Vec<_> = stored_spans(&lake).await.into_iter().map(|(_, span)| span).collect();
    let report = lake.compact(true).await.unwrap();
    assert_eq!((report.segments_in, report.segments_out, report.rows, report.more), (6, 1, 300, false));
    let after = stored_spans(&lake).await;
    assert!(after.iter().all(|(level, _)| *level == 1));
    let mut after: Vec<_> = after.into_iter().map(|(_, span)| span).collect();
    let live = catalog.live();
    assert_eq!(live[0].projects, [project(1), project(2)]);
    assert_eq!(live[0].partition, Timestamp::now().to_string()[..10]);
    let of_one_project = |span: &model::telemetry::Span| (span.name[5..].parse::<u32>().unwrap() / 50) % 2 == 0;
    let first: Vec<_> = after.iter().take_while(|span| of_one_project(span)).map(|span| (span.trace_id, span.start_time)).collect();
    assert_eq!(first.len(), 150);
    assert!(first.is_sorted());
    before.sort_by_key(|span| span.span_id);
    after.sort_by_key(|span| span.span_id);
    assert_eq!(before, after);
}

#[tokio::test]
async fn nothing_is_compacted_before_it_is_worth_it() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let mut config = config(dir.path());
    config.compaction.start_segments = 3;
    let lake = open(config, &catalog).await;
    for number in 0..3 {
        assert_eq!(lake.compact(false).await.unwrap().segments_in, 0);
        lake.commit(batch_of(project(1), [number], 50)).await.unwrap();
    }
    assert_eq!(lake.compact(false).await.unwrap().segments_in, 3);
}

#[tokio::test]
async fn days_and_large_projects_get_files_of_their_own_and_busy_days_are_split_by_hour() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let mut config = config(dir.path());
    config.compaction.own_file_rows = 10;
    config.compaction.day_split_rows = 25;
    let lake = open(config, &catalog).await;
    let day = |days: i64, hour: i64| Timestamp::from_nanos((20_000 + days) * NANOS_PER_DAY + hour * NANOS_PER_DAY / 24);
    let rows = [(1, 12, day(0, 1)), (2, 2, day(0, 2)), (3, 2, day(0, 3)), (1, 15, day(1, 5)), (1, 15, day(1, 6))];
    for (at, (owner, count, start)) in rows.into_iter().enumerate() {
        let mut batch = RowBatch::new(project(owner));
        for number in 0..count {
            let mut span = span(at as u32 * 100 + number, 50);
            span.start_time = start;
            batch.spans.push(Incoming::new(span, None));
        }
        lake.commit(batch).await.unwrap();
    }
    lake.compact(true).await.unwrap();
    let mut found: Vec<_> =
        catalog.live().into_iter().map(|segment| (segment.partition, segment.projects.len(), segment.rows, segment.min_time)).collect();
    found.sort();
    let expected = [
        ("2024-10-04", 1, 12, day(0, 1)),
        ("2024-10-04", 2, 4, day(0, 2)),
        ("2024-10-05T05", 1, 15, day(1, 5)),
        ("2024-10-05T06", 1, 15, day(1, 6)),
    ];
    assert_eq!(found, expected.map(|(partition, projects, rows, time)| (partition.to_owned(), projects, rows, time)));
}

#[tokio::test]
async fn the_later_report_of_a_span_wins() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config(dir.path()), &catalog).await;
    for name in ["first", "second"] {
        let mut batch = RowBatch::new(project(1));
        let mut span = span(1, 50);
        span.name = name.to_owned();
        batch.spans.push(Incoming::new(span, None));
        lake.commit(batch).await.unwrap();
    }
    lake.compact(true).await.unwrap();
    assert_eq!(names(&lake).await, ["second"]);
}

#[tokio::test]
async fn every_kind_is_compacted_and_a_bounded_piece_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let mut config = config(dir.path());
    config.compaction.max_decoded_bytes = 1;
    let lake = open(config, &catalog).await;
    for number in 0..3 {
        let mut batch = batch_of(project(1), [number], 50);
        batch.logs.push(Incoming::new(log(number), None));
        lake.commit(batch).await.unwrap();
    }
    let mut pieces = 1;
    while lake.compact(true).await.unwrap().more {
        pieces += 1;
    }
    assert_eq!(pieces, 6);
    let live = catalog.live();
    assert!(live.iter().all(|segment| segment.level == 1));
    assert_eq!(live.iter().filter(|segment| segment.kind == RowKind::Log).map(|segment| segment.rows).sum::<u64>(), 3);
}

#[tokio::test]
async fn small_compacted_files_of_a_day_are_merged_so_that_they_stay_few() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let mut config = config(dir.path());
    config.compaction.merge_segments = 4;
    let lake = open(config, &catalog).await;
    for number in 0..20 {
        lake.commit(batch_of(project(1), [number], 50)).await.unwrap();
        while lake.compact(true).await.unwrap().more {}
    }
    assert_eq!(names(&lake).await.len(), 20);
    assert!(catalog.live().len() <= 6, "{} files", catalog.live().len());
    assert!(catalog.live().iter().any(|segment| segment.level == 3));
}

#[tokio::test]
async fn when_an_input_went_away_meanwhile_nothing_changes_and_no_file_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config(dir.path()), &catalog).await;
    lake.commit(batch_of(project(1), 0..10, 50)).await.unwrap();
    // Two processes plan from the same snapshot; the second one publishes first.
    let other = open(config(dir.path()), &catalog).await;
    let (first, second) = tokio::join!(lake.compact(true), other.compact(true));
    let published = [first.unwrap(), second.unwrap()].iter().filter(|report| report.segments_out > 0).count();
    assert!(published >= 1);
    assert_eq!(names(&lake).await.len(), 10);
    assert_eq!(files_below(dir.path()).len(), catalog.live().iter().flat_map(|segment| segment.files()).count());
}

#[tokio::test]
async fn compaction_whose_outcome_is_unknown_settles_it() {
    use crate::testing::Failure;
    for failure in [Failure::Lost, Failure::Unacknowledged] {
        let dir = tempfile::tempdir().unwrap();
        let catalog = MemoryCatalog::new();
        let lake = open(config(dir.path()), &catalog).await;
        lake.commit(batch_of(project(1), 0..10, 50)).await.unwrap();
        catalog.fail_next(failure);
        let outcome = lake.compact(true).await;
        assert_eq!(outcome.is_ok(), failure == Failure::Unacknowledged);
        let live = catalog.live();
        assert_eq!(live.len(), 1);
        assert_eq!(files_below(dir.path()).len(), live[0].files().count());
        assert_eq!(names(&lake).await.len(), 10);
    }
}

#[tokio::test]
async fn age_alone_makes_debt_worth_compacting() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let mut config = config(dir.path());
    config.compaction.start_age = Duration::ZERO;
    let lake = open(config, &catalog).await;
    lake.commit(batch_of(project(1), [1], 50)).await.unwrap();
    assert_eq!(lake.compact(false).await.unwrap().segments_in, 1);
    assert_eq!(Arc::strong_count(&lake.snapshot().await.unwrap()), 2, "nobody else holds the snapshot");
}
