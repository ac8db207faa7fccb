//! The fields of a row, by the names that filters use.

use super::text::span_texts;
use model::{
    Money, SpanId, Timestamp, TraceId,
    filter::{Field, FieldType},
    telemetry::{LogRecord, MetricPoint, Span},
};
use serde_json::Value;
use std::borrow::Cow;

/// A known value of a field.
pub enum FieldValue<'a> {
    Text(Cow<'a, str>),
    /// Never empty: an empty set is unknown.
    Set(&'a [String]),
    Json(&'a Value),
    /// Durations are in milliseconds.
    Number(f64),
    Money(Money),
    Time(Timestamp),
    Bool(bool),
}

/// What a filter can be asked about.
pub trait FilterRow {
    /// `None` when the row does not know the field.
    fn field(&self, field: &Field) -> Option<FieldValue<'_>>;

    /// Every searchable text.
    fn texts(&self) -> Vec<String>;

    /// Of a span: which it is, and in which session.
    fn span_ids(&self) -> Option<(TraceId, SpanId, Option<&str>)> {
        None
    }
}

fn text(value: &Option<String>) -> Option<FieldValue<'_>> {
    value.as_deref().map(|value| FieldValue::Text(value.into()))
}

fn printed<'a>(value: impl ToString) -> Option<FieldValue<'a>> {
    Some(FieldValue::Text(value.to_string().into()))
}

fn count<'a>(value: Option<u64>) -> Option<FieldValue<'a>> {
    value.map(|count| FieldValue::Number(count as f64))
}

fn set(members: &[String]) -> Option<FieldValue<'_>> {
    (!members.is_empty()).then_some(FieldValue::Set(members))
}

fn json(value: Option<&Value>) -> Option<FieldValue<'_>> {
    value.filter(|value| !value.is_null()).map(FieldValue::Json)
}

impl FilterRow for Span {
    fn field(&self, field: &Field) -> Option<FieldValue<'_>> {
        let column = match field {
            Field::Model => return self.model().map(|model| FieldValue::Text(model.into())),
            Field::Attribute(name) => return json(self.payload.attributes.get(name)),
            Field::Metadata(name) => return json(self.payload.metadata.get(name)),
            // Not in the row: `scores::resolved` has replaced such conditions.
            Field::Score(_) | Field::Comment | Field::Bookmarked => return None,
            Field::Column(column, FieldType::TextSet) => {
                return match *column {
                    "tags" => set(&self.tags),
                    "finish_reasons" => set(&self.finish_reasons),
                    "quality" => set(&self.quality),
                    _ => None,
                };
            }
            Field::Column(column, _) => *column,
        };
        let buckets = &self.usage.buckets;
        match column {
            "trace_id" => printed(self.trace_id),
            "span_id" => printed(self.span_id),
            "parent_span_id" => self.parent_span_id.and_then(printed),
            "native_id" => text(&self.native_id),
            "name" => printed(&self.name),
            "kind" => printed(self.kind.as_str()),
            "operation" => text(&self.operation),
            "status" => printed(self.status.as_str()),
            "error_type" => text(&self.error_type),
            "error_message" => text(&self.error_message),
            "provider" => text(&self.provider),
            "request_model" => text(&self.request_model),
            "response_model" => text(&self.response_model),
            "response_id" => text(&self.response_id),
            "session_id" => text(&self.session_id),
            "user_id" => text(&self.user_id),
            "environment" => text(&self.environment),
            "release" => text(&self.release),
            "service" => text(&self.service),
            "agent" => text(&self.agent),
            "tool" => text(&self.tool),
            "prompt_name" => text(&self.prompt_name),
            "prompt_version" => text(&self.prompt_version),
            "convention" => printed(&self.source.convention),
            "sdk" => text(&self.source.sdk),
            "cost_usd" => self.cost.total_usd.map(FieldValue::Money),
            "cost_source" => printed(self.cost.source.as_str()),
            "billed" => Some(FieldValue::Bool(self.billed)),
            "total_tokens" => count(self.usage.total_tokens),
            "input_tokens" => count(self.usage.input_tokens),
            "output_tokens" => count(self.usage.output_tokens),
            "cache_read" => count(buckets.cache_read),
            "output_reasoning" => count(buckets.output_reasoning),
            "duration_ms" => self.duration_ms.map(FieldValue::Number),
            "time_to_first_token_ms" => self.time_to_first_token_ms.map(FieldValue::Number),
            "start_time" => Some(FieldValue::Time(self.start_time)),
            _ => None,
        }
    }

    fn texts(&self) -> Vec<String> {
        span_texts(self)
    }

    fn span_ids(&self) -> Option<(TraceId, SpanId, Option<&str>)> {
        Some((self.trace_id, self.span_id, self.session_id.as_deref()))
    }
}

impl FilterRow for LogRecord {
    fn field(&self, field: &Field) -> Option<FieldValue<'_>> {
        let column = match field {
            Field::Attribute(name) => return json(self.attributes.get(name)),
            Field::Column(column, _) => *column,
            _ => return None,
        };
        match column {
            "level" => printed(self.level.as_str()),
            "message" => printed(&self.message),
            "logger" => text(&self.logger),
            "service" => text(&self.service),
            "trace_id" => self.trace_id.and_then(printed),
            "span_id" => self.span_id.and_then(printed),
            "session_id" => text(&self.session_id),
            "user_id" => text(&self.user_id),
            "timestamp" => Some(FieldValue::Time(self.timestamp)),
            _ => None,
        }
    }

    fn texts(&self) -> Vec<String> {
        [Some(&self.message), self.logger.as_ref()].into_iter().flatten().cloned().collect()
    }
}

impl FilterRow for MetricPoint {
    fn field(&self, field: &Field) -> Option<FieldValue<'_>> {
        let column = match field {
            Field::Attribute(name) => return json(self.tags.get(name)),
            Field::Column(column, _) => *column,
            _ => return None,
        };
        match column {
            "name" => printed(&self.name),
            "type" => printed(self.metric_type.as_str()),
            "unit" => text(&self.unit),
            "service" => text(&self.service),
            "value" => self.value.map(FieldValue::Number),
            "timestamp" => Some(FieldValue::Time(self.timestamp)),
            _ => None,
        }
    }

    fn texts(&self) -> Vec<String> {
        vec![self.name.clone()]
    }
}
