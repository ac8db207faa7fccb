//! `opentelemetry.proto.trace.v1` and its collector request.

use super::{InstrumentationScope, KeyValue, Resource, lenient};
use bytes::Bytes;
use serde::Deserialize;

#[derive(Clone, PartialEq, prost::Message)]
pub struct ExportTraceServiceRequest {
    #[prost(message, repeated, tag = "1")]
    pub resource_spans: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ResourceSpans {
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    pub scope_spans: Vec<ScopeSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ScopeSpans {
    #[prost(message, optional, tag = "1")]
    pub scope: Option<InstrumentationScope>,
    #[prost(message, repeated, tag = "2")]
    pub spans: Vec<Span>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Span {
    #[prost(bytes = "bytes", tag = "1")]
    #[serde(deserialize_with = "lenient::id")]
    pub trace_id: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    #[serde(deserialize_with = "lenient::id")]
    pub span_id: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    #[serde(deserialize_with = "lenient::text")]
    pub trace_state: Bytes,
    #[prost(bytes = "bytes", tag = "4")]
    #[serde(deserialize_with = "lenient::id")]
    pub parent_span_id: Bytes,
    #[prost(bytes = "bytes", tag = "5")]
    #[serde(deserialize_with = "lenient::text")]
    pub name: Bytes,
    #[prost(int32, tag = "6")]
    #[serde(deserialize_with = "lenient::span_kind")]
    pub kind: i32,
    #[prost(fixed64, tag = "7")]
    #[serde(deserialize_with = "lenient::unsigned")]
    pub start_time_unix_nano: u64,
    #[prost(fixed64, tag = "8")]
    #[serde(deserialize_with = "lenient::unsigned")]
    pub end_time_unix_nano: u64,
    #[prost(message, repeated, tag = "9")]
    #[serde(deserialize_with = "lenient::list")]
    pub attributes: Vec<KeyValue>,
    #[prost(uint32, tag = "10")]
    #[serde(deserialize_with = "lenient::unsigned32")]
    pub dropped_attributes_count: u32,
    #[prost(message, repeated, tag = "11")]
    #[serde(deserialize_with = "lenient::list")]
    pub events: Vec<SpanEvent>,
    #[prost(uint32, tag = "12")]
    #[serde(deserialize_with = "lenient::unsigned32")]
    pub dropped_events_count: u32,
    #[prost(message, repeated, tag = "13")]
    #[serde(deserialize_with = "lenient::list")]
    pub links: Vec<SpanLink>,
    #[prost(uint32, tag = "14")]
    #[serde(deserialize_with = "lenient::unsigned32")]
    pub dropped_links_count: u32,
    #[prost(message, optional, tag = "15")]
    pub status: Option<SpanStatus>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SpanEvent {
    #[prost(fixed64, tag = "1")]
    #[serde(deserialize_with = "lenient::unsigned")]
    pub time_unix_nano: u64,
    #[prost(bytes = "bytes", tag = "2")]
    #[serde(deserialize_with = "lenient::text")]
    pub name: Bytes,
    #[prost(message, repeated, tag = "3")]
    #[serde(deserialize_with = "lenient::list")]
    pub attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SpanLink {
    #[prost(bytes = "bytes", tag = "1")]
    #[serde(deserialize_with = "lenient::id")]
    pub trace_id: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    #[serde(deserialize_with = "lenient::id")]
    pub span_id: Bytes,
    #[prost(message, repeated, tag = "4")]
    #[serde(deserialize_with = "lenient::list")]
    pub attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct SpanStatus {
    #[prost(bytes = "bytes", tag = "2")]
    #[serde(deserialize_with = "lenient::text")]
    pub message: Bytes,
    #[prost(int32, tag = "3")]
    #[serde(deserialize_with = "lenient::status_code")]
    pub code: i32,
}
