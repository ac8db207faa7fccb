//! Exports beyond the port's contract: Parquet, from one snapshot, in bounds, and gone when nobody reads.

use crate::support::{compact_all, lake};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use lake::Lake;
use model::{
    ProjectId, StoreError, TimeRange,
    filter::Filter,
    interchange::{ReadRow, Row},
    ports::TelemetryStore,
    query::{ExportQuery, FileFormat},
    telemetry::{RowBatch, RowKind, Span},
};
use std::{fs::File, io::Write, time::Duration};
use testkit::fixtures::{fresh, full_log, full_span, gauge, histogram, llm_span, log, scores};

/// For waiting on work that ends by itself: never reached when it does.
const PATIENCE: Duration = Duration::from_secs(60);

fn everything(project: ProjectId, kind: RowKind, format: FileFormat) -> ExportQuery {
    ExportQuery { project, kind, format, range: TimeRange::ALL, filter: Filter::All }
}

async fn bytes_of(lake: &Lake, query: ExportQuery) -> Vec<u8> {
    let pieces: Vec<Bytes> = lake.export(query).await.unwrap().try_collect().await.unwrap();
    pieces.concat()
}

fn file_of(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

async fn read_back(lake: &Lake, kind: RowKind, bytes: &[u8]) -> Vec<ReadRow> {
    let batches: Vec<_> = lake.read_parquet(kind, file_of(bytes)).await.unwrap().try_collect().await.unwrap();
    batches.concat()
}

fn rows(read: Vec<ReadRow>) -> Vec<Row> {
    let mut rows: Vec<Row> = read.into_iter().map(|read| read.row.unwrap()).collect();
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}

async fn fill(lake: &Lake, project: ProjectId) {
    lake.commit(RowBatch {
        spans: (0..20).map(llm_span).chain([full_span()]).map(fresh).collect(),
        logs: vec![fresh(full_log()), fresh(log(1))],
        metrics: vec![fresh(gauge("a", 1, 0.1)), fresh(histogram("h", 2))],
        scores: scores().into_iter().map(fresh).collect(),
        ..RowBatch::new(project)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn parquet_comes_back_as_it_was_stored_from_either_level() {
    let (lake, _directory) = lake().await;
    let project = ProjectId::generate();
    fill(&lake, project).await;
    let mut spans: Vec<Row> = (0..20).map(llm_span).chain([full_span()]).map(|span| Row::Span(Box::new(span))).collect();
    spans.sort_by_key(|row| format!("{row:?}"));
    for level in ["level 0", "compacted"] {
        let file = bytes_of(&lake, everything(project, RowKind::Span, FileFormat::Parquet)).await;
        assert_eq!(rows(read_back(&lake, RowKind::Span, &file).await), spans, "{level}");
        for (kind, count) in [(RowKind::Log, 2), (RowKind::Metric, 2), (RowKind::Score, 4)] {
            let file = bytes_of(&lake, everything(project, kind, FileFormat::Parquet)).await;
            assert_eq!(rows(read_back(&lake, kind, &file).await).len(), count, "{level} {kind:?}");
        }
        compact_all(&lake).await;
    }
    let empty = bytes_of(&lake, everything(ProjectId::generate(), RowKind::Span, FileFormat::Parquet)).await;
    assert!(read_back(&lake, RowKind::Span, &empty).await.is_empty(), "an empty file is still a Parquet file");
}

#[tokio::test]
async fn files_that_are_no_export_are_refused_by_name() {
    let (lake, _directory) = lake().await;
    let project = ProjectId::generate();
    fill(&lake, project).await;
    let logs = bytes_of(&lake, everything(project, RowKind::Log, FileFormat::Parquet)).await;
    let field = |refused: Result<_, StoreError>| match refused.err() {
        Some(StoreError::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field(lake.read_parquet(RowKind::Span, file_of(b"no parquet")).await.map(drop)), "file");
    assert_eq!(field(lake.read_parquet(RowKind::Span, file_of(&logs[..logs.len() / 2])).await.map(drop)), "file");
    assert_eq!(field(lake.read_parquet(RowKind::Span, file_of(&logs)).await.map(drop)), "timestamp");
    // Damage in the middle of the data is found while the rows are read, or shows in none of them.
    let mut damaged = logs.clone();
    damaged[40..80].iter_mut().for_each(|byte| *byte ^= 0xff);
    if let Ok(batches) = lake.read_parquet(RowKind::Log, file_of(&damaged)).await {
        assert_eq!(field(batches.try_collect::<Vec<_>>().await.map(drop)), "file");
    }
}

#[tokio::test]
async fn an_export_is_of_one_snapshot_and_in_many_windows() {
    let (lake, _directory) = lake().await;
    let project = ProjectId::generate();
    // Days apart, so that there is more than one place to cut; each span reported twice.
    let on_day = |number: u32| Span {
        start_time: llm_span(0).start_time.saturating_add_nanos(i64::from(number) * 86_400_000_000_000),
        ..llm_span(number)
    };
    for report in 0..2 {
        let spans = (0..10).map(on_day).map(|span| Span { name: format!("report {report}"), ..span }).map(fresh).collect();
        lake.commit(RowBatch { spans, ..RowBatch::new(project) }).await.unwrap();
        compact_all(&lake).await;
    }
    let export = lake.export(everything(project, RowKind::Span, FileFormat::Jsonl)).await.unwrap();
    lake.commit(RowBatch { spans: vec![fresh(llm_span(99))], ..RowBatch::new(project) }).await.unwrap();
    compact_all(&lake).await;
    let text = String::from_utf8(export.try_collect::<Vec<Bytes>>().await.unwrap().concat()).unwrap();
    assert_eq!(text.lines().count(), 10, "what came later is not in it, and nothing is there twice");
    assert!(text.lines().all(|line| line.contains("report 1")));
}

#[tokio::test]
async fn a_reader_that_leaves_ends_the_work_and_no_more_than_so_many_run() {
    let (lake, _directory) = lake().await;
    let project = ProjectId::generate();
    let large = "x".repeat(20_000);
    for commit in 0..4u32 {
        let spans =
            (0..250).map(|number| Span { error_message: Some(large.clone()), ..llm_span(commit * 250 + number) }).map(fresh).collect();
        lake.commit(RowBatch { spans, ..RowBatch::new(project) }).await.unwrap();
    }
    let query = everything(project, RowKind::Span, FileFormat::Jsonl);
    let mut first = lake.export(query.clone()).await.unwrap();
    assert!(first.next().await.unwrap().is_ok());
    let second = lake.export(query.clone()).await.unwrap();
    assert!(matches!(lake.export(query.clone()).await.err(), Some(StoreError::Overloaded { .. })));
    drop((first, second));
    let freed = async {
        loop {
            match lake.export(query.clone()).await {
                Ok(export) => return export,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    let third = tokio::time::timeout(PATIENCE, freed).await.expect("the work of readers that left ends");
    let pieces: Vec<Bytes> = third.try_collect().await.unwrap();
    assert_eq!(pieces.iter().flat_map(|piece| piece.iter()).filter(|byte| **byte == b'\n').count(), 1_000);
}
