//! The fields a filter can name, for each kind of row.

use crate::telemetry::RowKind;

/// How values of a field are written and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldType {
    Text,
    Number,
    Money,
    Duration,
    Time,
    Bool,
    /// A set of texts: `tag:x` means "contains x".
    TextSet,
}

/// A field of a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Field {
    /// A column, by its name in `spans`, `logs` or `metrics` (the names of the API and of SQL).
    Column(&'static str, FieldType),
    /// `model`: what answered, else what was asked for.
    Model,
    /// `attr.NAME`, in the residual attributes (for metrics: the tags).
    Attribute(String),
    /// `metadata.NAME`, of spans.
    Metadata(String),
    /// `score.NAME`: value or label of a score of the span, of its trace or of its session.
    Score(String),
    /// `comment`: what was written about the span, its trace or its session, comments and reasons of scores alike.
    Comment,
    /// `bookmarked`: the span, its trace or its session has a bookmark. Never unknown.
    Bookmarked,
}

impl Field {
    pub fn field_type(&self) -> FieldType {
        match self {
            Self::Column(_, field_type) => *field_type,
            Self::Model | Self::Attribute(_) | Self::Metadata(_) | Self::Score(_) | Self::Comment => FieldType::Text,
            Self::Bookmarked => FieldType::Bool,
        }
    }

    /// Whether the field is not in the row but in late facts about it.
    pub fn is_late(&self) -> bool {
        matches!(self, Self::Score(_) | Self::Comment | Self::Bookmarked)
    }

    /// Looks a name up: the column's name or its short form (`env`, `cost`, `user` …).
    pub fn lookup(kind: RowKind, name: &str) -> Option<Field> {
        if let Some(key) = name.strip_prefix("attr.").or_else(|| name.strip_prefix("attributes.")).or_else(|| name.strip_prefix("tags.")) {
            return (!key.is_empty()).then(|| Field::Attribute(key.to_owned()));
        }
        if let (RowKind::Span, Some(key)) = (kind, name.strip_prefix("metadata.")) {
            return (!key.is_empty()).then(|| Field::Metadata(key.to_owned()));
        }
        if let (RowKind::Span, Some(key)) = (kind, name.strip_prefix("score.")) {
            return (!key.is_empty()).then(|| Field::Score(key.to_owned()));
        }
        match (kind, name) {
            (RowKind::Span, "model") => return Some(Field::Model),
            (RowKind::Span, "comment") => return Some(Field::Comment),
            (RowKind::Span, "bookmarked") => return Some(Field::Bookmarked),
            _ => {}
        }
        fields_of(kind)
            .iter()
            .find(|(short, column, _)| *short == name || *column == name)
            .map(|(_, column, field_type)| Field::Column(column, *field_type))
    }
}

type FieldRow = (&'static str, &'static str, FieldType);

/// `(short name, column, type)` of every fixed field of a kind of row.
pub fn fields_of(kind: RowKind) -> &'static [FieldRow] {
    use FieldType::{Bool, Duration, Money, Number, Text, TextSet, Time};
    match kind {
        RowKind::Span => &[
            ("trace", "trace_id", Text),
            ("span", "span_id", Text),
            ("parent", "parent_span_id", Text),
            ("id", "native_id", Text),
            ("name", "name", Text),
            ("kind", "kind", Text),
            ("operation", "operation", Text),
            ("status", "status", Text),
            ("error", "error_type", Text),
            ("message", "error_message", Text),
            ("provider", "provider", Text),
            ("request_model", "request_model", Text),
            ("response_model", "response_model", Text),
            ("response", "response_id", Text),
            ("session", "session_id", Text),
            ("user", "user_id", Text),
            ("env", "environment", Text),
            ("release", "release", Text),
            ("service", "service", Text),
            ("agent", "agent", Text),
            ("tool", "tool", Text),
            ("prompt", "prompt_name", Text),
            ("prompt_version", "prompt_version", Text),
            ("convention", "convention", Text),
            ("sdk", "sdk", Text),
            ("tag", "tags", TextSet),
            ("finish_reason", "finish_reasons", TextSet),
            ("quality", "quality", TextSet),
            ("cost", "cost_usd", Money),
            ("cost_source", "cost_source", Text),
            ("billed", "billed", Bool),
            ("tokens", "total_tokens", Number),
            ("input_tokens", "input_tokens", Number),
            ("output_tokens", "output_tokens", Number),
            ("cached", "cache_read", Number),
            ("reasoning", "output_reasoning", Number),
            ("duration", "duration_ms", Duration),
            ("ttft", "time_to_first_token_ms", Duration),
            ("time", "start_time", Time),
        ],
        RowKind::Log => &[
            ("level", "level", Text),
            ("message", "message", Text),
            ("logger", "logger", Text),
            ("service", "service", Text),
            ("trace", "trace_id", Text),
            ("span", "span_id", Text),
            ("session", "session_id", Text),
            ("user", "user_id", Text),
            ("time", "timestamp", Time),
        ],
        RowKind::Metric => &[
            ("name", "name", Text),
            ("type", "type", Text),
            ("unit", "unit", Text),
            ("service", "service", Text),
            ("value", "value", Number),
            ("time", "timestamp", Time),
        ],
        RowKind::Score => &[
            ("id", "score_id", Text),
            ("kind", "kind", Text),
            ("target", "target", Text),
            ("name", "name", Text),
            ("source", "source", Text),
            ("label", "label", Text),
            ("author", "author", Text),
            ("value", "value", Number),
            ("trace", "trace_id", Text),
            ("span", "span_id", Text),
            ("session", "session_id", Text),
            ("time", "timestamp", Time),
        ],
    }
}
