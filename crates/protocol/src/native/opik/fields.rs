//! The fields of a trace, span or score, each taken once.

use crate::{
    RowError,
    native::json::{take_object, take_text, text_of},
    numbers::{non_negative, timestamp, usd},
};
use model::{Money, Timestamp, telemetry::Attributes};
use serde_json::{Map, Value};

/// Longest id, name or tag: longer ones are payload in the wrong place.
const MAX_LABEL_BYTES: usize = 4_096;

pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn read(value: Value) -> Result<Self, RowError> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(RowError::new("body", "expected an object")),
        }
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        take_text(&mut self.0, name)
    }

    /// An id of at most so many bytes, in lower case: UUIDs are compared by their text.
    pub(super) fn id(&mut self, name: &str) -> Result<Option<String>, RowError> {
        match self.text(name) {
            Some(id) if id.len() > MAX_LABEL_BYTES => Err(RowError::new(name, format!("expected at most {MAX_LABEL_BYTES} bytes"))),
            Some(id) if id.bytes().all(|byte| matches!(byte, b'0' | b'-')) => {
                Err(RowError::new(name, "expected an id that is not all zeros"))
            }
            id => Ok(id.map(|id| id.to_lowercase())),
        }
    }

    pub(super) fn required_id(&mut self, name: &str) -> Result<String, RowError> {
        self.id(name)?.ok_or_else(|| RowError::new(name, "expected a string; this field is required"))
    }

    pub(super) fn time(&mut self, name: &str) -> Option<Timestamp> {
        let time = timestamp(self.0.get(name)?)?;
        self.0.remove(name);
        Some(time)
    }

    pub(super) fn number(&mut self, name: &str) -> Option<f64> {
        let number = non_negative(self.0.get(name)?)?;
        self.0.remove(name);
        Some(number)
    }

    pub(super) fn finite(&mut self, name: &str) -> Option<f64> {
        let number = self.0.get(name)?.as_f64().filter(|number| number.is_finite())?;
        self.0.remove(name);
        Some(number)
    }

    pub(super) fn usd(&mut self, name: &str) -> Option<Money> {
        let amount = usd(self.0.get(name)?)?;
        self.0.remove(name);
        Some(amount)
    }

    pub(super) fn object(&mut self, name: &str) -> Option<Map<String, Value>> {
        take_object(&mut self.0, name)
    }

    pub(super) fn labels(&mut self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            Some(Value::Array(items)) => {
                let labels = items.iter().filter_map(text_of).filter(|label| label.len() <= MAX_LABEL_BYTES).collect();
                self.0.remove(name);
                labels
            }
            _ => Vec::new(),
        }
    }

    /// What nobody took, under names of Opik's.
    pub(super) fn into_rest(self, into: &mut Attributes) {
        into.extend(self.0.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (format!("opik.{name}"), value)));
    }
}
