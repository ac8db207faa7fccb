//! `POST /api/v1/import`: rows that an export wrote, back into a store, exactly as they were. A body of any size is taken in as it comes:
//! a batch is read, checked and stored before the next one is read.

mod lines;
mod occurrences;
mod report;
mod rows;
mod spool;
mod store;

pub use report::{ImportReport, RejectedLine};

use crate::{
    AppState,
    auth::{Authorized, Ingest},
    http::{ApiResult, Json, Problem, ProblemDocument, Query},
    ingest::{decode::decode, inflate::ContentCoding, json_rows::media_type},
    params::{file_format, given, row_kind},
};
use axum::{body::Body, extract::State, http::HeaderMap};
use futures::TryStreamExt;
use model::{query::FileFormat, telemetry::RowKind};
use rows::{TextRows, next_chunk};
use serde::Deserialize;
use spool::spool;
use store::Importer;
use utoipa::IntoParams;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct ImportParams {
    /// What the rows are: `spans` (default), `logs`, `metrics` or `scores`.
    #[param(value_type = Option<RowKind>)]
    kind: Option<String>,
    /// `jsonl`, `csv` or `parquet`. Default: what the content type says.
    #[param(value_type = Option<FileFormat>)]
    format: Option<String>,
    /// The project (id), for callers that are not bound to one by a key.
    #[serde(rename = "project")]
    _project: Option<String>,
}

/// Stores rows that were exported, as they were
///
/// Ids, times, costs and all else stay as they are. Importing again makes no duplicates: a span is known by its ids, other rows by what
/// they say, within an hour. Good rows are kept and bad ones named. When the answer is an error, the rows before it may be stored: import again.
#[utoipa::path(
    post, path = "/api/v1/import", tag = "ingest", params(ImportParams),
    request_body(content = String, content_type = "application/x-ndjson", description = "A file that `GET /api/v1/export` wrote, of any size"),
    responses(
        (status = 200, description = "The accepted rows are durable and visible", body = ImportReport),
        (status = "default", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub(super) async fn import(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    Query(params): Query<ImportParams>,
    body: Body,
) -> ApiResult<Json<ImportReport>> {
    let kind = given(&params.kind).map_or(Ok(RowKind::Span), row_kind)?;
    let format = given(&params.format).map_or_else(|| format_of(&headers), file_format)?;
    if ContentCoding::of(&headers)? != ContentCoding::Identity {
        return Err(Problem::unsupported_media_type("expected a body without Content-Encoding"));
    }
    let _permit = state.import_gate.enter(1)?;
    let importer = Importer::new(state.clone(), caller.project, kind);
    let report = match format {
        FileFormat::Parquet => parquet(&state, kind, body, importer).await?,
        FileFormat::Jsonl | FileFormat::Csv => text(kind, format, body, importer).await?,
    };
    Ok(Json(report))
}

fn format_of(headers: &HeaderMap) -> ApiResult<FileFormat> {
    match media_type(headers).as_str() {
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/jsonlines" => Ok(FileFormat::Jsonl),
        "text/csv" => Ok(FileFormat::Csv),
        "application/vnd.apache.parquet" | "application/x-parquet" => Ok(FileFormat::Parquet),
        _ => Err(Problem::invalid("format", "expected jsonl, csv or parquet")),
    }
}

async fn text(kind: RowKind, format: FileFormat, body: Body, mut importer: Importer) -> ApiResult<ImportReport> {
    let mut body = body.into_data_stream();
    let mut reader = TextRows::new(kind, format);
    loop {
        let chunk = next_chunk(&mut body).await.map_err(|problem| importer.stopped_by(problem))?;
        let is_last = chunk.is_empty();
        let work = move || {
            let rows = if is_last { reader.finish() } else { reader.read(&chunk) };
            rows.map(|rows| (reader, rows))
        };
        // Always off the threads that serve other requests: a chunk takes tens of milliseconds.
        let (read, rows) = decode(usize::MAX, work).await.map_err(|problem| importer.stopped_by(problem))?;
        reader = read;
        importer.take(rows).await?;
        if is_last {
            return Ok(importer.finish());
        }
    }
}

async fn parquet(state: &AppState, kind: RowKind, body: Body, mut importer: Importer) -> ApiResult<ImportReport> {
    let file = spool(body, &state.config.spool_dir).await?;
    let mut batches = state.store.read_parquet(kind, file).await?;
    while let Some(rows) = batches.try_next().await.map_err(|error| importer.stopped_by(error.into()))? {
        importer.take(rows).await?;
    }
    Ok(importer.finish())
}
