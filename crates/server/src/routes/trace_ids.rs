//! Ids in addresses. Clients may look a trace up by their own id: it was hashed when the trace came in, under the convention of the
//! way it came, so that each way gives a candidate.

use crate::http::{ApiResult, Problem};
use model::{SpanId, TraceId};
use protocol::{ID_CONVENTIONS, native_span_id, native_trace_id};

/// Longer ids are refused when they come in, so that none can be found.
const MAX_ID_BYTES: usize = 4_096;

/// What a trace of this id may be stored as: the id itself for 32 hex digits or a UUID, else one hash for each convention.
pub(super) fn trace_candidates(text: &str) -> ApiResult<Vec<TraceId>> {
    Ok(match known_trace(text)? {
        Some(id) => vec![id],
        None => ID_CONVENTIONS.map(|convention| native_trace_id(convention, text)).into(),
    })
}

/// The same for a span, whose own id is 16 hex digits or the client's.
pub(in crate::routes) fn span_candidates(trace: &str, span: &str) -> ApiResult<Vec<(TraceId, SpanId)>> {
    let (known_trace, known_span) = (known_trace(trace)?, known_span(span)?);
    let candidate = |convention: &str| {
        let trace = known_trace.unwrap_or_else(|| native_trace_id(convention, trace));
        (trace, known_span.unwrap_or_else(|| native_span_id(convention, span)))
    };
    Ok(match (known_trace, known_span) {
        (Some(trace), Some(span)) => vec![(trace, span)],
        _ => ID_CONVENTIONS.map(candidate).into(),
    })
}

fn known_trace(text: &str) -> ApiResult<Option<TraceId>> {
    check("trace_id", text)?;
    let digits = if text.len() == 36 { text.replace('-', "") } else { text.to_owned() };
    Ok(digits.parse().ok())
}

fn known_span(text: &str) -> ApiResult<Option<SpanId>> {
    check("span_id", text)?;
    Ok(text.parse().ok())
}

fn check(field: &str, text: &str) -> ApiResult<()> {
    if text.len() > MAX_ID_BYTES {
        return Err(Problem::invalid(field, format!("expected at most {MAX_ID_BYTES} bytes")));
    }
    if text.bytes().all(|byte| matches!(byte, b'0' | b'-')) {
        return Err(Problem::invalid(field, "expected an id that is not all zeros"));
    }
    Ok(())
}
