//! Pending spans: what is known of a span when it begins, sent as a span of its own below the real one. They become the first report
//! of the real one, which shows as running until it is told of as a whole.

use super::super::Draft;
use crate::ids::hex_bytes;
use model::SpanId;

pub(super) fn read(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    if attributes.text("logfire.span_type").is_none_or(|kind| kind != "pending_span") {
        return;
    }
    let Some(real) = span.parent_span_id else { return };
    attributes.take("logfire.span_type");
    let parent = attributes.take_text("logfire.pending_parent_id").and_then(|id| hex_bytes(&id));
    span.span_id = real;
    // All zeros: the real one is a root.
    span.parent_span_id = parent.and_then(|bytes| SpanId::from_bytes(bytes.try_into().ok()?).ok());
    span.running = true;
    span.end_time = None;
    span.duration_ms = None;
}
