//! `opentelemetry.proto.logs.v1` and its collector request.

use super::{AnyValue, InstrumentationScope, KeyValue, Resource, lenient};
use bytes::Bytes;
use serde::Deserialize;

#[derive(Clone, PartialEq, prost::Message)]
pub struct ExportLogsServiceRequest {
    #[prost(message, repeated, tag = "1")]
    pub resource_logs: Vec<ResourceLogs>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ResourceLogs {
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    pub scope_logs: Vec<ScopeLogs>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ScopeLogs {
    #[prost(message, optional, tag = "1")]
    pub scope: Option<InstrumentationScope>,
    #[prost(message, repeated, tag = "2")]
    pub log_records: Vec<LogRecord>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LogRecord {
    #[prost(fixed64, tag = "1")]
    #[serde(deserialize_with = "lenient::unsigned")]
    pub time_unix_nano: u64,
    #[prost(int32, tag = "2")]
    #[serde(deserialize_with = "lenient::severity")]
    pub severity_number: i32,
    #[prost(bytes = "bytes", tag = "3")]
    #[serde(deserialize_with = "lenient::text")]
    pub severity_text: Bytes,
    #[prost(message, optional, tag = "5")]
    pub body: Option<AnyValue>,
    #[prost(message, repeated, tag = "6")]
    #[serde(deserialize_with = "lenient::list")]
    pub attributes: Vec<KeyValue>,
    #[prost(bytes = "bytes", tag = "9")]
    #[serde(deserialize_with = "lenient::id")]
    pub trace_id: Bytes,
    #[prost(bytes = "bytes", tag = "10")]
    #[serde(deserialize_with = "lenient::id")]
    pub span_id: Bytes,
    #[prost(fixed64, tag = "11")]
    #[serde(deserialize_with = "lenient::unsigned")]
    pub observed_time_unix_nano: u64,
    #[prost(bytes = "bytes", tag = "12")]
    #[serde(deserialize_with = "lenient::text")]
    pub event_name: Bytes,
}
