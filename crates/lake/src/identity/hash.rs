//! 64-bit hashes of identities. They are stored, so they never change.

/// Of the first 16 hex digits (8 bytes); fewer digits are fewer bytes.
fn word(hex: &[u8]) -> u64 {
    let nibble = |digit: u8| u64::from((digit & 0x0f) + if digit >= b'a' { 9 } else { 0 });
    hex.iter().take(16).fold(0, |word, digit| word << 4 | nibble(*digit))
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): every input bit moves every output bit.
fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// Of a trace id in lower-case hex.
pub(crate) fn trace_hash(trace: &str) -> u64 {
    let digits = trace.as_bytes();
    mix(mix(word(digits)) ^ word(digits.get(16..).unwrap_or_default()))
}

/// Of a span's two ids in lower-case hex.
pub(crate) fn span_hash(trace: &str, span: &str) -> u64 {
    mix(trace_hash(trace).rotate_left(17) ^ word(span.as_bytes()))
}

/// Of a session or user, whose comparison ignores case.
pub(crate) fn name_hash(name: &str) -> u64 {
    let hash = blake3::hash(name.to_lowercase().as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_what_they_always_were() {
        assert_eq!(trace_hash("4bf92f3577b34da6a3ce929d0e0e4736"), 13731780396274555236);
        assert_eq!(span_hash("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"), 13320299282463227027);
        assert_eq!(name_hash("User-1"), name_hash("user-1"));
        assert_ne!(trace_hash("00000000000000000000000000000001"), trace_hash("00000000000000010000000000000000"));
    }
}
