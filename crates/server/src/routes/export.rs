//! Whole tables as files.

use crate::{
    AppState,
    auth::{Authorized, Read, revoked},
    http::{ApiResult, Problem, ProblemDocument, Query},
    params::{file_format, given, open_range, read_filter, row_kind},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderName, Version, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{FutureExt, StreamExt, stream::BoxStream};
use model::{
    StoreResult, Timestamp,
    query::{ExportQuery, FileFormat},
    telemetry::RowKind,
};
use serde::Deserialize;
use std::{future::Future, io};
use utoipa::IntoParams;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct ExportParams {
    /// Which rows: `spans` (default), `logs`, `metrics` or `scores`.
    #[param(value_type = Option<RowKind>)]
    kind: Option<String>,
    /// `jsonl` (default), `csv` or `parquet`.
    #[param(value_type = Option<FileFormat>)]
    format: Option<String>,
    /// Start, inclusive: RFC 3339, a Unix time in s, ms, µs or ns, or relative to now (`-7d`). Default: the beginning.
    from: Option<String>,
    /// End, exclusive, written like `from`. Default: the end.
    to: Option<String>,
    /// A filter, such as `model:gpt-4o status:error`.
    filter: Option<String>,
    /// The project to read (id), for callers that are not bound to one by a key. Default: the default project.
    #[serde(rename = "project")]
    _project: Option<String>,
}

/// Every matching row as one file, in no particular order
///
/// Without `from` and `to` everything there is. JSON lines are the rows as the API shows them, with their whole payloads. A failure after
/// the answer began cuts the connection (HTTP/1.1: no last chunk; HTTP/2: a reset), so that a short file is never taken for a whole one.
#[utoipa::path(get, path = "/api/v1/export", tag = "read", params(ExportParams), responses((status = 200, description = "The file", content_type = "application/x-ndjson", body = String), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn export(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    parts: Parts,
    Query(params): Query<ExportParams>,
) -> ApiResult<Response> {
    if parts.version < Version::HTTP_11 {
        return Err(Problem::bad_request("expected HTTP/1.1 or newer: in an older one an answer that was cut off looks like a whole one"));
    }
    let kind = given(&params.kind).map_or(Ok(RowKind::Span), row_kind)?;
    let format = given(&params.format).map_or(Ok(FileFormat::Jsonl), file_format)?;
    let query = ExportQuery {
        project: caller.project,
        kind,
        format,
        range: open_range(&params.from, &params.to)?,
        filter: read_filter(&params.filter, kind)?,
    };
    let rows = state.store.export(query).await?;
    let (draining, revoked) = (state.shutdown.clone().cancelled_owned(), revoked(parts, state.clone(), caller.clone()));
    let end = async move {
        tokio::select! {
            () = draining => "the server is stopping",
            () = revoked => "the caller may not read any more",
        }
    };
    let date = Timestamp::now().to_string().chars().take(10).collect::<String>();
    let disposition = format!("attachment; filename=\"telltale-{}s-{date}.{}\"", kind.as_str(), format.as_str());
    let headers = [
        (header::CONTENT_TYPE, format.content_type().to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        // nginx would take all of it as fast as it comes, and put it on its disk.
        (HeaderName::from_static("x-accel-buffering"), "no".to_owned()),
    ];
    Ok((headers, Body::from_stream(body(rows, end))).into_response())
}

/// Ends with an error when the rows do, or when `end` says so.
fn body(
    rows: BoxStream<'static, StoreResult<Bytes>>,
    end: impl Future<Output = &'static str> + Send + 'static,
) -> impl futures::Stream<Item = io::Result<Bytes>> + Send + 'static {
    let state = Some((rows, end.boxed()));
    futures::stream::unfold(state, |state| async move {
        let (mut rows, mut end) = state?;
        let next = tokio::select! {
            reason = &mut end => Err(io::Error::other(reason)),
            next = rows.next() => match next? {
                Ok(piece) => Ok(piece),
                // Its cause goes to the log.
                Err(error) => Err(io::Error::other(Problem::from(error).detail)),
            },
        };
        let goes_on = next.is_ok();
        Some((next, goes_on.then_some((rows, end))))
    })
}
