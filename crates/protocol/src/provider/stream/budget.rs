//! How much content may be kept, and how fragments of it are put together within that.

use crate::provider::fields::Object;
use serde_json::Value;

pub(super) struct Budget {
    capacity: usize,
    taken: usize,
    is_exceeded: bool,
    is_closed: bool,
}

impl Budget {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, taken: 0, is_exceeded: false, is_closed: false }
    }

    /// Whether so much more may be kept.
    pub(super) fn allows(&mut self, bytes: usize) -> bool {
        let fits = !self.is_closed && self.taken.saturating_add(bytes) <= self.capacity;
        if fits {
            self.taken += bytes;
        } else {
            self.is_exceeded = true;
        }
        fits
    }

    pub(super) fn close(&mut self) {
        self.is_closed = true;
    }

    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    pub(super) fn is_exceeded(&self) -> bool {
        self.is_exceeded
    }

    /// Adds a fragment to a text.
    pub(super) fn append(&mut self, text: &mut Value, fragment: &str) {
        if fragment.is_empty() || !self.allows(fragment.len()) {
            return;
        }
        match text {
            Value::String(text) => text.push_str(fragment),
            other => *other = Value::String(fragment.to_owned()),
        }
    }

    /// Puts a fragment of a value to what came before: texts are continued, objects are merged by name, lists by their items' `index`;
    /// what names something, and numbers, are replaced.
    pub(super) fn merge(&mut self, known: &mut Object, more: Object) {
        for (name, value) in more {
            if value.is_null() && known.contains_key(&name) {
                continue;
            }
            match (known.get_mut(&name), value) {
                (Some(text @ Value::String(_)), Value::String(more)) if !is_name(&name) => self.append(text, &more),
                (Some(Value::Object(known)), Value::Object(more)) => self.merge(known, more),
                (Some(Value::Array(known)), Value::Array(more)) => self.merge_items(known, more),
                (Some(Value::String(_)), Value::String(more)) if more.is_empty() => {}
                (_, value) => {
                    if self.allows(name.len() + size_of_value(&value)) {
                        known.insert(name, value);
                    }
                }
            }
        }
    }

    fn merge_items(&mut self, known: &mut Vec<Value>, more: Vec<Value>) {
        for item in more {
            let index = item.get("index").and_then(Value::as_u64);
            let same = index.and_then(|index| known.iter_mut().find(|known| known["index"] == index));
            match (same, item) {
                (Some(Value::Object(known)), Value::Object(more)) => self.merge(known, more),
                (_, item) => {
                    if known.len() < super::MAX_PARTS && self.allows(size_of_value(&item)) {
                        known.push(item);
                    } else {
                        self.is_exceeded = true;
                    }
                }
            }
        }
    }
}

/// Fields that name something come whole, and some servers repeat them.
fn is_name(field: &str) -> bool {
    matches!(field, "id" | "type" | "role" | "name" | "object" | "model" | "status" | "finish_reason" | "format" | "call_id")
}

/// About what a value takes: its texts, and a little for each value.
pub(super) fn size_of_value(value: &Value) -> usize {
    const PER_VALUE: usize = 16;
    match value {
        Value::String(text) => PER_VALUE + text.len(),
        Value::Array(items) => PER_VALUE + items.iter().map(size_of_value).sum::<usize>(),
        Value::Object(fields) => PER_VALUE + fields.iter().map(|(name, value)| name.len() + size_of_value(value)).sum::<usize>(),
        _ => PER_VALUE,
    }
}
