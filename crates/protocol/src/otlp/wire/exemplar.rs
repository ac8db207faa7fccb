//! Exemplars: single measurements behind a data point, most of them with the span that they were made in.

use super::{KeyValue, lenient};
use bytes::Bytes;
use serde::{Deserialize, Deserializer, de};

#[derive(Clone, PartialEq, prost::Message)]
pub struct Exemplar {
    #[prost(message, repeated, tag = "7")]
    pub filtered_attributes: Vec<KeyValue>,
    #[prost(fixed64, tag = "2")]
    pub time_unix_nano: u64,
    #[prost(oneof = "measured::Value", tags = "3, 6")]
    pub value: Option<measured::Value>,
    #[prost(bytes = "bytes", tag = "4")]
    pub span_id: Bytes,
    #[prost(bytes = "bytes", tag = "5")]
    pub trace_id: Bytes,
}

pub(super) mod measured {
    #[derive(Clone, Copy, PartialEq, prost::Oneof)]
    pub enum Value {
        #[prost(double, tag = "3")]
        AsDouble(f64),
        #[prost(sfixed64, tag = "6")]
        AsInt(i64),
    }
}

impl<'de> Deserialize<'de> for Exemplar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        struct Json {
            #[serde(deserialize_with = "lenient::list")]
            filtered_attributes: Vec<KeyValue>,
            #[serde(deserialize_with = "lenient::unsigned")]
            time_unix_nano: u64,
            as_double: Option<lenient::Scalar>,
            as_int: Option<lenient::Scalar>,
            #[serde(deserialize_with = "lenient::id")]
            span_id: Bytes,
            #[serde(deserialize_with = "lenient::id")]
            trace_id: Bytes,
        }
        let json = Json::deserialize(deserializer)?;
        let value = match number::<D::Error>(json.as_double, json.as_int)? {
            Some(Number::Double(value)) => Some(measured::Value::AsDouble(value)),
            Some(Number::Int(value)) => Some(measured::Value::AsInt(value)),
            None => None,
        };
        let Json { filtered_attributes, time_unix_nano, span_id, trace_id, .. } = json;
        Ok(Self { filtered_attributes, time_unix_nano, value, span_id, trace_id })
    }
}

/// `asDouble` or `asInt` of a point or an exemplar.
pub(super) enum Number {
    Double(f64),
    Int(i64),
}

pub(super) fn number<E: de::Error>(as_double: Option<lenient::Scalar>, as_int: Option<lenient::Scalar>) -> Result<Option<Number>, E> {
    match (as_double, as_int) {
        (Some(scalar), _) => scalar.as_f64().map(Number::Double).map(Some).ok_or_else(|| E::custom("asDouble: expected a number")),
        (None, Some(scalar)) => scalar.as_i64().map(Number::Int).map(Some).ok_or_else(|| E::custom("asInt: expected an integer")),
        (None, None) => Ok(None),
    }
}
