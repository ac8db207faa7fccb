//! Langfuse's ingestion API: batches of events about traces, observations and scores, as version 2 of the Python SDK and the JavaScript SDKs
//! before version 4 send them, and later versions for scores alone.
//!
//! A trace becomes a span of its own, the root of its observations: it carries what is said of the trace as a whole.

mod body;
mod observation;
mod score;
mod trace;

pub use score::{ReadScore, read_score, score_metadata, score_values};

use super::NativeRows;
use crate::{
    DecodeError, IngestContext, RowError, check_json_values,
    ids::{digest, hex_text},
    json_bounds::is_too_deep,
    langfuse,
};
use body::Body;
use model::{
    Timestamp,
    telemetry::{BodyDigest, Incoming, Level, LogRecord, Score, Span},
};
use serde_json::Value;

/// Most events of one request: the SDKs send a hundred or so.
const MAX_EVENTS: usize = 10_000;

/// One request, read.
#[derive(Debug, Default)]
pub struct Ingestion {
    /// Each event's id, in order. Rejected rows are told by their place here.
    pub event_ids: Vec<String>,
    pub rows: NativeRows,
    /// See [`ReadScore::OfRun`].
    pub run_scores: Vec<Score>,
    /// What the SDK says about itself.
    pub logs: Vec<Incoming<LogRecord>>,
}

/// Reads `{"batch": [event, …], "metadata": {…}}`.
pub fn read_ingestion(body: &[u8], context: &IngestContext) -> Result<Ingestion, DecodeError> {
    check_json_values(body)?;
    let mut request: Value =
        serde_json::from_slice(body).map_err(|error| DecodeError::malformed(format!("the body is not JSON: {error}")))?;
    let sdk = sdk_of(&request["metadata"]);
    let Some(Value::Array(events)) = request.get_mut("batch").map(Value::take) else {
        return Err(DecodeError { field: Some("batch".to_owned()), ..DecodeError::malformed("expected a list of events") });
    };
    if events.len() > MAX_EVENTS {
        return Err(DecodeError::too_large(format!("expected at most {MAX_EVENTS} events in one request")));
    }
    let mut ingestion = Ingestion::default();
    for (index, value) in events.into_iter().enumerate() {
        ingestion.event_ids.push(value["id"].as_str().unwrap_or_default().to_owned());
        if let Err(error) = take_event(value, sdk.as_deref(), context, &mut ingestion) {
            ingestion.rows.rejected.push((index, error));
        }
    }
    Ok(ingestion)
}

/// `{"sdk_name": "python", "sdk_version": "2.60.10"}`, or the same without underscores.
fn sdk_of(metadata: &Value) -> Option<String> {
    let text = |names: [&str; 2]| names.iter().find_map(|name| metadata[*name].as_str());
    let name = text(["sdk_name", "sdkName"])?;
    let version = text(["sdk_version", "sdkVersion"]).unwrap_or_default();
    Some(format!("langfuse-{name} {version}").trim_end().to_owned())
}

/// An event around its body.
struct Envelope<'a> {
    /// Tells a resend: the event's id with what it says.
    digest: BodyDigest,
    /// When the SDK made it.
    time: Timestamp,
    sdk: Option<&'a str>,
    context: &'a IngestContext,
}

fn take_event(mut event: Value, sdk: Option<&str>, context: &IngestContext, into: &mut Ingestion) -> Result<(), RowError> {
    if is_too_deep(&event) {
        return Err(RowError::new("body", "nested too deep"));
    }
    let digest = event_digest(&event);
    let time = event["timestamp"].as_str().and_then(|text| text.parse().ok()).unwrap_or(context.received_at);
    let envelope = Envelope { digest, time, sdk, context };
    let kind = event["type"].as_str().unwrap_or_default().to_owned();
    let Some(Value::Object(fields)) = event.get_mut("body").map(Value::take) else {
        return Err(RowError::new("body", "expected an object"));
    };
    let body = Body::new(fields);
    match kind.as_str() {
        "trace-create" => into.rows.spans.push(trace::read(body, &envelope)?),
        "score-create" => match score::read(body, time, context)? {
            ReadScore::Row(score) => into.rows.scores.push(score),
            ReadScore::OfRun(score) => into.run_scores.push(score),
        },
        "sdk-log" => into.logs.push(Incoming::new(sdk_log(body, &envelope), Some(digest))),
        other => match observation::Report::of(other) {
            Some(report) => into.rows.spans.push(observation::read(report, body, &envelope)?),
            None => return Err(RowError::new("type", "expected the type of an event of this API")),
        },
    }
    Ok(())
}

fn event_digest(event: &Value) -> BodyDigest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"langfuse/event\0").update(event.to_string().as_bytes());
    digest(&hasher)
}

fn sdk_log(mut body: Body, envelope: &Envelope<'_>) -> LogRecord {
    let message = match body.take("log") {
        Some(Value::String(text)) => text,
        Some(value) => value.to_string(),
        None => String::new(),
    };
    LogRecord {
        timestamp: envelope.time,
        observed_time: None,
        level: Level::Info,
        message,
        logger: Some(SDK_LOGGER.to_owned()),
        service: None,
        trace_id: None,
        span_id: None,
        session_id: None,
        user_id: None,
        attributes: body.rest(),
        ingest_time: envelope.context.received_at,
    }
}

const SDK_LOGGER: &str = "langfuse.sdk";

/// An id for what came without one: the same for the same content.
fn made_id(digest: &BodyDigest) -> String {
    hex_text(digest)
}

/// Keeps a trace's id as the client wrote it, where it is stored otherwise.
fn set_native_trace(span: &mut Span, native: &str) {
    if span.trace_id.to_hex() != native {
        span.payload.attributes.insert(langfuse::NATIVE_TRACE_ID.to_owned(), Value::from(native));
    }
}

/// Where a row comes from, and what all rows say alike.
fn set_origin(span: &mut Span, body: &mut Body, envelope: &Envelope<'_>) {
    span.ingest_time = envelope.context.received_at;
    span.source.convention = langfuse::CONVENTION.to_owned();
    span.source.sdk = envelope.sdk.map(str::to_owned);
    span.environment = body.text("environment");
    if let Some(version) = body.text("version") {
        span.payload.attributes.insert(langfuse::VERSION.to_owned(), Value::String(version));
    }
}
