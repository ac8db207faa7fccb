//! The record: everything becomes a span, a log record, a metric point or a score.

mod amend;
mod batch;
mod cost;
mod log;
mod message;
mod metric;
mod score;
mod span;
mod summary;
mod usage;

pub use batch::{BodyDigest, CommitReceipt, Incoming, RowBatch, RowKind};
pub use cost::{Cost, CostSource};
pub use log::{Level, LogRecord};
pub use message::{Message, Part, preview};
pub use metric::{Exemplar, Histogram, MetricPoint, MetricType, Temporality};
pub use score::{Score, ScoreKind, ScoreSource, ScoreTarget};
pub use span::{Source, Span, SpanEvent, SpanKind, SpanLink, SpanPayload, Status};
pub use summary::{PREVIEW_CHARS, SpanSummary};
pub use usage::{TokenBuckets, TokenUsage, UsageSplit};

/// Attributes by name. Values keep their JSON type.
pub type Attributes = std::collections::BTreeMap<String, serde_json::Value>;
