//! The attributes of a row while it is read: what an adapter takes is gone, what is left stays with the row.

use super::{
    flattened::Flattened,
    wire::{KeyValue, any_value::Value as Wire},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use model::telemetry::Attributes;
use serde_json::Value;
use std::borrow::Cow;

#[derive(Debug, Default)]
pub(crate) struct AttributeSet {
    entries: Vec<KeyValue>,
    repaired: bool,
}

impl AttributeSet {
    pub(crate) fn new(entries: Vec<KeyValue>) -> Self {
        Self { entries, repaired: false }
    }

    pub(crate) fn any_key(&self, matches: impl Fn(&[u8]) -> bool) -> bool {
        self.entries.iter().any(|entry| entry.value.is_some() && matches(&entry.key))
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    fn position(&self, name: &str) -> Option<usize> {
        let has_value = |entry: &KeyValue| entry.value.as_ref().is_some_and(|value| value.value.is_some());
        self.entries.iter().position(|entry| entry.key == name.as_bytes() && has_value(entry))
    }

    /// A copy of a text attribute.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        match self.entries[self.position(name)?].value.as_ref()?.value.as_ref()? {
            Wire::String(bytes) if !bytes.is_empty() => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    }

    /// A copy of an attribute as JSON.
    pub(crate) fn json(&mut self, name: &str) -> Option<Value> {
        let wire = self.entries[self.position(name)?].value.as_ref()?.value.clone()?;
        Some(to_json(wire, &mut self.repaired))
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Wire> {
        let index = self.position(name)?;
        self.entries.swap_remove(index).value?.value
    }

    pub(crate) fn take_json(&mut self, name: &str) -> Option<Value> {
        let value = self.take(name)?;
        Some(to_json(value, &mut self.repaired))
    }

    /// Text, or a number or truth value as text. Lists and maps are left where they are; empty text counts as absent.
    pub(crate) fn take_text(&mut self, name: &str) -> Option<String> {
        let index = self.position(name)?;
        let text = match self.entries[index].value.as_ref()?.value.as_ref()? {
            Wire::String(bytes) => utf8(bytes, &mut self.repaired),
            Wire::Bool(value) => value.to_string(),
            Wire::Int(value) => value.to_string(),
            Wire::Double(value) => value.to_string(),
            Wire::Array(_) | Wire::KeyValueList(_) | Wire::Bytes(_) => return None,
        };
        self.entries.swap_remove(index);
        (!text.is_empty()).then_some(text)
    }

    /// The first of several names that is present; the same value under the other names is taken too, a different one stays.
    pub(crate) fn take_first_text(&mut self, names: &[&str]) -> Option<String> {
        let mut first: Option<String> = None;
        for name in names {
            match &first {
                None => first = self.take_text(name),
                Some(text) if self.text_equals(name, text) => drop(self.take(name)),
                Some(_) => {}
            }
        }
        first
    }

    /// Fills in what is unknown from the first of several names. What is known already is not said twice: an equal attribute is taken,
    /// a different one stays.
    pub(crate) fn fill_text(&mut self, slot: &mut Option<String>, names: &[&str]) {
        match slot {
            None => *slot = self.take_first_text(names),
            Some(known) => names.iter().for_each(|name| {
                if self.text_equals(name, known) {
                    self.take(name);
                }
            }),
        }
    }

    fn text_equals(&self, name: &str, text: &str) -> bool {
        let value = self.position(name).and_then(|index| self.entries[index].value.as_ref()?.value.as_ref());
        matches!(value, Some(Wire::String(bytes)) if bytes == text.as_bytes())
    }

    /// Text of a value that was taken, without a copy where it is UTF-8.
    pub(crate) fn read_text<'b>(&mut self, bytes: &'b Bytes) -> Cow<'b, str> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(utf8(bytes, &mut self.repaired)),
        }
    }

    /// A value that was taken, as JSON.
    pub(crate) fn read_json(&mut self, value: Wire) -> Value {
        to_json(value, &mut self.repaired)
    }

    /// Takes a value that `read` understands. `Err` when it is present and not understood: then it stays.
    pub(crate) fn take_checked<T>(&mut self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, ()> {
        let Some(index) = self.position(name) else { return Ok(None) };
        let Some(wire) = self.entries[index].value.as_ref().and_then(|value| value.value.clone()) else { return Ok(None) };
        let value = read(&to_json(wire, &mut self.repaired)).ok_or(())?;
        self.entries.swap_remove(index);
        Ok(Some(value))
    }

    /// Goes over all attributes once and takes those that `flattened` has a place for.
    pub(crate) fn distribute(&mut self, flattened: &mut Flattened) {
        let repaired = &mut self.repaired;
        self.entries.retain_mut(|entry| {
            let Some(place) = std::str::from_utf8(&entry.key).ok().and_then(|name| flattened.place(name)) else { return true };
            let Some(value) = entry.value.take().and_then(|value| value.value) else { return false };
            *place = to_json(value, repaired);
            false
        });
    }

    /// Gives an attribute another name, unless that one is present.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        if self.contains(to) {
            return;
        }
        if let Some(index) = self.position(from) {
            self.entries[index].key = Bytes::copy_from_slice(to.as_bytes());
        }
    }

    /// Drops attributes that say nothing: those of these names whose text is empty or one of `nothing`.
    pub(crate) fn drop_empty(&mut self, is_one: impl Fn(&[u8]) -> bool, nothing: &[&str]) {
        self.entries.retain(|entry| {
            let text = match entry.value.as_ref().and_then(|value| value.value.as_ref()) {
                Some(Wire::String(text)) => text,
                _ => return true,
            };
            let says_nothing = text.is_empty() || nothing.iter().any(|word| word.as_bytes() == text);
            !(says_nothing && is_one(&entry.key))
        });
    }

    /// Takes everything whose name starts with `prefix`, under the rest of its name.
    pub(crate) fn take_prefixed(&mut self, prefix: &str, into: &mut Attributes) {
        let mut index = 0;
        while index < self.entries.len() {
            if !self.entries[index].key.starts_with(prefix.as_bytes()) {
                index += 1;
                continue;
            }
            let entry = self.entries.swap_remove(index);
            if let Some(value) = entry.value.and_then(|value| value.value) {
                let name = utf8(&entry.key[prefix.len()..], &mut self.repaired);
                into.insert(name, to_json(value, &mut self.repaired));
            }
        }
    }

    /// What nobody took. Nulls say nothing and are dropped.
    pub(crate) fn into_rest(self, into: &mut Attributes) -> bool {
        let mut repaired = self.repaired;
        for entry in self.entries {
            if let Some(value) = entry.value.and_then(|value| value.value) {
                into.insert(utf8(&entry.key, &mut repaired), to_json(value, &mut repaired));
            }
        }
        repaired
    }
}

/// Text from the wire. Bytes that are not UTF-8 become U+FFFD and set the flag.
pub(crate) fn utf8(bytes: &[u8], repaired: &mut bool) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            *repaired = true;
            String::from_utf8_lossy(bytes).into_owned()
        }
    }
}

/// Like [`utf8`], with empty text as absent.
pub(crate) fn optional_text(bytes: &Bytes, repaired: &mut bool) -> Option<String> {
    (!bytes.is_empty()).then(|| utf8(bytes, repaired))
}

/// A wire value as JSON. Bytes become base64; numbers that JSON cannot write become text. The depth is bounded by the decoders
/// (prost: 100 nested messages, serde_json: 128 levels).
pub(crate) fn to_json(value: Wire, repaired: &mut bool) -> Value {
    match value {
        Wire::String(bytes) => Value::String(utf8(&bytes, repaired)),
        Wire::Bool(value) => Value::Bool(value),
        Wire::Int(value) => Value::from(value),
        Wire::Double(value) => serde_json::Number::from_f64(value).map_or_else(|| Value::String(value.to_string()), Value::Number),
        Wire::Bytes(bytes) => Value::String(STANDARD.encode(bytes)),
        Wire::Array(array) => {
            array.values.into_iter().map(|item| item.value.map_or(Value::Null, |value| to_json(value, repaired))).collect()
        }
        Wire::KeyValueList(list) => Value::Object(
            list.values
                .into_iter()
                .map(|entry| {
                    let value = entry.value.and_then(|value| value.value).map_or(Value::Null, |value| to_json(value, repaired));
                    (utf8(&entry.key, repaired), value)
                })
                .collect(),
        ),
    }
}
