//! The fields of a usage object, taken one by one; what is left over is kept.

use crate::{
    json_bounds::is_too_deep,
    numbers::{non_negative, token_count},
};
use model::telemetry::Attributes;
use serde_json::{Map, Value};

pub(super) struct Fields {
    fields: Map<String, Value>,
    /// A count was not a count. It stays in the rest.
    pub found_invalid: bool,
}

impl Fields {
    pub(super) fn new(object: &Map<String, Value>) -> Self {
        Self { fields: object.clone(), found_invalid: false }
    }

    /// The count at a path, whose levels are nested or joined by dots: `["prompt_tokens_details", "cached_tokens"]`.
    pub(super) fn count(&mut self, path: &[&str]) -> Option<u64> {
        let value = self.take(path)?;
        match token_count(&value) {
            Some(count) => Some(count),
            None => {
                self.found_invalid = true;
                self.fields.insert(path.join("."), value);
                None
            }
        }
    }

    /// The first path that holds a count. The others are taken too when they repeat it.
    pub(super) fn first_count(&mut self, paths: &[&[&str]]) -> Option<u64> {
        let mut found = None;
        for path in paths {
            match found {
                None => found = self.count(path),
                Some(known) => self.drop_if(path, |value| token_count(value) == Some(known)),
            }
        }
        found
    }

    pub(super) fn take_text(&mut self, name: &str) -> Option<String> {
        match self.fields.remove(name)? {
            Value::String(text) => Some(text),
            other => {
                self.fields.insert(name.to_owned(), other);
                None
            }
        }
    }

    /// Takes whatever is at a path, but null.
    pub(super) fn take(&mut self, path: &[&str]) -> Option<Value> {
        let joined = self.fields.remove(&path.join(".")).filter(|value| !value.is_null());
        joined.or_else(|| take_nested(&mut self.fields, path)).filter(|value| !value.is_null())
    }

    pub(super) fn peek(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    pub(super) fn put_back(&mut self, name: &str, value: Value) {
        self.fields.insert(name.to_owned(), value);
    }

    /// Takes the value at a path when it says nothing new.
    pub(super) fn drop_if(&mut self, path: &[&str], is_known: impl Fn(&Value) -> bool) {
        if let Some(value) = self.take(path)
            && !is_known(&value)
        {
            self.fields.insert(path.join("."), value);
        }
    }

    /// Everything that was not taken and is not nothing.
    pub(super) fn rest(self) -> Attributes {
        self.fields.into_iter().filter_map(|(name, value)| Some((name, telling(value)?))).collect()
    }
}

fn take_nested(fields: &mut Map<String, Value>, path: &[&str]) -> Option<Value> {
    let (name, inner) = path.split_first()?;
    if inner.is_empty() {
        return fields.remove(*name);
    }
    match fields.get_mut(*name)? {
        Value::Object(fields) => take_nested(fields, inner),
        _ => None,
    }
}

/// The value without zeros, nulls and what holds nothing else. Text stands in for values nested deeper than can be kept.
fn telling(value: Value) -> Option<Value> {
    if is_too_deep(&value) {
        return Some(Value::String(value.to_string()));
    }
    fn without_nothing(value: Value) -> Option<Value> {
        match value {
            Value::Null => None,
            Value::Number(_) if non_negative(&value) == Some(0.0) => None,
            Value::Array(items) if items.is_empty() => None,
            Value::Object(fields) => {
                let fields: Map<String, Value> =
                    fields.into_iter().filter_map(|(name, value)| Some((name, without_nothing(value)?))).collect();
                (!fields.is_empty()).then_some(Value::Object(fields))
            }
            other => Some(other),
        }
    }
    without_nothing(value)
}
