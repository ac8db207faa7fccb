//! Ids that are not of OpenTelemetry's form become one by hashing; the same native id always becomes the same id.

use crate::{
    agents, ingest_api, langfuse,
    native::{deepeval, langsmith, litellm, openai_agents, opik},
    otlp,
    provider::PROXY_CONVENTION,
};
use model::{SpanId, Timestamp, TraceId, time::NANOS_PER_MILLI};

/// Every convention that native ids are hashed under: what a look-up by a native id must try.
pub const ID_CONVENTIONS: [&str; 12] = [
    ingest_api::CONVENTION,
    otlp::ID_CONVENTION,
    deepeval::CONVENTION,
    langsmith::CONVENTION,
    litellm::CONVENTION,
    opik::CONVENTION,
    langfuse::CONVENTION,
    openai_agents::CONVENTION,
    PROXY_CONVENTION,
    agents::claude_code::CONVENTION,
    agents::codex::CONVENTION,
    agents::gemini_cli::CONVENTION,
];

pub(crate) fn native_hash(convention: &str, native: &str) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(convention.as_bytes()).update(native.as_bytes());
    hasher.finalize()
}

/// The first bytes of a hash.
pub(crate) fn leading<const N: usize>(hash: &blake3::Hash) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(&hash.as_bytes()[..N]);
    bytes
}

/// The trace id of a client's own id: a UUID keeps its 16 bytes, anything else is the first 16 bytes of
/// BLAKE3(convention ‖ id). For reading what was sent as well as for looking it up.
#[expect(clippy::expect_used, reason = "sixteen zero bytes from BLAKE3 are a 2^-128 event")]
pub fn native_trace_id(convention: &str, native: &str) -> TraceId {
    uuid_bytes(native)
        .and_then(|bytes| TraceId::from_bytes(bytes).ok())
        .unwrap_or_else(|| TraceId::from_bytes(leading(&native_hash(convention, native))).expect("a hash is not zero"))
}

/// The span id of a client's own id: the first 8 bytes of BLAKE3(convention ‖ id).
pub fn native_span_id(convention: &str, native: &str) -> SpanId {
    let mut bytes = leading(&native_hash(convention, native));
    // One id in 2^64 would be all zeros, which means "no id".
    if bytes == [0; SpanId::LEN] {
        bytes[0] = 1;
    }
    #[expect(clippy::expect_used, reason = "the line above made it non-zero")]
    SpanId::from_bytes(bytes).expect("not zero")
}

/// The bytes of a UUID written with hyphens.
pub(crate) fn uuid_bytes(text: &str) -> Option<[u8; 16]> {
    let groups: Vec<&str> = text.split('-').collect();
    let well_formed = groups.len() == 5 && groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]);
    let hex = well_formed.then(|| hex_bytes(&groups.concat()))??;
    <[u8; 16]>::try_from(hex.as_slice()).ok()
}

/// When a UUID was made, if it is one of version 7.
pub fn uuid_time(text: &str) -> Option<Timestamp> {
    let bytes = uuid_bytes(text).filter(|bytes| bytes[6] >> 4 == 7)?;
    let millis = bytes[..6].iter().fold(0_i64, |sum, byte| sum << 8 | i64::from(*byte));
    Some(Timestamp::from_nanos(millis * NANOS_PER_MILLI))
}

/// 32 hexadecimal digits as a UUID with hyphens.
pub fn uuid_text(hex: &str) -> String {
    let cuts = [0, 8, 12, 16, 20, 32];
    let groups: Vec<&str> = cuts.windows(2).filter_map(|cut| hex.get(cut[0]..cut[1])).collect();
    groups.join("-")
}

/// A UUID (version 8) made of a name: the same for the same name.
pub(crate) fn named_uuid(name: &str) -> String {
    let mut bytes: [u8; 16] = leading(&blake3::hash(name.as_bytes()));
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    uuid_text(&hex_text(&bytes))
}

/// Decodes hexadecimal text of any even length.
pub(crate) fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let nibble = |digit: u8| (digit as char).to_digit(16).map(|value| value as u8);
    text.as_bytes().chunks_exact(2).map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?)).collect()
}

pub(crate) fn hex_text(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// 32 hexadecimal digits made of parts, for rows whose client gives them no id: the same parts give the same id.
pub(crate) fn made_id(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        // With its length, so that no two lists of parts read alike.
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hex_text(&leading::<16>(&hasher.finalize()))
}

/// The first 16 bytes of a hash: long enough to tell bodies apart.
pub(crate) fn digest(hasher: &blake3::Hasher) -> model::telemetry::BodyDigest {
    leading(&hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_keeps_its_bytes_and_other_ids_are_hashed_alike_each_time() {
        assert_eq!(native_trace_id("x", "018f2f6e-0000-7000-8000-00000000abcd").to_hex(), "018f2f6e00007000800000000000abcd");
        assert_eq!(native_trace_id("x", "run-7"), native_trace_id("x", "run-7"));
        assert_ne!(native_trace_id("x", "run-7"), native_trace_id("y", "run-7"));
        let hash = blake3::hash(b"xrun-7");
        assert_eq!(native_trace_id("x", "run-7").as_bytes()[..], hash.as_bytes()[..16]);
        assert_eq!(native_span_id("x", "run-7").as_bytes()[..], hash.as_bytes()[..8]);
    }

    #[test]
    fn a_uuid_of_version_7_knows_its_time() {
        assert_eq!(uuid_time("01a20764-4e91-71fc-8a35-39e2d9472823").unwrap().to_string(), "2026-11-23T07:52:23.953Z");
        assert_eq!(uuid_time("01a20764-4e91-41fc-8a35-39e2d9472823"), None);
        assert_eq!(uuid_text("01a207644e9171fc8a3539e2d9472823"), "01a20764-4e91-71fc-8a35-39e2d9472823");
    }

    #[test]
    fn the_all_zero_uuid_is_hashed_rather_than_kept() {
        assert_ne!(native_trace_id("x", "00000000-0000-0000-0000-000000000000").as_bytes(), &[0; 16]);
    }
}
