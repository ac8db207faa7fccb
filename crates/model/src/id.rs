//! Identifiers. All are printed and read as lower-case hex without separators, in JSON and in SQL alike.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// An id that is not hex of the right length, or is all zeros.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} hexadecimal digits, not all zero")]
pub struct InvalidId {
    pub expected: usize,
}

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, utoipa::ToSchema)]
        #[schema(value_type = String)]
        pub struct $name([u8; $bytes]);

        impl $name {
            pub const LEN: usize = $bytes;

            /// All-zero bytes mean "no id" on the wire and are refused.
            pub fn from_bytes(bytes: [u8; $bytes]) -> Result<Self, InvalidId> {
                if bytes == [0; $bytes] { Err(InvalidId { expected: $bytes * 2 }) } else { Ok(Self(bytes)) }
            }

            pub fn from_slice(bytes: &[u8]) -> Result<Self, InvalidId> {
                let bytes = <[u8; $bytes]>::try_from(bytes).map_err(|_| InvalidId { expected: $bytes * 2 })?;
                Self::from_bytes(bytes)
            }

            pub fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }

            pub fn to_hex(self) -> String {
                self.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                decode_hex(text).ok_or(InvalidId { expected: $bytes * 2 }).and_then(Self::from_bytes)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    };
}

macro_rules! random_id {
    ($name:ident) => {
        impl $name {
            /// A new id: 48 bits of Unix milliseconds, then random bits (the layout of UUID version 7), so that ids sort by age.
            pub fn generate() -> Self {
                Self(time_ordered_bytes())
            }
        }
    };
}

hex_id!(
    /// A trace: 16 bytes, as in OpenTelemetry.
    TraceId,
    16
);
hex_id!(
    /// A span: 8 bytes, as in OpenTelemetry.
    SpanId,
    8
);
hex_id!(
    /// A project: the tenant boundary. Every query carries one.
    ProjectId,
    16
);
hex_id!(
    /// An API key's public handle (not the secret).
    KeyId,
    16
);
hex_id!(
    /// An immutable segment of the lake.
    SegmentId,
    16
);
hex_id!(
    /// A process that writes segments.
    WriterId,
    16
);
hex_id!(
    /// A request to erase.
    ErasureId,
    16
);
random_id!(ProjectId);
random_id!(KeyId);
random_id!(SegmentId);
random_id!(WriterId);
random_id!(ErasureId);

/// An id for what is no type of ours, laid out like the generated ones above.
pub(crate) fn time_ordered_hex() -> String {
    time_ordered_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn decode_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return None;
    }
    let nibble = |digit: u8| (digit as char).to_digit(16).map(|value| value as u8);
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(bytes)
}

/// 16 bytes laid out as a UUID version 7 (RFC 9562, section 5.7).
#[expect(clippy::expect_used, reason = "without a random source no id can be made and the process must not go on")]
fn time_ordered_bytes() -> [u8; 16] {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).expect("the operating system's random source answers");
    let millis = crate::Timestamp::now().as_nanos() / 1_000_000;
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trips_and_is_lower_case() {
        let id: TraceId = "4BF92F3577B34DA6A3CE929D0E0E4736".parse().unwrap();
        assert_eq!(id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(serde_json::from_str::<TraceId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
    }

    #[test]
    fn zero_short_and_non_hex_ids_are_refused() {
        for text in ["00000000000000000000000000000000", "4bf9", "zz f92f3577b34da6a3ce929d0e0e473", ""] {
            assert!(text.parse::<TraceId>().is_err(), "{text}");
        }
    }

    #[test]
    fn generated_ids_sort_by_age_and_differ() {
        let first = SegmentId::generate();
        let second = SegmentId::generate();
        assert_ne!(first, second);
        assert!(first.as_bytes()[..6] <= second.as_bytes()[..6]);
    }
}
