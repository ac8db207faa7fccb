//! Files of exports, back in.

use crate::harness::Server;
use axum::{
    body::{Body, Bytes},
    http::{Request, StatusCode, header},
};
use futures::{StreamExt, TryStreamExt, stream};
use model::{StoreError, TimeRange, filter::Filter, ports::TelemetryStore, query::*, telemetry::*};
use serde_json::{Value, json};
use testkit::{
    MemoryStore,
    fixtures::{fresh, full_log, full_span, gauge, histogram, llm_span, log, scores},
};

async fn import(server: &Server, query: &str, body: impl Into<Body>) -> crate::harness::Answer {
    let request = Request::post(format!("/api/v1/import?{query}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", crate::harness::INGEST_KEY))
        .body(body.into())
        .unwrap();
    server.send(request).await
}

async fn export(store: &MemoryStore, server: &Server, kind: RowKind, format: FileFormat) -> Vec<String> {
    let query = ExportQuery { project: server.project, kind, format, range: TimeRange::ALL, filter: Filter::All };
    let pieces: Vec<Bytes> = store.export(query).await.unwrap().try_collect().await.unwrap();
    let mut lines: Vec<String> = String::from_utf8(pieces.concat()).unwrap().split_inclusive('\n').map(str::to_owned).collect();
    // The order is unspecified, but the names of the columns come first.
    let from = usize::from(format == FileFormat::Csv);
    lines[from..].sort();
    lines
}

async fn filled() -> Server {
    let server = Server::new();
    let batch = RowBatch {
        spans: vec![fresh(full_span()), fresh(llm_span(1))],
        logs: vec![fresh(full_log()), fresh(log(1)), fresh(log(1))],
        metrics: vec![fresh(gauge("a", 1, 0.1)), fresh(gauge("a", 1, 0.1)), fresh(histogram("h", 2))],
        scores: scores().into_iter().map(fresh).collect(),
        ..RowBatch::new(server.project)
    };
    server.store.commit(batch).await.unwrap();
    server
}

#[tokio::test]
async fn what_was_exported_comes_back_the_same_and_again_makes_no_second() {
    let from = filled().await;
    for format in [FileFormat::Jsonl, FileFormat::Csv] {
        let to = Server::new();
        for kind in RowKind::ALL {
            let lines = export(&from.store, &from, kind, format).await;
            let rows = lines.len() - usize::from(format == FileFormat::Csv);
            let query = format!("kind={}s&format={}", kind.as_str(), format.as_str());
            // In small pieces: lines and characters are cut anywhere.
            let text = lines.concat();
            let pieces: Vec<_> = text.as_bytes().chunks(7).map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece))).collect();
            let answer = import(&to, &query, Body::from_stream(stream::iter(pieces))).await;
            assert_eq!(answer.status, StatusCode::OK, "{kind:?} {:?}", answer.body);
            assert_eq!(answer.json(), json!({"accepted": rows, "duplicates": 0, "rejected_count": 0, "rejected": []}), "{kind:?}");
            assert_eq!(export(&to.store, &to, kind, format).await, lines, "{kind:?} {format:?}");
            let again = import(&to, &query, text).await.json();
            // A score takes the place of the one with its id, so that a file brings back what was deleted meanwhile.
            let (accepted, duplicates) = if kind == RowKind::Score { (rows, 0) } else { (0, rows) };
            assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(accepted), &json!(duplicates)), "{kind:?}");
            assert_eq!(export(&to.store, &to, kind, format).await, lines, "{kind:?} {format:?}");
        }
    }
}

#[tokio::test]
async fn good_rows_are_kept_and_bad_ones_named_by_line_and_field() {
    let server = Server::new();
    let good = serde_json::to_string(&log(1)).unwrap();
    let early = serde_json::to_string(&log(2)).unwrap().replace("2026-", "1999-");
    let wrong = good.replace("INFO", "LOUD");
    let unknown = good.replace("\"message\"", "\"text\"");
    let body = format!("{good}\n\nno json\n{early}\n{wrong}\n{unknown}\n{}", good.replace("order 1", "order 9"));
    let report = import(&server, "kind=logs&format=jsonl", body).await.json();
    assert_eq!((&report["accepted"], &report["rejected_count"]), (&json!(2), &json!(4)));
    let named = |row: &Value| (row["line"].as_u64().unwrap(), row["field"].as_str().unwrap().to_owned());
    let named: Vec<_> = report["rejected"].as_array().unwrap().iter().map(named).collect();
    let expected = [(3, "row"), (4, "timestamp"), (5, "level"), (6, "text")].map(|(line, field)| (line, field.to_owned()));
    assert_eq!(named, expected);
}

#[tokio::test]
async fn what_is_no_file_of_this_kind_is_refused_as_a_whole() {
    let server = Server::new();
    for (query, body, field) in [
        ("kind=traces&format=csv", "", "kind"),
        ("kind=spans&format=xml", "", "format"),
        ("kind=spans", "", "format"),
        ("kind=logs&format=csv", "timestamp,colour\r\n", "colour"),
        ("kind=spans&format=parquet", "", "format"),
    ] {
        let answer = import(&server, query, body).await;
        assert_eq!((answer.status, answer.blamed()), (StatusCode::BAD_REQUEST, vec![field.to_owned()]), "{query}");
    }
    assert_eq!(import(&server, "kind=logs&format=csv", "").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(import(&server, "kind=logs&format=jsonl", "").await.json()["accepted"], 0);
}

#[tokio::test]
async fn only_so_many_bad_rows_are_named() {
    let server = Server::new();
    let report = import(&server, "kind=logs&format=jsonl", "x\n".repeat(1_500)).await.json();
    assert_eq!((&report["rejected_count"], report["rejected"].as_array().unwrap().len()), (&json!(1_500), 1_000));
}

#[tokio::test(start_paused = true)]
async fn a_busy_store_is_waited_for_and_a_broken_one_says_how_far_it_came() {
    let line = |number| format!("{}\n", serde_json::to_string(&log(number)).unwrap());
    let server = Server::new();
    server.store.fail_next_commit(StoreError::Overloaded { reason: "debt".into(), retry_after_seconds: 5 });
    assert_eq!(import(&server, "kind=logs&format=jsonl", line(1)).await.json()["accepted"], 1);

    let server = Server::new();
    let many: String = (0..2_000).map(line).collect();
    let gone = stream::once(async { Err::<Bytes, _>(std::io::Error::other("gone")) });
    let body = stream::iter([Ok(Bytes::from(many + &"\n".repeat(1 << 20)))]).chain(gone);
    let answer = import(&server, "kind=logs&format=jsonl", Body::from_stream(body)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.json()["detail"].as_str().unwrap().contains("2000 rows before that are stored"), "{:?}", answer.body);
}

#[tokio::test]
async fn an_ingest_key_may_import_and_a_read_key_may_not() {
    let server = Server::new();
    let request = Request::post("/api/v1/import?kind=logs&format=jsonl")
        .header(header::AUTHORIZATION, format!("Bearer {}", crate::harness::READ_KEY))
        .body(Body::empty())
        .unwrap();
    assert_eq!(server.send(request).await.status, StatusCode::FORBIDDEN);
}
