//! A trace: its own facts, and its spans in one list per kind.

use super::{
    CONVENTION,
    fields::Fields,
    ids::trace_id,
    media::Attachments,
    messages, metric,
    span::{self, SpanRows, said},
};
use crate::{
    IngestContext, RowError,
    ids::{digest, native_span_id},
    native::{NativeRows, SpanReport},
    rules::{check_row_count, check_time},
    secrets::SECRET_REMOVED,
};
use model::{
    Timestamp, TraceId,
    library::NewMedia,
    telemetry::{BodyDigest, Incoming, Score, ScoreTarget, Span, SpanKind, Status},
};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

const LISTS: [(&str, SpanKind); 5] = [
    ("agentSpans", SpanKind::Agent),
    ("baseSpans", SpanKind::Other),
    ("llmSpans", SpanKind::Llm),
    ("retrieverSpans", SpanKind::Retrieval),
    ("toolSpans", SpanKind::Tool),
];

/// What a trace says of all its spans.
pub(super) struct TraceFacts {
    pub(super) trace_id: TraceId,
    pub(super) session: Option<String>,
    pub(super) user: Option<String>,
    pub(super) environment: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) attachments: Attachments,
    pub(super) sdk: Option<String>,
    pub(super) received_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TraceRows {
    pub trace_id: TraceId,
    pub rows: NativeRows,
    /// From the first start to the last end, as the client says.
    pub duration_ms: Option<f64>,
    /// Content that the messages name.
    pub media: Vec<NewMedia>,
}

/// Whether a JSON body is a trace of DeepEval's: what tells it from others that come to the same address.
pub fn is_trace(body: &[u8]) -> bool {
    type List = Option<Vec<IgnoredAny>>;
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Told {
        uuid: Option<IgnoredAny>,
        agent_spans: List,
        base_spans: List,
        llm_spans: List,
        retriever_spans: List,
        tool_spans: List,
    }
    serde_json::from_slice::<Told>(body).is_ok_and(|told| {
        let lists = [told.agent_spans, told.base_spans, told.llm_spans, told.retriever_spans, told.tool_spans];
        told.uuid.is_some() && lists.iter().any(Option::is_some)
    })
}

/// Reads a trace. `sdk` is the sender, as it names itself. Bad spans and metrics are named, the others are kept.
pub fn trace(value: Value, sdk: Option<String>, context: &IngestContext) -> Result<TraceRows, RowError> {
    let body = body_hash(&value);
    let mut fields = Fields::of(value, "trace")?;
    let uuid = fields.required_text("uuid")?;
    // The TypeScript SDK keeps the key beside its traces.
    fields.take("confidentApiKey");
    let mut facts = TraceFacts {
        trace_id: trace_id(&uuid),
        session: fields.text("threadId"),
        user: fields.text("userId"),
        environment: fields.text("environment"),
        tags: fields.texts("tags").unwrap_or_default(),
        attachments: Attachments::take(&mut fields, "attachments"),
        sdk,
        received_at: context.received_at,
    };
    let lists = LISTS.map(|(list, kind)| (list, kind, fields.list(list)));
    check_row_count(lists.iter().map(|(.., items)| items.len()).sum()).map_err(|error| RowError::new("trace", error.message))?;
    let (mut spans, mut rejected) = (Vec::new(), Vec::new());
    let mut position = 0;
    for (list, kind, items) in lists {
        for (index, item) in items.into_iter().enumerate() {
            match span::read(item, kind, &facts, context) {
                Ok(read) => spans.push(read),
                Err(error) => rejected.push((position, RowError::new(format!("{list}[{index}].{}", error.field), error.message))),
            }
            position += 1;
        }
    }
    let mut scores = Vec::new();
    finish(&uuid, fields, &facts, &mut spans, &mut scores, context)?;
    let mut rows = NativeRows { rejected, ..NativeRows::default() };
    for read in spans {
        scores.extend(read.scores);
        let digest = body.as_ref().map(|body| resend_digest(body, &read.span));
        rows.spans.push(SpanReport { digest, ..SpanReport::new(read.span) });
    }
    for score in scores {
        match score {
            Ok(score) => rows.scores.push(Incoming::new(score, None)),
            Err(error) => rows.rejected.push((position, RowError::new(format!("metricsData.{}", error.field), error.message))),
        }
        position += 1;
    }
    let duration_ms = duration_ms(rows.spans.iter().map(|report| &report.span));
    Ok(TraceRows { trace_id: facts.trace_id, duration_ms, media: std::mem::take(&mut facts.attachments.media), rows })
}

fn duration_ms<'a>(spans: impl Iterator<Item = &'a Span> + Clone) -> Option<f64> {
    let start = spans.clone().map(|span| span.start_time).min()?;
    let end = spans.filter_map(|span| span.end_time).max()?;
    let nanos = end.as_nanos().checked_sub(start.as_nanos()).filter(|nanos| *nanos >= 0)?;
    Some(nanos as f64 / 1e6)
}

fn body_hash(value: &Value) -> Option<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    serde_json::to_writer(&mut hasher, value).ok()?;
    Some(hasher.finalize())
}

/// A resend repeats the whole trace.
fn resend_digest(body: &blake3::Hash, span: &Span) -> BodyDigest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(body.as_bytes()).update(span.span_id.as_bytes());
    digest(&hasher)
}

/// What the trace says of itself goes to its root. A trace of several roots, or of none, gets one.
fn finish(
    uuid: &str,
    mut fields: Fields,
    facts: &TraceFacts,
    spans: &mut Vec<SpanRows>,
    scores: &mut Vec<Result<Score, RowError>>,
    context: &IngestContext,
) -> Result<(), RowError> {
    let (start, end) = (fields.time("startTime")?, fields.time("endTime")?);
    let name = fields.text("name");
    let has_failed = fields.take_as("status", |status| status.as_str().map(|status| status == "ERRORED")).unwrap_or(false);
    let judged_at = end.or(start).unwrap_or(context.received_at);
    let target = ScoreTarget::Trace { trace_id: facts.trace_id };
    scores.extend(fields.list("metricsData").into_iter().map(|data| metric::score(data, target.clone(), judged_at, context)));
    let own_root = only_root(spans);
    let root = match own_root {
        Some(place) => &mut spans[place],
        None => {
            let start = start.ok_or_else(|| RowError::new("startTime", "expected the time of the start"))?;
            check_time("startTime", start, context)?;
            let span_id = native_span_id(CONVENTION, uuid);
            let mut span = facts.new_span(span_id, name.clone().unwrap_or_else(|| "trace".to_owned()), start);
            span.kind = SpanKind::Workflow;
            end.into_iter().for_each(|end| span.end_at(end));
            span.status = if has_failed { Status::Error } else { Status::Ok };
            spans.iter_mut().map(|read| &mut read.span).filter(|span| span.parent_span_id.is_none()).for_each(|span| {
                span.parent_span_id = Some(span_id);
            });
            spans.insert(0, SpanRows { span, scores: Vec::new() });
            &mut spans[0]
        }
    };
    let root = &mut root.span;
    if let Some(name) = name.filter(|name| *name != root.name) {
        root.payload.attributes.insert("trace.name".to_owned(), Value::String(name));
    }
    tell_words(root, "input", fields.take("input"), facts);
    tell_words(root, "output", fields.take("output"), facts);
    let (metadata, had_secrets) = fields.metadata("metadata");
    let any_span_failed = spans.iter().any(|read| read.span.status == Status::Error);
    let root = &mut spans[own_root.unwrap_or(0)].span;
    if has_failed && !any_span_failed {
        root.status = Status::Error;
    }
    if had_secrets {
        root.note(SECRET_REMOVED);
    }
    for (name, value) in metadata {
        let of_span = root.payload.metadata.entry(name.clone()).or_insert_with(|| value.clone());
        if *of_span != value {
            root.payload.attributes.insert(format!("trace.metadata.{name}"), value);
        }
    }
    if !facts.attachments.rest.is_empty() {
        let rest = facts.attachments.rest.clone().into_iter().collect();
        root.payload.attributes.insert("trace.attachments".to_owned(), Value::Object(rest));
    }
    for (name, value) in fields.rest() {
        if root.payload.attributes.get(&name) != Some(&value) {
            root.payload.attributes.insert(format!("trace.{name}"), value);
        }
    }
    Ok(())
}

fn only_root(spans: &[SpanRows]) -> Option<usize> {
    let mut roots = spans.iter().enumerate().filter(|(_, read)| read.span.parent_span_id.is_none());
    match (roots.next(), roots.next()) {
        (Some((place, _)), None) => Some(place),
        _ => None,
    }
}

/// The input or output of the trace: the root's own where it says none or the same, beside it where it differs.
fn tell_words(root: &mut Span, name: &str, of_trace: Option<Value>, facts: &TraceFacts) {
    let Some(value) = of_trace else { return };
    let (role, of_root) = match name {
        "input" => ("user", &root.payload.input),
        _ => ("assistant", &root.payload.output),
    };
    if of_root.is_none() {
        let words = said(root, name, Some(value), role, facts);
        *(if name == "input" { &mut root.payload.input } else { &mut root.payload.output }) = words;
        return;
    }
    let read = messages::read(value.clone(), role).map(|mut read| {
        facts.attachments.resolve(&mut read.messages);
        read.messages
    });
    // What was nothing (`{}`) says nothing more than the root.
    if read.is_some() && read != *of_root {
        root.payload.attributes.insert(format!("trace.{name}"), value);
    }
}
