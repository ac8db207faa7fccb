//! Phoenix' REST client: annotations of spans, their documents, traces and sessions are scores. Its telemetry is OTLP.

mod annotation;

pub use annotation::{About, Annotation, annotation_json, read_annotations, read_note};

/// What ids of its annotations are hashed under.
pub const CONVENTION: &str = "phoenix";
