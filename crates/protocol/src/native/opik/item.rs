//! Dataset items: Opik's are free objects, of which `expected_output` is ours too.

use super::{CONVENTION, fields::Fields, parse};
use crate::{DecodeError, RowError, json_bounds::is_too_deep, rules::MAX_JSON_LEVELS};
use model::library::{DatasetItem, MAX_BATCH, NewDatasetItem};
use serde_json::{Map, Value, json};

const EXPECTED: &str = "expected_output";
/// Fields of an item that the library has no field for: kept in its metadata under [`CONVENTION`].
const OWN_FIELDS: [&str; 5] = ["source", "description", "evaluators", "execution_policy", "tags"];

/// `{"dataset_name" or "dataset_id", "items": […]}` → its items, and what else it says. All are read or none is.
pub fn read_items(body: &[u8]) -> Result<(Vec<NewDatasetItem>, Map<String, Value>), DecodeError> {
    let Value::Object(mut body) = parse(body)? else { return Err(DecodeError::malformed("expected an object")) };
    let Some(Value::Array(items)) = body.remove("items") else { return Err(DecodeError::malformed("expected a list in items")) };
    if items.len() > MAX_BATCH {
        return Err(DecodeError::malformed(format!("expected at most {MAX_BATCH} items")));
    }
    let named = |(place, item)| {
        read_item(item).map_err(|error: RowError| DecodeError::malformed(format!("items.{place}.{}: {}", error.field, error.message)))
    };
    Ok((items.into_iter().enumerate().map(named).collect::<Result<_, _>>()?, body))
}

fn read_item(item: Value) -> Result<NewDatasetItem, RowError> {
    if is_too_deep(&item) {
        return Err(RowError::new("data", format!("expected at most {MAX_JSON_LEVELS} levels of lists and objects")));
    }
    let mut fields = Fields::read(item)?;
    let mut data = fields.object("data").ok_or_else(|| RowError::new("data", "expected an object; this field is required"))?;
    let expected_output = match data.get(EXPECTED) {
        None | Some(Value::Null) => Value::Null,
        Some(_) => data.remove(EXPECTED).unwrap_or_default(),
    };
    let own: Map<String, Value> = OWN_FIELDS.iter().filter_map(|name| Some(((*name).to_owned(), fields.take(name)?))).collect();
    Ok(NewDatasetItem {
        id: fields.id("id")?,
        input: Value::Object(data),
        expected_output,
        metadata: json!({CONVENTION: own}),
        source_trace_id: fields.id("trace_id")?,
        source_span_id: fields.id("span_id")?,
        ..NewDatasetItem::default()
    })
}

/// An item as the SDK knows it, whoever wrote it.
pub fn item_json(item: &DatasetItem) -> Value {
    let mut data = match &item.input {
        Value::Object(input) => input.clone(),
        Value::Null => Map::new(),
        other => Map::from_iter([("input".to_owned(), other.clone())]),
    };
    if !item.expected_output.is_null() {
        data.insert(EXPECTED.to_owned(), item.expected_output.clone());
    }
    let mut answer = Map::from_iter([
        ("id".to_owned(), json!(item.id)),
        ("dataset_id".to_owned(), json!(item.dataset_id)),
        ("source".to_owned(), json!("sdk")),
        ("data".to_owned(), Value::Object(data)),
        ("created_at".to_owned(), json!(item.created_at)),
        ("last_updated_at".to_owned(), json!(item.updated_at)),
    ]);
    for (name, id) in [("trace_id", &item.source_trace_id), ("span_id", &item.source_span_id)] {
        if let Some(id) = id {
            answer.insert(name.to_owned(), json!(id));
        }
    }
    if let Some(Value::Object(own)) = item.metadata.get(CONVENTION) {
        answer.extend(OWN_FIELDS.iter().filter_map(|name| Some(((*name).to_owned(), own.get(*name)?.clone()))));
    }
    Value::Object(answer)
}
