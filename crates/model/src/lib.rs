//! The words of Telltale: what a span, a log record, a metric point and a score are, how time, money and tokens are counted,
//! what a filter means, and the contracts (`ports`) that the storage, the bus and the job runner must keep.
//! No I/O and no storage library: every other crate may depend on this one, it depends on none of them.

pub mod erase;
pub mod error;
pub mod filter;
pub mod id;
pub mod interchange;
pub mod library;
pub mod live;
pub mod money;
pub mod ports;
pub mod query;
pub mod retention;
pub mod segment;
pub mod sketch;
pub mod telemetry;
pub mod time;

pub use error::{StoreError, StoreResult};
pub use id::{ErasureId, KeyId, ProjectId, SegmentId, SpanId, TraceId, WriterId};
pub use money::Money;
pub use time::{TimeRange, Timestamp};
