//! `opentelemetry.proto.common.v1` and `resource.v1`.

use super::lenient;
use bytes::Bytes;
use serde::{Deserialize, Deserializer};

/// A value of any type. `value: None` is a null.
#[derive(Clone, PartialEq, prost::Message)]
pub struct AnyValue {
    #[prost(oneof = "any_value::Value", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub value: Option<any_value::Value>,
}

pub mod any_value {
    use super::{ArrayValue, KeyValueList};
    use bytes::Bytes;

    #[derive(Clone, PartialEq, prost::Oneof)]
    pub enum Value {
        #[prost(bytes = "bytes", tag = "1")]
        String(Bytes),
        #[prost(bool, tag = "2")]
        Bool(bool),
        #[prost(int64, tag = "3")]
        Int(i64),
        #[prost(double, tag = "4")]
        Double(f64),
        #[prost(message, tag = "5")]
        Array(ArrayValue),
        #[prost(message, tag = "6")]
        KeyValueList(KeyValueList),
        #[prost(bytes = "bytes", tag = "7")]
        Bytes(Bytes),
    }
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct ArrayValue {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "lenient::list")]
    pub values: Vec<AnyValue>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct KeyValueList {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "lenient::list")]
    pub values: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct KeyValue {
    #[prost(bytes = "bytes", tag = "1")]
    #[serde(deserialize_with = "lenient::text")]
    pub key: Bytes,
    #[prost(message, optional, tag = "2")]
    pub value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct InstrumentationScope {
    #[prost(bytes = "bytes", tag = "1")]
    #[serde(deserialize_with = "lenient::text")]
    pub name: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    #[serde(deserialize_with = "lenient::text")]
    pub version: Bytes,
    #[prost(message, repeated, tag = "3")]
    #[serde(deserialize_with = "lenient::list")]
    pub attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct Resource {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "lenient::list")]
    pub attributes: Vec<KeyValue>,
}

impl AnyValue {
    pub fn text(text: impl Into<Bytes>) -> Self {
        Self { value: Some(any_value::Value::String(text.into())) }
    }
}

impl<'de> Deserialize<'de> for AnyValue {
    /// The JSON form: an object with one of `stringValue`, `boolValue`, … `{}` and null are null.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        struct JsonValue {
            string_value: Option<lenient::Scalar>,
            bool_value: Option<lenient::Scalar>,
            int_value: Option<lenient::Scalar>,
            double_value: Option<lenient::Scalar>,
            array_value: Option<ArrayValue>,
            kvlist_value: Option<KeyValueList>,
            bytes_value: Option<lenient::Scalar>,
        }
        use any_value::Value;
        use lenient::expected;
        let Some(json) = Option::<JsonValue>::deserialize(deserializer)? else { return Ok(Self { value: None }) };
        let value = if let Some(text) = json.string_value {
            Some(Value::String(text.into_text().ok_or_else(|| expected("stringValue", "text"))?))
        } else if let Some(scalar) = json.int_value {
            Some(Value::Int(scalar.as_i64().ok_or_else(|| expected("intValue", "a 64-bit integer"))?))
        } else if let Some(scalar) = json.double_value {
            Some(Value::Double(scalar.as_f64().ok_or_else(|| expected("doubleValue", "a number"))?))
        } else if let Some(scalar) = json.bool_value {
            Some(Value::Bool(scalar.as_bool().ok_or_else(|| expected("boolValue", "true or false"))?))
        } else if let Some(array) = json.array_value {
            Some(Value::Array(array))
        } else if let Some(list) = json.kvlist_value {
            Some(Value::KeyValueList(list))
        } else if let Some(scalar) = json.bytes_value {
            Some(Value::Bytes(scalar.into_base64().ok_or_else(|| expected("bytesValue", "base64 text"))?))
        } else {
            None
        };
        Ok(Self { value })
    }
}
