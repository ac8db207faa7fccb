//! Events of a run: its start and end, and one for each streamed piece.

use crate::numbers::timestamp;
use model::{
    Timestamp,
    telemetry::{Attributes, Span, SpanEvent},
};
use serde_json::{Map, Value};

/// Most events kept of one run, those of streamed pieces aside.
const MAX_EVENTS: usize = 1_000;
const NEW_TOKEN: &str = "new_token";

/// Reads events. The first streamed piece gives the time to first token and is kept, the others are counted: they are the answer, cut up.
pub(super) fn read(span: &mut Span, events: Value, end: Option<Timestamp>) {
    let Value::Array(events) = events else { return };
    let mut pieces = 0_u64;
    for event in events {
        let Value::Object(mut fields) = event else { continue };
        let name = fields.remove("name").and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
        let time = fields.remove("time").as_ref().and_then(timestamp);
        if name == NEW_TOKEN {
            pieces += 1;
            if pieces > 1 {
                continue;
            }
            let nanos = time.map(|time| time.as_nanos().saturating_sub(span.start_time.as_nanos()));
            span.time_to_first_token_ms = nanos.filter(|nanos| *nanos >= 0).map(|nanos| nanos as f64 / 1e6);
        }
        // The span has these times already.
        let is_known = fields.is_empty() && ((name == "start" && time == Some(span.start_time)) || (name == "end" && time == end));
        if is_known {
            continue;
        }
        if span.payload.events.len() == MAX_EVENTS {
            span.note("events_truncated");
            break;
        }
        let time = time.unwrap_or(span.start_time);
        span.payload.events.push(SpanEvent { time, name, attributes: attributes(fields) });
    }
    if pieces > 1 {
        span.payload.attributes.insert("langsmith.new_token_events".to_owned(), pieces.into());
    }
}

/// The arguments of an event stand in a field of their own.
fn attributes(mut fields: Map<String, Value>) -> Attributes {
    let arguments = match fields.remove("kwargs") {
        Some(Value::Object(arguments)) => arguments,
        _ => Map::new(),
    };
    fields.into_iter().chain(arguments).filter(|(_, value)| !value.is_null()).collect()
}
