//! `span-create`, `generation-update` and the like: an observation begins, is told more of, or ends.

use super::{Body, Envelope, trace::set_io};
use crate::{RowError, langfuse, native::SpanReport, rules::check_time};
use model::{
    Timestamp,
    telemetry::{Span, SpanKind, Status},
};
use serde_json::{Map, Value};

/// What an event says by its type.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Report {
    /// `None`: the body says it.
    observation_type: Option<String>,
    is_update: bool,
}

impl Report {
    /// `None` for a type that is not one of observations.
    pub(super) fn of(event_type: &str) -> Option<Self> {
        let (observation_type, action) = event_type.rsplit_once('-')?;
        let is_update = match action {
            "create" => false,
            "update" => true,
            _ => return None,
        };
        let generic = observation_type == "observation";
        (generic || langfuse::kind_of(observation_type).is_some())
            .then(|| Self { observation_type: (!generic).then(|| observation_type.to_owned()), is_update })
    }
}

pub(super) fn read(report: Report, mut body: Body, envelope: &Envelope<'_>) -> Result<SpanReport, RowError> {
    let id = match body.id("id")? {
        Some(id) => id,
        None if report.is_update => return Err(RowError::new("id", "expected a string; this field is required of an update")),
        None => super::made_id(&envelope.digest),
    };
    // Without a trace an observation is one of its own.
    let (native_trace, trace_id) = body.trace_id()?.unwrap_or_else(|| (id.clone(), langfuse::trace_id(&id)));
    let observation_type = report.observation_type.or_else(|| body.text("type")).unwrap_or_default();
    let told_start = body.time("startTime");
    let end = body.time("endTime");
    // The best guess, until another report tells: not after the end.
    let start = told_start.unwrap_or(end.map_or(envelope.time, |end| end.min(envelope.time)));
    check_time("startTime", start, envelope.context)?;

    let mut span = Span::new(trace_id, langfuse::observation_id(&id), body.text("name").unwrap_or_default(), start);
    span.native_id = Some(id);
    span.parent_span_id = match body.observation_id("parentObservationId")? {
        Some(parent) => Some(parent),
        // An update does not repeat its parent: it must not hang itself below the root.
        None if report.is_update => None,
        None => Some(langfuse::trace_span_id(&native_trace)).filter(|root| *root != span.span_id),
    };
    span.kind = langfuse::kind_of(&observation_type).unwrap_or(SpanKind::Other);
    if langfuse::is_event(&observation_type) {
        span.payload.attributes.insert(langfuse::TYPE.to_owned(), Value::from("event"));
    }
    super::set_native_trace(&mut span, &native_trace);
    super::set_origin(&mut span, &mut body, envelope);
    set_end(&mut span, end, &observation_type);
    set_model(&mut span, &mut body, report.is_update);
    set_level(&mut span, &mut body);
    set_io(&mut span, &mut body);
    span.payload.metadata = body.metadata();
    set_numbers(&mut span, &mut body);
    if let Some(release) = body.object("trace").and_then(|mut trace| trace.remove("release")) {
        span.release = release.as_str().map(str::to_owned);
    }
    let first_token = body.time("completionStartTime");
    span.payload.attributes.extend(body.rest());
    let start_known = told_start.is_some() || !report.is_update;
    Ok(SpanReport { start_known, first_token, digest: Some(envelope.digest), ..SpanReport::new(span) })
}

fn set_end(span: &mut Span, end: Option<Timestamp>, observation_type: &str) {
    match end {
        Some(end) => span.end_at(end),
        None if langfuse::is_event(observation_type) => span.end_at(span.start_time),
        None => span.running = true,
    }
    match span.kind {
        SpanKind::Tool => span.tool = Some(span.name.clone()).filter(|name| !name.is_empty()),
        SpanKind::Agent => span.agent = Some(span.name.clone()).filter(|name| !name.is_empty()),
        _ => {}
    }
}

/// The model that was asked for comes first, the one that answered with the answer.
fn set_model(span: &mut Span, body: &mut Body, is_update: bool) {
    let failed = body.peek_text("level") == Some("ERROR");
    let slot = if is_update && !failed { &mut span.response_model } else { &mut span.request_model };
    *slot = body.text("model");
    span.prompt_name = body.text("promptName");
    span.prompt_version = body.text("promptVersion");
    if let Some(parameters) = body.object("modelParameters") {
        span.payload.model_parameters = parameters.into_iter().filter(|(name, value)| langfuse::is_told(name, value)).collect();
    }
}

fn set_level(span: &mut Span, body: &mut Body) {
    match body.text("level").as_deref() {
        Some("ERROR") => {
            span.status = Status::Error;
            span.error_message = body.text("statusMessage");
        }
        Some("DEFAULT") | None => {}
        Some(level) => {
            span.payload.attributes.insert(langfuse::LEVEL.to_owned(), Value::from(level));
            let message = body.text("statusMessage").map(|message| (langfuse::STATUS_MESSAGE.to_owned(), Value::String(message)));
            span.payload.attributes.extend(message);
        }
    }
}

fn set_numbers(span: &mut Span, body: &mut Body) {
    let usage = body.object("usage");
    // Details say all that `usage` says, and more.
    match body.object("usageDetails") {
        Some(details) => langfuse::set_usage(span, details, &attribute("usageDetails")),
        None => {
            if let Some(usage) = &usage {
                langfuse::set_usage(span, token_counts(usage), &attribute("usage"));
            }
        }
    }
    let costs = body.object("costDetails").map(|details| (details, "costDetails"));
    if let Some((details, name)) = costs.or_else(|| Some((costs_of(&usage?)?, "usage"))) {
        langfuse::set_cost(span, details, &attribute(name));
    }
}

fn attribute(name: &str) -> String {
    format!("{}.{name}", langfuse::CONVENTION)
}

/// The counts in the older `usage`, if they are tokens: it may count characters, seconds or images too.
fn token_counts(usage: &Map<String, Value>) -> Map<String, Value> {
    const NAMES: [(&str, &str); 6] = [
        ("input", "input"),
        ("output", "output"),
        ("total", "total"),
        ("promptTokens", "input"),
        ("completionTokens", "output"),
        ("totalTokens", "total"),
    ];
    let is_tokens = usage.get("unit").and_then(Value::as_str).is_none_or(|unit| unit == "TOKENS");
    let counts = NAMES.iter().filter_map(|(name, canonical)| Some(((*canonical).to_owned(), usage.get(*name)?.clone())));
    if is_tokens { counts.filter(|(_, value)| !value.is_null()).collect() } else { usage.clone() }
}

fn costs_of(usage: &Map<String, Value>) -> Option<Map<String, Value>> {
    let names = [("inputCost", "input"), ("outputCost", "output"), ("totalCost", "total")];
    let costs: Map<String, Value> = names.iter().filter_map(|(name, part)| Some(((*part).to_owned(), usage.get(*name)?.clone()))).collect();
    (!costs.is_empty()).then_some(costs)
}
