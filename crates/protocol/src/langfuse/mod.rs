//! What all ways of Langfuse's SDKs have in common, OTLP attributes and JSON events alike: ids, kinds of observations, usage and cost,
//! what was said.

pub(crate) mod content;
mod cost;
mod experiment;
mod kind;
mod metadata;
mod numbers;
mod spoken;
mod usage;

use cost::reported_cost;
pub use experiment::{ExperimentItem, experiment_item};
pub(crate) use kind::is_event;
pub use kind::{kind_of, observation_type};
pub(crate) use metadata::{decoded, is_older_sdk};
pub(crate) use numbers::{is_told, set_cost};
pub use spoken::{input_of_span, output_of_span};
pub(crate) use usage::set_usage;

use crate::{native_span_id, native_trace_id};
use model::{SpanId, TraceId};

/// Names spans in `source.convention`, and native ids are hashed under it.
pub const CONVENTION: &str = "langfuse";

/// The attribute of a level that is neither an error nor the default.
pub const LEVEL: &str = "langfuse.observation.level";
/// The attribute of a status message that is not about an error.
pub const STATUS_MESSAGE: &str = "langfuse.observation.status_message";
/// The attribute of a type that no kind of span stands for: an event.
pub const TYPE: &str = "langfuse.observation.type";
/// The attribute of whether a trace is public.
pub const PUBLIC: &str = "langfuse.trace.public";
/// The attribute of a trace's id as the client wrote it, where that is not how it is stored.
pub const NATIVE_TRACE_ID: &str = "native_trace_id";
/// The attribute of a trace's own name.
pub const TRACE_NAME: &str = "langfuse.trace.name";
/// The attribute of the version of an observation.
pub const VERSION: &str = "langfuse.version";

/// A trace: 32 hexadecimal digits since version 3 of the SDKs, before that a UUID or whatever the application chose.
pub fn trace_id(text: &str) -> TraceId {
    text.parse().unwrap_or_else(|_| native_trace_id(CONVENTION, text))
}

/// An observation: 16 hexadecimal digits since version 3 of the SDKs, before that a UUID or whatever the application chose.
pub fn observation_id(text: &str) -> SpanId {
    text.parse().unwrap_or_else(|_| native_span_id(CONVENTION, text))
}

/// The span that stands for a trace which was told as such: the root of its observations. It has the id of the trace.
pub fn trace_span_id(trace: &str) -> SpanId {
    native_span_id(CONVENTION, trace)
}
