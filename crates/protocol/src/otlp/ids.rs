//! Ids on the wire → ids of the record.

use super::{ID_CONVENTION, wire::lenient::TEXT_ID_PREFIX};
use crate::{
    RowError,
    ids::{hex_text, native_span_id, native_trace_id},
};
use model::{SpanId, TraceId};

/// Longest id that is taken: longer "ids" are payload in the wrong place.
const MAX_ID_BYTES: usize = 512;

/// An id of the record, with the sender's own when it was not of OpenTelemetry's form.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WireId<T> {
    pub id: T,
    pub native: Option<String>,
}

/// 16 bytes. Missing and all-zero ids are refused, other lengths and text are hashed.
pub(super) fn trace_id(field: &str, bytes: &[u8]) -> Result<WireId<TraceId>, RowError> {
    present(field, bytes, TraceId::LEN)?;
    Ok(match TraceId::from_slice(bytes) {
        Ok(id) if !bytes.starts_with(TEXT_ID_PREFIX) => WireId { id, native: None },
        _ => {
            let native = native_text(bytes);
            WireId { id: native_trace_id(ID_CONVENTION, &native), native: Some(native) }
        }
    })
}

/// 8 bytes, by the same rules.
pub(super) fn span_id(field: &str, bytes: &[u8]) -> Result<WireId<SpanId>, RowError> {
    present(field, bytes, SpanId::LEN)?;
    Ok(match SpanId::from_slice(bytes) {
        Ok(id) if !bytes.starts_with(TEXT_ID_PREFIX) => WireId { id, native: None },
        _ => {
            let native = native_text(bytes);
            WireId { id: native_span_id(ID_CONVENTION, &native), native: Some(native) }
        }
    })
}

/// An id that only points somewhere: hex, or the text it came as.
pub(super) fn id_text(bytes: &[u8]) -> String {
    match bytes.strip_prefix(TEXT_ID_PREFIX) {
        Some(text) => String::from_utf8_lossy(text).into_owned(),
        None => hex_text(bytes),
    }
}

/// Not set: absent, or all zeros.
pub(super) fn is_unset(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

fn present(field: &str, bytes: &[u8], expected: usize) -> Result<(), RowError> {
    if is_unset(bytes) {
        return Err(RowError::new(field, format!("expected {expected} bytes ({} hexadecimal digits), not all zero", expected * 2)));
    }
    if bytes.len() > MAX_ID_BYTES {
        return Err(RowError::new(field, format!("expected an id of at most {MAX_ID_BYTES} bytes")));
    }
    Ok(())
}

fn native_text(bytes: &[u8]) -> String {
    match bytes.strip_prefix(TEXT_ID_PREFIX) {
        Some(text) => String::from_utf8_lossy(text).into_owned(),
        None => hex_text(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conforming_ids_are_kept_and_others_hashed_with_their_native_text() {
        assert_eq!(span_id("span_id", &[1; 8]).unwrap(), WireId { id: SpanId::from_bytes([1; 8]).unwrap(), native: None });
        assert_eq!(span_id("span_id", &[1; 4]).unwrap().native.unwrap(), "01010101");
        // Sixteen bytes with the prefix are text, not a raw id.
        assert_eq!(trace_id("trace_id", b"text:12345678901").unwrap().native.unwrap(), "12345678901");
    }

    #[test]
    fn missing_and_zero_ids_are_refused() {
        for bytes in [&[][..], &[0; 16], &[0; 3]] {
            assert!(trace_id("trace_id", bytes).unwrap_err().message.contains("not all zero"));
        }
    }
}
