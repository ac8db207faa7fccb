//! Which columns a CSV file has, and where their values are in the JSON of a row. Names are those of SQL and of the lake.

use crate::telemetry::RowKind;

/// How a value stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellType {
    /// The text itself.
    Text,
    /// JSON: a number, a flag, a list or an object.
    Json,
}

/// One column of a CSV file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportColumn {
    pub name: &'static str,
    /// The object inside the row that holds the value; the row itself when `None`.
    pub parent: Option<&'static str>,
    /// Its name there.
    pub field: &'static str,
    pub cell: CellType,
}

const fn text(name: &'static str) -> ExportColumn {
    ExportColumn { name, parent: None, field: name, cell: CellType::Text }
}

const fn json(name: &'static str) -> ExportColumn {
    ExportColumn { name, parent: None, field: name, cell: CellType::Json }
}

const fn inside(parent: &'static str, field: &'static str, name: &'static str, cell: CellType) -> ExportColumn {
    ExportColumn { name, parent: Some(parent), field, cell }
}

const fn tokens(name: &'static str) -> ExportColumn {
    inside("usage", name, name, CellType::Json)
}

pub fn columns_of(kind: RowKind) -> &'static [ExportColumn] {
    match kind {
        RowKind::Span => &SPAN,
        RowKind::Log => &LOG,
        RowKind::Metric => &METRIC,
        RowKind::Score => &SCORE,
    }
}

const SPAN: [ExportColumn; 67] = [
    text("trace_id"),
    text("span_id"),
    text("parent_span_id"),
    text("native_id"),
    text("name"),
    text("kind"),
    text("start_time"),
    json("running"),
    text("end_time"),
    json("duration_ms"),
    json("time_to_first_token_ms"),
    text("status"),
    text("error_type"),
    text("error_message"),
    text("provider"),
    text("request_model"),
    text("response_model"),
    text("response_id"),
    text("operation"),
    json("finish_reasons"),
    text("session_id"),
    text("user_id"),
    text("environment"),
    text("release"),
    text("service"),
    text("agent"),
    text("tool"),
    text("prompt_name"),
    text("prompt_version"),
    json("tags"),
    tokens("input_tokens"),
    tokens("output_tokens"),
    tokens("total_tokens"),
    inside("usage", "split", "usage_split", CellType::Text),
    tokens("input_uncached"),
    tokens("cache_read"),
    tokens("cache_write_5m"),
    tokens("cache_write_1h"),
    tokens("cache_write_unknown"),
    tokens("input_audio"),
    tokens("input_image"),
    tokens("output_text"),
    tokens("output_reasoning"),
    tokens("output_audio"),
    tokens("web_searches"),
    inside("cost", "total_usd", "cost_usd", CellType::Json),
    inside("cost", "input_usd", "cost_input_usd", CellType::Json),
    inside("cost", "output_usd", "cost_output_usd", CellType::Json),
    inside("cost", "reported_usd", "cost_reported_usd", CellType::Json),
    inside("cost", "source", "cost_source", CellType::Text),
    inside("cost", "price_id", "price_id", CellType::Text),
    inside("cost", "price_version", "price_version", CellType::Text),
    json("billed"),
    inside("source", "convention", "convention", CellType::Text),
    inside("source", "sdk", "sdk", CellType::Text),
    json("quality"),
    text("ingest_time"),
    json("input"),
    json("output"),
    json("system"),
    json("tools"),
    json("model_parameters"),
    json("metadata"),
    json("attributes"),
    json("events"),
    json("links"),
    json("originals"),
];

const LOG: [ExportColumn; 12] = [
    text("timestamp"),
    text("observed_time"),
    text("level"),
    text("message"),
    text("logger"),
    text("service"),
    text("trace_id"),
    text("span_id"),
    text("session_id"),
    text("user_id"),
    json("attributes"),
    text("ingest_time"),
];

const METRIC: [ExportColumn; 13] = [
    text("timestamp"),
    text("start_time"),
    text("name"),
    text("type"),
    text("temporality"),
    json("monotonic"),
    json("value"),
    json("histogram"),
    text("unit"),
    text("service"),
    json("tags"),
    text("ingest_time"),
    json("exemplars"),
];

const SCORE: [ExportColumn; 15] = [
    text("timestamp"),
    text("name"),
    text("target"),
    text("trace_id"),
    text("span_id"),
    text("session_id"),
    json("value"),
    text("label"),
    text("source"),
    text("comment"),
    text("author"),
    text("ingest_time"),
    text("score_id"),
    text("kind"),
    json("metadata"),
];
