//! Reads the fields of one JSON object. Nulls are absent; what is not of the expected type stays, and ends as an attribute.

use crate::{RowError, json_bounds::is_too_deep, rules::MAX_JSON_LEVELS, secrets::remove_secrets};
use model::{Timestamp, telemetry::Attributes};
use serde_json::{Map, Value};

pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// `what` names the object in errors.
    pub(super) fn of(value: Value, what: &str) -> Result<Self, RowError> {
        if is_too_deep(&value) {
            return Err(RowError::new(what, format!("expected at most {MAX_JSON_LEVELS} levels of lists and objects")));
        }
        match value {
            Value::Object(mut fields) => {
                fields.retain(|_, value| !value.is_null());
                Ok(Self(fields))
            }
            _ => Err(RowError::new(what, "expected an object")),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// Flags that say no say nothing.
    pub(super) fn drop_unset(&mut self, flags: &[&str]) {
        self.0.retain(|name, value| *value != Value::Bool(false) || !flags.contains(&name.as_str()));
    }

    pub(super) fn put(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// Takes what `read` understands and leaves anything else.
    pub(super) fn take_as<T>(&mut self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let read = read(self.0.get(name)?)?;
        self.0.remove(name);
        Some(read)
    }

    /// Text that is not empty.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.take_as(name, |value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned))
    }

    pub(super) fn required_text(&mut self, name: &str) -> Result<String, RowError> {
        self.text(name).ok_or_else(|| RowError::new(name, "expected a string that is not empty; this field is required"))
    }

    pub(super) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        self.take_as(name, |value| value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect())
    }

    pub(super) fn list(&mut self, name: &str) -> Vec<Value> {
        match self.0.get(name) {
            Some(Value::Array(_)) => match self.0.remove(name) {
                Some(Value::Array(items)) => items,
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    pub(super) fn object(&mut self, name: &str) -> Attributes {
        self.take_object(name).into_iter().filter(|(_, value)| !value.is_null()).collect()
    }

    /// What the application says of itself: without the secrets that came along. Whether there were some.
    pub(super) fn metadata(&mut self, name: &str) -> (Attributes, bool) {
        let mut fields = self.take_object(name);
        let had_secrets = remove_secrets(&mut fields);
        (fields.into_iter().filter(|(_, value)| !value.is_null()).collect(), had_secrets)
    }

    fn take_object(&mut self, name: &str) -> Map<String, Value> {
        match self.0.get(name) {
            Some(Value::Object(_)) => match self.0.remove(name) {
                Some(Value::Object(fields)) => fields,
                _ => Map::new(),
            },
            _ => Map::new(),
        }
    }

    pub(super) fn time(&mut self, name: &str) -> Result<Option<Timestamp>, RowError> {
        let Some(value) = self.0.remove(name) else { return Ok(None) };
        let time = value.as_str().and_then(|text| text.parse().ok());
        time.map(Some).ok_or_else(|| RowError::new(name, "expected an RFC 3339 time such as 2026-01-31T09:30:00.000Z"))
    }

    /// What nobody took.
    pub(super) fn rest(self) -> Attributes {
        self.0.into_iter().collect()
    }

    /// The same as a JSON object; null when there is nothing.
    pub(super) fn into_value(self) -> Value {
        if self.0.is_empty() { Value::Null } else { Value::Object(self.0) }
    }
}
