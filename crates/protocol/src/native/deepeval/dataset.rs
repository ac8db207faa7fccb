//! Goldens ⇄ items of a dataset. What an item has a field for goes there; the rest is kept under DeepEval's names, so that a golden comes
//! back as it was.

use super::{fields::Fields, media::Attachments, test_run::of_store};
use crate::{RowError, rules::check_row_count};
use model::library::{DatasetItem, NewDatasetItem, NewMedia};
use serde_json::{Map, Value, json};

/// Goldens of one request, and those that could not be read.
#[derive(Debug, Default)]
pub struct Goldens {
    /// The version of the dataset that they go to, instead of the dataset itself.
    pub version: Option<String>,
    pub items: Vec<NewDatasetItem>,
    pub media: Vec<NewMedia>,
    pub rejected: Vec<RowError>,
}

/// In an item's context: somebody has still to look at it.
const FINALIZED: &str = "finalized";
/// What makes a golden one of a conversation.
const SCENARIO: &str = "scenario";

/// Reads what `push` and `queue` send. Goldens of a queue are not finalized.
pub fn goldens(value: Value, is_queue: bool) -> Result<Goldens, RowError> {
    let mut fields = Fields::of(value, "dataset")?;
    let is_finalized = !is_queue && fields.take_as(FINALIZED, Value::as_bool).unwrap_or(true);
    let lists = ["goldens", "conversationalGoldens"].map(|list| (list, fields.list(list)));
    check_row_count(lists.iter().map(|(_, items)| items.len()).sum()).map_err(|error| RowError::new("goldens", error.message))?;
    let mut read = Goldens { version: fields.text("version"), ..Goldens::default() };
    for (list, items) in lists {
        for (index, item) in items.into_iter().enumerate() {
            match golden_item(item, is_finalized) {
                Ok((item, media)) => {
                    read.items.push(item);
                    read.media.extend(media);
                }
                Err(error) => read.rejected.push(RowError::new(format!("{list}[{index}].{}", error.field), error.message)),
            }
        }
    }
    Ok(read)
}

/// Reads one golden.
pub fn golden_item(value: Value, is_finalized: bool) -> Result<(NewDatasetItem, Vec<NewMedia>), RowError> {
    let mut fields = Fields::of(value, "golden")?;
    let images = Attachments::take(&mut fields, "imagesMapping");
    let is_finalized = fields.take_as(FINALIZED, Value::as_bool).unwrap_or(is_finalized);
    let (input, expected_output) = match fields.text(SCENARIO) {
        Some(scenario) => (json!({SCENARIO: scenario}), fields.take("expectedOutcome")),
        None => match fields.take("input") {
            Some(input) => (input, fields.take("expectedOutput")),
            None => return Err(RowError::new("input", "expected an input, or the scenario of a conversation")),
        },
    };
    let metadata = fields.take("additionalMetadata").unwrap_or_default();
    if let Some(addresses) = images.addresses() {
        fields.put("images", addresses);
    }
    if !is_finalized {
        fields.put(FINALIZED, Value::Bool(false));
    }
    let item = NewDatasetItem {
        input,
        expected_output: expected_output.unwrap_or_default(),
        context: fields.into_value(),
        metadata,
        ..NewDatasetItem::default()
    };
    item.check().map_err(of_store)?;
    Ok((item, images.media))
}

pub fn is_conversation(item: &DatasetItem) -> bool {
    item.input.get(SCENARIO).is_some_and(Value::is_string)
}

pub fn is_finalized(item: &DatasetItem) -> bool {
    item.context.get(FINALIZED) != Some(&Value::Bool(false))
}

/// The golden of an item, whoever made it: DeepEval's inputs and outputs are texts.
pub fn golden(item: &DatasetItem) -> Value {
    let mut golden = match &item.context {
        Value::Object(fields) => fields.clone(),
        _ => Map::new(),
    };
    golden.remove(FINALIZED);
    golden.remove("images");
    let (input, expected) = match item.input.get(SCENARIO).filter(|_| is_conversation(item)) {
        Some(scenario) => ((SCENARIO, scenario.clone()), "expectedOutcome"),
        None => (("input", Value::String(text_of(&item.input))), "expectedOutput"),
    };
    golden.insert("id".to_owned(), Value::String(item.id.clone()));
    golden.insert(input.0.to_owned(), input.1);
    if !item.expected_output.is_null() {
        golden.insert(expected.to_owned(), Value::String(text_of(&item.expected_output)));
    }
    if item.metadata.is_object() {
        golden.insert("additionalMetadata".to_owned(), item.metadata.clone());
    }
    Value::Object(golden)
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
