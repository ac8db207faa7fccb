//! Examples of a dataset, as they are sent: as JSON, or as a form whose parts are named `<id>`, `<id>.inputs`, `<id>.outputs` and
//! `<id>.attachment.<name>`.

use super::{
    attachments::{medium, reference},
    submission::{self, Attachment},
};
use crate::{
    DecodeError, RowError, check_json_values,
    multipart::{FormPart, read_form},
    native::json::{take_text, text_of},
};
use bytes::Bytes;
use model::library::{NewDatasetItem, NewMedia};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Where an item keeps the names of its files.
pub const ITEM_ATTACHMENTS: &str = "attachments";
/// The metadata that tells in which splits an example is.
pub const SPLITS: &str = "dataset_split";

/// An example as it was sent. What it does not tell is absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SentExample {
    pub place: usize,
    pub id: Option<String>,
    pub dataset_id: Option<String>,
    pub inputs: Option<Value>,
    pub outputs: Option<Value>,
    pub metadata: Option<Map<String, Value>>,
    pub splits: Option<Vec<String>>,
    pub source_run_id: Option<String>,
    /// Inputs and outputs are those of the source run.
    pub use_source_run_io: bool,
    pub attachments: Vec<Attachment>,
    /// Of the files that the example has, those to keep; all when not told.
    pub retain: Option<Vec<String>>,
}

impl SentExample {
    /// Reads the fields of an example, or of a change of one.
    pub fn of(place: usize, mut fields: Map<String, Value>) -> Self {
        let mut object = |name: &str| fields.remove(name).filter(Value::is_object);
        let (inputs, outputs, metadata) = (object("inputs"), object("outputs"), object("metadata"));
        let splits = match fields.remove("split") {
            Some(Value::Array(splits)) => Some(splits.iter().filter_map(text_of).collect()),
            Some(split) => text_of(&split).map(|split| vec![split]),
            None => None,
        };
        let retain = fields.get("attachments_operations").and_then(|operations| operations.get("retain")?.as_array());
        let retain = retain.map(|names| names.iter().filter_map(text_of).collect());
        Self {
            place,
            id: take_text(&mut fields, "id").map(|id| id.to_lowercase()),
            dataset_id: take_text(&mut fields, "dataset_id").map(|id| id.to_lowercase()),
            inputs,
            outputs,
            metadata: metadata.and_then(|metadata| metadata.as_object().cloned()),
            splits,
            source_run_id: take_text(&mut fields, "source_run_id"),
            use_source_run_io: fields.get("use_source_run_io") == Some(&Value::Bool(true)),
            attachments: Vec::new(),
            retain,
        }
    }

    /// The item to write: what is told, in the place of what `item` has. Answers the files to keep with it.
    pub fn apply(self, item: &mut NewDatasetItem) -> Vec<NewMedia> {
        item.id = self.id.or(item.id.take());
        item.input = self.inputs.unwrap_or(std::mem::take(&mut item.input));
        item.expected_output = self.outputs.unwrap_or(std::mem::take(&mut item.expected_output));
        item.source_span_id = self.source_run_id.or(item.source_span_id.take());
        let mut metadata = match (self.metadata, std::mem::take(&mut item.metadata)) {
            (Some(told), Value::Object(known)) => {
                let mut told = told;
                // Splits change only where they are told.
                if let Some(splits) = known.get(SPLITS) {
                    told.entry(SPLITS).or_insert_with(|| splits.clone());
                }
                told
            }
            (Some(told), _) => told,
            (None, Value::Object(known)) => known,
            (None, _) => Map::new(),
        };
        if let Some(splits) = self.splits {
            metadata.insert(SPLITS.to_owned(), json!(splits));
        }
        metadata.entry(SPLITS).or_insert_with(|| json!(["base"]));
        item.metadata = Value::Object(metadata);
        let mut files = match item.context.get(ITEM_ATTACHMENTS) {
            Some(Value::Object(files)) => files.clone(),
            _ => Map::new(),
        };
        if let Some(retain) = &self.retain {
            files.retain(|name, _| retain.contains(name));
        }
        let mut media = Vec::new();
        for attachment in &self.attachments {
            let medium = medium(attachment);
            files.insert(attachment.name.clone(), reference(&medium));
            media.push(medium);
        }
        if !files.is_empty() || self.retain.is_some() {
            item.context = json!({ITEM_ATTACHMENTS: files});
        }
        media
    }
}

/// The examples of a body in JSON: one, or a list.
pub fn read_examples(body: &[u8]) -> Result<Vec<SentExample>, DecodeError> {
    check_json_values(body)?;
    let body = serde_json::from_slice(body).map_err(|error| DecodeError::malformed(format!("the body is not JSON: {error}")))?;
    let items = match body {
        Value::Array(items) => items,
        one => vec![one],
    };
    let read = |(place, item): (usize, Value)| match submission::checked(item).and_then(submission::object) {
        Ok(fields) => Ok(SentExample::of(place, fields)),
        Err(error) => Err(DecodeError::malformed(format!("example {place}: {}", error.message))),
    };
    items.into_iter().enumerate().map(read).collect()
}

/// The examples of a form, and the parts that could not be read.
#[derive(Debug)]
pub struct ExampleForm {
    pub examples: Vec<SentExample>,
    pub rejected: Vec<(usize, RowError)>,
}

/// The examples of a form.
pub fn read_example_form(body: &Bytes, boundary: &str) -> Result<ExampleForm, DecodeError> {
    let form = read_form(body, boundary)?;
    let mut rejected = form.rejected;
    let mut order: Vec<(usize, String)> = Vec::new();
    let mut gathered: HashMap<String, (Map<String, Value>, Vec<Attachment>)> = HashMap::new();
    for (place, part) in form.parts {
        let id = part.name.split('.').next().unwrap_or_default().to_lowercase();
        let (fields, files) = gathered.entry(id.clone()).or_insert_with(|| {
            order.push((place, id.clone()));
            (Map::from_iter([("id".to_owned(), Value::from(id.clone()))]), Vec::new())
        });
        if let Err(error) = take_part(fields, files, &id, place, part) {
            rejected.push((place, error));
        }
    }
    let examples = order.into_iter().filter_map(|(place, id)| {
        let (fields, attachments) = gathered.remove(&id)?;
        Some(SentExample { attachments, ..SentExample::of(place, fields) })
    });
    Ok(ExampleForm { examples: examples.collect(), rejected })
}

fn take_part(fields: &mut Map<String, Value>, files: &mut Vec<Attachment>, id: &str, place: usize, part: FormPart) -> Result<(), RowError> {
    let field = part.name.split_once('.').map(|(_, field)| field.to_owned());
    match field.as_deref() {
        None => fields.extend(submission::object(submission::json(&part)?)?),
        Some(name @ ("inputs" | "outputs" | "attachments_operations")) => drop(fields.insert(name.to_owned(), submission::json(&part)?)),
        Some(name) => match name.strip_prefix("attachment.") {
            Some(name) => {
                let name = name.to_owned();
                files.push(Attachment { place, run_id: id.to_owned(), name, content_type: part.content_type, body: part.body });
            }
            None => return Err(RowError::new("part", "expected a name such as <id>, <id>.inputs, <id>.outputs or <id>.attachment.<name>")),
        },
    }
    Ok(())
}
