//! DeepEval (Confident AI): whole traces as one JSON object with a list of spans per kind, metrics that were measured on the client, and
//! annotations by people. Prompts, datasets and test runs are documents of their own.

mod annotation;
mod fields;
mod ids;
mod llm;
mod media;
mod messages;
mod metric;
mod span;
mod trace;

pub use annotation::{annotation, span_without_trace};
pub use ids::{span_id, trace_id};
pub use trace::{TraceRows, is_trace, trace};

/// The convention of these rows in `source.convention`, and the one that native ids are hashed under.
pub const CONVENTION: &str = "deepeval";
