//! Opik: traces, spans and feedback scores, as its SDKs send them.
//!
//! A trace is a thing of its own there, with inputs, tags and a thread. Here it becomes the root span of the trace, under an id made of the
//! trace's; spans without a parent are its children. Traces and spans come in requests of their own, in any order.

mod fields;
mod item;
mod observation;
mod prompt;
mod render;
mod score;
mod span;
mod trace;

pub use item::{item_json, read_items};
pub use prompt::{PromptKey, commit_of, new_prompt, new_prompt_version, prompt_json, prompt_key, version_json};
pub use render::{payload, score_json, span_json, thread_of, trace_json};
pub use score::{ScoreRows, Scored, SentScore, read_scores, score_id};

use crate::{
    DecodeError, IngestContext, RowError, check_json_values,
    ids::{named_uuid, native_span_id, native_trace_id, uuid_text},
    json_bounds::is_too_deep,
    native::{SpanReport, io::Names},
    rules::{MAX_JSON_LEVELS, check_row_count},
};
use fields::Fields;
use model::{SpanId, TraceId};
use serde_json::Value;

/// Its name in `source.convention`, and what its ids are hashed under.
pub const CONVENTION: &str = "opik";
/// The attribute that holds the name of the project of a trace or span.
pub const PROJECT_ATTRIBUTE: &str = "opik.project";
/// The attribute that holds the id of that project.
pub const PROJECT_ID_ATTRIBUTE: &str = "opik.project_id";
/// The attribute that tells when the client last changed what it reports: of two reports the later one is right.
pub const UPDATED_ATTRIBUTE: &str = "opik.last_updated_at";
/// The project of those that name none.
pub const DEFAULT_PROJECT: &str = "Default Project";
pub(crate) const NAMES: Names = Names { input: "input", output: "output" };

/// The id of a trace.
pub fn trace_id(native: &str) -> TraceId {
    native_trace_id(CONVENTION, &native.to_lowercase())
}

/// The id of a span. The span that stands for a trace has that of the trace.
pub fn span_id(native: &str) -> SpanId {
    native_span_id(CONVENTION, &native.to_lowercase())
}

/// The span that stands for a trace whose own id is a UUID, as Opik's are.
pub fn root_of(trace: TraceId) -> SpanId {
    span_id(&uuid_text(&trace.to_hex()))
}

/// Where the SDK asks for the id of a project, it is made of the name.
pub fn project_id(name: &str) -> String {
    named_uuid(&format!("{CONVENTION} project {name}"))
}

/// What a body describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entity {
    Traces,
    Spans,
}

/// What a request reports, older reports of one thing before newer ones.
#[derive(Debug, Default)]
pub struct Reports {
    pub reports: Vec<SpanReport>,
    pub rejected: Vec<(usize, RowError)>,
}

/// `{"traces": […]}` or `{"spans": […]}`. What cannot be read is named by its place, the others are kept.
pub fn read_batch(entity: Entity, body: &[u8], context: &IngestContext) -> Result<Reports, DecodeError> {
    let name = match entity {
        Entity::Traces => "traces",
        Entity::Spans => "spans",
    };
    let mut body = parse(body)?;
    let Some(Value::Array(items)) = body.get_mut(name).map(Value::take) else {
        return Err(DecodeError::malformed(format!("expected a list in {name}")));
    };
    check_row_count(items.len())?;
    let mut read = Reports::default();
    for (place, item) in items.into_iter().enumerate() {
        match report(entity, item, None, context) {
            Ok(report) => read.reports.push(report),
            Err(error) => read.rejected.push((place, error)),
        }
    }
    read.reports.sort_by(|first, second| last_updated(&first.span).cmp(&last_updated(&second.span)));
    Ok(read)
}

/// One trace or span: the body of a POST, or with the id of what is changed, of a PATCH.
pub fn read_one(entity: Entity, body: &[u8], changed: Option<&str>, context: &IngestContext) -> Result<Reports, DecodeError> {
    let mut read = Reports::default();
    match report(entity, parse(body)?, changed, context) {
        Ok(report) => read.reports.push(report),
        Err(error) => read.rejected.push((0, error)),
    }
    Ok(read)
}

fn report(entity: Entity, item: Value, changed: Option<&str>, context: &IngestContext) -> Result<SpanReport, RowError> {
    if is_too_deep(&item) {
        return Err(RowError::new("body", format!("expected at most {MAX_JSON_LEVELS} levels of lists and objects")));
    }
    let fields = Fields::read(item)?;
    match entity {
        Entity::Traces => trace::read(fields, changed, context),
        Entity::Spans => span::read(fields, changed, context),
    }
}

/// The later of two reports has the greater one.
pub fn last_updated(span: &model::telemetry::Span) -> Option<&str> {
    span.payload.attributes.get(UPDATED_ATTRIBUTE)?.as_str()
}

fn parse(body: &[u8]) -> Result<Value, DecodeError> {
    check_json_values(body)?;
    serde_json::from_slice(body).map_err(|error| DecodeError::malformed(format!("the body is not JSON: {error}")))
}
