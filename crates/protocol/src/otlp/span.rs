//! OTLP spans → the record's spans: ids, times, status, events and links; what the attributes mean is the conventions' work.

use super::{
    TracesRequest,
    attributes::{AttributeSet, optional_text, utf8},
    convention::{self, Draft, DraftEvent},
    decode::row_count,
    ids::{id_text, is_unset, span_id, trace_id},
    resource::{GroupReader, ResourceFacts},
    wire,
};
use crate::{
    IngestContext, Normalised, RowError,
    ids::leading,
    rules::{check_time, from_unix_nanos, shared_bytes_per_row},
};
use model::{
    Timestamp,
    telemetry::{Attributes, BodyDigest, Incoming, Span, SpanEvent, SpanLink, Status},
};
use prost::Message;
use serde_json::Value;

/// Most events kept of one span: some clients add one event per streamed chunk.
const MAX_EVENTS: usize = 1_000;
/// Most links kept of one span.
const MAX_LINKS: usize = 1_000;

/// Rows of a request, in arrival order. Bad spans are rejected one by one.
pub fn spans(request: TracesRequest, context: &IngestContext) -> Normalised<Span> {
    let mut normalised = Normalised::default();
    let mut index = 0;
    let mut buffer = Vec::new();
    let mut reader = GroupReader::new(shared_bytes_per_row(row_count(&request.groups)));
    for group in request.groups {
        let (facts, group_hash) = reader.read(&group.resource, &group.scope);
        for row in group.rows {
            let outcome = row.and_then(|span| {
                let digest = span_digest(&span, &group_hash, &mut buffer);
                Ok(Incoming::new(read_span(span, &facts, context)?, Some(digest)))
            });
            normalised.push(index, outcome);
            index += 1;
        }
    }
    normalised
}

/// The span is encoded again, so that a resend has the same digest in either encoding and in any batch.
fn span_digest(span: &wire::Span, group_hash: &blake3::Hash, buffer: &mut Vec<u8>) -> BodyDigest {
    buffer.clear();
    buffer.extend_from_slice(group_hash.as_bytes());
    span.encode_raw(buffer);
    leading(&blake3::hash(buffer))
}

fn read_span(wire: wire::Span, facts: &ResourceFacts, context: &IngestContext) -> Result<Span, RowError> {
    let trace = trace_id("trace_id", &wire.trace_id)?;
    let id = span_id("span_id", &wire.span_id)?;
    let parent = if is_unset(&wire.parent_span_id) { None } else { Some(span_id("parent_span_id", &wire.parent_span_id)?) };
    let start = from_unix_nanos(wire.start_time_unix_nano).unwrap_or(Timestamp::from_nanos(0));
    check_time("start_time_unix_nano", start, context)?;

    let mut repaired = facts.repaired;
    let mut span = Span::new(trace.id, id.id, utf8(&wire.name, &mut repaired), start);
    span.parent_span_id = parent.map(|parent| parent.id);
    span.ingest_time = context.received_at;
    span.source.sdk = facts.sdk.clone();
    if facts.truncated {
        span.note("resource_attributes_truncated");
    }
    if let Some(end) = from_unix_nanos(wire.end_time_unix_nano) {
        span.end_at(end);
    }
    span.payload.attributes = facts.rest.clone();
    match (id.native, trace.native) {
        (Some(native), trace_native) => {
            span.native_id = Some(native);
            span.payload.attributes.extend(trace_native.map(|native| ("native_trace_id".to_owned(), Value::String(native))));
        }
        (None, trace_native) => span.native_id = trace_native,
    }
    read_wire_details(&wire, &mut span, &mut repaired);
    let status_message = read_status(wire.status, &mut span, &mut repaired);
    span.payload.links = wire.links.into_iter().take(MAX_LINKS).map(|link| read_link(link, &mut repaired)).collect();
    let events = wire.events.into_iter().take(MAX_EVENTS).map(|event| draft_event(event, start, &mut repaired)).collect();

    let mut draft = Draft { span, attributes: AttributeSet::new(wire.attributes), events, status_message };
    convention::read(&mut draft, facts);
    Ok(finish(draft, repaired))
}

/// What the record has no field for, kept as attributes; and notes about what the sender left out.
fn read_wire_details(wire: &wire::Span, span: &mut Span, repaired: &mut bool) {
    let kind = match wire.kind {
        2 => Some("server"),
        3 => Some("client"),
        4 => Some("producer"),
        5 => Some("consumer"),
        _ => None,
    };
    let attributes = &mut span.payload.attributes;
    attributes.extend(kind.map(|kind| ("otel.span_kind".to_owned(), Value::from(kind))));
    attributes.extend(optional_text(&wire.trace_state, repaired).map(|state| ("otel.trace_state".to_owned(), Value::String(state))));
    let dropped = [
        (wire.dropped_attributes_count > 0, "attributes_dropped_by_sender"),
        (wire.dropped_events_count > 0, "events_dropped_by_sender"),
        (wire.dropped_links_count > 0, "links_dropped_by_sender"),
        (wire.events.len() > MAX_EVENTS, "events_truncated"),
        (wire.links.len() > MAX_LINKS, "links_truncated"),
    ];
    dropped.into_iter().filter(|(happened, _)| *happened).for_each(|(_, note)| span.note(note));
}

fn read_status(status: Option<wire::SpanStatus>, span: &mut Span, repaired: &mut bool) -> Option<String> {
    let status = status?;
    span.status = match status.code {
        1 => Status::Ok,
        2 => Status::Error,
        _ => Status::Unset,
    };
    optional_text(&status.message, repaired)
}

fn read_link(link: wire::SpanLink, repaired: &mut bool) -> SpanLink {
    let mut attributes = Attributes::new();
    *repaired |= AttributeSet::new(link.attributes).into_rest(&mut attributes);
    SpanLink { trace_id: id_text(&link.trace_id), span_id: id_text(&link.span_id), attributes }
}

/// An event without a time happened at the span's start, as far as anyone can tell.
fn draft_event(event: wire::SpanEvent, start: Timestamp, repaired: &mut bool) -> DraftEvent {
    DraftEvent {
        time: from_unix_nanos(event.time_unix_nano).unwrap_or(start),
        name: utf8(&event.name, repaired),
        attributes: AttributeSet::new(event.attributes),
    }
}

fn finish(draft: Draft, mut repaired: bool) -> Span {
    let Draft { mut span, attributes, events, .. } = draft;
    repaired |= attributes.into_rest(&mut span.payload.attributes);
    for event in events {
        let mut attributes = Attributes::new();
        repaired |= event.attributes.into_rest(&mut attributes);
        span.payload.events.push(SpanEvent { time: event.time, name: event.name, attributes });
    }
    if repaired {
        span.note("invalid_utf8");
    }
    span
}
