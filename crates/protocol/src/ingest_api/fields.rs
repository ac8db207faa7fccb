//! Reads the fields of one JSON object, each once. What is left at the end is unknown to the API.

use super::CONVENTION;
use crate::{
    RowError,
    ids::{native_span_id, native_trace_id},
    json_bounds::is_too_deep,
    numbers,
    rules::MAX_JSON_LEVELS,
};
use model::{Money, SpanId, Timestamp, TraceId, telemetry::Attributes};
use serde_json::{Map, Value};

/// Longest id, name or label: longer ones are payload in the wrong place.
const MAX_LABEL_BYTES: usize = 4_096;
/// Longer names of fields are cut in errors.
const MAX_SHOWN_NAME_BYTES: usize = 64;
/// A year: anything longer is a unit error.
const MAX_DURATION_MS: f64 = 366.0 * 86_400_000.0;

pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn read(value: Value) -> Result<Self, RowError> {
        match value {
            Value::Object(fields) => match fields.iter().find(|(_, value)| is_too_deep(value)) {
                // A name is shown only where it can be one: errors reach logs.
                Some((name, _)) => Err(RowError::new(
                    name.get(..MAX_SHOWN_NAME_BYTES.min(name.len())).unwrap_or("body"),
                    format!("expected at most {MAX_JSON_LEVELS} levels of lists and objects"),
                )),
                None => Ok(Self(fields)),
            },
            other => Err(RowError::new("body", format!("expected an object, found {}", type_name(&other)))),
        }
    }

    /// A field that is present and not null.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    pub(super) fn rest(self) -> Attributes {
        self.0.into_iter().filter(|(_, value)| !value.is_null()).collect()
    }

    fn read_as<T>(&mut self, name: &str, expected: &str, read: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, RowError> {
        let Some(value) = self.take(name) else { return Ok(None) };
        match read(&value) {
            Some(read) => Ok(Some(read)),
            None => Err(RowError::new(name, format!("expected {expected}, found {}", shown(&value)))),
        }
    }

    /// Text of any length.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, RowError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(RowError::new(name, format!("expected a string, found {}", shown(&other)))),
        }
    }

    /// Short text: ids, names, labels. Empty text counts as absent.
    pub(super) fn label(&mut self, name: &str) -> Result<Option<String>, RowError> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        match text {
            Some(text) if text.len() > MAX_LABEL_BYTES => Err(RowError::new(name, format!("expected at most {MAX_LABEL_BYTES} bytes"))),
            text => Ok(text),
        }
    }

    pub(super) fn required_label(&mut self, name: &str) -> Result<String, RowError> {
        self.label(name)?.ok_or_else(|| RowError::new(name, "expected a string; this field is required"))
    }

    pub(super) fn timestamp(&mut self) -> Result<Option<Timestamp>, RowError> {
        let expected = "an RFC 3339 time such as 2026-01-31T09:30:00Z, or a Unix time in s, ms, µs or ns";
        self.read_as("timestamp", expected, numbers::timestamp)
    }

    pub(super) fn tokens(&mut self, name: &str) -> Result<Option<u64>, RowError> {
        self.read_as(name, "a whole number of tokens, zero or more", |value| match value {
            Value::Number(_) => numbers::token_count(value),
            _ => None,
        })
    }

    pub(super) fn milliseconds(&mut self, name: &str) -> Result<Option<f64>, RowError> {
        self.read_as(name, "a number of milliseconds, zero or more and at most a year", |value| match value {
            Value::Number(_) => numbers::non_negative(value).filter(|millis| *millis <= MAX_DURATION_MS),
            _ => None,
        })
    }

    pub(super) fn usd(&mut self, name: &str) -> Result<Option<Money>, RowError> {
        self.read_as(name, "an amount in US dollars, zero or more, as a number or a string", numbers::usd)
    }

    pub(super) fn optional_finite_number(&mut self, name: &str) -> Result<Option<f64>, RowError> {
        self.read_as(name, "a finite number", |value| value.as_f64().filter(|number| number.is_finite()))
    }

    pub(super) fn finite_number(&mut self, name: &str) -> Result<f64, RowError> {
        let number = self.optional_finite_number(name)?;
        number.ok_or_else(|| RowError::new(name, "expected a finite number; this field is required"))
    }

    /// The name of one of `choices`.
    pub(super) fn one_of<T: Copy>(&mut self, name: &str, choices: &[T], name_of: fn(T) -> &'static str) -> Result<Option<T>, RowError> {
        let Some(text) = self.label(name)? else { return Ok(None) };
        let found = choices.iter().copied().find(|choice| name_of(*choice) == text);
        let names = || choices.iter().map(|choice| name_of(*choice)).collect::<Vec<_>>().join(", ");
        found.map(Some).ok_or_else(|| RowError::new(name, format!("expected one of {}", names())))
    }

    pub(super) fn object(&mut self, name: &str) -> Result<Attributes, RowError> {
        match self.take(name) {
            None => Ok(Attributes::new()),
            Some(Value::Object(fields)) => Ok(fields.into_iter().collect()),
            Some(other) => Err(RowError::new(name, format!("expected an object, found {}", shown(&other)))),
        }
    }

    pub(super) fn labels(&mut self, name: &str) -> Result<Vec<String>, RowError> {
        let labels = self.read_as(name, "a list of strings", |value| {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        })?;
        Ok(labels.unwrap_or_default())
    }

    /// 32 hexadecimal digits or a UUID are taken as they are; any other id is hashed, and given back as the native one.
    pub(super) fn trace_id(&mut self) -> Result<Option<(TraceId, Option<String>)>, RowError> {
        let Some(text) = self.id_text("trace_id")? else { return Ok(None) };
        Ok(Some(match text.parse::<TraceId>() {
            Ok(id) => (id, None),
            Err(_) => (native_trace_id(CONVENTION, &text), Some(text)),
        }))
    }

    /// 16 hexadecimal digits are taken as they are; any other id is hashed, as the `id` of a call is.
    pub(super) fn span_id(&mut self, name: &str) -> Result<Option<(SpanId, Option<String>)>, RowError> {
        let Some(text) = self.id_text(name)? else { return Ok(None) };
        Ok(Some(match text.parse::<SpanId>() {
            Ok(id) => (id, None),
            Err(_) => (native_span_id(CONVENTION, &text), Some(text)),
        }))
    }

    pub(super) fn id_text(&mut self, name: &str) -> Result<Option<String>, RowError> {
        let text = self.label(name)?;
        match &text {
            Some(id) if id.bytes().all(|byte| matches!(byte, b'0' | b'-')) => {
                Err(RowError::new(name, "expected an id that is not all zeros"))
            }
            _ => Ok(text),
        }
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Numbers are shown, other values by their type: errors reach logs, and payload text must not.
fn shown(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        other => type_name(other).to_owned(),
    }
}
