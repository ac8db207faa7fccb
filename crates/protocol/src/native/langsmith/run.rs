//! One report of a run → what it says of a span. A run is reported once when it is short; else when it begins (`post`) and again when it
//! ends (`patch`), in any order.

use super::{
    CONVENTION, DOTTED_ORDER_ATTRIBUTE, NAMES, PROJECT_ATTRIBUTE, PROJECT_ID_ATTRIBUTE, error, events,
    extra::{self, kind_of},
    project_id,
    submission::RunReport,
};
use crate::{
    IngestContext, RowError,
    ids::{native_span_id, native_trace_id, uuid_time},
    native::{
        SpanReport, io,
        json::{self, text_of},
    },
    numbers::timestamp,
    rules::check_time,
    secrets::{SECRET_REMOVED, remove_secrets},
};
use model::{
    Timestamp, TraceId,
    telemetry::{Span, SpanKind, Status},
    time::NANOS_PER_MILLI,
};
use serde_json::{Map, Value};

/// Longest name, tag or id: longer ones are payload in the wrong place.
const MAX_LABEL_BYTES: usize = 4_096;

/// Reads one report. Without a trace, as the oldest clients send an update, `Err` names the field.
pub(super) fn read(report: RunReport, context: &IngestContext) -> Result<SpanReport, RowError> {
    let RunReport { mut fields, is_patch, .. } = report;
    let id = take_id(&mut fields, "id")?.ok_or_else(|| RowError::new("id", "expected the id of the run; this field is required"))?;
    let order = DottedOrder::read(take_text(&mut fields, "dotted_order").unwrap_or_default());
    let parent = take_id(&mut fields, "parent_run_id")?.or_else(|| order.parent());
    let trace = take_id(&mut fields, "trace_id")?.or_else(|| order.root()).or_else(|| (!is_patch && parent.is_none()).then(|| id.clone()));
    let trace = trace.ok_or_else(|| RowError::new("trace_id", "expected the trace of the run, or its dotted_order"))?;
    let told_start = fields.remove("start_time").as_ref().and_then(timestamp).or_else(|| order.start());
    let end = fields.remove("end_time").as_ref().and_then(timestamp);
    let start = told_start.or_else(|| uuid_time(&id)).unwrap_or(end.unwrap_or(context.received_at));
    check_time("start_time", start, context)?;

    let trace_id = native_trace_id(CONVENTION, &trace);
    let mut span = Span::new(trace_id, native_span_id(CONVENTION, &id), take_text(&mut fields, "name").unwrap_or_default(), start);
    if span.name.len() > MAX_LABEL_BYTES {
        return Err(RowError::new("name", format!("expected at most {MAX_LABEL_BYTES} bytes")));
    }
    span.parent_span_id = parent.map(|parent| native_span_id(CONVENTION, &parent));
    span.native_id = Some(id);
    span.ingest_time = context.received_at;
    span.source.convention = CONVENTION.to_owned();
    keep_trace_id(&mut span, trace_id, trace);
    if !order.0.is_empty() {
        span.payload.attributes.insert(DOTTED_ORDER_ATTRIBUTE.to_owned(), Value::String(order.0));
    }
    read_type(&mut span, &mut fields);
    read_state(&mut span, &mut fields, end);
    span.tags = take_tags(&mut fields);
    let call_id = fields.get_mut("extra").and_then(Value::as_object_mut).and_then(|extra| json::take_text(extra, "tool_call_id"));
    extra::read(&mut span, fields.remove("extra").unwrap_or_default());
    io::read(&mut span, NAMES, fields.remove("inputs"), fields.remove("outputs"), call_id);
    // A report that does not say what the run is must not overrule one that does.
    span.billed = span.kind.is_request() || span.kind == SpanKind::Other;
    read_rest(&mut span, fields);
    Ok(SpanReport { start_known: told_start.is_some(), ..SpanReport::new(span) })
}

/// A trace id that is no UUID was hashed; the id itself is kept beside.
fn keep_trace_id(span: &mut Span, id: TraceId, native: String) {
    if id.to_hex() != native.replace('-', "") {
        span.payload.attributes.insert("native_trace_id".to_owned(), Value::String(native));
    }
}

fn read_type(span: &mut Span, fields: &mut Map<String, Value>) {
    let Some(run_type) = take_text(fields, "run_type") else { return };
    span.kind = kind_of(&run_type);
    if span.kind == SpanKind::Other {
        span.operation = Some(run_type);
    }
    if span.kind == SpanKind::Tool && !span.name.is_empty() {
        span.tool = Some(span.name.clone());
    }
}

fn read_state(span: &mut Span, fields: &mut Map<String, Value>, end: Option<Timestamp>) {
    if let Some(events) = fields.remove("events") {
        events::read(span, events, end);
    }
    match end {
        Some(end) => {
            span.end_at(not_before(end, span.start_time));
            span.status = Status::Ok;
        }
        // Also for a patch: a report that does not tell the end does not end what another one has ended.
        None => span.running = true,
    }
    if let Some(text) = fields.remove("error").as_ref().and_then(text_of) {
        error::apply(span, text, end.unwrap_or(span.start_time));
    }
}

/// JavaScript knows milliseconds only, and its SDK numbers runs in the digits after them: a run that ends in the millisecond of its start
/// may seem to end before it.
fn not_before(end: Timestamp, start: Timestamp) -> Timestamp {
    let ahead = start.as_nanos().saturating_sub(end.as_nanos());
    if (1..NANOS_PER_MILLI).contains(&ahead) { start } else { end }
}

/// The project, the example that was run, how the thing that ran is made; and what has no field.
fn read_rest(span: &mut Span, mut fields: Map<String, Value>) {
    if let Some(project) = take_text(&mut fields, "session_name") {
        let id = project_id(&project);
        let attributes = [(PROJECT_ID_ATTRIBUTE, id), (PROJECT_ATTRIBUTE, project)];
        span.payload.attributes.extend(attributes.map(|(name, text)| (name.to_owned(), Value::String(text))));
    }
    if let Some(Value::Object(mut serialized)) = fields.remove("serialized") {
        if remove_secrets(&mut serialized) {
            span.note(SECRET_REMOVED);
        }
        let is_name_alone = serialized.len() == 1 && serialized.get("name").and_then(Value::as_str) == Some(&span.name);
        if !serialized.is_empty() && !is_name_alone {
            span.payload.attributes.insert("langsmith.serialized".to_owned(), Value::Object(serialized));
        }
    }
    for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_null()) {
        span.payload.attributes.insert(format!("langsmith.{name}"), value);
    }
}

fn take_text(fields: &mut Map<String, Value>, name: &str) -> Option<String> {
    text_of(&fields.remove(name)?)
}

/// UUIDs are compared by their text: it is lower-cased, as the SDKs write it.
fn take_id(fields: &mut Map<String, Value>, name: &str) -> Result<Option<String>, RowError> {
    match take_text(fields, name) {
        Some(id) if id.len() > MAX_LABEL_BYTES => Err(RowError::new(name, format!("expected at most {MAX_LABEL_BYTES} bytes"))),
        Some(id) if id.bytes().all(|byte| matches!(byte, b'0' | b'-')) => Err(RowError::new(name, "expected an id that is not all zeros")),
        id => Ok(id.map(|id| id.to_lowercase())),
    }
}

fn take_tags(fields: &mut Map<String, Value>) -> Vec<String> {
    match fields.remove("tags") {
        Some(Value::Array(tags)) => tags.iter().filter_map(text_of).filter(|tag| tag.len() <= MAX_LABEL_BYTES).collect(),
        _ => Vec::new(),
    }
}

/// `20261123T075223954000Z<run id>`, one for each run from the root of the trace to this one, joined by points.
struct DottedOrder(String);

impl DottedOrder {
    fn read(text: String) -> Self {
        Self(text)
    }

    fn ids(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('.').filter_map(|segment| Some(segment.split_once('Z')?.1))
    }

    fn root(&self) -> Option<String> {
        self.ids().next().map(str::to_lowercase)
    }

    fn parent(&self) -> Option<String> {
        self.ids().rev().nth(1).map(str::to_lowercase)
    }

    fn start(&self) -> Option<Timestamp> {
        let digits = self.0.rsplit('.').next()?.split_once('Z')?.0;
        let (date, time) = digits.split_once('T')?;
        if date.len() != 8 || time.len() < 6 || !date.bytes().chain(time.bytes()).all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (clock, fraction) = time.split_at(6);
        let fraction = if fraction.is_empty() { "0" } else { fraction };
        let (year, month, day) = (&date[..4], &date[4..6], &date[6..]);
        format!("{year}-{month}-{day}T{}:{}:{}.{fraction}Z", &clock[..2], &clock[2..4], &clock[4..]).parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_order_tells_root_parent_and_start() {
        let order = DottedOrder::read("20261123T075223954000ZAAA.20261123T075224080308Zbbb.20261123T075224080309Zccc".to_owned());
        assert_eq!((order.root().as_deref(), order.parent().as_deref()), (Some("aaa"), Some("bbb")));
        assert_eq!(order.start().unwrap().to_string(), "2026-11-23T07:52:24.080309Z");
        for text in ["", "x", "20261123T07Zid", "2026112éT075224Zid", "..", "20269999T999999Zid"] {
            assert_eq!(DottedOrder::read(text.to_owned()).start(), None, "{text}");
        }
    }
}
