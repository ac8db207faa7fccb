//! DeepEval's ids: UUIDs; hexadecimal ids of OpenTelemetry where it exports another tracer's spans.

use super::CONVENTION;
use crate::ids::{native_span_id, native_trace_id};
use model::{SpanId, TraceId};

/// The trace that a `uuid` names.
pub fn trace_id(uuid: &str) -> TraceId {
    uuid.parse().unwrap_or_else(|_| native_trace_id(CONVENTION, uuid))
}

/// The span that a `uuid` names.
pub fn span_id(uuid: &str) -> SpanId {
    uuid.parse().unwrap_or_else(|_| native_span_id(CONVENTION, uuid))
}

/// The client's own id, where it is not the stored one.
pub(super) fn native_id(uuid: String) -> Option<String> {
    uuid.parse::<SpanId>().is_err().then_some(uuid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_and_ids_of_opentelemetry_keep_their_bytes_where_they_fit() {
        assert_eq!(trace_id("f365b5fc-a64d-4d5f-8a3d-7f2fac72442b").to_hex(), "f365b5fca64d4d5f8a3d7f2fac72442b");
        assert_eq!(trace_id("0af7651916cd43dd8448eb211c80319c").to_hex(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(span_id("b7ad6b7169203331").to_hex(), "b7ad6b7169203331");
        assert_eq!(span_id("a-uuid"), native_span_id(CONVENTION, "a-uuid"));
        assert_eq!((native_id("b7ad6b7169203331".into()), native_id("u".into())), (None, Some("u".into())));
    }
}
