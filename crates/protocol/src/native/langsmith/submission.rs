//! What an SDK sends in one request: runs that begin or go on, feedback, and files. As a form whose parts are named after what they are
//! (`post.<run>`, `patch.<run>.outputs`, `feedback.<id>`, `attachment.<run>.<name>`), as a batch in JSON, or one at a time.

use crate::{
    DecodeError, RowError, check_json_values,
    json_bounds::{check_all_json_values, is_too_deep},
    multipart::{FormPart, read_form},
    rules::{MAX_JSON_LEVELS, check_row_count},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Fields of a run that are parts of their own in a form.
const FIELDS: [&str; 6] = ["inputs", "outputs", "events", "extra", "error", "serialized"];

/// How the names of files begin; all other parts are JSON.
const ATTACHMENT: &str = "attachment.";

/// What one report says about a run.
#[derive(Debug)]
pub(super) struct RunReport {
    /// Where the request said it: for errors.
    pub place: usize,
    /// The run goes on or ends: what is not said stays as it was.
    pub is_patch: bool,
    pub fields: Map<String, Value>,
}

/// A file that goes with a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    /// Where the request said it: for errors.
    pub place: usize,
    /// The run or the example that it goes with.
    pub run_id: String,
    pub name: String,
    pub content_type: String,
    pub body: Bytes,
}

#[derive(Debug, Default)]
pub(super) struct Submission {
    pub runs: Vec<RunReport>,
    pub feedback: Vec<(usize, Map<String, Value>)>,
    pub attachments: Vec<Attachment>,
    pub rejected: Vec<(usize, RowError)>,
}

impl Submission {
    /// A run that came as JSON: its files are inside, as `[type, base64]` by name. What is no file stays a field.
    fn push(&mut self, place: usize, is_patch: bool, mut fields: Map<String, Value>) {
        let run_id = fields.get("id").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        if let Some(Value::Object(files)) = fields.get_mut("attachments") {
            files.retain(|name, file| {
                let read = inline_file(file);
                let is_file = read.is_some();
                self.attachments.extend(read.map(|(content_type, body)| {
                    let (run_id, name) = (run_id.clone(), name.clone());
                    Attachment { place, run_id, name, content_type, body }
                }));
                !is_file
            });
            if files.is_empty() {
                fields.remove("attachments");
            }
        }
        self.runs.push(RunReport { place, is_patch, fields });
    }
}

fn inline_file(file: &Value) -> Option<(String, Bytes)> {
    let [Value::String(content_type), Value::String(content)] = file.as_array()?.as_slice() else { return None };
    Some((content_type.clone(), STANDARD.decode(content).ok()?.into()))
}

/// Reads a form. A part that cannot be read is rejected by its place; what else the form says of its run is kept.
pub(super) fn from_form(body: &Bytes, boundary: &str) -> Result<Submission, DecodeError> {
    let form = read_form(body, boundary)?;
    let texts = form.parts.iter().filter(|(_, part)| !part.name.starts_with(ATTACHMENT));
    check_all_json_values(texts.map(|(_, part)| part.body.as_ref()))?;
    let mut submission = Submission { rejected: form.rejected, ..Submission::default() };
    let mut places: HashMap<(bool, String), usize> = HashMap::new();
    for (place, part) in form.parts {
        if let Err(error) = take_part(&mut submission, &mut places, place, part) {
            submission.rejected.push((place, error));
        }
    }
    check_row_count(submission.runs.len() + submission.feedback.len())?;
    Ok(submission)
}

fn take_part(
    submission: &mut Submission,
    places: &mut HashMap<(bool, String), usize>,
    place: usize,
    part: FormPart,
) -> Result<(), RowError> {
    let unknown = || {
        RowError::new("part", "expected a name such as post.<run id>, patch.<run id>.outputs, feedback.<id> or attachment.<run id>.<name>")
    };
    let (event, rest) = part.name.split_once('.').ok_or_else(unknown)?;
    let (id, field) = rest.split_once('.').map_or((rest, None), |(id, field)| (id, Some(field)));
    let is_patch = match event {
        "post" => false,
        "patch" => true,
        "feedback" if field.is_none() => {
            submission.feedback.push((place, object(json(&part)?)?));
            return Ok(());
        }
        "attachment" => {
            let (run_id, name) = (id.to_lowercase(), field.ok_or_else(unknown)?.to_owned());
            submission.attachments.push(Attachment { place, run_id, name, content_type: part.content_type, body: part.body });
            return Ok(());
        }
        _ => return Err(unknown()),
    };
    if field.is_some_and(|field| !FIELDS.contains(&field)) {
        return Err(unknown());
    }
    let value = json(&part)?;
    let index = *places.entry((is_patch, id.to_owned())).or_insert_with(|| {
        let fields = Map::from_iter([("id".to_owned(), Value::from(id))]);
        submission.runs.push(RunReport { place, is_patch, fields });
        submission.runs.len() - 1
    });
    let run = &mut submission.runs[index].fields;
    match field {
        Some(field) => drop(run.insert(field.to_owned(), value)),
        None => run.extend(object(value)?),
    }
    Ok(())
}

pub(super) fn json(part: &FormPart) -> Result<Value, RowError> {
    let value = serde_json::from_slice(&part.body).map_err(|error| RowError::new("part", format!("the part is not JSON: {error}")))?;
    checked(value)
}

pub(super) fn checked(value: Value) -> Result<Value, RowError> {
    if is_too_deep(&value) {
        return Err(RowError::new("part", format!("expected at most {MAX_JSON_LEVELS} levels of lists and objects")));
    }
    Ok(value)
}

pub(super) fn object(value: Value) -> Result<Map<String, Value>, RowError> {
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(RowError::new("part", "expected an object")),
    }
}

/// `{"post": [run …], "patch": [run …]}`.
pub(super) fn from_batch(body: &[u8]) -> Result<Submission, DecodeError> {
    let mut batch = parse(body)?;
    let mut submission = Submission::default();
    let mut place = 0;
    for (name, is_patch) in [("post", false), ("patch", true)] {
        let runs = match batch.get_mut(name).map(Value::take) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(runs)) => runs,
            Some(_) => return Err(DecodeError::malformed(format!("expected a list of runs in {name}"))),
        };
        for run in runs {
            match checked(run).and_then(object) {
                Ok(fields) => submission.push(place, is_patch, fields),
                Err(error) => submission.rejected.push((place, error)),
            }
            place += 1;
        }
    }
    check_row_count(submission.runs.len())?;
    Ok(submission)
}

/// One run: the body of `POST /runs`, or of `PATCH /runs/{id}`.
pub(super) fn from_run(body: &[u8], patched_id: Option<&str>) -> Result<Submission, DecodeError> {
    let mut fields = checked(parse(body)?).and_then(object).map_err(|error| DecodeError::malformed(error.message))?;
    if let Some(id) = patched_id {
        fields.insert("id".to_owned(), Value::from(id));
    }
    let mut submission = Submission::default();
    submission.push(0, patched_id.is_some(), fields);
    Ok(submission)
}

/// One feedback: the body of `POST /feedback`.
pub(super) fn from_feedback(body: &[u8]) -> Result<Submission, DecodeError> {
    let fields = checked(parse(body)?).and_then(object).map_err(|error| DecodeError::malformed(error.message))?;
    Ok(Submission { feedback: vec![(0, fields)], ..Submission::default() })
}

fn parse(body: &[u8]) -> Result<Value, DecodeError> {
    check_json_values(body)?;
    serde_json::from_slice(body).map_err(|error| DecodeError::malformed(format!("the body is not JSON: {error}")))
}
