//! OTLP messages, written by hand from the protocol's definition (opentelemetry-proto 1.x) for prost and serde.
//!
//! Text is `Bytes`: a prost string field makes one bad byte lose the whole body, and `Bytes` shares the body's memory.
//! Fields that the record has no place for (descriptions, entity references, schema URLs) are left out and skipped when decoding.

mod common;
mod exemplar;
pub(super) mod lenient;
mod logs;
mod metrics;
mod status;
mod trace;

pub use common::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList, Resource, any_value};
pub use exemplar::{Exemplar, measured::Value as ExemplarValue};
pub use logs::{ExportLogsServiceRequest, LogRecord, ResourceLogs, ScopeLogs};
pub use metrics::{
    ExponentialHistogram, ExponentialHistogramBuckets, ExponentialHistogramDataPoint, ExportMetricsServiceRequest, Gauge, Histogram,
    HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint, ValueAtQuantile, metric,
    number_data_point,
};
pub use status::{ExportPartialSuccess, ExportServiceResponse, RpcAny, RpcDuration, RpcRetryInfo, RpcStatus};
pub use trace::{ExportTraceServiceRequest, ResourceSpans, ScopeSpans, Span, SpanEvent, SpanLink, SpanStatus};
