//! OTLP: bodies → requests (`decode_*`), requests → rows (`spans`, `log_records`, `metric_points`), and the answers.

mod attributes;
mod bounds;
mod convention;
mod decode;
mod exemplar;
mod flattened;
mod histogram;
mod ids;
mod json;
mod log;
mod metric;
mod protobuf;
mod resource;
mod response;
mod span;
pub mod wire;

pub use decode::{LogsRequest, MetricsRequest, RowGroup, TracesRequest, decode_logs, decode_metrics, decode_traces};
pub use json::starts_with_resource_spans;
pub use log::log_records;
pub use metric::metric_points;
pub use response::{encode_error, encode_response, encode_retry_status};
pub use span::spans;

/// The convention that native ids of plain OTLP senders are hashed under (see [`crate::native_trace_id`]).
pub const ID_CONVENTION: &str = "otlp";

/// How a body is encoded: by `Content-Type: application/x-protobuf` or `application/json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Protobuf,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Traces,
    Logs,
    Metrics,
}

impl Signal {
    fn rejected_field(self) -> &'static str {
        match self {
            Self::Traces => "rejectedSpans",
            Self::Logs => "rejectedLogRecords",
            Self::Metrics => "rejectedDataPoints",
        }
    }
}
