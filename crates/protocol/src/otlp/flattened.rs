//! Lists of objects that a client flattened into attribute names, such as `llm.input_messages.0.message.role`, put together again.

use super::attributes::AttributeSet;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Most attributes of one span that are put together: thousands of messages. The rest stay as they came, since each may take a
/// kilobyte as part of a tree.
const MAX_ATTRIBUTES: usize = 20_000;
/// Most segments of a name below its list: the conventions need eight.
const MAX_LEVELS: usize = 16;

/// The lists under some prefixes, read in one pass over the attributes.
#[derive(Debug)]
pub(crate) struct Flattened {
    lists: Vec<List>,
    /// Segments that only repeat what kind of object an index holds: `message` in `0.message.role`.
    wrappers: &'static [&'static str],
    /// Ends of names that are not part of an object, such as opaque signatures.
    excluded: &'static [&'static str],
    left: usize,
}

#[derive(Debug)]
struct List {
    prefix: &'static str,
    items: BTreeMap<u32, Value>,
}

impl Flattened {
    pub(crate) fn new(prefixes: &[&'static str], wrappers: &'static [&'static str], excluded: &'static [&'static str]) -> Self {
        let lists = prefixes.iter().map(|prefix| List { prefix, items: BTreeMap::new() }).collect();
        Self { lists, wrappers, excluded, left: MAX_ATTRIBUTES }
    }

    /// Takes the lists out of the attributes.
    pub(crate) fn take_from(mut self, attributes: &mut AttributeSet) -> Self {
        attributes.distribute(&mut self);
        self
    }

    /// Some attributes were left where they are because there were too many.
    pub(crate) fn is_truncated(&self) -> bool {
        self.left == 0
    }

    /// The items of a list, in the order of their indices.
    pub(crate) fn list(&mut self, prefix: &str) -> Vec<Value> {
        let list = self.lists.iter_mut().find(|list| list.prefix == prefix);
        list.map(|list| std::mem::take(&mut list.items).into_values().collect()).unwrap_or_default()
    }

    /// Where the value of this attribute goes. `None` when it is not part of a list, or has no place beside what is there.
    pub(super) fn place(&mut self, name: &str) -> Option<&mut Value> {
        let (list, path) = self.lists.iter_mut().find_map(|list| {
            let path = name.strip_prefix(list.prefix)?;
            Some((list, path))
        })?;
        if self.left == 0
            || self.excluded.iter().any(|end| path.ends_with(end))
            || path.split('.').take(MAX_LEVELS + 1).count() > MAX_LEVELS
        {
            return None;
        }
        let mut segments = path.split('.').peekable();
        let mut place = list.items.entry(index(segments.next()?)?).or_default();
        let mut after_index = true;
        while let Some(segment) = segments.next() {
            if after_index && self.wrappers.contains(&segment) && segments.peek().is_some() {
                after_index = false;
                continue;
            }
            after_index = index(segment).is_some();
            if place.is_null() {
                *place = Value::Object(Map::new());
            }
            place = place.as_object_mut()?.entry(segment).or_insert(Value::Null);
        }
        if !place.is_null() {
            return None;
        }
        self.left -= 1;
        Some(place)
    }
}

/// A list inside a flattened object, in the order of its indices. What is not under an index becomes one more item.
pub(crate) fn items(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        Value::Object(fields) => {
            let mut numbered = BTreeMap::new();
            let mut rest = Map::new();
            for (name, value) in fields {
                match index(&name) {
                    Some(index) => drop(numbered.insert(index, value)),
                    None => drop(rest.insert(name, value)),
                }
            }
            let rest = (!rest.is_empty()).then_some(Value::Object(rest));
            numbered.into_values().chain(rest).collect()
        }
        Value::Null => Vec::new(),
        other => vec![other],
    }
}

/// An index: digits without leading zeros, so that no two names mean the same place.
fn index(segment: &str) -> Option<u32> {
    let well_formed = segment.bytes().all(|byte| byte.is_ascii_digit()) && (segment == "0" || !segment.starts_with('0'));
    well_formed.then(|| segment.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::wire::{AnyValue, KeyValue, any_value::Value as Wire};
    use serde_json::json;

    fn attributes(pairs: &[(&str, &str)]) -> AttributeSet {
        let entry = |(name, text): &(&str, &str)| KeyValue {
            key: name.as_bytes().to_vec().into(),
            value: Some(AnyValue { value: Some(Wire::String(text.as_bytes().to_vec().into())) }),
        };
        AttributeSet::new(pairs.iter().map(entry).collect())
    }

    fn rest(attributes: AttributeSet) -> Vec<String> {
        let mut rest = model::telemetry::Attributes::new();
        attributes.into_rest(&mut rest);
        rest.into_keys().collect()
    }

    #[test]
    fn objects_come_together_in_the_order_of_their_indices() {
        let mut attributes = attributes(&[
            ("m.10.message.role", "tool"),
            ("m.2.message.calls.0.tool_call.function.name", "f"),
            ("m.2.message.role", "assistant"),
            ("other", "x"),
        ]);
        let mut lists = Flattened::new(&["m."], &["message", "tool_call"], &[]).take_from(&mut attributes);
        let messages = lists.list("m.");
        assert_eq!(messages, [json!({"role": "assistant", "calls": {"0": {"function": {"name": "f"}}}}), json!({"role": "tool"})]);
        assert_eq!(items(messages[0]["calls"].clone()), [json!({"function": {"name": "f"}})]);
        assert_eq!(rest(attributes), ["other"]);
    }

    #[test]
    fn what_has_no_place_stays_an_attribute() {
        let deep = format!("m.0{}", ".a".repeat(MAX_LEVELS));
        let mut attributes = attributes(&[
            ("m.0.a", "text"),
            ("m.0.a.b", "below a text"),
            ("m.1.a.b", "x"),
            ("m.1.a", "over an object"),
            ("m.01.a", "not an index"),
            ("m.x", "no index"),
            ("m.4294967296.a", "too large"),
            ("m.0.signature", "excluded"),
            (&deep, "too deep"),
        ]);
        let mut lists = Flattened::new(&["m."], &[], &[".signature"]).take_from(&mut attributes);
        assert_eq!(lists.list("m."), [json!({"a": "text"}), json!({"a": {"b": "x"}})]);
        assert_eq!(rest(attributes).len(), 7);
    }

    #[test]
    fn more_than_can_be_put_together_is_left_and_told() {
        let names: Vec<String> = (0..MAX_ATTRIBUTES + 5).map(|index| format!("m.{index}.a")).collect();
        let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
        let mut attributes = attributes(&pairs);
        let mut lists = Flattened::new(&["m."], &[], &[]).take_from(&mut attributes);
        assert!(lists.is_truncated());
        assert_eq!((lists.list("m.").len(), rest(attributes).len()), (MAX_ATTRIBUTES, 5));
    }
}
