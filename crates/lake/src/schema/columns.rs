//! The columns of each kind, in the order in which `rows` writes them.

use super::{money_type, text_list_type, timestamp_type};
use datafusion::arrow::datatypes::{DataType, Field};
use model::telemetry::RowKind;

pub(super) fn of(kind: RowKind) -> Vec<Field> {
    match kind {
        RowKind::Span => span(),
        RowKind::Log => log(),
        RowKind::Metric => metric(),
        RowKind::Score => score(),
    }
}

fn required(name: &str, data_type: DataType) -> Field {
    Field::new(name, data_type, false)
}

fn optional(name: &str, data_type: DataType) -> Field {
    Field::new(name, data_type, true)
}

fn texts<const N: usize>(names: [&'static str; N]) -> impl Iterator<Item = Field> {
    names.into_iter().map(|name| optional(name, DataType::Utf8))
}

fn json<const N: usize>(names: [&'static str; N]) -> impl Iterator<Item = Field> {
    names.into_iter().map(|name| optional(name, DataType::LargeUtf8))
}

/// Names of the token buckets and totals, in column order.
pub(crate) const TOKEN_TOTALS: [&str; 3] = ["input_tokens", "output_tokens", "total_tokens"];
pub(crate) const TOKEN_BUCKETS: [&str; 11] = [
    "input_uncached",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "cache_write_unknown",
    "input_audio",
    "input_image",
    "output_text",
    "output_reasoning",
    "output_audio",
    "web_searches",
];
pub(crate) const MONEY: [&str; 4] = ["cost_usd", "cost_input_usd", "cost_output_usd", "cost_reported_usd"];

fn span() -> Vec<Field> {
    let mut fields = vec![required("trace_id", DataType::Utf8), required("span_id", DataType::Utf8)];
    fields.extend(texts(["parent_span_id", "native_id"]));
    fields.extend([
        required("name", DataType::Utf8),
        required("kind", DataType::Utf8),
        required("start_time", timestamp_type()),
        optional("end_time", timestamp_type()),
        optional("duration_ms", DataType::Float64),
        optional("time_to_first_token_ms", DataType::Float64),
        required("status", DataType::Utf8),
        optional("running", DataType::Boolean),
    ]);
    fields.extend(texts(["error_type", "error_message", "provider", "request_model", "response_model", "response_id", "operation"]));
    fields.push(required("finish_reasons", text_list_type()));
    fields.extend(texts(["session_id", "user_id", "environment", "release", "service", "agent", "tool", "prompt_name", "prompt_version"]));
    fields.push(required("tags", text_list_type()));
    fields.extend(TOKEN_TOTALS.map(|name| optional(name, DataType::Int64)));
    fields.push(required("usage_split", DataType::Utf8));
    fields.extend(TOKEN_BUCKETS.map(|name| optional(name, DataType::Int64)));
    fields.extend(MONEY.map(|name| optional(name, money_type())));
    fields.push(required("cost_source", DataType::Utf8));
    fields.extend(texts(["price_id", "price_version"]));
    fields.extend([required("billed", DataType::Boolean), required("convention", DataType::Utf8)]);
    fields.extend(texts(["sdk"]));
    fields.extend([required("quality", text_list_type()), required("ingest_time", timestamp_type())]);
    fields.extend(texts(["input_preview", "output_preview"]));
    fields.extend(json([
        "input",
        "output",
        "system",
        "tools",
        "model_parameters",
        "metadata",
        "attributes",
        "events",
        "links",
        "originals",
    ]));
    fields
}

fn log() -> Vec<Field> {
    let mut fields = vec![
        required("timestamp", timestamp_type()),
        optional("observed_time", timestamp_type()),
        required("level", DataType::Utf8),
        required("message", DataType::LargeUtf8),
    ];
    fields.extend(texts(["logger", "service", "trace_id", "span_id", "session_id", "user_id"]));
    fields.extend(json(["attributes"]));
    fields.push(required("ingest_time", timestamp_type()));
    fields
}

fn metric() -> Vec<Field> {
    let mut fields = vec![
        required("timestamp", timestamp_type()),
        optional("start_time", timestamp_type()),
        required("name", DataType::Utf8),
        required("type", DataType::Utf8),
        optional("temporality", DataType::Utf8),
        optional("monotonic", DataType::Boolean),
        optional("value", DataType::Float64),
    ];
    fields.extend(json(["histogram"]));
    fields.extend(texts(["unit", "service"]));
    fields.extend(json(["tags"]));
    fields.push(required("ingest_time", timestamp_type()));
    // Since schema version 3.
    fields.extend(json(["exemplars"]));
    fields
}

fn score() -> Vec<Field> {
    let mut fields = vec![required("timestamp", timestamp_type()), required("name", DataType::Utf8), required("target", DataType::Utf8)];
    fields.extend(texts(["trace_id", "span_id", "session_id"]));
    fields.extend([optional("value", DataType::Float64), optional("label", DataType::Utf8), required("source", DataType::Utf8)]);
    fields.extend(texts(["comment", "author"]));
    fields.push(required("ingest_time", timestamp_type()));
    // Since schema version 2.
    fields.extend(texts(["score_id", "kind"]));
    fields.extend(json(["metadata"]));
    fields.push(optional("deleted", DataType::Boolean));
    fields
}
