//! JSON as OTLP senders write it: 64-bit integers as text or number, enums as integer or name, null for "not set".

use crate::ids::{hex_bytes, uuid_bytes};
use base64::{Engine, engine::general_purpose};
use bytes::Bytes;
use serde::{Deserialize, Deserializer, de};
use std::fmt;

/// A JSON value that is not a list or an object.
pub(in crate::otlp) enum Scalar {
    Null,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
}

impl Scalar {
    pub(in crate::otlp) fn into_text(self) -> Option<Bytes> {
        match self {
            Self::Null => Some(Bytes::new()),
            Self::Bool(value) => Some(value.to_string().into()),
            Self::Signed(value) => Some(value.to_string().into()),
            Self::Unsigned(value) => Some(value.to_string().into()),
            Self::Float(value) => Some(value.to_string().into()),
            Self::Text(text) => Some(text.into()),
        }
    }

    pub(in crate::otlp) fn into_base64(self) -> Option<Bytes> {
        let Self::Text(text) = self else { return None };
        let text = text.trim_end_matches('=');
        let engines = [&general_purpose::STANDARD_NO_PAD, &general_purpose::URL_SAFE_NO_PAD];
        engines.into_iter().find_map(|engine| engine.decode(text).ok()).map(Bytes::from)
    }

    pub(in crate::otlp) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Text(text) => text.to_ascii_lowercase().parse().ok(),
            Self::Null => Some(false),
            _ => None,
        }
    }

    pub(in crate::otlp) fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Signed(value) => Some(*value),
            Self::Unsigned(value) => i64::try_from(*value).ok(),
            Self::Float(value) if value.fract() == 0.0 && value.abs() < 9.0e18 => Some(*value as i64),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Null => Some(0),
            _ => None,
        }
    }

    pub(in crate::otlp) fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Unsigned(value) => Some(*value),
            Self::Float(value) if value.fract() == 0.0 && (0.0..1.8e19).contains(value) => Some(*value as u64),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Null => Some(0),
            _ => None,
        }
    }

    /// `NaN` and `Infinity` come as text in proto3 JSON.
    pub(in crate::otlp) fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Signed(value) => Some(*value as f64),
            Self::Unsigned(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Null => Some(0.0),
            Self::Bool(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Scalar;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, text, true, false or null")
            }
            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar::Null)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar::Bool(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar::Signed(value))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
                Ok(Scalar::Unsigned(value))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar::Float(value))
            }
            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(text.to_owned()))
            }
            fn visit_string<E>(self, text: String) -> Result<Scalar, E> {
                Ok(Scalar::Text(text))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

pub(super) fn expected<E: de::Error>(field: &str, form: &str) -> E {
    E::custom(format_args!("{field}: expected {form}"))
}

fn scalar<'de, D: Deserializer<'de>, T>(deserializer: D, form: &str, read: impl Fn(Scalar) -> Option<T>) -> Result<T, D::Error> {
    read(Scalar::deserialize(deserializer)?).ok_or_else(|| de::Error::custom(format_args!("expected {form}")))
}

pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    scalar(deserializer, "text", Scalar::into_text)
}

pub(super) fn boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    scalar(deserializer, "true or false", |value| value.as_bool())
}

pub(super) fn unsigned<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    scalar(deserializer, "an unsigned 64-bit integer, as a number or as text", |value| value.as_u64())
}

pub(super) fn unsigned32<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    scalar(deserializer, "an unsigned 32-bit integer", |value| u32::try_from(value.as_u64()?).ok())
}

pub(super) fn signed32<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    scalar(deserializer, "a 32-bit integer", |value| i32::try_from(value.as_i64()?).ok())
}

pub(super) fn double<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    scalar(deserializer, "a number", |value| value.as_f64())
}

pub(super) fn optional_double<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    scalar(deserializer, "a number", |value| if matches!(value, Scalar::Null) { Some(None) } else { value.as_f64().map(Some) })
}

pub(super) fn doubles<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let values = list::<D, Scalar>(deserializer)?;
    values.iter().map(Scalar::as_f64).collect::<Option<_>>().ok_or_else(|| de::Error::custom("expected a list of numbers"))
}

pub(super) fn unsigned_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
    let values = list::<D, Scalar>(deserializer)?;
    values.iter().map(Scalar::as_u64).collect::<Option<_>>().ok_or_else(|| de::Error::custom("expected a list of unsigned integers"))
}

/// A list; null is an empty one.
pub(super) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

/// Marks an id that came as text which is not hexadecimal, so that it is not taken for raw bytes.
pub(in crate::otlp) const TEXT_ID_PREFIX: &[u8] = b"text:";

/// Ids are hexadecimal in OTLP JSON. A UUID gives its bytes; other text is kept as text, for hashing.
pub(super) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    scalar(deserializer, "an id as hexadecimal text", |value| {
        let text = match value {
            Scalar::Null => return Some(Bytes::new()),
            Scalar::Text(text) => text,
            _ => return None,
        };
        let bytes = hex_bytes(&text).or_else(|| uuid_bytes(&text).map(Vec::from));
        Some(Bytes::from(bytes.unwrap_or_else(|| [TEXT_ID_PREFIX, text.as_bytes()].concat())))
    })
}

/// An enum: its integer, or its name such as `SPAN_KIND_CLIENT`.
fn enumeration<'de, D: Deserializer<'de>>(deserializer: D, prefix: &str, names: &[&str]) -> Result<i32, D::Error> {
    scalar(deserializer, "an enum value, as an integer or by its name", |value| match value {
        Scalar::Text(text) => {
            let name = text.strip_prefix(prefix).unwrap_or(&text);
            let by_name = names.iter().position(|known| known.eq_ignore_ascii_case(name)).and_then(|index| i32::try_from(index).ok());
            by_name.or_else(|| text.parse().ok())
        }
        other => i32::try_from(other.as_i64()?).ok(),
    })
}

pub(super) fn span_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    enumeration(deserializer, "SPAN_KIND_", &["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"])
}

pub(super) fn status_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    enumeration(deserializer, "STATUS_CODE_", &["UNSET", "OK", "ERROR"])
}

pub(super) fn temporality<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    enumeration(deserializer, "AGGREGATION_TEMPORALITY_", &["UNSPECIFIED", "DELTA", "CUMULATIVE"])
}

pub(super) fn severity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    let names = [
        "UNSPECIFIED",
        "TRACE",
        "TRACE2",
        "TRACE3",
        "TRACE4",
        "DEBUG",
        "DEBUG2",
        "DEBUG3",
        "DEBUG4",
        "INFO",
        "INFO2",
        "INFO3",
        "INFO4",
        "WARN",
        "WARN2",
        "WARN3",
        "WARN4",
        "ERROR",
        "ERROR2",
        "ERROR3",
        "ERROR4",
        "FATAL",
        "FATAL2",
        "FATAL3",
        "FATAL4",
    ];
    enumeration(deserializer, "SEVERITY_NUMBER_", &names)
}
