//! OTLP protobuf, written by hand: lengths are known before the bytes, so that nothing is built twice.

/// Wire types of protobuf.
const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const BYTES: u8 = 2;

pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn varint_len(value: usize) -> usize {
    (usize::BITS - (value | 1).leading_zeros()).div_ceil(7) as usize
}

/// Numbers of our fields are below 16: a key is one byte.
fn put_key(out: &mut Vec<u8>, field: u8, wire_type: u8) {
    out.push(field << 3 | wire_type);
}

pub(crate) fn put_uint(out: &mut Vec<u8>, field: u8, value: u64) {
    put_key(out, field, VARINT);
    put_varint(out, value);
}

pub(crate) fn put_fixed64(out: &mut Vec<u8>, field: u8, value: u64) {
    put_key(out, field, FIXED64);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Key and length of a field whose `length` bytes the caller writes next.
pub(crate) fn put_length(out: &mut Vec<u8>, field: u8, length: usize) {
    put_key(out, field, BYTES);
    put_varint(out, length as u64);
}

pub(crate) fn put_bytes(out: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    put_length(out, field, bytes.len());
    out.extend_from_slice(bytes);
}

/// Length of a length-delimited field with its key.
pub(crate) fn field_len(length: usize) -> usize {
    1 + varint_len(length) + length
}

/// The value of an attribute.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    /// A text in parts, so that a long one is not put together first.
    Parts(&'a [&'a str]),
    Int(u64),
    Double(f64),
}

/// A `KeyValue` as `field` of its parent.
pub(crate) fn put_attribute(out: &mut Vec<u8>, field: u8, key: &str, value: Value<'_>) {
    let text_len = match value {
        Value::Text(text) => text.len(),
        Value::Parts(parts) => parts.iter().map(|part| part.len()).sum(),
        Value::Int(_) | Value::Double(_) => 0,
    };
    let any_len = match value {
        Value::Text(_) | Value::Parts(_) => field_len(text_len),
        Value::Int(number) => 1 + varint_len(number as usize),
        Value::Double(_) => 9,
    };
    put_length(out, field, field_len(key.len()) + field_len(any_len));
    put_bytes(out, 1, key.as_bytes());
    put_length(out, 2, any_len);
    match value {
        Value::Text(text) => put_bytes(out, 1, text.as_bytes()),
        Value::Parts(parts) => {
            put_length(out, 1, text_len);
            parts.iter().for_each(|part| out.extend_from_slice(part.as_bytes()));
        }
        Value::Int(number) => put_uint(out, 3, number),
        Value::Double(number) => put_fixed64(out, 4, number.to_bits()),
    }
}

/// One `ExportTraceServiceRequest` of one service from its spans, already encoded as field 2 of `ScopeSpans`.
pub(crate) fn export_request(service: &str, spans: &[u8]) -> Vec<u8> {
    let mut resource = Vec::with_capacity(128);
    put_attribute(&mut resource, 1, "service.name", Value::Text(service));
    put_attribute(&mut resource, 1, "telemetry.sdk.name", Value::Text("opentelemetry"));
    put_attribute(&mut resource, 1, "telemetry.sdk.language", Value::Text("python"));
    let mut scope = Vec::with_capacity(64);
    put_bytes(&mut scope, 1, b"telltale-bench");
    let scope_spans_len = field_len(scope.len()) + spans.len();
    let resource_spans_len = field_len(resource.len()) + field_len(scope_spans_len);
    let mut out = Vec::with_capacity(resource_spans_len + 16);
    put_length(&mut out, 1, resource_spans_len);
    put_bytes(&mut out, 1, &resource);
    put_length(&mut out, 2, scope_spans_len);
    put_bytes(&mut out, 1, &scope);
    out.extend_from_slice(spans);
    out
}
