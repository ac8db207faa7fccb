//! Whole tables on their way out.

use super::subject::{Subject, ok, read_filter};
use crate::fixtures::{at, fresh, full_log, full_span, gauge, histogram, hour, llm_span, log, scores};
use futures::TryStreamExt;
use model::{
    ProjectId, StoreError, TimeRange,
    filter::Filter,
    interchange::{CsvRecords, Row, csv, csv::CsvHeader, read_json},
    query::{ExportQuery, FileFormat},
    telemetry::{RowBatch, RowKind},
};

fn everything(subject: &Subject, kind: RowKind, format: FileFormat) -> ExportQuery {
    ExportQuery { project: subject.project, kind, format, range: TimeRange::ALL, filter: Filter::All }
}

#[expect(clippy::expect_used, reason = "an export that is no text fails the case")]
async fn text_of(subject: &Subject, query: ExportQuery) -> String {
    let pieces: Vec<_> = ok(ok(subject.store.export(query).await).try_collect().await);
    String::from_utf8(pieces.concat()).expect("UTF-8")
}

#[expect(clippy::expect_used, reason = "a row that does not read back fails the case")]
async fn rows_of(subject: &Subject, query: ExportQuery) -> Vec<Row> {
    let (kind, format) = (query.kind, query.format);
    let text = text_of(subject, query).await;
    let mut rows: Vec<Row> = Vec::new();
    if format == FileFormat::Jsonl {
        rows.extend(text.lines().map(|line| read_json(kind, line).expect("a row of the export")));
    } else {
        let (mut records, mut header) = (CsvRecords::new(64 << 20), None);
        let mut take = |_, record: Result<_, _>| {
            let record = record.expect("a record of the export");
            match &header {
                None => header = Some(CsvHeader::read(kind, &record).expect("the header of the export")),
                Some(header) => rows.push(header.read_row(&record).expect("a row of the export")),
            }
        };
        records.feed(text.as_bytes(), &mut take);
        records.finish(&mut take);
    }
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}

pub(super) async fn every_kind_comes_back_from_jsonl_and_csv(subject: &Subject) {
    let mut odd = llm_span(3);
    // What CSV could confuse: null, empty, quotes, line breaks, a number as text, text that looks like null.
    odd.native_id = Some(String::new());
    odd.name = " a, \"b\"\r\nc".into();
    odd.user_id = Some("007".into());
    odd.session_id = Some("null".into());
    odd.running = true;
    odd.payload.tools = Some(serde_json::json!("text"));
    let spans = vec![full_span(), llm_span(1), odd];
    let logs = vec![full_log(), log(1), log(1)];
    let metrics = vec![gauge("a", 1, 0.1 + 0.2), histogram("h", 2), gauge("a", 3, -0.0)];
    subject.spans(spans.clone()).await;
    subject.logs(logs.clone()).await;
    subject.metrics(metrics.clone()).await;
    let batch = RowBatch { scores: scores().into_iter().map(fresh).collect(), ..RowBatch::new(subject.project) };
    subject.commit(batch).await;
    let expected = [
        (RowKind::Span, spans.into_iter().map(|span| Row::Span(Box::new(span))).collect::<Vec<_>>()),
        (RowKind::Log, logs.into_iter().map(Row::Log).collect()),
        (RowKind::Metric, metrics.into_iter().map(Row::Metric).collect()),
        (RowKind::Score, scores().into_iter().map(Row::Score).collect()),
    ];
    for (kind, rows) in expected {
        let rows = sorted(rows);
        for format in [FileFormat::Jsonl, FileFormat::Csv] {
            assert_eq!(rows_of(subject, everything(subject, kind, format)).await, rows, "{kind:?} {format:?}");
        }
    }
}

pub(super) async fn a_span_reported_twice_is_exported_once(subject: &Subject) {
    let first = llm_span(1);
    let second = model::telemetry::Span { user_id: Some("later".into()), ..first.clone() };
    subject.spans(vec![first]).await;
    subject.spans(vec![llm_span(2)]).await;
    subject.spans(vec![second.clone()]).await;
    let rows = rows_of(subject, everything(subject, RowKind::Span, FileFormat::Jsonl)).await;
    assert_eq!(rows, sorted(vec![Row::Span(Box::new(llm_span(2))), Row::Span(Box::new(second))]));
}

pub(super) async fn range_filter_and_project_narrow(subject: &Subject) {
    subject.spans((1..=5).map(llm_span).collect()).await;
    let query = ExportQuery {
        range: TimeRange { from: at(2), to: at(5) },
        filter: read_filter("-name:nothing", RowKind::Span),
        ..everything(subject, RowKind::Span, FileFormat::Jsonl)
    };
    assert_eq!(rows_of(subject, query.clone()).await, sorted((2..=4).map(|number| Row::Span(Box::new(llm_span(number)))).collect()));
    let filtered = ExportQuery { filter: read_filter("\"question number 3\"", RowKind::Span), ..query.clone() };
    assert_eq!(rows_of(subject, filtered).await, [Row::Span(Box::new(llm_span(3)))]);
    let elsewhere = ExportQuery { project: ProjectId::generate(), ..query };
    assert_eq!(text_of(subject, elsewhere).await, "");
}

pub(super) async fn an_empty_export_is_a_whole_file(subject: &Subject) {
    for kind in RowKind::ALL {
        assert_eq!(text_of(subject, everything(subject, kind, FileFormat::Jsonl)).await, "");
        let mut header = Vec::new();
        csv::write_header(kind, &mut header);
        assert_eq!(text_of(subject, everything(subject, kind, FileFormat::Csv)).await.as_bytes(), header);
    }
}

pub(super) async fn a_broken_pattern_is_refused_before_the_first_byte(subject: &Subject) {
    let filter = Filter::Text(model::filter::TextPattern::Regex("(".into()));
    let query = ExportQuery { filter, range: hour(), ..everything(subject, RowKind::Span, FileFormat::Jsonl) };
    let refused = subject.store.export(query).await;
    assert!(matches!(refused.err(), Some(StoreError::Invalid { .. })));
}
