//! JSON bodies of our own ingest API → one JSON value per row. A row that does not read is named, the others go on.

use crate::http::{ApiResult, Problem};
use axum::http::{HeaderMap, header::CONTENT_TYPE};
use model::telemetry::Incoming;
use protocol::{Normalised, RowError, check_json_values};
use serde_json::Value;

/// Most rows of one request: what a client can sensibly wait for. More is split by the client.
pub(super) const MAX_ROWS: usize = 100_000;

type Row = Result<Value, RowError>;

/// What a JSON route reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JsonType {
    Json,
    /// One JSON value per line.
    Lines,
}

impl JsonType {
    /// Anything but JSON is refused, also a missing type: a browser sends `text/plain` across origins without asking first.
    pub(super) fn of(headers: &HeaderMap) -> ApiResult<Self> {
        match media_type(headers).as_str() {
            "application/json" => Ok(Self::Json),
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/jsonlines" => Ok(Self::Lines),
            other if other.starts_with("application/") && other.ends_with("+json") => Ok(Self::Json),
            _ => Err(Problem::unsupported_media_type("expected Content-Type: application/json")),
        }
    }
}

/// The media type without its parameters, in lower case; empty when there is none.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// One JSON value.
pub(crate) fn single(body: &[u8]) -> ApiResult<Value> {
    check_json_values(body)?;
    serde_json::from_slice(body).map_err(|error| Problem::bad_request(format!("the body is not JSON: {error}")))
}

/// One row or a list of rows; with `wrapper`, also an object that holds the list under that name.
pub(super) fn rows(body: &[u8], json_type: JsonType, wrapper: Option<&str>) -> ApiResult<Vec<Row>> {
    check_json_values(body)?;
    if json_type == JsonType::Lines {
        return lines(body);
    }
    let list = match (single(body)?, wrapper) {
        (Value::Array(list), _) => list,
        (Value::Object(mut object), Some(wrapper)) => match object.remove(wrapper) {
            Some(Value::Array(list)) => list,
            _ => return Err(Problem::invalid(wrapper, "expected a list of rows")),
        },
        (Value::Object(object), None) => vec![Value::Object(object)],
        _ => return Err(Problem::bad_request("expected a JSON object or a list of them")),
    };
    check_rows(list.len())?;
    Ok(list.into_iter().map(Ok).collect())
}

fn lines(body: &[u8]) -> ApiResult<Vec<Row>> {
    let lines = body.split(|byte| *byte == b'\n').filter(|line| !line.iter().all(u8::is_ascii_whitespace));
    let parse = |line: &[u8]| serde_json::from_slice(line).map_err(|error| RowError::new("body", format!("the line is not JSON: {error}")));
    let rows: Vec<Row> = lines.take(MAX_ROWS + 1).map(parse).collect();
    check_rows(rows.len())?;
    Ok(rows)
}

fn check_rows(count: usize) -> ApiResult<()> {
    if count > MAX_ROWS { Err(Problem::too_large(format!("expected at most {MAX_ROWS} rows in one request"))) } else { Ok(()) }
}

/// Reads each row, keeping the good ones and naming the bad ones by their place.
pub(super) fn normalise<T>(rows: Vec<Row>, read: impl Fn(Value) -> Result<Incoming<T>, RowError>) -> Normalised<T> {
    let mut normalised = Normalised::default();
    for (index, row) in rows.into_iter().enumerate() {
        match row.and_then(&read) {
            Ok(row) => normalised.rows.push(row),
            Err(error) => normalised.rejected.push((index, error)),
        }
    }
    normalised
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;
    use serde_json::json;

    fn good(rows: Vec<Row>) -> Vec<Value> {
        rows.into_iter().map(Result::unwrap).collect()
    }

    #[test]
    fn lists_come_bare_wrapped_single_or_by_line() {
        let both = vec![json!({"a": 1}), json!({"b": 2})];
        assert_eq!(good(rows(br#"[{"a":1},{"b":2}]"#, JsonType::Json, None).unwrap()), both);
        assert_eq!(good(rows(br#"{"logs":[{"a":1},{"b":2}]}"#, JsonType::Json, Some("logs")).unwrap()), both);
        assert_eq!(good(rows(b"{\"a\":1}\r\n\n{\"b\":2}", JsonType::Lines, None).unwrap()), both);
        assert_eq!(good(rows(br#"{"a":1}"#, JsonType::Json, None).unwrap()), both[..1]);
    }

    #[test]
    fn a_bad_line_is_named_and_the_others_stay() {
        let read = rows(b"{\"a\":1}\n{\"b\":\n{\"c\":3}", JsonType::Lines, None).unwrap();
        assert_eq!(read.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    }

    #[test]
    fn what_is_no_row_is_refused_as_a_whole() {
        for body in ["", "7", "\"text\"", "{", "{\"logs\":7}", "{\"other\":[]}", &"[".repeat(100_000)] {
            assert_eq!(rows(body.as_bytes(), JsonType::Json, Some("logs")).unwrap_err().status, StatusCode::BAD_REQUEST, "{body:.20}");
        }
        assert_eq!(rows(b"[\"\xff\"]", JsonType::Json, None).unwrap_err().status, StatusCode::BAD_REQUEST, "invalid UTF-8");
    }

    #[test]
    fn bodies_that_grow_when_parsed_are_refused() {
        let bomb = format!("[{}0]", "0,".repeat(4_000_000));
        assert_eq!(rows(bomb.as_bytes(), JsonType::Json, None).unwrap_err().status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(rows("{}\n".repeat(MAX_ROWS + 1).as_bytes(), JsonType::Lines, None).unwrap_err().status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[test]
    fn media_types_ignore_parameters_and_case() {
        let of = |value: &str| JsonType::of(&HeaderMap::from_iter([(CONTENT_TYPE, value.parse().unwrap())]));
        assert_eq!(of("Application/JSON; charset=utf-8"), Ok(JsonType::Json));
        assert_eq!(of("application/x-ndjson"), Ok(JsonType::Lines));
        for refused in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
            assert!(of(refused).is_err(), "{refused}");
        }
        assert!(JsonType::of(&HeaderMap::new()).is_err());
    }
}
