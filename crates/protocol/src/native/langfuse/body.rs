//! The body of an event: fields by name, each read once. A field of a type that it cannot have stays, and becomes an attribute.

use crate::{RowError, langfuse};
use model::{SpanId, Timestamp, TraceId, telemetry::Attributes};
use serde_json::{Map, Value};

/// Longer ids are payload in the wrong place.
const MAX_ID_BYTES: usize = 512;

pub(super) struct Body(Map<String, Value>);

impl Body {
    pub(super) fn new(fields: Map<String, Value>) -> Self {
        Self(fields)
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    fn take_if(&mut self, name: &str, fits: impl Fn(&Value) -> bool) -> Option<Value> {
        if self.0.get(name).is_some_and(fits) { self.0.remove(name) } else { None }
    }

    /// Text or a number as text; empty text counts as absent.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let text = match self.take_if(name, |value| value.is_string() || value.is_number())? {
            Value::String(text) => text,
            other => other.to_string(),
        };
        (!text.is_empty()).then_some(text)
    }

    pub(super) fn peek_text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    pub(super) fn object(&mut self, name: &str) -> Option<Map<String, Value>> {
        match self.take_if(name, Value::is_object)? {
            Value::Object(fields) => Some(fields),
            _ => None,
        }
    }

    pub(super) fn texts(&mut self, name: &str) -> Vec<String> {
        let is_list_of_texts = |value: &Value| value.as_array().is_some_and(|items| items.iter().all(Value::is_string));
        match self.take_if(name, is_list_of_texts) {
            Some(Value::Array(items)) => items.into_iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        }
    }

    /// A time that is one; anything else stays.
    pub(super) fn time(&mut self, name: &str) -> Option<Timestamp> {
        let time = self.0.get(name)?.as_str()?.parse().ok()?;
        self.0.remove(name);
        Some(time)
    }

    pub(super) fn id(&mut self, name: &str) -> Result<Option<String>, RowError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        if text.len() > MAX_ID_BYTES {
            return Err(RowError::new(name, format!("expected at most {MAX_ID_BYTES} bytes")));
        }
        if text.bytes().all(|byte| matches!(byte, b'0' | b'-')) {
            return Err(RowError::new(name, "expected an id that is not all zeros"));
        }
        Ok(Some(text))
    }

    pub(super) fn required_id(&mut self, name: &str) -> Result<String, RowError> {
        self.id(name)?.ok_or_else(|| RowError::new(name, "expected a string; this field is required"))
    }

    pub(super) fn trace_id(&mut self) -> Result<Option<(String, TraceId)>, RowError> {
        Ok(self.id("traceId")?.map(|text| (text.clone(), langfuse::trace_id(&text))))
    }

    pub(super) fn observation_id(&mut self, name: &str) -> Result<Option<SpanId>, RowError> {
        Ok(self.id(name)?.map(|text| langfuse::observation_id(&text)))
    }

    /// Metadata of any shape as a map.
    pub(super) fn metadata(&mut self) -> Attributes {
        match self.take("metadata") {
            Some(Value::Object(fields)) => fields.into_iter().collect(),
            Some(other) => Attributes::from_iter([("metadata".to_owned(), other)]),
            None => Attributes::new(),
        }
    }

    /// What nobody read, under Langfuse's name.
    pub(super) fn rest(self) -> Attributes {
        let fields = self.0.into_iter().filter(|(_, value)| !value.is_null());
        fields.map(|(name, value)| (format!("{}.{name}", langfuse::CONVENTION), value)).collect()
    }
}
