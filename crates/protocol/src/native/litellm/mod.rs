//! LiteLLM's generic API logger: its `StandardLoggingPayload` of each call, in a list, one per line, or alone.

mod call;
mod words;

pub(crate) use words::{is_empty, kind_of_call};

use super::{NativeRows, SpanReport};
use crate::{DecodeError, IngestContext, RowError, check_json_values};
use serde_json::Value;

/// The convention of these rows in `source.convention`, and the one that native ids are hashed under.
pub const CONVENTION: &str = "litellm";

/// Most calls of one request. LiteLLM sends 512 at most.
const MAX_CALLS: usize = 10_000;

/// Reads a body. Bad calls are named, good ones kept.
pub fn calls(body: &[u8], context: &IngestContext) -> Result<NativeRows, DecodeError> {
    let items = items(body)?;
    if items.len() > MAX_CALLS {
        return Err(DecodeError::too_large(format!("expected at most {MAX_CALLS} calls in one request")));
    }
    let mut rows = NativeRows::default();
    for (index, item) in items.into_iter().enumerate() {
        match item.and_then(|item| call::span(item, context)) {
            Ok(span) => rows.spans.push(SpanReport::new(span)),
            Err(error) => rows.rejected.push((index, error)),
        }
    }
    Ok(rows)
}

/// All three of its formats come as `application/json`.
fn items(body: &[u8]) -> Result<Vec<Result<Value, RowError>>, DecodeError> {
    check_json_values(body)?;
    match serde_json::from_slice(body) {
        Ok(Value::Array(items)) => Ok(items.into_iter().map(Ok).collect()),
        Ok(single) => Ok(vec![Ok(single)]),
        Err(error) => {
            let lines: Vec<&[u8]> = body.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect();
            let is_one_per_line = lines.len() > 1 && lines.iter().all(|line| line.trim_ascii_start().starts_with(b"{"));
            if !is_one_per_line {
                return Err(DecodeError::malformed(format!("the body is not JSON: {error}")));
            }
            let line =
                |line: &[u8]| serde_json::from_slice(line).map_err(|error| RowError::new("body", format!("the line is not JSON: {error}")));
            Ok(lines.into_iter().map(line).collect())
        }
    }
}
