//! `{"data": [annotation, …]}`, each on what its address says.

use super::CONVENTION;
use crate::{
    IngestContext, RowError,
    ids::{hex_text, leading, native_hash},
    json_bounds::is_too_deep,
    native::json::{take_object, take_text},
};
use model::{
    SpanId, TraceId,
    telemetry::{Attributes, Score, ScoreKind, ScoreSource, ScoreTarget},
};
use serde_json::{Map, Value, json};

/// Annotations of one request.
const MAX_ANNOTATIONS: usize = 10_000;
/// Keys of a score's metadata that are not the application's.
const KIND: &str = "phoenix.annotator_kind";
const IDENTIFIER: &str = "phoenix.identifier";
const DOCUMENT: &str = "phoenix.document_position";
type Fields = Map<String, Value>;

/// What a request's annotations are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Spans,
    /// Retrieved documents of spans, by their place.
    Documents,
    Traces,
    Sessions,
}

/// What is annotated. Of a span only its own id is told: whoever stores it finds the trace.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Span(SpanId),
    Trace(TraceId),
    Session(String),
}

/// A score that is not aimed yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    target: Target,
    name: String,
    value: Option<f64>,
    label: Option<String>,
    comment: Option<String>,
    source: ScoreSource,
    kind: ScoreKind,
    metadata: Attributes,
}

impl Annotation {
    /// The span whose trace has to be found.
    pub fn span(&self) -> Option<SpanId> {
        match self.target {
            Target::Span(span) => Some(span),
            _ => None,
        }
    }

    /// The score. Sent again with the same name and identifier, it takes the place of the one before. `None` without the trace of its span.
    pub fn aimed(self, trace: Option<TraceId>, context: &IngestContext) -> Option<Score> {
        let target = match self.target {
            Target::Span(span_id) => ScoreTarget::Span { trace_id: trace?, span_id },
            Target::Trace(trace_id) => ScoreTarget::Trace { trace_id },
            Target::Session(session_id) => ScoreTarget::Session { session_id },
        };
        let part = |name: &str| self.metadata.get(name).map(Value::to_string).unwrap_or_default();
        let native = json!([target, self.name, part(IDENTIFIER), part(DOCUMENT), self.kind]).to_string();
        Some(Score {
            score_id: hex_text(&leading::<16>(&native_hash(CONVENTION, &native))),
            kind: self.kind,
            target,
            name: self.name,
            value: self.value,
            label: self.label,
            source: self.source,
            comment: self.comment,
            author: None,
            metadata: self.metadata,
            timestamp: context.received_at,
            ingest_time: context.received_at,
            deleted: false,
        })
    }
}

/// Reads a body. All of it is taken or nothing, as its server does: an error names the annotation and the field.
pub fn read_annotations(about: About, body: Value) -> Result<Vec<Annotation>, RowError> {
    let Some(Value::Array(items)) = body.get("data").cloned() else {
        return Err(RowError::new("data", "expected a list of annotations"));
    };
    if items.is_empty() || items.len() > MAX_ANNOTATIONS {
        return Err(RowError::new("data", format!("expected 1 to {MAX_ANNOTATIONS} annotations, got {}", items.len())));
    }
    let named =
        |(place, item)| read_one(about, item).map_err(|error| RowError::new(format!("data[{place}].{}", error.field), error.message));
    items.into_iter().enumerate().map(named).collect()
}

fn read_one(about: About, item: Value) -> Result<Annotation, RowError> {
    let Value::Object(mut fields) = item else { return Err(RowError::new("annotation", "expected an object")) };
    if fields.values().any(is_too_deep) {
        return Err(RowError::new("metadata", "expected values that are not nested that deep"));
    }
    let target = match about {
        About::Spans | About::Documents => Target::Span(id(&mut fields, "span_id", "16 hexadecimal digits")?),
        About::Traces => Target::Trace(id(&mut fields, "trace_id", "32 hexadecimal digits")?),
        About::Sessions => Target::Session(required(&mut fields, "session_id")?),
    };
    let name = required(&mut fields, "name")?;
    let kind = take_text(&mut fields, "annotator_kind").unwrap_or_else(|| "HUMAN".to_owned());
    let source = match kind.as_str() {
        "HUMAN" => ScoreSource::Human,
        "LLM" => ScoreSource::Judge,
        "CODE" => ScoreSource::Code,
        _ => return Err(RowError::new("annotator_kind", format!("expected LLM, CODE or HUMAN, found {kind:?}"))),
    };
    let mut metadata: Attributes = take_object(&mut fields, "metadata").unwrap_or_default().into_iter().collect();
    metadata.insert(KIND.to_owned(), kind.into());
    if let Some(identifier) = take_text(&mut fields, "identifier").filter(|identifier| !identifier.is_empty()) {
        metadata.insert(IDENTIFIER.to_owned(), identifier.into());
    }
    if about == About::Documents {
        let position = fields.get("document_position").and_then(Value::as_u64);
        let position = position.ok_or_else(|| RowError::new("document_position", "expected the document's place, from 0 on"))?;
        metadata.insert(DOCUMENT.to_owned(), position.into());
    }
    let mut result = take_object(&mut fields, "result").unwrap_or_default();
    let value = match result.remove("score") {
        None | Some(Value::Null) => None,
        Some(score) => Some(score.as_f64().ok_or_else(|| RowError::new("result.score", "expected a number"))?),
    };
    let (label, comment) = (take_text(&mut result, "label"), take_text(&mut result, "explanation"));
    if value.is_none() && label.is_none() && comment.is_none() {
        return Err(RowError::new("result", "expected a score, a label or an explanation"));
    }
    Ok(Annotation { target, name, value, label, comment, source, kind: ScoreKind::Score, metadata })
}

/// `{"data": {"span_id", "note"}}`: a comment.
pub fn read_note(body: Value) -> Result<Annotation, RowError> {
    let Some(Value::Object(mut fields)) = body.get("data").cloned() else { return Err(RowError::new("data", "expected an object")) };
    let in_data = |error: RowError| RowError::new(format!("data.{}", error.field), error.message);
    let target = Target::Span(id(&mut fields, "span_id", "16 hexadecimal digits").map_err(in_data)?);
    let note = required(&mut fields, "note").map_err(in_data)?;
    Ok(Annotation {
        target,
        // Comments are named after their kind.
        name: "comment".to_owned(),
        value: None,
        label: None,
        // Notes do not take each other's place: each is known by what it says.
        metadata: Attributes::from_iter([(IDENTIFIER.to_owned(), note.clone().into())]),
        comment: Some(note),
        source: ScoreSource::Human,
        kind: ScoreKind::Comment,
    })
}

fn required(fields: &mut Fields, name: &str) -> Result<String, RowError> {
    take_text(fields, name).filter(|text| !text.is_empty()).ok_or_else(|| RowError::new(name, "expected text"))
}

fn id<T: std::str::FromStr>(fields: &mut Fields, name: &str, expected: &str) -> Result<T, RowError> {
    required(fields, name)?.parse().map_err(|_| RowError::new(name, format!("expected {expected}")))
}

/// A score as its client reads annotations of spans. Those that came another way are annotations, too; notes and what is about a document
/// of the span are none: `None`.
pub fn annotation_json(score: &Score) -> Option<Value> {
    if score.kind != ScoreKind::Score || score.metadata.contains_key(DOCUMENT) {
        return None;
    }
    let mut metadata = score.metadata.clone();
    let kind = metadata.remove(KIND).unwrap_or_else(|| {
        json!(match score.source {
            ScoreSource::Human | ScoreSource::User => "HUMAN",
            ScoreSource::Judge => "LLM",
            ScoreSource::Code => "CODE",
        })
    });
    let identifier = metadata.remove(IDENTIFIER).unwrap_or_else(|| json!(""));
    let mut result = Fields::new();
    result.extend(score.label.clone().map(|label| ("label".to_owned(), label.into())));
    result.extend(score.value.map(|value| ("score".to_owned(), value.into())));
    result.extend(score.comment.clone().map(|comment| ("explanation".to_owned(), comment.into())));
    let mut annotation = json!({
        "id": score.score_id, "name": score.name, "annotator_kind": kind, "identifier": identifier, "result": result, "metadata": metadata,
        "created_at": score.timestamp, "updated_at": score.ingest_time, "source": "API", "user_id": null,
    });
    if let Some(fields) = annotation.as_object_mut() {
        let about = [
            ("span_id", score.target.span_id().map(|id| id.to_hex())),
            ("trace_id", score.target.trace_id().filter(|_| score.target.span_id().is_none()).map(|id| id.to_hex())),
            ("session_id", score.target.session_id().map(str::to_owned)),
        ];
        fields.extend(about.into_iter().filter_map(|(name, id)| Some((name.to_owned(), id?.into()))));
    }
    Some(annotation)
}
