//! Answers of one JSON value per line, as the SDK reads searches.

use crate::http::{ApiResult, Problem};
use axum::{
    body::Body,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use serde_json::Value;
use std::io;

/// As they come: a failure cuts the answer off, which the client notices.
pub(super) fn streamed(pieces: impl Stream<Item = ApiResult<Vec<Value>>> + Send + 'static) -> Response {
    let bytes = pieces.map(|piece| piece.map(|values| lines(&values)).map_err(cut_off));
    ([(CONTENT_TYPE, "application/octet-stream")], Body::from_stream(bytes)).into_response()
}

pub(super) fn whole(values: &[Value]) -> Response {
    ([(CONTENT_TYPE, "application/octet-stream")], lines(values)).into_response()
}

fn lines(values: &[Value]) -> Bytes {
    values.iter().map(|value| format!("{value}\n")).collect::<String>().into()
}

fn cut_off(problem: Problem) -> io::Error {
    tracing::warn!(detail = %problem.detail, "a search was cut off");
    io::Error::other(problem.detail)
}
